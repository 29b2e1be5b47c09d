"""What others than its members did with a trip: what was said and decided on its links."""

import db.reviews
from db.engine import Database
from services.trips.access import found_trip
from services.trips.records import LinkDeed, TripAccess


class TripActivity:
    """What happened on a planner's trips. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def on_links(self, trip_id: int, *, user_id: int, limit: int) -> tuple[LinkDeed, ...]:
        """Return the latest comments of stakeholders on a trip's links, and decisions, latest first.

        None for whoever may only read the trip, as they see no links. Raises NotFoundError.
        """
        with self._db.snapshot() as db_session:
            row = found_trip(db_session, trip_id, user_id)
            if not TripAccess(row[1].access).may_change:
                return ()
            said = db.reviews.latest_comments(db_session, trip_id, limit=limit)
            decided = db.reviews.latest_decisions(db_session, trip_id, limit=limit)
        deeds = [LinkDeed(*one) for one in (*said, *decided)]
        return tuple(sorted(deeds, key=lambda one: one.at, reverse=True)[:limit])
