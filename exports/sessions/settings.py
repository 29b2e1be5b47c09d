"""What can be set of a session. It is listed here only: who keeps, shows, copies, saves or changes one asks here."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from pydantic import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """What a planner can set of a session. Each field is a column of the same name: of `sessions`, or of
    `participants` where it is `PERSONAL`.

    The limits are those of a saved file; descriptions are for the API.
    """

    title: Annotated[str, Field(min_length=1, max_length=100)]
    model: Annotated[str, Field(max_length=255)]  # provider/name
    memory: Annotated[bool, Field(description="Whether the assistant may use and keep memories here.")] = True
    instructions: Annotated[
        Annotated[str, Field(max_length=100_000)] | None,
        Field(description="Sent to the assistant with every question."),
    ] = None
    web_search: Annotated[bool, Field(description="Whether the assistant may look things up in the web here.")] = (
        False
    )
    pinned: bool = False
    archived: bool = False


SETTINGS = tuple(one.name for one in fields(SessionSettings))
PERSONAL = ("pinned", "archived")  # set by each person for themselves


def setting_values(session: object, **instead: Any) -> dict[str, Any]:
    """Return the settings of a session, whatever has them as attributes, by name; some *instead* of its own."""
    known_settings(instead)
    return {name: instead[name] if name in instead else getattr(session, name) for name in SETTINGS}


def known_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return *given* where each is a setting. Raises TypeError where one is none."""
    if unknown := given.keys() - set(SETTINGS):
        raise TypeError(f"A session has no such settings: {', '.join(sorted(unknown))}.")
    return dict(given)
