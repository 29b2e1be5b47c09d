"""What became of a trip but for its brief: who left it or owns it now, what was said and decided on its links."""

import db.audit
import db.people
import db.reviews
from db.engine import Database
from db.models import AuditAction
from services.trips.access import found_trip
from services.trips.records import LinkDeed, MemberDeed, TripAccess

_ON_MEMBERS = (AuditAction.UNSHARE_TRIP, AuditAction.HAND_OVER_TRIP)


class TripActivity:
    """What happened on a planner's trips. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def on_members(self, trip_id: int, *, user_id: int, limit: int) -> tuple[MemberDeed, ...]:
        """Return who left a trip last, was taken off it or became its owner, latest first, as far as the audit goes.

        Nobody whose account is gone is named. Raises NotFoundError.
        """
        with self._db.snapshot() as db_session:
            found_trip(db_session, trip_id, user_id)
            rows = db.audit.of_trip(db_session, trip_id, actions=_ON_MEMBERS, limit=limit)
            members = [(row, int(member)) for row in rows if (member := row.detail.removeprefix("to ")).isdecimal()]
            ids = {one for row, member_id in members for one in (member_id, row.user_id) if one is not None}
            names = {one.id: one.name for one in db.people.called(db_session, ids)}
        return tuple(
            MemberDeed(
                row.at,
                names[member_id],
                None if row.user_id == member_id else names.get(row.user_id or 0, ""),
                row.action is AuditAction.HAND_OVER_TRIP,
            )
            for row, member_id in members
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
