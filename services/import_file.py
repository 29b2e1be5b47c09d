"""An uploaded file opened: JSON or a zip with ChatGPT's, cut into sessions that are read one at a time.

Nothing is unpacked to a disk, and never more than MAX_BYTES into memory: the sizes that a zip
states are not believed.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from exports.session_json import FORMAT, VERSION, read_session
from exports.session_records import SavedSession
from services.chatgpt import read_conversation
from services.errors import InvalidInputError

MAX_BYTES = 50 * 1024 * 1024
TOO_LARGE = (
    "This file is larger than 50 MB when unpacked. Import fewer sessions at a time; from a large ChatGPT export, "
    "take conversations.json out of the .zip."
)
UNKNOWN = "This is neither a file that was exported here nor ChatGPT's conversations.json or its .zip."
DAMAGED = "This file is damaged or cut off, so nothing was imported. Please export it again."
NEWER = "This file was made by a newer version of the app. Nothing was imported."

_MAX_ZIP_ENTRIES = 20_000
_CONVERSATIONS = re.compile(r"(?:.*[/\\])?conversations(?:-\d+)?\.json")  # large accounts get several
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """Where one session stands in a JSON text."""

    text: bytes
    start: int
    end: int
    ours: bool

    def read(self) -> SavedSession:
        """Return the session. Raises InvalidInputError: for one of ours with DAMAGED, else about this one alone."""
        part = self.text[self.start : self.end]
        if not self.ours:
            return read_conversation(_loads(part))
        try:
            return read_session(part)
        except ValueError as exc:
            raise InvalidInputError(DAMAGED) from exc


def sources(data: bytes) -> list[Source]:
    """Return the sessions of a file, in its order; every one of them is JSON. Raises InvalidInputError."""
    if len(data) > MAX_BYTES:
        raise InvalidInputError(TOO_LARGE)
    texts = _unpacked(data) if data[:4] in (b"PK\x03\x04", b"PK\x05\x06") else [data]
    return [source for text in texts for source in _sources(text.removeprefix(b"\xef\xbb\xbf"))]


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data.count(b"PK\x01\x02") > _MAX_ZIP_ENTRIES:
        raise InvalidInputError(TOO_LARGE)
    left = MAX_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = [one for one in packed.infolist() if _CONVERSATIONS.fullmatch(one.filename)]
            if not entries:
                raise InvalidInputError("There is no conversations.json in this .zip file.")
            for entry in entries:
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise InvalidInputError(UNKNOWN)
                with packed.open(entry) as file:
                    text = file.read(left + 1)
                left -= len(text)
                if left < 0:
                    raise InvalidInputError(TOO_LARGE)
                yield text
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as exc:
        raise InvalidInputError(DAMAGED) from exc  # RuntimeError: it wants a password


def _sources(text: bytes) -> list[Source]:
    first = text.lstrip()[:1]
    if first not in (b"[", b"{"):
        raise InvalidInputError(UNKNOWN)
    spans, rest = _elements(text, key=None if first == b"[" else b'"sessions"')
    head = _loads(rest)
    if isinstance(head, dict) and head.get("format") == FORMAT:
        if not isinstance(head.get("version"), int) or head["version"] > VERSION:
            raise InvalidInputError(NEWER)
        found = [Source(text, start, end, ours=True) for start, end in spans]
        for source in found:
            source.read()
        return found
    if isinstance(head, dict):
        spans = [(0, len(text))]
    found = [Source(text, start, end, ours=False) for start, end in spans]
    for source in found:
        conversation = _loads(text[source.start : source.end])
        if not isinstance(conversation, dict) or not isinstance(conversation.get("mapping"), dict):
            raise InvalidInputError(UNKNOWN)
    if not found:
        raise InvalidInputError(UNKNOWN if isinstance(head, dict) else "There are no conversations in this file.")
    return found


def _elements(text: bytes, *, key: bytes | None) -> tuple[Sequence[tuple[int, int]], bytes]:
    """Return where the elements of the outermost array are, and the text without them.

    With a *key*, those of the array that the outermost object holds under it; no elements where there is none.
    """
    spans: list[tuple[int, int]] = []
    depth, inside, last, start = 0, -1, b"", 0
    array = (len(text), len(text))
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in (b"[", b"{"):
            if (depth == 0 and key is None) or (depth == 1 and mark == b"[" and inside == -1 and last == key):
                inside, array = depth + 1, (token.end(), len(text))
            elif depth == inside:
                start = token.start()
            depth += 1
        elif mark in (b"]", b"}"):
            depth -= 1
            if depth == inside:
                spans.append((start, token.end()))
            elif depth == inside - 1:
                inside, array = -2, (array[0], token.start())
        else:
            last = mark
    edges = [array[0], *(edge for span in spans for edge in span), array[1]]
    gaps = [text[before:after].strip() for before, after in zip(edges[::2], edges[1::2], strict=True)]
    if depth != 0 or (spans and gaps != [b"", *[b","] * (len(spans) - 1), b""]):
        raise InvalidInputError(DAMAGED)
    return spans, text[: array[0]] + (b"" if spans else text[array[0] : array[1]]) + text[array[1] :]


def _loads(text: bytes) -> Any:
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError) as exc:
        raise InvalidInputError(DAMAGED) from exc
