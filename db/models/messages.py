"""What people typed and got: messages, those that wait, and the conditions of their partial indexes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Base, utc_now


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
        Index(
            "messages_remembered_about",
            "memory_customer_id",
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
    deleted_at: Mapped[datetime | None]  # hidden; removed for good a little later, until when it can be brought back
    cost_micros: Mapped[int | None]  # millionths of a US dollar; None: not known
    memory_operation_id: Mapped[str | None] = mapped_column(String(64))  # until it is known what Backboard remembers
    memory_customer_id: Mapped[int | None]  # of a reply: whose assistant was asked; None: the session's owner's
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


class Rating(Base):
    """What somebody thinks of a reply."""

    __tablename__ = "ratings"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    value: Mapped[int]  # 1 or -1
    reason: Mapped[str | None] = mapped_column(String(1000))


class PathEnd(Base):
    """Where the path below a version ended when somebody was shown it last, and went on to another."""

    __tablename__ = "path_ends"
    __table_args__ = (Index("path_ends_in_session", "session_id", "user_id"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    leaf_id: Mapped[int]


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
