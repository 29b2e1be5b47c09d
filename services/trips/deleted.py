"""Trips that are deleted: out of sight at once, and for good once they can no longer be brought back."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

from sqlalchemy.orm import Session

import db.audit
import db.outbox
import db.participants
import db.trip_sessions
import db.trips
from db.engine import Database
from db.models import AuditAction, AuditTarget, utc_now
from services.accounts.roles import writing
from services.errors import NotFoundError
from services.sessions.deleted import UNDO_S
from services.trips.access import owned_trip
from services.trips.keeping import trip_now
from services.trips.records import Trip, WithSessions
from services.trips.sessions import forget_trip_files

_AT_ONCE = 500  # sessions in one statement


class TripDeletion:
    """Deletes a planner's own trips, and brings them back. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def delete(self, trip_id: int, *, user_id: int, sessions: WithSessions) -> None:
        """Delete a trip with its sessions, whoever started them, or keep those outside of it.

        It is hidden at once, and removed for good when it can no longer be brought back: then its sessions' links
        end and their threads are deleted at Backboard. Raises NotFoundError, NotPossibleError.
        """
        with writing(self._db, user_id) as db_session:
            trip = owned_trip(db_session, trip_id, user_id, to="delete it")[0]
            ids = db.trip_sessions.lock_session_ids(db_session, trip_id)
            sessions_too = sessions is WithSessions.DELETE
            db.trip_sessions.mark_deleted(db_session, trip, at=utc_now(), sessions_too=sessions_too)
            detail = f"{'with' if sessions_too else 'without'} {len(ids)} sessions"
            target = (AuditTarget.TRIP, trip_id)
            db.audit.note(db_session, AuditAction.DELETE_TRIP, user_id=user_id, target=target, detail=detail)

    def bring_back(self, trip_id: int, *, user_id: int) -> Trip:
        """Bring back a trip that was just deleted, with all that went with it. Raises NotFoundError when too late."""
        with writing(self._db, user_id) as db_session:
            trip = db.trip_sessions.lock_deleted(db_session, trip_id, user_id=user_id)
            if trip is None:
                raise NotFoundError("It is too late: the trip is deleted for good.")
            db.trip_sessions.lock_session_ids(db_session, trip_id)
            db.trip_sessions.bring_back(db_session, trip)
            db_session.flush()
            return trip_now(db_session, trip_id, user_id)


def remove_deleted_trips(database: Database, *, limit: int = 20) -> None:
    """Remove for good what was deleted longer ago than it can be brought back, of anybody; for the background."""
    before = utc_now() - timedelta(seconds=UNDO_S)
    with database.read() as db_session:
        trip_ids = db.trip_sessions.deleted(db_session, before=before, limit=limit)
    for trip_id in trip_ids:
        with database.begin() as db_session:
            _remove(db_session, trip_id)


def _remove(db_session: Session, trip_id: int) -> None:
    trip = db.trip_sessions.lock_removable(db_session, trip_id)
    if trip is None:
        return  # it was brought back
    session_ids = db.trip_sessions.lock_session_ids(db_session, trip_id)
    if trip.deletes_sessions:
        for some in _parts(session_ids):
            _remove_sessions(db_session, some)
    forget_trip_files(db_session, trip_id)
    db.trip_sessions.leave_sessions(db_session, trip_id)
    db.trip_sessions.remove(db_session, trip_id)
    if not trip.deletes_sessions:
        db.participants.settle(db_session, session_ids)


def _remove_sessions(db_session: Session, session_ids: Sequence[int]) -> None:
    db.outbox.add_threads_of(db_session, session_ids)
    for session_id, owner_id in db.trip_sessions.remove_sessions(db_session, session_ids):
        target = (AuditTarget.SESSION, session_id)
        detail = f"{session_id} with its trip"
        db.audit.note(db_session, AuditAction.DELETE_SESSION, user_id=owner_id, target=target, detail=detail)


def _parts(session_ids: Sequence[int]) -> Iterator[list[int]]:
    left = iter(session_ids)
    while part := list(islice(left, _AT_ONCE)):
        yield part
