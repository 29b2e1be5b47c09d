"""Customers, trips and templates as JSON of their own, beside the sessions in a file of somebody's data."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from exports.sessions.records import SavedCustomer, SavedTrip

Kind = Literal["customers", "trips", "templates"]
KINDS: tuple[Kind, ...] = ("customers", "trips", "templates")
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedTemplate:
    """What a new session starts with; *model* None: the planner's last choice."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    instructions: Annotated[str, Field(max_length=100_000)] = ""
    first_message: Annotated[str, Field(max_length=100_000)] = ""
    model: Annotated[str, Field(max_length=255)] | None = None
    memory: bool = True
    web_search: bool = False


Saved = SavedCustomer | SavedTrip | SavedTemplate
_TYPES: dict[Kind, TypeAdapter[Any]] = {
    "customers": TypeAdapter(SavedCustomer),
    "trips": TypeAdapter(SavedTrip),
    "templates": TypeAdapter(SavedTemplate),
}


def format_of(kind: Kind) -> str:
    """Return what a file of this kind calls itself."""
    return f"travelbot.{kind}"


def things_json(kind: Kind, things: Iterable[Saved]) -> Iterator[bytes]:
    """Yield the pieces of a file that holds these things, one at a time in memory."""
    yield f'{{"format": "{format_of(kind)}", "version": {VERSION}, "{kind}": ['.encode()
    between = b"\n"
    for thing in things:
        values = _TYPES[kind].dump_python(thing, mode="json", exclude_none=True)
        yield between + json.dumps(values, ensure_ascii=False, indent=1).encode()
        between = b",\n"
    yield b"\n]}\n"


def read_thing(kind: Kind, data: bytes) -> Saved:
    """Return what one element of such a file is. Raises ValueError (pydantic's) where it is none."""
    found: Saved = _TYPES[kind].validate_json(data, strict=True)
    return found
