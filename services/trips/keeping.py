"""How a trip and its revisions are kept. Inside the caller's transaction, which holds a trip that it changes."""

from datetime import datetime

from sqlalchemy.orm import Session

import db.search
import db.trip_sessions
import db.trips
from db.models import Trip as TripRow
from db.models import TripRevision, utc_now
from services.errors import InvalidFieldsError, NotPossibleError
from services.trips.access import found_trip
from services.trips.changing import Plan
from services.trips.records import Trip
from services.trips.views import known_status, trip_view
from travel.brief import brief_values, content_hash, known_brief

MAX_REVISIONS = 10_000  # of one trip
_SUMMARY_CHARS = 500


def plan_of(row: TripRow | TripRevision) -> Plan:
    """Return what a trip is now, or was in a revision."""
    return Plan(row.title, known_status(row.status), row.customer_id, known_brief(row.brief))


def seen_plan(db_session: Session, trip_id: int, rev: int) -> Plan:
    """Return what a trip was in the revision that somebody says they have seen. Raises InvalidFieldsError."""
    found = db.trips.revision(db_session, trip_id, rev)
    if found is None:
        raise InvalidFieldsError({"rev": f"The revision {rev} is none of this trip."})
    return plan_of(found[0])


def keep_plan(db_session: Session, trip: TripRow, plan: Plan, summary: str, *, user_id: int) -> None:
    """Let a trip be what *plan* says, as a new revision. Raises NotPossibleError where there are too many."""
    if trip.rev >= MAX_REVISIONS:
        raise NotPossibleError(f"This trip was changed {MAX_REVISIONS:,} times. Go on with a copy of it.")
    renamed = plan.title != trip.title
    session_ids = db.trip_sessions.lock_session_ids(db_session, trip.id) if renamed else ()
    now = utc_now()
    trip.title, trip.status, trip.customer_id = plan.title, plan.status, plan.customer_id
    trip.brief, trip.content_hash = brief_values(plan.brief), content_hash(plan.title, plan.brief)
    trip.rev, trip.updated_at = trip.rev + 1, now
    add_revision(db_session, trip, summary, user_id=user_id, at=now)
    db.trips.mark_used(db_session, trip.id, at=now)
    if renamed:
        db.search.put_titles(db_session, session_ids)  # they are found by it


def add_revision(db_session: Session, trip: TripRow, summary: str, *, user_id: int, at: datetime) -> None:
    """Write down what a trip is now as the revision of its number."""
    db_session.add(
        TripRevision(
            trip_id=trip.id,
            rev=trip.rev,
            user_id=user_id,
            summary=summary[:_SUMMARY_CHARS],
            title=trip.title,
            status=trip.status,
            customer_id=trip.customer_id,
            brief=trip.brief,
            content_hash=trip.content_hash,
            created_at=at,
        )
    )
    db_session.flush()


def trip_now(db_session: Session, trip_id: int, user_id: int) -> Trip:
    """Return a trip as it is now. Raises NotFoundError."""
    db_session.expire_all()  # the database keeps copies in other rows than were written
    row = found_trip(db_session, trip_id, user_id)
    return trip_view(row, members=db.trips.count_members(db_session, [trip_id])[trip_id])
