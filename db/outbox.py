"""Queries on what must still be done at Backboard."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

import db.files
import db.threads
from db.ids import new_id
from db.models import OutboxEntry, utc_now


def add(db_session: Session, *, backend: str, kind: str, target_id: str, due_at: datetime | None = None) -> None:
    """Note that a thread, assistant or document must be deleted at Backboard: now, or at *due_at*."""
    db_session.add(OutboxEntry(backend=backend, kind=kind, target_id=target_id, due_at=due_at or utc_now()))


def add_all(db_session: Session, things: Collection[tuple[str, str, str]], *, receipt_id: int) -> None:
    """Note that these must be deleted at Backboard, as parts of an account that goes: backend, kind and id there."""
    now = utc_now()
    rows = [
        {"id": new_id(), "backend": backend, "kind": kind, "target_id": target_id, "receipt_id": receipt_id,
         "attempts": 0, "due_at": now, "created_at": now}
        for backend, kind, target_id in things
    ]  # fmt: skip
    if rows:
        db_session.execute(insert(OutboxEntry), rows)


def count_of_receipt(db_session: Session, receipt_id: int) -> int:
    """Return how many parts of an account that went are still to be deleted."""
    query = select(func.count()).select_from(OutboxEntry).where(OutboxEntry.receipt_id == receipt_id)
    return db_session.scalar(query) or 0


def add_threads_of(db_session: Session, session_ids: Sequence[int]) -> None:
    """Forget all threads of these sessions, and note that they and their documents must be deleted at Backboard."""
    for backend, document_id in db.files.documents(db_session, session_ids):  # a thread may leave them behind
        add(db_session, backend=backend, kind="document", target_id=document_id)
    for backend, thread_id in db.threads.remove_all(db_session, session_ids):
        add(db_session, backend=backend, kind="thread", target_id=thread_id)


def waiting(db_session: Session, target_ids: Collection[str], *, kind: str) -> Sequence[str]:
    """Return those of these that are still to be deleted."""
    query = select(OutboxEntry.target_id).where(OutboxEntry.kind == kind, OutboxEntry.target_id.in_(target_ids))
    return db_session.scalars(query).all() if target_ids else []


def lock_due(
    db_session: Session, *, backend: str, now: datetime, hold: timedelta, limit: int = 20
) -> Sequence[OutboxEntry]:
    """Return due entries of a backend that nobody else holds, put off by *hold*: no other process takes them then."""
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
