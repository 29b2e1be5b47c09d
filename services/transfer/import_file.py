"""An uploaded file opened: JSON or a zip with ChatGPT's, read into sessions, one after the other.

Nothing is unpacked to a disk, and never more than MAX_BYTES into memory: the sizes that a zip states are not
believed. A byte of JSON can be fifty in memory, so one pass over the text counts what is in it before anything is
made of it. That pass and `json` are linear, whatever the text; ijson, which would do both, reads a long string again
with every piece of it, and takes half of an emoji together with the letter after it.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from exports.sessions.json_text import FORMAT, VERSION, read_session
from exports.sessions.records import SavedSession
from exports.sessions.things import KINDS, Kind, Saved, format_of, read_thing
from exports.sessions.things import VERSION as THINGS_VERSION
from services.errors import InvalidInputError
from services.transfer.chatgpt import read_conversation

MAX_BYTES = 50 * 1024 * 1024
MAX_SESSIONS = 50_000
MAX_VALUES = 4_000_000  # objects, lists, strings and numbers of a file: 50 MB of conversations hold half as many
MAX_SESSION_VALUES = 500_000  # one session is made into objects at a time
MAX_SESSION_BYTES = 20 * 1024 * 1024  # a character may take four bytes in memory, and is there several times
MAX_DEPTH = 100  # of lists and objects in each other: conversations have about ten
TOO_LARGE = (
    "This file is larger than 50 MB when unpacked. Import fewer sessions at a time; from a large ChatGPT export, "
    "take conversations.json out of the .zip."
)
TOO_MUCH = "There is too much in this file to import it at once. Import fewer sessions at a time."
UNKNOWN = "This is neither a file that was exported here nor ChatGPT's conversations.json or its .zip."
DAMAGED = "This file is damaged or incomplete, so nothing was imported. Please export it again."
NEWER = "This file was made by a newer version of the app. Nothing was imported."

_MAX_ZIP_ENTRIES = 20_000
_CONVERSATIONS = re.compile(r"(?:.*[/\\])?(?:conversations|sessions)(?:-\d+)?\.json")  # large accounts get several
_THINGS: dict[str, Kind] = {f"{kind}.json": kind for kind in KINDS}
_BEGIN = re.compile(rb"\s*([\[{])")
# Nothing is tried twice (possessive), and a string that does not end is one token, to the end of the text.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)
_COMMA, _OPENING, _CLOSING = ord(","), b"[{", b"]}"


@dataclass(frozen=True, slots=True)
class Source:
    """One session of a file; or *told*, a sentence why this one cannot be imported."""

    session: SavedSession | None
    told: str = ""

    def read(self) -> SavedSession:
        """Return the session. Raises InvalidInputError."""
        if self.session is None:
            raise InvalidInputError(self.told)
        return self.session


class _Span(NamedTuple):
    start: int
    end: int
    values: int


def sources(data: bytes) -> list[Source]:
    """Return the sessions of a file, in its order. Raises InvalidInputError where the file cannot be used."""
    if len(data) > MAX_BYTES:
        raise InvalidInputError(TOO_LARGE)
    texts = (text for _, text in _unpacked(data, _CONVERSATIONS.fullmatch)) if _is_zip(data) else iter([data])
    reader = _Reader()
    found = [source for text in texts for source in reader.sources(text.removeprefix(b"\xef\xbb\xbf"))]
    if not found and not reader.texts:
        raise InvalidInputError("There is no conversations.json in this .zip file.")
    return found


def things(data: bytes) -> dict[Kind, list[Saved]]:
    """Return the customers, trips and templates of a zip that holds somebody's data; none of any other file.

    Raises InvalidInputError where the file cannot be used.
    """
    found: dict[Kind, list[Saved]] = {kind: [] for kind in KINDS}
    if len(data) > MAX_BYTES:
        raise InvalidInputError(TOO_LARGE)
    if _is_zip(data):
        reader = _Reader()
        for name, text in _unpacked(data, _THINGS.get):
            found[_THINGS[name]] += reader.things(text, _THINGS[name])
    return found


def _is_zip(data: bytes) -> bool:
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def _unpacked(data: bytes, wanted: Callable[[str], object]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files of a zip that are *wanted*."""
    if data.count(b"PK\x01\x02") > _MAX_ZIP_ENTRIES:
        raise InvalidInputError(TOO_LARGE)
    left = MAX_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for entry in packed.infolist():
                if not wanted(entry.filename):
                    continue
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise InvalidInputError(UNKNOWN)
                with packed.open(entry) as file:
                    text = file.read(left + 1)
                left -= len(text)
                if left < 0:
                    raise InvalidInputError(TOO_LARGE)
                yield entry.filename, text
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as exc:
        raise InvalidInputError(DAMAGED) from exc  # RuntimeError: it wants a password


