"""Queries on what must still be done at Backboard."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.models import OutboxEntry, utc_now


def add(db_session: Session, *, backend: str, kind: str, target_id: str, due_at: datetime | None = None) -> None:
    """Note that a thread or assistant must be deleted at Backboard: now, or at *due_at*."""
    db_session.add(OutboxEntry(backend=backend, kind=kind, target_id=target_id, due_at=due_at or utc_now()))


def take_due(
    db_session: Session, *, backend: str, now: datetime, hold: timedelta, limit: int = 20
) -> Sequence[OutboxEntry]:
    """Return due entries of a backend and put them off by *hold*, so that no other process takes them meanwhile."""
    query = select(OutboxEntry).where(OutboxEntry.backend == backend, OutboxEntry.due_at <= now)
    entries = db_session.scalars(
        query.order_by(OutboxEntry.due_at).limit(limit).with_for_update(skip_locked=True)
    ).all()
    for entry in entries:
        entry.due_at = now + hold
        entry.attempts += 1
    return entries


def put_off(db_session: Session, entry_id: int, *, until: datetime) -> None:
    """Try an entry again later."""
    db_session.execute(update(OutboxEntry).where(OutboxEntry.id == entry_id).values(due_at=until))


def done(db_session: Session, entry_id: int) -> None:
    """Forget an entry that is done."""
    db_session.execute(delete(OutboxEntry).where(OutboxEntry.id == entry_id))


def any_due(db_session: Session, *, backend: str, now: datetime) -> bool:
    """Return whether anything is due at a backend."""
    query = select(OutboxEntry.id).where(OutboxEntry.backend == backend, OutboxEntry.due_at <= now)
    return db_session.scalar(query.limit(1)) is not None
