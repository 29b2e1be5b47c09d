"""What services hand up: plain frozen data, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class MessageStatus(StrEnum):
    """Where a message is in its life; a planner's message is always complete."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def unfinished(self) -> bool:
        """True while the reply is still being written."""
        return self in (MessageStatus.QUEUED, MessageStatus.RUNNING)

    @property
    def can_retry(self) -> bool:
        """True when asking for a new reply makes sense."""
        return self in (MessageStatus.STOPPED, MessageStatus.FAILED, MessageStatus.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody signed in."""

    id: int
    username: str
    email: str
    name: str
    last_model: str | None
    last_session_id: int | None
    is_admin: bool = False
    monthly_limit_micros: int | None = None  # millionths of a US dollar; None: the setting's


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One conversation, as lists show it."""

    id: int
    title: str
    title_chosen: bool  # by a person
    model: str
    memory: bool
    instructions: str | None
    web_search: bool
    pinned: bool
    archived: bool
    message_count: int
    total_tokens: int
    preview: str
    last_message_id: int | None
    last_message_at: datetime
    created_at: datetime
    updated_at: datetime
    answering: bool
    unseen: bool
    cost_micros: int = 0  # millionths of a US dollar: the sum of what is known
    unpriced: int = 0  # replies, or its title, of which the cost is not known
    sample: bool = False  # shows what the app does


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

    *words* all stand in the title or in one message; *since* the session was used.
    """

    words: str = ""
    model: str | None = None
    archived: bool | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionTable:
    """The first rows of the table of all sessions, and whether there are more."""

    sessions: tuple[SessionSummary, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a reply beside its text, in order: kind is reasoning, tool, notice, source, step, or memory.

    *text* is the reasoning, the tool's name, the notice, a source's title, or the memory that the reply used, with
    its id in *call_id*; a step marks where the model went on after its tools.
    *at* is how many characters of the reply's text stood before it. *input* and *output* of a tool are JSON, *input*
    as the model wrote it, which may be broken; None while not known.
    """

    kind: str
    text: str
    at: int = 0
    call_id: str | None = None
    input: str | None = None
    output: str | None = None
    url: str | None = None  # of a source: http or https


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
    session_id: int
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
    files: tuple[FileInfo, ...] = ()  # that came with it


@dataclass(frozen=True, slots=True)
class History:
    """A stretch of a conversation, oldest first, and whether there is more on either side."""

    messages: tuple[MessageView, ...]
    has_earlier: bool
    has_later: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a planner's message became. *repeated* is True when it had been accepted before."""

    session_id: int
    message_id: int
    reply_id: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A planner's message that waits for the reply before it to end."""

    id: int
    session_id: int
    text: str
    created_at: datetime
    files: tuple["FileInfo", ...] = ()


@dataclass(frozen=True, slots=True)
class ReplySnapshot:
    """A reply at one moment. *note* says in a sentence what it waits for, if it waits."""

    reply_id: int
    status: MessageStatus
    text: str
    parts: tuple[Part, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A session whose title matches (*message_id* None), or a message whose text does."""

    session_id: int
    session_title: str
    message_id: int | None
    excerpt: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UsageDay:
    """What was used of one model on one day (UTC); costs are millionths of a US dollar.

    *cost_micros* is the sum of what is known: of *unpriced* replies and titles it is not. *first_text_ms* is the
    sum of the times to the first word of *first_texts* replies.
    """

    day: date
    model: str
    sessions: int
    replies: int
    not_whole: int
    input_tokens: int
    output_tokens: int
    cost_micros: int
    unpriced: int
    first_text_ms: int
    first_texts: int
    liked: int
    disliked: int


@dataclass(frozen=True, slots=True)
class PersonUsage:
    """What one person used in a period; *limit_micros* is their own monthly limit, None: the setting's."""

    user_id: int
    username: str
    name: str
    sessions: int
    replies: int
    cost_micros: int
    unpriced: int
    limit_micros: int | None


@dataclass(frozen=True, slots=True)
class FileRoom:
    """How much room a planner's files take, and may take, in bytes. A file takes 4 KB at least."""

    used_bytes: int
    limit_bytes: int

    @property
    def nearly_full(self) -> bool:
        """True when four fifths are used."""
        return self.used_bytes * 5 >= self.limit_bytes * 4


class RoomOrder(StrEnum):
    """Whose comes first in the list of who keeps how much: the most files by size, files, sessions, or messages."""

    BYTES = "bytes"
    FILES = "files"
    SESSIONS = "sessions"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class PersonRoom:
    """What one person keeps in the database."""

    user_id: int
    username: str
    name: str
    file_bytes: int
    files: int
    sessions: int
    messages: int


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """What one person spent in this calendar month (UTC) and may spend, in millionths of a US dollar."""

    spent_micros: int
    unpriced: int  # replies and titles whose cost is not known
    limit_micros: int | None
    own_limit_micros: int | None  # None: the setting's holds
    renews_on: date

    @property
    def reached(self) -> bool:
        """True when nothing more may be sent."""
        return self.limit_micros is not None and self.spent_micros >= self.limit_micros

    @property
    def near(self) -> bool:
        """True from 80 % of the limit on."""
        return self.limit_micros is not None and self.spent_micros * 5 >= self.limit_micros * 4


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that Backboard offers; prices are US dollars per million tokens, None where not known."""

    id: str  # provider/name
    provider: str
    name: str
    context_tokens: int | None
    input_price: float | None
    output_price: float | None


@dataclass(frozen=True, slots=True)
class MemorySource:
    """The message that something is remembered from, and when it was written."""

    session_id: int
    session_title: str
    message_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """Something that the assistant remembers about a user; *source* None: not known, or written by hand."""

    id: str
    text: str
    created_at: datetime | None
    source: MemorySource | None


@dataclass(frozen=True, slots=True)
class MemoryPage:
    """Part of what is remembered, how much there is in all, and whether the newest come first.

    Backboard does not say in which order it lists: they do as long as there are at most a hundred.
    """

    memories: tuple[Memory, ...]
    total: int
    page: int
    pages: int
    newest_first: bool