class _Reader:
    """Reads the texts of one file, which together hold no more than a file may."""

    def __init__(self) -> None:
        self._values_left = MAX_VALUES
        self._sessions_left = MAX_SESSIONS
        self.texts = 0  # that were read

    def things(self, text: bytes, kind: Kind) -> list[Saved]:
        """Return what a JSON text of customers, trips or templates holds."""
        if not _BEGIN.match(text):
            raise InvalidInputError(DAMAGED)
        spans, rest = self._cut(text, key=f'"{kind}"'.encode())
        if rest.values > MAX_SESSION_VALUES or any(one.values > MAX_SESSION_VALUES for one in spans):
            raise InvalidInputError(TOO_MUCH)
        head = _loads(text[: rest.start] + text[rest.end :])
        if not isinstance(head, dict) or head.get("format") != format_of(kind):
            raise InvalidInputError(DAMAGED)
        if type(head.get("version")) is not int or head["version"] > THINGS_VERSION:
            raise InvalidInputError(NEWER)
        try:
            return [read_thing(kind, text[span.start : span.end]) for span in spans]
        except ValueError as exc:
            raise InvalidInputError(DAMAGED) from exc

    def sources(self, text: bytes) -> list[Source]:
        """Return the sessions of a JSON text."""
        self.texts += 1
        if not (begin := _BEGIN.match(text)):
            raise InvalidInputError(UNKNOWN)
        spans, rest = self._cut(text, key=None if begin[1] == b"[" else b'"sessions"')
        if rest.values > MAX_SESSION_VALUES or len(text) - (rest.end - rest.start) > MAX_SESSION_BYTES:
            raise InvalidInputError(TOO_MUCH)
        head = _loads(text[: rest.start] + text[rest.end :])  # all of it, where it is one conversation
        if isinstance(head, dict) and head.get("format") == FORMAT:
            if type(head.get("version")) is not int or head["version"] > VERSION:
                raise InvalidInputError(NEWER)
            return [_source(text, span, ours=True) for span in spans]
        if isinstance(head, dict):
            spans = [_Span(0, len(text), rest.values + sum(span.values for span in spans))]
        if not spans:
            raise InvalidInputError("There are no conversations in this file.")
        return [_source(text, span, ours=False) for span in spans]

    def _cut(self, text: bytes, *, key: bytes | None) -> tuple[Sequence[_Span], _Span]:
        """Return where the elements of the outermost array are, and which stretch to leave out to have the rest.

        With a *key*, those of the array that the outermost object holds under it; no elements where there is none.
        """
        spans: list[_Span] = []
        depth, inside, last, start = 0, -1, b"", 0
        array = (len(text), len(text))
        values = values_before = values_inside = 0
        for token in _TOKEN.finditer(text):
            mark = text[token.start()]
            if mark == _COMMA:
                values += 1
            elif mark in _OPENING:
                if (depth == 0 and key is None) or (depth == 1 and mark == b"["[0] and inside == -1 and last == key):
                    inside, array = depth + 1, (token.end(), len(text))
                elif depth == inside:
                    start, values_before = token.start(), values
                depth += 1
                values += 1
                if depth > MAX_DEPTH:
                    raise InvalidInputError(DAMAGED)
            elif mark in _CLOSING:
                depth -= 1
                if depth == inside:
                    spans.append(_Span(start, token.end(), values - values_before))
                    values_inside += values - values_before
                elif depth == inside - 1:
                    inside, array = -2, (array[0], token.start())
            elif depth == 1:
                last = token[0]
            if values > self._values_left or len(spans) > self._sessions_left:
                raise InvalidInputError(TOO_MUCH)
        edges = [array[0], *(edge for span in spans for edge in span[:2]), array[1]]
        gaps = (text[before:after].strip() for before, after in zip(edges[::2], edges[1::2], strict=True))
        if depth != 0 or (spans and any(gap != _between(at, len(spans)) for at, gap in enumerate(gaps))):
            raise InvalidInputError(DAMAGED)
        self._values_left -= values
        self._sessions_left -= len(spans)
        return spans, _Span(array[0], array[1] if spans else array[0], values - values_inside)


def _between(place: int, elements: int) -> bytes:
    """Return what stands before the element at this place of an array; behind the last one that is nothing."""
    return b"," if 0 < place < elements else b""


def _source(text: bytes, span: _Span, *, ours: bool) -> Source:
    """Read one session. Raises InvalidInputError where that says that the whole file cannot be used."""
    if span.values > MAX_SESSION_VALUES or span.end - span.start > MAX_SESSION_BYTES:
        return Source(None, "A conversation in this file has too much in it to be imported.")
    part = text[span.start : span.end]
    if ours:
        try:
            return Source(read_session(part))
        except ValueError as exc:
            raise InvalidInputError(DAMAGED) from exc
    conversation = _loads(part)
    if not isinstance(conversation, dict) or not isinstance(conversation.get("mapping"), dict):
        raise InvalidInputError(UNKNOWN)
    return _conversation(conversation)


def _conversation(raw: Mapping[str, Any]) -> Source:
    try:
        return Source(read_conversation(raw))
    except InvalidInputError as exc:
        return Source(None, exc.message)


def _loads(text: bytes) -> Any:
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError) as exc:
        raise InvalidInputError(DAMAGED) from exc
