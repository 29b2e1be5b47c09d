"""What screens show of trips beside something else: their names, and whether something goes on in them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row

import db.customers
import db.trip_names
from db.engine import Database
from services.errors import NotFoundError, NotPossibleError
from services.trips.access import ONLY_READ
from services.trips.records import LeftBehind, ListedTrip, TripAccess, TripName

MOST_LISTED = 200


class TripNames:
    """Names of the trips that a planner is a member of. Raises DatabaseUnavailableError when the database is away."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, trip_id: int, *, user_id: int) -> TripName:
        """Return the name of one trip. Raises NotFoundError."""
        with self._db.read() as db_session:
            row = db.trip_names.get_visible(db_session, trip_id, user_id=user_id)
            if row is None:
                raise NotFoundError("There is no such trip.")
            return TripName(**_name(row))

    def changeable(self, trip_id: int, *, user_id: int) -> TripName:
        """Return the name of a trip that the planner may change. Raises NotFoundError, NotPossibleError."""
        trip = self.get(trip_id, user_id=user_id)
        if not trip.access.may_change:
            raise NotPossibleError(ONLY_READ)
        return trip

    def find(self, trip_id: int | None, *, user_id: int) -> TripName | None:
        """Return the name of one trip; None where there is none for this planner."""
        if trip_id is None:
            return None
        with self._db.read() as db_session:
            row = db.trip_names.get_visible(db_session, trip_id, user_id=user_id)
            return TripName(**_name(row)) if row else None

    def titles(self, trip_ids: Collection[int], *, user_id: int) -> dict[int, str]:
        """Return the titles of those of these trips that the planner is a member of, by id."""
        if not trip_ids:
            return {}
        with self._db.read() as db_session:
            return db.trip_names.titles(db_session, trip_ids, user_id=user_id)

    def all_titles(self, *, user_id: int) -> dict[int, str]:
        """Return the titles of all trips that the planner is a member of, by id; for a file, not for a screen."""
        with self._db.read() as db_session:
            return db.trip_names.all_titles(db_session, user_id=user_id)

    def latest(self, *, user_id: int, limit: int, beside: int | None = None) -> tuple[ListedTrip, ...]:
        """Return the trips used last, but for archived ones, and what goes on in the sessions of each.

        *beside* is the session that is looked at: what is new in that is no news.
        """
        with self._db.read() as db_session:
            limit = max(1, min(limit, MOST_LISTED))
            rows = db.trip_names.latest(db_session, user_id=user_id, limit=limit, beside=beside)
            return tuple(
                ListedTrip(
                    **_name(row),
                    answering=bool(row.answering),
                    answering_elsewhere=bool(row.elsewhere),
                    unseen=bool(row.unseen),
                    looked_at=row.trip_id == row.beside_in,
                )
                for row in rows
            )

    def left_behind(self, session_ids: Collection[int], trip_id: int | None, *, user_id: int) -> LeftBehind | None:
        """Return whose memory keeps what was said in sessions if they are moved to a trip; None: it is the same one.

        Raises NotFoundError for the trip.
        """
        there = self.get(trip_id, user_id=user_id).customer_id if trip_id is not None else None
        with self._db.read() as db_session:
            now = db.trip_names.customers_of_sessions(db_session, session_ids, user_id=user_id) - {there}
            names = db.customers.names(db_session, {one for one in now if one is not None}, user_id=user_id)
        return LeftBehind(tuple(sorted(names.values())), mine=None in now) if now else None


def _name(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.trip_id,
        "title": row.title,
        "access": TripAccess(row.access),
        "customer_id": row.customer_id,
        "customer_name": row.customer,
    }
