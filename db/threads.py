"""Queries on the Backboard threads of sessions."""

from collections.abc import Collection, Sequence

from sqlalchemy import Row, delete, or_, select, update
from sqlalchemy.orm import Session

from db.models import BackboardThread


def ending_at(db_session: Session, session_id: int, tip_ids: Collection[int | None]) -> Sequence[BackboardThread]:
    """Return a session's threads that end with one of these messages, newest first. Tip None: empty."""
    named = BackboardThread.tip_id.in_([tip_id for tip_id in tip_ids if tip_id is not None])
    tips = or_(named, BackboardThread.tip_id.is_(None)) if None in tip_ids else named
    query = select(BackboardThread).where(BackboardThread.session_id == session_id, tips)
    return db_session.scalars(query.order_by(BackboardThread.id.desc())).all()


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
