"""Trips and customers as plain data."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from travel.brief import Brief, FieldChange
from travel.status import TripStatus


class TripAccess(StrEnum):
    """What a member may do with a trip. A trip has one owner."""

    OWNER = "owner"
    EDIT = "edit"
    VIEW = "view"

    @property
    def may_change(self) -> bool:
        """Return whether a member may do more than read."""
        return self is not TripAccess.VIEW


class TripOrder(StrEnum):
    """What a list of trips is sorted by: the latest first, or titles from A."""

    LAST_USED = "last_used"
    TITLE = "title"


class WithSessions(StrEnum):
    """What becomes of a trip's sessions when it is deleted."""

    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class TripSummary:
    """A trip as lists show it. *access*, *archived* and *last_used_at* are those of whoever asks."""

    id: int
    title: str
    status: TripStatus
    customer_id: int | None
    customer_name: str | None
    access: TripAccess
    archived: bool
    start: date | None
    end: date | None
    months: tuple[str, ...]  # 2027-05; only where there are no dates
    rev: int
    members: int  # its owner among them
    last_used_at: datetime
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip(TripSummary):
    """A trip with its brief as it is now; *content_hash* is the SHA-256 of what of it is not private."""

    brief: Brief
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TripName:
    """What is shown of a trip beside something else. *access* is that of whoever asks."""

    id: int
    title: str
    access: TripAccess
    customer_id: int | None
    customer_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTrip(TripName):
    """A trip and what goes on in its sessions.

    *answering* in any of them; *answering_elsewhere* and *unseen* in one that is not the session looked at;
    *looked_at*: that one is in it.
    """

    answering: bool
    answering_elsewhere: bool
    unseen: bool
    looked_at: bool


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Whose memory keeps what was said in sessions that move: of these customers, and, if *mine*, of their owner."""

    customers: tuple[str, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class TripPage:
    """Part of a list of trips, and where the next part begins (None: there is none)."""

    trips: tuple[TripSummary, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class TripContents:
    """What a trip holds. *of_others*: how many of its sessions are not whoever asks's own.

    *messages* are those of its sessions, *files* and *links* its own and theirs.
    """

    sessions: int
    of_others: int
    messages: int
    files: int
    links: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works on a trip."""

    user_id: int
    username: str
    name: str
    access: TripAccess
    since: datetime


@dataclass(frozen=True, slots=True)
class MemberDeed:
    """What *by* did to a member: handed the trip over to them, or took them off it; None where they left."""

    at: datetime
    name: str
    by: str | None
    handed_over: bool


@dataclass(frozen=True, slots=True)
class LinkDeed:
    """What somebody said or decided on a link to a trip: *kind* is of a decision, empty of a comment."""

    at: datetime
    name: str
    review_id: int
    deck: bool
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionSummary:
    """What one change left of a trip, without its brief. *by* is None where that user is no more."""

    rev: int
    summary: str
    by: str | None
    at: datetime
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision(RevisionSummary):
    """A trip as one change left it."""

    title: str
    status: TripStatus
    brief: Brief


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """The latest revisions, or those before one, latest first; *next_cursor* None: there are no earlier ones."""

    revisions: tuple[RevisionSummary, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two revisions, in plain texts, private fields among it."""

    before: RevisionSummary
    after: RevisionSummary
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class TripFile:
    """A file that is at hand in every session of a trip; *by* is the name of whoever added it."""

    id: int
    trip_id: int
    name: str
    media_type: str
    size: int  # bytes
    by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who trips are planned for. *notes* are for the team. *mine*: whoever asks keeps, and may change, it."""

    id: int
    name: str
    contact: str
    language: str | None  # BCP 47
    notes: str
    mine: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Part of a list of customers by name, and where the next part begins (None: there is none)."""

    customers: tuple[Customer, ...]
    next_cursor: str | None
