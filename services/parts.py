"""What a reply consists of besides its text, and the shape in which all of that is stored.

In *at* of each part is how many characters of the reply's text stood before it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    """What the model thought, until it used a tool or went on with the text."""

    text: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A use of a tool. *input* and *output* are JSON, *input* as the model wrote it, which may be broken.

    None is what is not known, or not yet: of a tool of its own, Backboard says little.
    """

    name: str
    call_id: str | None = None
    input: str | None = None
    output: str | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class NoticePart:
    """A sentence of ours to the reader about this reply."""

    text: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class SourcePart:
    """A page of the web that the reply has something from; *url* is http or https, None where a file had another."""

    title: str
    url: str | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class MemoryPart:
    """A memory that the reply used; Backboard does not always name it."""

    text: str
    memory_id: str | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class StepPart:
    """The place where the model went on after its tools."""

    at: int = 0


Part = ReasoningPart | ToolCallPart | NoticePart | SourcePart | MemoryPart | StepPart


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part as every version since 0.1.0 has it in the database and in files: one shape for all kinds.

    What *text* and *call_id* mean depends on *kind*; what a kind has no use for is None.
    """

    kind: str
    text: str
    at: int = 0
    call_id: str | None = None
    input: str | None = None
    output: str | None = None
    url: str | None = None


def read_part(stored: Mapping[str, Any]) -> Part:
    """Return a part as it was stored. Raises ValueError for one that only a newer version knows."""
    try:
        one = StoredPart(**stored)
    except TypeError as exc:
        raise ValueError(f"This is no part of a reply: {exc}") from exc
    match one.kind:
        case "reasoning":
            return ReasoningPart(one.text, one.at)
        case "tool":
            return ToolCallPart(one.text, one.call_id, one.input, one.output, one.at)
        case "notice":
            return NoticePart(one.text, one.at)
        case "source":
            return SourcePart(one.text, one.url, one.at)
        case "memory":
            return MemoryPart(one.text, one.call_id, one.at)
        case "step":
            return StepPart(one.at)
    raise ValueError(f"No part of a reply is a {one.kind!r}.")


def known_parts(stored: Iterable[Mapping[str, Any]]) -> Iterator[Part]:
    """Yield the parts that were stored, but for those that only a newer version knows: to be shown, not changed."""
    for one in stored:
        with suppress(ValueError):
            yield read_part(one)


def stored_part(part: Part) -> dict[str, Any]:
    """Return a part as it is stored."""
    return asdict(_in_one_shape(part))


def _in_one_shape(part: Part) -> StoredPart:
    match part:
        case ReasoningPart(text, at):
            return StoredPart("reasoning", text, at)
        case ToolCallPart(name, call_id, given, output, at):
            return StoredPart("tool", name, at, call_id=call_id, input=given, output=output)
        case NoticePart(text, at):
            return StoredPart("notice", text, at)
        case SourcePart(title, url, at):
            return StoredPart("source", title, at, url=url)
        case MemoryPart(text, memory_id, at):
            return StoredPart("memory", text, at, call_id=memory_id)
        case StepPart(at):
            return StoredPart("step", "", at)


def texts(part: Part) -> dict[str, str]:
    """Return the texts of a part by their fields; an address is none."""
    values = {one.name: getattr(part, one.name) for one in fields(part) if one.name != "url"}
    return {name: value for name, value in values.items() if isinstance(value, str)}
