"""What became of a trip's brief: every revision, what differs between two, and the way back to one."""

from dataclasses import replace

from sqlalchemy import Row
from sqlalchemy.orm import Session

import db.customers
import db.trips
from db.engine import Database
from db.models import TripRevision
from services.accounts.roles import writing
from services.errors import NotFoundError
from services.trips.access import changeable_trip, found_trip
from services.trips.changing import differences
from services.trips.keeping import keep_plan, plan_of, trip_now
from services.trips.places import number_place
from services.trips.records import Comparison, Revision, RevisionPage, Trip
from services.trips.trips import MAX_PAGE
from services.trips.views import revision_summary, revision_view


class TripRevisions:
    """The revisions of a planner's trips. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def page(self, trip_id: int, *, user_id: int, limit: int = 20, cursor: str | None = None) -> RevisionPage:
        """Return the latest revisions, or those of the page after. Raises NotFoundError, InvalidInputError."""
        limit = max(1, min(limit, MAX_PAGE))
        before = number_place(cursor) if cursor else None
        with self._db.snapshot() as db_session:
            found_trip(db_session, trip_id, user_id)
            rows = db.trips.revisions(db_session, trip_id, limit=limit + 1, before=before)
            shown = tuple(revision_summary(*row) for row in rows[:limit])
        return RevisionPage(shown, str(shown[-1].rev) if len(rows) > limit else None)

    def get(self, trip_id: int, rev: int, *, user_id: int) -> Revision:
        """Return one revision with its brief. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            found_trip(db_session, trip_id, user_id)
            return revision_view(*_found(db_session, trip_id, rev))

    def compare(self, trip_id: int, before: int, after: int, *, user_id: int) -> Comparison:
        """Return what differs between two revisions. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            found_trip(db_session, trip_id, user_id)
            first, second = (_found(db_session, trip_id, rev) for rev in (before, after))
            ids = {row[0].customer_id for row in (first, second) if row[0].customer_id is not None}
            names = db.customers.names(db_session, ids, user_id=user_id)
            changed = differences(plan_of(first[0]), plan_of(second[0]), names)
            return Comparison(revision_summary(*first), revision_summary(*second), changed)

    def restore(self, trip_id: int, rev: int, *, user_id: int) -> Trip:
        """Let title and brief be again what they were in a revision, as a new one; customer and status stay.

        Raises NotFoundError, NotPossibleError.
        """
        with writing(self._db, user_id) as db_session:
            row = changeable_trip(db_session, trip_id, user_id)
            now, earlier = plan_of(row[0]), plan_of(_found(db_session, trip_id, rev)[0])
            plan = replace(now, title=earlier.title, brief=earlier.brief)
            if plan != now:
                keep_plan(db_session, row[0], plan, f"Restored revision {rev}", user_id=user_id)
            return trip_now(db_session, trip_id, user_id)


def _found(db_session: Session, trip_id: int, rev: int) -> Row[TripRevision, str | None]:
    found = db.trips.revision(db_session, trip_id, rev)
    if found is None:
        raise NotFoundError("There is no such revision.")
    return found
