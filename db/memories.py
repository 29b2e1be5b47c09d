"""Queries on where memories come from, and on what Backboard is still writing down."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.assistants import Whose
from db.ids import new_id
from db.models import ChatSession, Customer, MemorySource, Message
from db.visibility import visible_to

SourceRow = Row[str, int, int, str, datetime]

# The owner of whose assistant it is; a customer who was deleted has none any more, and nothing is remembered then.
_PENDING = (
    select(
        Message.id,
        Message.memory_operation_id,
        Message.ended_at,
        func.coalesce(Customer.user_id, ChatSession.user_id),
        Message.memory_customer_id,
    )
    .join(ChatSession, ChatSession.id == Message.session_id)
    .outerjoin(Customer, Customer.id == Message.memory_customer_id)
    .where(
        Message.memory_operation_id.is_not(None),
        or_(Message.memory_customer_id.is_(None), Customer.id.is_not(None)),
    )
    .order_by(Message.id.desc())
)


class Pending(NamedTuple):
    """A reply from which Backboard writes something down, by an operation, since it ended."""

    reply_id: int
    operation_id: str
    ended_at: datetime | None
    whose: Whose


def pending(db_session: Session, whose: Whose, *, limit: int) -> list[Pending]:
    """Return replies of which it is not known yet what is remembered, latest first.

    Those of this customer's assistant; or those that a user asked for, and that no customer's assistant gave.
    """
    return _pending(db_session, _PENDING.where(_being_written(whose)).limit(limit))


def pending_from(db_session: Session, question_id: int, *, limit: int) -> list[Pending]:
    """Return the same for replies to one message, whoever's assistant gave them."""
    return _pending(db_session, _PENDING.where(Message.parent_id == question_id).limit(limit))


def _pending(db_session: Session, query: Select[int, str | None, datetime | None, int, int | None]) -> list[Pending]:
    return [
        Pending(reply_id, operation_id or "", ended_at, Whose(user_id, customer_id))
        for reply_id, operation_id, ended_at, user_id, customer_id in db_session.execute(query)
    ]


def _being_written(whose: Whose) -> ColumnElement[bool]:
    if whose.customer_id is not None:
        return Message.memory_customer_id == whose.customer_id
    return and_(Message.user_id == whose.user_id, Message.memory_customer_id.is_(None))


def settle(db_session: Session, reply_id: int, operation_id: str) -> int | None:
    """Note that this operation is over; return the message that the reply answers, None if either is gone."""
    query = update(Message).where(Message.id == reply_id, Message.memory_operation_id == operation_id)
    return db_session.scalar(query.values(memory_operation_id=None).returning(Message.parent_id))


def settle_all(db_session: Session, whose: Whose) -> None:
    """Wait for none of the operations on this memory any more."""
    query = update(Message).where(_being_written(whose), Message.memory_operation_id.is_not(None))
    if whose.customer_id is None:
        theirs = exists().where(ChatSession.id == Message.session_id, ChatSession.user_id == whose.user_id)
        query = query.where(theirs)
    query = query.values(memory_operation_id=None)
    db_session.execute(query.execution_options(synchronize_session=False))


def keep(db_session: Session, memory_ids: Collection[str], whose: Whose, *, backend: str, message_id: int) -> None:
    """Note that these memories come from a message; the latest message counts that a memory was written from."""
    if not memory_ids:
        return
    insert = postgresql.insert if db_session.get_bind().dialect.name == "postgresql" else sqlite.insert
    ids = {memory_id: new_id() for memory_id in memory_ids}
    rows = [
        {
            "id": ids[memory_id],
            "user_id": whose.user_id,
            "customer_id": whose.customer_id,
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


def sources(
    db_session: Session, memory_ids: Collection[str], whose: Whose, *, user_id: int, backend: str
) -> Sequence[SourceRow]:
    """Return memory, message, session, its title and the message's time, of memories that come from a message.

    Only of messages that the planner *user_id* may see.
    """
    query = (
        select(MemorySource.memory_id, Message.id, ChatSession.id, ChatSession.title, Message.created_at)
        .join(Message, Message.id == MemorySource.message_id)
        .join(ChatSession, ChatSession.id == Message.session_id)
        .where(
            *_of(whose, backend),
            MemorySource.memory_id.in_(memory_ids),
            Message.deleted_at.is_(None),
            visible_to(user_id),
        )
    )
    return db_session.execute(query).all()


def of_message(db_session: Session, message_id: int, *, backend: str) -> list[tuple[str, Whose]]:
    """Return the ids of the memories that come from a message, in the order in which they were written, and whose."""
    query = select(MemorySource.memory_id, MemorySource.user_id, MemorySource.customer_id).where(
        MemorySource.message_id == message_id, MemorySource.backend == backend
    )
    rows = db_session.execute(query.order_by(MemorySource.id))
    return [(memory_id, Whose(user_id, customer_id)) for memory_id, user_id, customer_id in rows]


def forget(db_session: Session, whose: Whose, *, backend: str, memory_ids: Collection[str] | None = None) -> None:
    """Forget where memories came from: these, or all that this memory holds."""
    query = delete(MemorySource).where(*_of(whose, backend))
    if memory_ids is not None:
        query = query.where(MemorySource.memory_id.in_(memory_ids))
    db_session.execute(query)


def _of(whose: Whose, backend: str) -> tuple[ColumnElement[bool], ...]:
    return (
        MemorySource.user_id == whose.user_id,
        MemorySource.backend == backend,
        MemorySource.customer_id.is_not_distinct_from(whose.customer_id),
    )
