"""What became of a trip but for its brief: who left it, what was said and decided on its links."""

import db.audit
import db.people
import db.reviews
from db.engine import Database
from services.trips.access import found_trip
from services.trips.records import Departure, LinkDeed, TripAccess


class TripActivity:
    """What happened on a planner's trips. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def departures(self, trip_id: int, *, user_id: int, limit: int) -> tuple[Departure, ...]:
        """Return who left a trip last or was taken off it, latest first, as far as the audit is kept.

        Nobody whose account is gone is named. Raises NotFoundError.
        """
        with self._db.snapshot() as db_session:
            found_trip(db_session, trip_id, user_id)
            rows = db.audit.unshared(db_session, trip_id, limit=limit)
            who = {row.id: (int(row.detail), row.user_id) for row in rows if row.detail.isdecimal()}
            ids = {one for pair in who.values() for one in pair if one is not None}
            names = {one.id: one.name for one in db.people.called(db_session, ids)}
        left = ((row.at, *who[row.id]) for row in rows if row.id in who)
        return tuple(
            Departure(at, names[member_id], None if by_id == member_id else names.get(by_id or 0, ""))
            for at, member_id, by_id in left
            if member_id in names
        )

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
