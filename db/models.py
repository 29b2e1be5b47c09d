"""The tables."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    TextClause,
    TypeDecorator,
    false,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.ids import new_id


def utc_now() -> datetime:
    """Return this instant, UTC-aware. Everything above asks here, so that tests can set the clock."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: UTC-aware in Python, on SQLite too, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a local time; store UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("An instant needs a time zone.")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant as UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of every table."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, int: BigInteger}


PLANNER, ADMIN = "planner", "admin"  # a user's role


class User(Base):
    """Somebody who can sign in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    username: Mapped[str] = mapped_column(String(40), unique=True)  # lower case
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20), default=PLANNER)
    provider: Mapped[str] = mapped_column(String(20), default="password")
    subject: Mapped[str | None] = mapped_column(String(255))
    sessions_valid_from: Mapped[datetime] = mapped_column(default=utc_now)
    disabled: Mapped[bool] = mapped_column(default=False)
    last_model: Mapped[str | None] = mapped_column(String(255))
    last_session_id: Mapped[int | None]
    monthly_limit_micros: Mapped[int | None]  # millionths of a US dollar; None: the setting's
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class SignInFailures(Base):
    """Failed log-ins of one typed name, whether or not anybody has it."""

    __tablename__ = "sign_in_failures"

    username: Mapped[str] = mapped_column(String(40), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


class AddressTries(Base):
    """What came from one address of the internet within a window of time."""

    __tablename__ = "address_tries"

    address: Mapped[str] = mapped_column(String(60), primary_key=True)  # of IPv6 the network of 64 bits
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)  # "sign_up" or "sign_in"
    tries: Mapped[int]
    window_ends_at: Mapped[datetime] = mapped_column(index=True)


class AdminCode(Base):
    """A one-time code that a start printed while there was no admin; only its hash is kept."""

    __tablename__ = "admin_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256, hex
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class AuditEntry(Base):
    """Who did something that somebody may have to answer for."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(default=utc_now)


