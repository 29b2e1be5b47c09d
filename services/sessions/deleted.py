"""Removes for good what a planner deleted, once it can no longer be brought back."""

from datetime import timedelta

from sqlalchemy.orm import Session

import db.follow_ups
import db.messages
import db.outbox
from db.engine import Database
from db.models import ChatSession, utc_now

UNDO_S = 30.0  # how long a deleted message can be brought back


def remove_deleted(database: Database, *, limit: int = 20) -> None:
    """Remove for good what was deleted longer ago than it can be brought back, of anybody; for the background."""
    before = utc_now() - timedelta(seconds=UNDO_S)
    with database.read() as db_session:
        session_ids = db.messages.sessions_with_deleted(db_session, before=before, limit=limit)
        taken_back = db.follow_ups.taken_back(db_session, before=before, limit=limit)
    for session_id in session_ids:
        with database.begin() as db_session:
            session = db_session.get(ChatSession, session_id, with_for_update=True)
            if session is not None:
                remove_deleted_of(db_session, session)
    if taken_back:
        with database.begin() as db_session:
            for follow_up_id in taken_back:
                db.follow_ups.remove(db_session, follow_up_id)


def remove_deleted_of(db_session: Session, session: ChatSession) -> None:
    """Remove for good what was deleted in a session; Backboard's threads, which hold it, go too."""
    gone = db.messages.deleted(db_session, session.id)
    if not gone:
        return
    db.outbox.add_threads_of(db_session, [session.id])
    for row in gone:  # the latest first: so its parent is there still, and is right when that goes
        db.messages.remove(db_session, row)
