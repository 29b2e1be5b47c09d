"""What Backboard holds for us, and what must still be deleted there."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Base, utc_now


class Assistant(Base):
    """The Backboard assistant that holds what is remembered for one user, or about one customer of theirs."""

    __tablename__ = "assistants"
    __table_args__ = (
        Index(
            "assistants_one_per_user",
            "user_id",
            "backend",
            unique=True,
            sqlite_where=text("customer_id IS NULL"),
            postgresql_where=text("customer_id IS NULL"),
        ),
        Index("assistants_one_per_customer", "customer_id", "backend", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    backend: Mapped[str] = mapped_column(String(300))
    assistant_id: Mapped[str] = mapped_column(String(64))
    brief_hash: Mapped[str] = mapped_column(String(64))  # of the prompt and tools it was given
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class BackboardThread(Base):
    """A thread at Backboard that holds one path of a session, from its start to the message *tip_id*.

    A conversation goes on in the thread whose tip is the message before; a path that no thread ends with gets a new
    one. So every version of a conversation has its own. A session that is moved goes on in none that it had: a thread
    is on one customer's assistant for life, and keeps what it was given of one trip's files.
    """

    __tablename__ = "threads"
    __table_args__ = (Index("threads_of_session", "session_id", "tip_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    backend: Mapped[str] = mapped_column(String(300))
    thread_id: Mapped[str] = mapped_column(String(64))
    customer_id: Mapped[int | None]  # on whose assistant it is; None: the session's owner's
    trip_id: Mapped[int | None]  # whose files it may hold
    tip_id: Mapped[int | None]  # the last message that it holds, in any version; None: nothing yet
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class OutboxEntry(Base):
    """Something that must still be done at Backboard, tried until it is done."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    backend: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(20))  # thread, assistant or document: what to delete
    target_id: Mapped[str] = mapped_column(String(64))
    receipt_id: Mapped[int | None] = mapped_column(
        index=True
    )  # of whose account it is a part that goes; refers to it
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
