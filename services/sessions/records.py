"""Sessions, their messages and files as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from exports.sessions.settings import SessionSettings
from services.message_status import MessageStatus
from services.parts import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary(SessionSettings):
    """One conversation, as lists show it to somebody.

    But for *answering*, *people*, *owner_name* and *trip_access*, each field is a column of `sessions`, or of what is
    theirs of it, `participants`.
    """

    id: int
    user_id: int  # its owner
    access: str  # owner, edit or view
    trip_id: int | None  # that it is in
    title_chosen: bool  # by a person
    message_count: int
    total_tokens: int
    cost_micros: int  # millionths of a US dollar: the sum of what is known
    unpriced: int  # replies, or its title, of which the cost is not known
    last_message_id: int | None
    last_message_preview: str
    last_message_at: datetime
    answering: bool  # a reply is being written
    unseen: bool  # a reply ended and nobody has looked since
    sample: bool  # shows what the app does
    created_at: datetime
    updated_at: datetime
    people: int = 1  # who see it, its owner among them
    owner_name: str | None = None  # of somebody else's
    trip_access: str | None = None  # of its trip: owner, edit or view; None of a session that was just made

    @property
    def is_own(self) -> bool:
        """Whether it belongs to who looks."""
        return self.access == "owner"

    @property
    def may_write(self) -> bool:
        """Whether who looks may do more than read."""
        return self.access != "view"

    @property
    def shown_trip_id(self) -> int | None:
        """Return the trip that it is in, where who looks sees that: not who was given the session alone."""
        return self.trip_id if self.is_own or self.trip_access else None

    @property
    def may_change_trip(self) -> bool:
        """Whether who looks may change the trip that it is in."""
        return self.trip_access in ("owner", "edit")

    @property
    def is_shared(self) -> bool:
        """Whether more than one person sees it."""
        return self.people > 1


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Part of a list of sessions, and where the next part begins (None: there is none)."""

    sessions: tuple[SessionSummary, ...]
    next_cursor: str | None


class SessionOrder(StrEnum):
    """What the table of all sessions is sorted by: the latest or the most first, titles from A."""

    LAST_USED = "last_used"
    CREATED = "created"
    TITLE = "title"
    MESSAGES = "messages"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions the table shows; None and no words mean all.

    *words* all stand in the title, its trip's with it, or in one message; *since* the session was used.
    """

    words: str = ""
    model: str | None = None
    archived: bool | None = None
    since: datetime | None = None
    trip_id: int | None = None


@dataclass(frozen=True, slots=True)
class SessionTable:
    """The first rows of the table of all sessions, and whether there are more."""

    sessions: tuple[SessionSummary, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be put into a session: checked, and *name* without any folder."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file of a session; *message_id* names the message that it came with."""

    id: int
    session_id: int | None  # None: it is a trip's
    message_id: int | None
    name: str
    media_type: str
    size: int  # bytes
    created_at: datetime


class FileState(StrEnum):
    """How far the assistant has a file: it goes to Backboard with the next question, and is indexed there."""

    KEPT = "kept"
    READING = "reading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file and how far the assistant has it; *problem* is Backboard's reason where it failed."""

    info: FileInfo
    state: FileState
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class MessageView:
    """One turn, as the chat shows it.

    *first_text_s* and *duration_s* are from the moment that the reply was asked for to its first text and its end.
    """

    id: int
    session_id: int
    parent_id: int | None
    role: str
    status: MessageStatus
    text: str
    parts: tuple[Part, ...]
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    first_text_s: float | None
    duration_s: float | None
    error_code: str | None
    error_text: str | None
    retry_of: int | None
    created_at: datetime
    versions: tuple[int, ...] = ()  # ids of all versions of this turn, oldest first, this one among them
    cost_micros: int | None = None  # millionths of a US dollar; None: not known
    rating: int | None = None  # 1 or -1
    rating_reason: str | None = None
    author_id: int = 0  # who wrote it, or asked for it
    memory_customer_id: int | None = None  # whose memory a reply was given; None: that of the session's owner
    for_another: bool = False  # a reply to another customer's session, as this was until it was moved
    files: tuple[FileInfo, ...] = ()  # that came with it


@dataclass(frozen=True, slots=True)
class History:
    """A stretch of a conversation, oldest first, and whether there is more on either side.

    *names* are those of its authors, by id, but for who looks.
    """

    messages: tuple[MessageView, ...]
    has_earlier: bool
    has_later: bool
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """That somebody else went on in a version that is not shown: their newest message there, and their name."""

    message_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a planner's message became. *repeated* is True when it had been accepted before."""

    session_id: int
    message_id: int
    reply_id: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A session whose title, or whose trip's, matches (*message_id* None), or a message whose text does."""

    session_id: int
    session_title: str
    message_id: int | None
    excerpt: str
    at: datetime
    trip_title: str | None = None


@dataclass(frozen=True, slots=True)
class FileRoom:
    """How much room a planner's files take, and may take, in bytes. A file takes 4 KB at least."""

    used_bytes: int
    limit_bytes: int

    @property
    def nearly_full(self) -> bool:
        """True when four fifths are used."""
        return self.used_bytes * 5 >= self.limit_bytes * 4
