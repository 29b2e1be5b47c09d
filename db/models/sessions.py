"""Sessions and their files."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.ids import new_id
from db.models.base import Base, utc_now


class ChatSession(Base):
    """One conversation. `user_id` is its owner; what is only one person's of it stands in their `Participant`."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("sessions_created", "user_id", "created_at", "id"),
        Index("sessions_messages", "user_id", "message_count", "id"),
        Index("sessions_chat_name", "user_id", "chat_name", unique=True),
        Index("sessions_import_key", "user_id", "import_key", unique=True),
        Index("sessions_of_trip", "trip_id", "last_message_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    trip_id: Mapped[int | None] = mapped_column(ForeignKey("trips.id", ondelete="SET NULL"))
    told_brief: Mapped[str | None] = mapped_column(String(64))  # the hash of the brief that its last reply knew
    told_customer_id: Mapped[int | None]  # see `db.sides`: about whom it was when it was last written to
    told_after: Mapped[int | None]  # and the last message of which that assistant is told nothing
    title: Mapped[str] = mapped_column(String(100))
    title_chosen: Mapped[bool] = mapped_column(default=False)  # by a person
    model: Mapped[str] = mapped_column(String(255))  # provider/name
    memory: Mapped[bool] = mapped_column(default=True)
    web_search: Mapped[bool] = mapped_column(default=False)
    instructions: Mapped[str | None] = mapped_column(Text)  # a system prompt of its own, sent with every question
    chat_name: Mapped[str | None] = mapped_column(String(100))  # made up by a program, for this user
    import_key: Mapped[str | None] = mapped_column(String(120))  # what it was imported from: never twice
    sample: Mapped[bool] = mapped_column(default=False)  # made at the first start, to show what the app does
    message_count: Mapped[int] = mapped_column(default=0)
    total_tokens: Mapped[int] = mapped_column(default=0)
    cost_micros: Mapped[int] = mapped_column(default=0)  # millionths of a US dollar: the sum of what is known
    unpriced: Mapped[int] = mapped_column(default=0)  # replies, or its title, of which the cost is not known
    last_message_preview: Mapped[str] = mapped_column(String(200), default="")
    last_message_at: Mapped[datetime] = mapped_column(default=utc_now)
    deleted_at: Mapped[datetime | None]  # with its trip, which can be brought back for a while
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class SessionMember(Base):
    """That a session was shared with somebody, by itself and not with its trip."""

    __tablename__ = "session_members"

    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    access: Mapped[str] = mapped_column(String(10))  # edit or view
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Participant(Base):
    """That somebody sees a session, and what is only theirs of it: one row for each person and session.

    It follows from who owns the session, with whom it is shared and who works on its trip (`db.participants`). The
    row of the owner, and the copies that lists are ordered by, are kept by the database (triggers of migration 0013).
    """

    __tablename__ = "participants"
    __table_args__ = (
        Index("participants_recent", "user_id", "archived", "pinned", "last_message_at", "session_id"),
        Index("participants_latest", "user_id", "archived", "last_message_at", "session_id"),
        Index("participants_last_used", "user_id", "last_message_at", "session_id"),
        Index("participants_created", "user_id", "created_at", "session_id"),
        Index("participants_title", "user_id", text("lower(title)"), "session_id"),
        Index("participants_messages", "user_id", "message_count", "session_id"),
        Index("participants_tokens", "user_id", "total_tokens", "session_id"),
        Index("participants_model", "user_id", "model", "last_message_at", "session_id"),
        Index("participants_in_trip", "user_id", "trip_id", "archived", "last_message_at", "session_id"),
        Index("participants_unseen", "user_id", sqlite_where=text("unseen"), postgresql_where=text("unseen")),
        Index("participants_of_session", "session_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    access: Mapped[str] = mapped_column(String(10))  # owner, edit or view
    pinned: Mapped[bool] = mapped_column(default=False)
    archived: Mapped[bool] = mapped_column(default=False)
    unseen: Mapped[bool] = mapped_column(default=False)  # a reply ended and they have not looked since
    last_message_id: Mapped[int | None]  # the leaf of the path that they are shown
    trip_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(100))
    model: Mapped[str] = mapped_column(String(255))
    message_count: Mapped[int]
    total_tokens: Mapped[int]
    last_message_at: Mapped[datetime]
    created_at: Mapped[datetime]

    session: Mapped[ChatSession] = relationship(viewonly=True)


def is_unseen() -> TextClause:
    """Return the condition that somebody has not looked at a last answer, as the partial index has it."""
    return text("participants.unseen")


class SessionFile(Base):
    """A file that a planner put into a session, or into a trip: then it is at hand in all sessions of that.

    Kept here, as each new thread needs it again.
    """

    __tablename__ = "files"
    __table_args__ = (
        Index("files_in_session", "session_id", "id"),
        Index("files_of_trip", "trip_id", "id"),
        Index("files_of_user", "user_id", "size"),  # what they take is summed up from it alone
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    trip_id: Mapped[int | None] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))  # one of the two
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))  # whose room it takes
    added_by_id: Mapped[int | None]  # where that is somebody else
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
