"""Queries on where memories come from, and on what Backboard is still writing down."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.ids import new_id
from db.models import ChatSession, MemorySource, Message
from db.visibility import visible_to

PendingRow = Row[int, str | None, datetime | None]
SourceRow = Row[str, int, int, str, datetime]


def pending(db_session: Session, *, user_id: int, limit: int, question_id: int | None = None) -> Sequence[PendingRow]:
    """Return the id, operation and end of replies whose memories are not known yet, latest first.

    With a *question_id*, only of replies to that message.
    """
    query = select(Message.id, Message.memory_operation_id, Message.ended_at).join(
        ChatSession, ChatSession.id == Message.session_id
    )
    query = query.where(Message.user_id == user_id, Message.memory_operation_id.is_not(None), visible_to(user_id))
    if question_id is not None:
        query = query.where(Message.parent_id == question_id)
    return db_session.execute(query.order_by(Message.id.desc()).limit(limit)).all()


def settle(db_session: Session, reply_id: int, operation_id: str) -> int | None:
    """Note that this operation is over; return the message that the reply answers, None if either is gone."""
    query = update(Message).where(Message.id == reply_id, Message.memory_operation_id == operation_id)
    return db_session.scalar(query.values(memory_operation_id=None).returning(Message.parent_id))


def settle_all(db_session: Session, *, user_id: int) -> None:
    """Wait for none of this user's operations any more."""
    query = update(Message).where(Message.user_id == user_id, Message.memory_operation_id.is_not(None))
    db_session.execute(query.values(memory_operation_id=None))


def keep(db_session: Session, memory_ids: Collection[str], *, user_id: int, backend: str, message_id: int) -> None:
    """Note that these memories come from a message; the latest message counts that a memory was written from."""
    if not memory_ids:
        return
    insert = postgresql.insert if db_session.get_bind().dialect.name == "postgresql" else sqlite.insert
    ids = {memory_id: new_id() for memory_id in memory_ids}
    rows = [
        {
            "id": ids[memory_id],
            "user_id": user_id,
            "backend": backend,
            "memory_id": memory_id,
            "message_id": message_id,
        }
        for memory_id in sorted(ids)  # two that write the same lock in one order
    ]
    upsert = insert(MemorySource).values(rows)
    db_session.execute(
        upsert.on_conflict_do_update(
            index_elements=[MemorySource.user_id, MemorySource.backend, MemorySource.memory_id],
            set_={"message_id": upsert.excluded.message_id},
            where=MemorySource.message_id < upsert.excluded.message_id,
        )
    )


def sources(db_session: Session, memory_ids: Collection[str], *, user_id: int, backend: str) -> Sequence[SourceRow]:
    """Return memory, message, session, its title and the message's time, of memories that come from a message."""
    query = (
        select(MemorySource.memory_id, Message.id, ChatSession.id, ChatSession.title, Message.created_at)
        .join(Message, Message.id == MemorySource.message_id)
        .join(ChatSession, ChatSession.id == Message.session_id)
        .where(
            MemorySource.user_id == user_id,
            MemorySource.backend == backend,
            MemorySource.memory_id.in_(memory_ids),
            Message.deleted_at.is_(None),
            visible_to(user_id),
        )
    )
    return db_session.execute(query).all()


def of_message(db_session: Session, message_id: int, *, user_id: int, backend: str) -> Sequence[str]:
    """Return the ids of the memories that come from a message, in the order in which they were written."""
    query = select(MemorySource.memory_id).where(
        MemorySource.message_id == message_id, MemorySource.user_id == user_id, MemorySource.backend == backend
    )
    return db_session.scalars(query.order_by(MemorySource.id)).all()


def forget(db_session: Session, *, user_id: int, backend: str, memory_ids: Collection[str] | None = None) -> None:
    """Forget where memories came from: these, or all of this user's."""
    query = delete(MemorySource).where(MemorySource.user_id == user_id, MemorySource.backend == backend)
    if memory_ids is not None:
        query = query.where(MemorySource.memory_id.in_(memory_ids))
    db_session.execute(query)
