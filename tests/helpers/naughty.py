"""The Big List of Naughty Strings, and what of each is kept: no control characters, no blanks around it."""

import json
import unicodedata
from collections.abc import Sequence

import pytest

from exports.sessions.json_text import sessions_json
from exports.sessions.records import SavedMessage, SavedSession
from settings import ROOT
from tests.helpers.saved_session import BEGUN

STRINGS: list[str] = json.loads((ROOT / "tests" / "data" / "naughty-strings.json").read_text("utf-8"))
SOME: list[str] = []  # those that a test takes: a spread of them, and with --soak all
WEB = "https://example.com/?q="
_CONTROLS = {char: None for char in (*range(32), 127) if chr(char) not in "\t\n"}


def _characters(text: str) -> set[str]:
    """Return what kinds of characters are in a text; each sign and control character of ASCII is one of its own."""
    return {
        char
        if char.isascii() and not char.isalnum()
        else f"{unicodedata.category(char)} {unicodedata.bidirectional(char)}"
        for char in text
    }


def _spread() -> list[str]:
    """Return every fourth string, and each other that brings a kind of character that none so far has."""
    met = set().union(*(_characters(text) for text in STRINGS[::4]))
    taken = []
    for number, text in enumerate(STRINGS):
        if number % 4 == 0 or _characters(text) - met:
            taken.append(text)
            met |= _characters(text)
    return taken


SOME += _spread()
SOAK = pytest.mark.soak(short=len(SOME), long=len(STRINGS))  # strings


def take_all() -> None:
    """Let those tests take all that are imported from now on."""
    SOME[:] = STRINGS


def kept(text: str) -> str:
    """Return what is kept of a text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS).strip()


def on_one_line(text: str) -> str:
    """Return what is kept of a title."""
    return " ".join(kept(text).split())


def says_something(text: str) -> bool:
    """Whether there is more in a text than blanks and what nobody sees."""
    return any(unicodedata.category(char)[0] not in "CZ" for char in kept(text))


def joined(strings: Sequence[str], size: int) -> list[str]:
    """Return strings as fewer and longer ones."""
    return ["\n\n".join(strings[start : start + size]) for start in range(0, len(strings), size)]


def packed(strings: Sequence[str], chars: int) -> list[str]:
    """Return strings as fewer ones, on a line each that is not longer than so many characters."""
    lines = [""]
    for text in (on_one_line(text)[:chars] for text in strings):
        lines[-1:] = [lines[-1], text] if len(lines[-1]) + len(text) >= chars else [f"{lines[-1]} {text}".strip()]
    return lines


def saved_sessions(strings: Sequence[str] = SOME) -> list[SavedSession]:
    """Return a session for each string, which stands in every field that takes it."""
    return [_saved(number, text) for number, text in enumerate(strings)]


def file_of(sessions: Sequence[SavedSession]) -> bytes:
    return b"".join(sessions_json(sessions))


def saved_conversation(strings: Sequence[str] = SOME) -> SavedSession:
    """Return one session in which the planner says each string, and the assistant says it again."""
    messages: list[SavedMessage] = []
    for text in strings:
        for role in ("user", "assistant"):
            above = messages[-1].id if messages else None
            messages.append(SavedMessage(str(len(messages)), role, "complete", text, BEGUN, parent_id=above))
    return SavedSession(
        key="all of them", title="All of them", planner="Ada", model="a/b", created_at=BEGUN, last_message_at=BEGUN,
        messages=messages, last_message_id=messages[-1].id,
    )  # fmt: skip


def _saved(number: int, text: str) -> SavedSession:
    name = text[:90] or "x"
    beside = [
        {"kind": "reasoning", "text": text, "at": 0},
        {"kind": "tool", "text": text, "at": 0, "call_id": text, "input": text, "output": text},
        {"kind": "source", "text": text, "at": 0, "url": WEB + text},
    ]
    question = SavedMessage(f"{name} 1", "user", "complete", text, BEGUN)
    reply = SavedMessage(
        f"{name} 2", "assistant", "failed", text, BEGUN, parent_id=question.id, parts=beside, model=text[:255],
        error_code=text[:40], error_text=text[:1000], rating=-1, rating_reason=text[:1000], ended_at=BEGUN,
    )  # fmt: skip
    return SavedSession(
        key=f"{number} {text}"[:120], title=text[:100] or "x", planner=text[:100], model=text[:255], created_at=BEGUN,
        last_message_at=BEGUN, messages=[question, reply], last_message_id=reply.id, instructions=text,
    )  # fmt: skip
