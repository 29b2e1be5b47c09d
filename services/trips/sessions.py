"""The sessions of a trip: what they hold, and how they come into it and out of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

import db.audit
import db.outbox
import db.participants
import db.sessions
import db.sides
import db.stamps
import db.trip_files
import db.trip_sessions
import db.trips
from db.engine import Database
from db.models import AuditAction, AuditTarget, ChatSession, utc_now
from services.accounts.roles import writing
from services.errors import NotFoundError, NotPossibleError
from services.trips.access import changeable_trip, found_trip
from services.trips.changing import Plan, asked_for
from services.trips.customers import add_customer
from services.trips.keeping import trip_now
from services.trips.records import Trip, TripContents
from services.trips.trips import add_trip
from travel.brief import Brief
from travel.status import TripStatus


class TripSessions:
    """The sessions of a planner's trips. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def contents(self, trip_id: int, *, user_id: int) -> TripContents:
        """Return how much a trip holds, for who is about to delete it. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            found_trip(db_session, trip_id, user_id)
            sessions, of_others, messages = db.trip_sessions.count_sessions(db_session, trip_id, user_id=user_id)
            files = db.trip_sessions.count_files(db_session, trip_id)
            files += db.trip_sessions.count_session_files(db_session, trip_id)
            links = db.trip_sessions.count_links(db_session, trip_id)
            return TripContents(sessions, of_others, messages, files, links)

    def writers(self, trip_id: int, message_ids: Collection[int], *, user_id: int) -> dict[int, str]:
        """Return the names of who wrote those of these messages that are in sessions of a trip, by message.

        A reply is whose question it answers. Raises NotFoundError.
        """
        with self._db.read() as db_session:
            found_trip(db_session, trip_id, user_id)
            return db.trip_sessions.writers(db_session, trip_id, message_ids)

    def move(
        self, session_ids: Collection[int], trip_id: int | None, *, user_id: int, carry: bool = False
    ) -> tuple[int, ...]:
        """Move one's own sessions into a trip, or out of theirs (None); return the ids of those that were elsewhere.

        Where another customer's assistant hears a session from then on, it is told what was said before only with
        *carry*; what the first one remembers stays with that.

        All of them or none. Raises NotFoundError; NotPossibleError for sessions that somebody else has started, and
        for a trip that one may only read.
        """
        wanted = set(session_ids)
        with writing(self._db, user_id) as db_session:
            if trip_id is not None:
                changeable_trip(db_session, trip_id, user_id)
            own = _own(db_session, wanted, user_id)
            moved = [one for one in own if one.trip_id != trip_id]
            for session in moved:
                self._move(db_session, session, trip_id, user_id, carry=carry)
            db_session.flush()
            if moved and trip_id is not None:
                db.trips.mark_used(db_session, trip_id, at=max(one.last_message_at for one in moved))
            ids = [one.id for one in moved]
            db.participants.settle(db_session, ids)
            db.stamps.note_sessions(db_session, ids)  # who sees them as before has them at another place
            return tuple(ids)

    def make_trip(
        self,
        session_id: int,
        title: str,
        *,
        user_id: int,
        customer: int | str | None = None,
        brief: Mapping[str, Any] = {},
        carry: bool = False,
    ) -> tuple[Trip, bool]:
        """Make a trip and move one's own session into it; return the trip that it is in then, and whether it is new.

        A session that is in a trip already stays there, and none is made: as of two clicks the second. *customer* is
        an id, or the name of a new one. Raises as `TripService.create` and `move` do.
        """
        plan = asked_for(Plan("", TripStatus.DRAFT, None, Brief()), {"title": title, "brief": brief})
        with writing(self._db, user_id) as db_session:
            session = _own(db_session, [session_id], user_id)[0]
            if session.trip_id is not None:
                return trip_now(db_session, session.trip_id, user_id), False
            if isinstance(customer, str):
                customer = add_customer(db_session, {"name": customer}, user_id).id
            trip = add_trip(db_session, replace(plan, customer_id=customer), user_id, "Created")
            self._move(db_session, session, trip.id, user_id, carry=carry)
            db_session.flush()
            db.participants.settle(db_session, [session_id])
            db.stamps.note_sessions(db_session, [session_id])
            return trip_now(db_session, trip.id, user_id), True

    def _move(
        self, db_session: Session, session: ChatSession, trip_id: int | None, user_id: int, *, carry: bool
    ) -> None:
        if session.trip_id is not None:
            forget_trip_files(db_session, session.trip_id, [session.id])
        detail = f"from {session.trip_id or 'none'} to {trip_id or 'none'}"
        db.sides.move(db_session, session, trip_id, carry=carry)
        session.updated_at = utc_now()
        target = (AuditTarget.SESSION, session.id)
        db.audit.note(db_session, AuditAction.MOVE_SESSION, user_id=user_id, target=target, detail=detail)


def _own(db_session: Session, session_ids: Collection[int], user_id: int) -> Sequence[ChatSession]:
    """Return sessions of somebody's own, held. Raises NotFoundError, NotPossibleError."""
    own = db.trip_sessions.lock_own_sessions(db_session, session_ids, user_id=user_id)
    others = set(session_ids) - {one.id for one in own}
    if others and len(db.sessions.titles(db_session, others, user_id=user_id)) < len(others):
        raise NotFoundError("There is no such session.")
    if others:
        raise NotPossibleError("Only who has started a session can move it.")
    return own


def forget_trip_files(db_session: Session, trip_id: int, session_ids: Collection[int] | None = None) -> None:
    """Take a trip's files out of the threads of these sessions, or of all, here and at Backboard."""
    for copy, thread in db.trip_files.copies(db_session, trip_id, session_ids=session_ids):
        if copy.document_id is not None:
            db.outbox.add(db_session, backend=thread.backend, kind="document", target_id=copy.document_id)
        db_session.delete(copy)
    db_session.flush()
