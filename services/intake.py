"""What comes from outside, in a file or from Backboard, made fit to be kept: one checker for both.

What is kept can be stored in both databases, drawn on every page and written into every file: no text holds what is
no character, every instant can be told in any time zone, numbers are small enough to be added up, and what is called
an address can stand in a link. Texts lose what cannot be kept; an instant, an address or a number is left out or put
right.
"""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

from services.errors import InvalidInputError
from services.parts import MemoryPart, NoticePart, Part, ReasoningPart, SourcePart, StepPart, ToolCallPart
from services.texts import check_model

T = TypeVar("T")

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MAX_COUNT = 10**10  # of tokens, or of millionths of a dollar: the sum over a large account is a 64-bit number
MAX_TEXT_CHARS = 500_000  # of a message from a file, or of what stands beside it
MAX_PARTS = 1_000  # beside one message from a file
MAX_NAME_CHARS = 255
MAX_URL_CHARS = 2_000
_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
_KEPT_IN_URL = "%:/?#@!$&*+,;=~-._"  # all else is written as %XX, so that a URL is no Markdown of its own


def kept_text(text: object) -> str:
    """Return a text without what neither database keeps: NUL, and halves of characters. What is no text is empty."""
    return _NO_CHARACTER.sub("", text) if isinstance(text, str) else ""


def kept_name(name: object, *, at_most: int = MAX_NAME_CHARS) -> str | None:
    """Return a name that Backboard gave to something, or None where it cannot be kept as it is."""
    if not isinstance(name, str) or not 1 <= len(name) <= at_most or _NO_CHARACTER.search(name):
        return None
    return name


def kept_model(model: object) -> str | None:
    """Return `provider/name`, or None where *model* is not named like one."""
    try:
        return check_model(model) if isinstance(model, str) else None
    except InvalidInputError:
        return None


def kept_count(number: object) -> int | None:
    """Return how many tokens, or millionths of a dollar, there were; None where that cannot be."""
    return number if type(number) is int and 0 <= number <= MAX_COUNT else None


def kept_instant(at: datetime, *, now: datetime) -> datetime:
    """Return an instant in UTC, none before 1970 and none in the future."""
    return EARLIEST if at <= EARLIEST else now if at >= now else at.astimezone(UTC)


def kept_part(part: Part) -> Part:
    """Return what stands beside a reply with its texts cleaned; a name or an address that is none is left out."""
    match part:
        case ReasoningPart(text, at):
            return ReasoningPart(kept_text(text), at)
        case ToolCallPart(name, call_id, given, output, at):
            return ToolCallPart(kept_text(name), kept_name(call_id), _kept_json(given), _kept_json(output), at)
        case NoticePart(text, at):
            return NoticePart(kept_text(text), at)
        case SourcePart(title, url, at):
            return SourcePart(kept_text(title), web_address(url), at)
        case MemoryPart(text, memory_id, at):
            return MemoryPart(kept_text(text), kept_name(memory_id), at)
        case StepPart():
            return part


def _kept_json(text: object) -> str | None:
    return kept_text(text) if isinstance(text, str) else None


def kept(value: T, *, clean: Callable[[str], str], now: datetime) -> T:
    """Return data out of a file with every text and every instant in it made fit, however deep it lies.

    Raises InvalidInputError for a number that is too large.
    """
    made: Any = value
    match value:
        case str():
            made = clean(value)
        case datetime():
            made = kept_instant(value, now=now)
        case int() if abs(value) > MAX_COUNT:
            raise InvalidInputError("A number in it is too large.")
        case list():
            made = [kept(one, clean=clean, now=now) for one in value]
        case dict():
            made = {clean(name): kept(one, clean=clean, now=now) for name, one in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            made = replace(
                value, **{one.name: kept(getattr(value, one.name), clean=clean, now=now) for one in fields(value)}
            )
    return cast("T", made)


def web_address(url: object) -> str | None:
    """Return an http or https address that can stand in a Markdown link and can be read again, or None."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname or parts.username is not None:
            return None
        safe = quote(url, safe=_KEPT_IN_URL)
        if not urlsplit(safe).hostname:
            return None
    except ValueError:  # also of half a character
        return None
    return safe if len(safe) <= MAX_URL_CHARS else None
