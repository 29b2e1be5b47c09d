"""Queries on guests who have not been here for a while."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import db.audit
import db.outbox
import db.tries
from db.models import GUEST, Assistant, AuditAction, AuditEntry, AuditTarget, ChatSession, Stamp, Trip, User


def counted_as(user_id: int) -> str:
    """Return the name under which what a guest does is counted, among the addresses; no address has a space."""
    return f"guest {user_id}"


def unused(db_session: Session, *, before: datetime, limit: int) -> Sequence[int]:
    """Return the ids of guests who were last seen before an instant, of the longest away first."""
    query = select(User.id).where(User.role == GUEST, User.last_seen_at < before)
    return db_session.scalars(query.order_by(User.last_seen_at).limit(limit)).all()


def lock_and_remove(db_session: Session, user_ids: Collection[int], *, before: datetime) -> bool:
    """Delete these guests with all that is theirs, unless one of them was seen since or stayed; return whether.

    If not, nothing of what was done is to be kept. What Backboard holds of them is noted to be deleted there. The
    number of statements is that of one guest.
    """
    trips = select(Trip.id).where(Trip.user_id.in_(user_ids)).order_by(Trip.id)
    db_session.scalars(trips.with_for_update()).all()
    sessions = select(ChatSession.id).where(ChatSession.user_id.in_(user_ids)).order_by(ChatSession.id)
    db.outbox.add_threads_of(db_session, db_session.scalars(sessions.with_for_update()).all())
    assistants = delete(Assistant).where(Assistant.user_id.in_(user_ids))
    for backend, assistant_id in db_session.execute(assistants.returning(Assistant.backend, Assistant.assistant_id)):
        db.outbox.add(db_session, backend=backend, kind="assistant", target_id=assistant_id)
    guests = select(User.id).where(User.id.in_(user_ids), User.role == GUEST, User.last_seen_at < before)
    if set(db_session.scalars(guests.order_by(User.id).with_for_update())) != set(user_ids):
        return False
    db.tries.forget(db_session, [counted_as(one) for one in user_ids])
    did = update(AuditEntry).where(AuditEntry.user_id.in_(user_ids))
    db_session.execute(did.values(user_id=None, detail="", address=""))  # as `db.former.forget_in_audit` has it
    db_session.execute(delete(User).where(User.id.in_(user_ids)))
    db_session.execute(delete(Stamp).where(Stamp.user_id.in_(user_ids)))
    for one in user_ids:
        target = (AuditTarget.USER, one)
        db.audit.note(db_session, AuditAction.DELETE_ACCOUNT, user_id=None, target=target, detail="unused guest")
    return True
