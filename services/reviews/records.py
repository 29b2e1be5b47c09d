"""Reviews as plain data."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol, TypedDict

from sqlalchemy.orm import Session

from exports.reviews.records import Snapshot, ThingKind


class ReviewMay(StrEnum):
    """What a link lets its readers do; each may also do what stands before it."""

    LOOK = "look"
    COMMENT = "comment"
    DECIDE = "decide"


class DecisionKind(StrEnum):
    """What can be decided about a snapshot."""

    APPROVE = "approve"
    APPROVE_WITH_NOTES = "approve_with_notes"
    ASK_FOR_CHANGES = "ask_for_changes"
    DECLINE = "decline"


class ReviewState(StrEnum):
    """Where a link stands. Only decisions about the version that it shows count."""

    OPEN = "open"
    CHANGES_ASKED = "changes_asked"
    DECLINED = "declined"
    APPROVED = "approved"
    OUTDATED = "outdated"
    ENDED = "ended"


class ThingColumns(TypedDict, total=False):
    """The column that names what links are of, one of both."""

    session_id: int
    trip_id: int


class LinkColumns(ThingColumns):
    """The columns that tell which links are of a thing."""

    deck: bool


class Thing(NamedTuple):
    """What links are of: a session, or a trip, of which they show the brief; or the *deck* of one of both."""

    kind: Literal["session", "trip"]
    id: int
    deck: bool = False

    @property
    def shown(self) -> ThingKind:
        """Return what of it they show."""
        return "deck" if self.deck else self.kind

    @property
    def columns(self) -> ThingColumns:
        """Return the column that names the session or trip in the database."""
        return {"session_id": self.id} if self.kind == "session" else {"trip_id": self.id}

    @property
    def link_columns(self) -> LinkColumns:
        """Return the columns by which its links are found."""
        return {**self.columns, "deck": self.deck}


class Shareable(Protocol):
    """What can be reviewed, told by whoever has it."""

    def snapshot(self, thing_id: int, *, user_id: int, first_id: int | None, last_id: int | None) -> Snapshot:
        """Return a thing as its audience sees it now, whole or from one of its pieces to another, inclusive.

        Raises NotFoundError, NotPossibleError: a piece is not shown any more, or there is nothing to share.
        """

    def hold(self, db_session: Session, thing_id: int, *, user_id: int) -> tuple[str, int]:
        """Hold a thing that somebody shares, in their transaction; return its title, and whose a link to it is then.

        Raises NotFoundError, NotPossibleError.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """What a planner says of a link. *ends_at* None: until it is revoked."""

    audience: str
    may: ReviewMay = ReviewMay.DECIDE
    download: bool = False
    note: str = ""
    approvals: int = 1
    due_on: date | None = None
    ends_at: datetime | None = None
    follows: bool = True


@dataclass(frozen=True, slots=True)
class Version:
    """A snapshot as a link shows, or showed, it; *number* counts from 1."""

    number: int
    sha256: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided. *name* is not verified; *by_phone*: the link's planner wrote it down.

    *outdated*: about another version than the link shows now. *replaced*: by a later one about the same version, of
    the same browser, or that the planner wrote down under the same name.
    """

    id: int
    kind: DecisionKind
    note: str
    name: str
    by_phone: bool
    version: int
    sha256: str
    outdated: bool
    replaced: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said. *anchor* None: about the whole. Of one that was *removed*, the text is empty.

    *by_planner*: a user of this app. *internal*: for colleagues alone. *mine*: whoever asks wrote it; *changeable*:
    and can still change it. *new*: whoever asks has not seen it.
    """

    id: int
    name: str
    text: str
    by_planner: bool
    internal: bool
    version: int
    created_at: datetime
    edited: bool
    removed: bool
    mine: bool
    changeable: bool
    new: bool


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who said when that a thread is done, in which version."""

    by: str
    at: datetime
    version: int | None


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment and what was answered; its id is the first comment's.

    *before* is the words right before the passage, where its own stand more than once.
    """

    review_id: int
    anchor: str | None
    passage: str | None
    before: str | None
    first: Comment
    answers: tuple[Comment, ...]
    resolved: Resolved | None

    @property
    def id(self) -> int:
        """Return the id of the first comment."""
        return self.first.id


@dataclass(frozen=True, slots=True)
class Review:
    """A link, as its planner sees it. *approved* of `settings.approvals` approve of the version that it shows.

    *outcome* is where it stands, also once it has ended. *ended_why*: as who made it works there no
    more; else None.
    """

    id: int
    thing: Thing
    title: str  # of the thing
    settings: LinkSettings
    state: ReviewState
    outcome: ReviewState
    approved: int
    version: Version
    has_passcode: bool
    revoked: bool
    ended_why: str | None
    opened_at: datetime | None
    last_opened_at: datetime | None
    open_threads: int
    unseen: bool
    first_id: int | None
    last_id: int | None
    created_at: datetime
    changed: int

    @property
    def session_id(self) -> int | None:
        """Return the id of the session that it is of, None for a trip's."""
        return self.thing.id if self.thing.kind == "session" else None

    @property
    def trip_id(self) -> int | None:
        """Return the id of the trip that it is of, None for a session's."""
        return self.thing.id if self.thing.kind == "trip" else None


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made, or made anew; *token* is shown once and kept nowhere."""

    review: Review
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReviewDetails:
    """A link with all that was decided and its versions, oldest first.

    *changeable*: whoever asks may change it and give it another address.
    """

    review: Review
    versions: tuple[Version, ...]
    decisions: tuple[Decision, ...]
    changeable: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """What whoever opened a link is shown.

    *name* is what they called themselves last, *seen_version* the number of the version that they saw last (0: none),
    *threads* the number of threads by anchor (None: about the whole), *passages* the anchor of each passage
    that an open thread is about, its words, and those before it where its own stand more than once, *news* those
    threads, at most ten, in which something is new for them.
    """

    review_id: int
    planner: str
    settings: LinkSettings
    state: ReviewState
    approved: int
    version: Version
    snapshot: Snapshot
    decisions: tuple[Decision, ...]
    my_decision: Decision | None
    threads: dict[str | None, int]
    passages: tuple[tuple[str, str, str], ...]
    news: tuple[Thread, ...]
    name: str
    seen_version: int
    seen_comment_id: int
    latest_comment_id: int
    changed: int
