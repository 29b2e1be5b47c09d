"""Queries on the Backboard threads of sessions."""

from collections.abc import Collection, Sequence

from sqlalchemy import BigInteger, Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from db.ids import new_id
from db.models import BackboardThread
from db.plain import Plain, read_all, run

_named = BackboardThread.tip_id.in_(bindparam("tip_ids", expanding=True))
_of_session = (
    select(BackboardThread)
    .where(
        BackboardThread.session_id == bindparam("session_id"),
        BackboardThread.customer_id.is_not_distinct_from(bindparam("customer_id", type_=BigInteger)),
    )
    .order_by(BackboardThread.id.desc())
)
_ENDING_AT = _of_session.where(_named)
_ENDING_AT_OR_EMPTY = _of_session.where(or_(_named, BackboardThread.tip_id.is_(None)))
_ADD = insert(BackboardThread)
_MOVE_TIP = update(BackboardThread).where(BackboardThread.id == bindparam("row_id"))


def ending_at(
    db_session: Session, session_id: int, tip_ids: Collection[int | None], *, customer_id: int | None
) -> Sequence[Plain[BackboardThread]]:
    """Return a session's threads that end with one of these messages, newest first. Tip None: empty.

    Only those on this customer's assistant, or on its owner's.
    """
    names = {"session_id": session_id, "customer_id": customer_id}
    values = {**names, "tip_ids": [tip_id for tip_id in tip_ids if tip_id is not None]}
    return read_all(db_session, _ENDING_AT_OR_EMPTY if None in tip_ids else _ENDING_AT, values)


def add(
    db_session: Session,
    session_id: int,
    *,
    backend: str,
    thread_id: str,
    tip_id: int | None,
    customer_id: int | None,
    trip_id: int | None,
) -> int:
    """Add a thread of a session; return its row's id."""
    row_id = new_id()
    names = {"session_id": session_id, "backend": backend, "thread_id": thread_id}
    place = {"customer_id": customer_id, "trip_id": trip_id}
    run(db_session, _ADD, {"id": row_id, "tip_id": tip_id, **names, **place})
    return row_id


def move_tip(db_session: Session, row_id: int, tip_id: int | None) -> None:
    """Write down the last message that a thread holds."""
    run(db_session, _MOVE_TIP, {"row_id": row_id, "tip_id": tip_id})


def forget(db_session: Session, row_id: int) -> None:
    """Forget a thread that is no longer there."""
    db_session.execute(delete(BackboardThread).where(BackboardThread.id == row_id))


def of_owners(db_session: Session, session_ids: Collection[int]) -> set[int]:
    """Return the ids of those of these sessions that have a thread on their owner's own assistant."""
    query = select(BackboardThread.session_id).where(
        BackboardThread.session_id.in_(session_ids), BackboardThread.customer_id.is_(None)
    )
    return set(db_session.scalars(query))


def remove_all(db_session: Session, session_ids: Sequence[int]) -> Sequence[Row[str, str]]:
    """Delete every thread of these sessions here; return their backends and Backboard's ids."""
    query = delete(BackboardThread).where(BackboardThread.session_id.in_(session_ids))
    return db_session.execute(query.returning(BackboardThread.backend, BackboardThread.thread_id)).all()
