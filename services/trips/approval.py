"""That a brief was approved, as its reviews say, offers a status. A person sets it."""

from dataclasses import replace

from sqlalchemy.orm import Session

import db.reviews
from db.engine import Database
from db.models import ReviewDecision
from db.models import Trip as TripRow
from exports.reviews.records import snapshot_hash, snapshot_text
from services.accounts.roles import writing
from services.errors import NotPossibleError
from services.reviews.records import DecisionKind, ReviewState
from services.reviews.state import standing, state_of
from services.trips.access import changeable_trip, found_trip
from services.trips.changing import HEAD
from services.trips.keeping import keep_plan, plan_of, trip_now
from services.trips.records import Trip, TripAccess
from services.trips.shared import brief_snapshot
from services.trips.views import known_status
from travel.status import TripStatus

_BEFORE = (TripStatus.DRAFT, TripStatus.PROPOSED)
_WITH_NOTES = DecisionKind.APPROVE_WITH_NOTES.value


class TripApproval:
    """What reviews of a planner's trips offer. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def offered_status(self, trip_id: int, *, user_id: int) -> TripStatus | None:
        """Return the status that a trip could be given, as its brief is approved as it is now; None: there is none.

        Whoever may only read the trip is offered none. Raises NotFoundError.
        """
        with self._db.snapshot() as db_session:
            row = found_trip(db_session, trip_id, user_id)
            return _offered(db_session, row[0]) if TripAccess(row.may).may_change else None

    def notes(self, trip_id: int, *, user_id: int) -> tuple[tuple[str, str], ...]:
        """Return who approved the brief as it is now with notes, and these, where that offers a status.

        Raises NotFoundError.
        """
        with self._db.snapshot() as db_session:
            trip = found_trip(db_session, trip_id, user_id)[0]
            return tuple((one.name, one.note) for one in _approving(db_session, trip) if one.kind == _WITH_NOTES)

    def accept(self, trip_id: int, *, user_id: int) -> Trip:
        """Give a trip the status that is offered; one that is that far already stays as it is.

        Raises NotFoundError; NotPossibleError where nothing is offered any more.
        """
        with writing(self._db, user_id) as db_session:
            trip = changeable_trip(db_session, trip_id, user_id)[0]
            now, offered = plan_of(trip), _offered(db_session, trip)
            if offered is None and now.status in _BEFORE:
                raise NotPossibleError("The brief has changed since it was approved. Share it again.")
            if offered is not None:
                plan = replace(now, status=offered)
                keep_plan(db_session, trip, plan, HEAD["status"], user_id=user_id)
            return trip_now(db_session, trip_id, user_id)


def _offered(db_session: Session, trip: TripRow) -> TripStatus | None:
    """Return `approved` where one of a trip's links has all approvals for the brief as it is now."""
    return TripStatus.APPROVED if _approving(db_session, trip) else None


def _approving(db_session: Session, trip: TripRow) -> list[ReviewDecision]:
    """Return the decisions that stand on a link with all approvals for the brief as it is now, oldest first.

    Whatever the link shows by now, and whether it still opens: a decision is about what they saw.
    """
    if known_status(trip.status) not in _BEFORE:
        return []
    now = snapshot_hash(snapshot_text(brief_snapshot(trip)))
    showing = {review: version_id for review, version_id in db.reviews.showing(db_session, trip.id, sha256=now)}
    decided = db.reviews.decisions(db_session, [review.id for review in showing])
    for review, version_id in showing.items():
        theirs = [one for one in decided if one.review_id == review.id]
        state, _ = state_of(theirs, version_id=version_id, approvals=review.approvals)
        if state is ReviewState.APPROVED:
            stands = standing(theirs)
            return [one for one in theirs if one.version_id == version_id and one.id in stands]
    return []
