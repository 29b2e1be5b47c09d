"""Queries on the Backboard threads of sessions."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Row, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from db.models import BackboardThread


def ending_at(
    db_session: Session, session_id: int, tip_ids: Collection[int | None], *, backend: str
) -> BackboardThread | None:
    """Return a session's newest thread that ends with one of these messages, or None. Tip None: empty."""
    query = select(BackboardThread).where(BackboardThread.backend == backend, _ends_at(session_id, tip_ids))
    return db_session.scalar(query.order_by(BackboardThread.id.desc()).limit(1))


def ended_elsewhere(db_session: Session, session_id: int, tip_ids: Collection[int | None], *, backend: str) -> bool:
    """Return whether such a thread is at another Backboard, or was made with another key."""
    there = exists().where(BackboardThread.backend != backend, _ends_at(session_id, tip_ids))
    return bool(db_session.scalar(select(there)))


def move_tip(db_session: Session, row_id: int, tip_id: int | None) -> None:
    """Write down the last message that a thread holds."""
    db_session.execute(update(BackboardThread).where(BackboardThread.id == row_id).values(tip_id=tip_id))


def forget(db_session: Session, row_id: int) -> None:
    """Forget a thread that is no longer there."""
    db_session.execute(delete(BackboardThread).where(BackboardThread.id == row_id))


def remove_all(db_session: Session, session_ids: Sequence[int]) -> Sequence[Row[str, str]]:
    """Delete every thread of these sessions here; return their backends and Backboard's ids."""
    query = delete(BackboardThread).where(BackboardThread.session_id.in_(session_ids))
    return db_session.execute(query.returning(BackboardThread.backend, BackboardThread.thread_id)).all()


def _ends_at(session_id: int, tip_ids: Collection[int | None]) -> ColumnElement[bool]:
    named = BackboardThread.tip_id.in_([tip_id for tip_id in tip_ids if tip_id is not None])
    tips = or_(named, BackboardThread.tip_id.is_(None)) if None in tip_ids else named
    return and_(BackboardThread.session_id == session_id, tips)
