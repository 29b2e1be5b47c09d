"""Decks as plain data, beside what `exports.decks.records` says of their slides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, TypedDict

from exports.decks.records import Deck


class DeckColumns(TypedDict, total=False):
    """The column that names what a deck is of, one of both."""

    session_id: int
    trip_id: int


class DeckOf(NamedTuple):
    """What a deck is of: a session or a trip, each of which has one."""

    kind: Literal["session", "trip"]
    id: int

    @property
    def columns(self) -> DeckColumns:
        """Return the column that names it in the database."""
        return {"session_id": self.id} if self.kind == "session" else {"trip_id": self.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckSummary:
    """One version of a deck without its slides. *by* is None where that user is no more."""

    rev: int
    summary: str
    slides: int
    by: str | None
    at: datetime
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDeck(DeckSummary):
    """One version of a deck. *latest* is the number of the one that it is now; *may_change* is of whoever asks."""

    id: int
    of: DeckOf
    title: str  # of the session or trip
    deck: Deck
    latest: int
    may_change: bool


@dataclass(frozen=True, slots=True)
class DeckVersions:
    """Part of a list of versions, the latest first, and where the next part begins (None: there is none)."""

    versions: tuple[DeckSummary, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class DeckPicture:
    """A picture that a deck has, for its slides to show. Width and height are pixels."""

    sha256: str
    media_type: str
    width: int
    height: int