class ApiToken(Base):
    """A personal token for the API; only its hash is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hex
    hint: Mapped[str] = mapped_column(String(20))  # its beginning, to tell tokens apart
    read_only: Mapped[bool] = mapped_column(default=False)
    metrics_only: Mapped[bool] = mapped_column(default=False, server_default=false())  # an admin's, for Prometheus
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Assistant(Base):
    """The Backboard assistant that holds what is remembered for one user."""

    __tablename__ = "assistants"
    __table_args__ = (Index("assistants_one_per_user", "user_id", "backend", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    backend: Mapped[str] = mapped_column(String(300))
    assistant_id: Mapped[str] = mapped_column(String(64))
    brief_hash: Mapped[str] = mapped_column(String(64))  # of the prompt and tools it was given
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class ChatSession(Base):
    """One conversation."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("sessions_recent", "user_id", "archived", "pinned", "last_message_at", "id"),
        Index("sessions_latest", "user_id", "archived", "last_message_at", "id"),
        Index("sessions_last_used", "user_id", "last_message_at", "id"),
        Index("sessions_created", "user_id", "created_at", "id"),
        Index("sessions_title", "user_id", text("lower(title)"), "id"),
        Index("sessions_messages", "user_id", "message_count", "id"),
        Index("sessions_tokens", "user_id", "total_tokens", "id"),
        Index("sessions_model", "user_id", "model", "last_message_at", "id"),
        Index("sessions_chat_name", "user_id", "chat_name", unique=True),
        Index("sessions_import_key", "user_id", "import_key", unique=True),
        Index("sessions_unseen", "user_id", sqlite_where=text("unseen"), postgresql_where=text("unseen")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(100))
    title_chosen: Mapped[bool] = mapped_column(default=False)  # by a person
    model: Mapped[str] = mapped_column(String(255))  # provider/name
    memory: Mapped[bool] = mapped_column(default=True)
    web_search: Mapped[bool] = mapped_column(default=False)
    instructions: Mapped[str | None] = mapped_column(Text)  # a system prompt of its own, sent with every question
    chat_name: Mapped[str | None] = mapped_column(String(100))  # made up by a program, for this user
    import_key: Mapped[str | None] = mapped_column(String(120))  # what it was imported from: never twice
    sample: Mapped[bool] = mapped_column(default=False)  # made at the first start, to show what the app does
    pinned: Mapped[bool] = mapped_column(default=False)
    archived: Mapped[bool] = mapped_column(default=False)
    message_count: Mapped[int] = mapped_column(default=0)
    total_tokens: Mapped[int] = mapped_column(default=0)
    cost_micros: Mapped[int] = mapped_column(default=0)  # millionths of a US dollar: the sum of what is known
    unpriced: Mapped[int] = mapped_column(default=0)  # replies, or its title, of which the cost is not known
    last_message_id: Mapped[int | None]  # the leaf of the path shown
    last_message_preview: Mapped[str] = mapped_column(String(200), default="")
    last_message_at: Mapped[datetime] = mapped_column(default=utc_now)
    unseen: Mapped[bool] = mapped_column(default=False)  # a reply ended and nobody has looked since
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class BackboardThread(Base):
    """A thread at Backboard that holds one path of a session, from its start to the message *tip_id*.

    A conversation goes on in the thread whose tip is the message before; a path that no thread ends with gets a new
    one. So every version of a conversation has its own.
    """

    __tablename__ = "threads"
    __table_args__ = (Index("threads_of_session", "session_id", "tip_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    backend: Mapped[str] = mapped_column(String(300))
    thread_id: Mapped[str] = mapped_column(String(64))
    tip_id: Mapped[int | None]  # the last message that it holds, in any version; None: nothing yet
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Message(Base):
    """One turn. A reply that is being written is an assistant message that is queued or running."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_client_id", "user_id", "client_message_id", unique=True),
        Index(
            "messages_one_unfinished",
            "session_id",
            unique=True,
            sqlite_where=text("status IN ('queued', 'running')"),
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
        Index(
            "messages_unfinished",
            "lease_until",
            sqlite_where=text("status IN ('queued', 'running')"),
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
        Index("messages_in_session", "session_id", "id"),
        Index("messages_place", "id", "session_id"),  # for `db.search.sessions_with` on SQLite
        Index(
            "messages_first",
            "session_id",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index(
            "messages_deleted",
            "session_id",
            "deleted_at",
            sqlite_where=text("deleted_at IS NOT NULL"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
        Index("messages_untold", "session_id", sqlite_where=text("untold"), postgresql_where=text("untold")),
        Index(
            "messages_remembered",
            "user_id",
            sqlite_where=text("memory_operation_id IS NOT NULL"),
            postgresql_where=text("memory_operation_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text, default="")
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    client_message_id: Mapped[str | None] = mapped_column(String(100))
    model: Mapped[str | None] = mapped_column(String(255))
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_text: Mapped[str | None] = mapped_column(String(1000))
    untold: Mapped[bool] = mapped_column(default=False)  # stored here only: Backboard is told with the next question
    retry_of: Mapped[int | None]
    leaf_id: Mapped[int | None]  # where the path below it ended when another version was chosen
    deleted_at: Mapped[datetime | None]  # hidden; removed for good a little later, until when it can be brought back
    rating: Mapped[int | None]  # 1 or -1
    rating_reason: Mapped[str | None] = mapped_column(String(1000))
    cost_micros: Mapped[int | None]  # millionths of a US dollar; None: not known
    memory_operation_id: Mapped[str | None] = mapped_column(String(64))  # until it is known what Backboard remembers
    run_id: Mapped[str | None] = mapped_column(String(255))
    sent_at: Mapped[datetime | None]
    first_text_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    stop_requested_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


def is_unfinished() -> TextClause:
    """Return the condition that a message is a reply being written, word for word as the partial indexes have it."""
    return text("messages.status IN ('queued', 'running')")


def is_untold() -> TextClause:
    """Return the condition that Backboard was not told of a message, word for word as the partial index has it."""
    return text("messages.untold")


def is_deleted() -> TextClause:
    """Return the condition that a message is hidden and will be removed, as the partial index has it."""
    return text("messages.deleted_at IS NOT NULL")


def is_unseen() -> TextClause:
    """Return the condition that nobody has looked at a session's last answer, as the partial index has it."""
    return text("sessions.unseen")


class OutboxEntry(Base):
    """Something that must still be done at Backboard, tried until it is done."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    backend: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(20))  # thread, assistant or document: what to delete
    target_id: Mapped[str] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class FollowUp(Base):
    """A message that waits for the reply before it, and is sent when that ends."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index("follow_ups_in_session", "session_id", "id"),
        Index("follow_ups_client_id", "user_id", "client_message_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    client_message_id: Mapped[str] = mapped_column(String(100))
    removed_at: Mapped[datetime | None]  # taken back; removed for good a little later, as a deleted message is
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class MemorySource(Base):
    """The message that Backboard remembers something from."""

    __tablename__ = "memory_sources"
    __table_args__ = (Index("memory_sources_of_user", "user_id", "backend", "memory_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    backend: Mapped[str] = mapped_column(String(300))
    memory_id: Mapped[str] = mapped_column(String(255))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)


class Template(Base):
    """An opening that a planner saved: what a new session starts with. Blanks of the first message are `{name}`."""

    __tablename__ = "templates"
    __table_args__ = (Index("templates_of_user", "user_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    instructions: Mapped[str] = mapped_column(Text, default="")
    first_message: Mapped[str] = mapped_column(Text, default="")
    model: Mapped[str | None] = mapped_column(String(255))  # None: the planner's last choice
    memory: Mapped[bool] = mapped_column(default=True)
    web_search: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class SessionFile(Base):
    """A file that a planner put into a session. Kept here, as each new thread of the session needs it again."""

    __tablename__ = "files"
    __table_args__ = (
        Index("files_in_session", "session_id", "id"),
        Index("files_of_user", "user_id", "size"),  # what they take is summed up from it alone
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    follow_up_id: Mapped[int | None] = mapped_column(index=True)  # while the message that it comes with waits
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]  # bytes
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class FileCopy(Base):
    """A file as a document of one Backboard thread."""

    __tablename__ = "file_copies"
    __table_args__ = (Index("file_copies_once", "file_id", "thread_row_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    thread_row_id: Mapped[int] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    document_id: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20))
    status_message: Mapped[str | None] = mapped_column(String(500))
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class Usage(Base):
    """What one planner used of one model on one day (UTC), with titles. Kept when sessions go: it was paid for."""

    __tablename__ = "usage"
    __table_args__ = (Index("usage_by_day", "day"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    model: Mapped[str] = mapped_column(String(255), primary_key=True)
    sessions: Mapped[int] = mapped_column(default=0)
    replies: Mapped[int] = mapped_column(default=0)
    not_whole: Mapped[int] = mapped_column(default=0)  # of the replies: stopped, failed, interrupted
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    cost_micros: Mapped[int] = mapped_column(default=0)
    unpriced: Mapped[int] = mapped_column(default=0)  # replies and titles of which the cost is not known
    first_text_ms: Mapped[int] = mapped_column(default=0)  # the sum over *first_texts* replies
    first_texts: Mapped[int] = mapped_column(default=0)
    liked: Mapped[int] = mapped_column(default=0)
    disliked: Mapped[int] = mapped_column(default=0)
