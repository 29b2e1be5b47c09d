"""What a planner does with trips: make, find, change, archive and copy them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

import db.audit
import db.customers
import db.trips
from db.engine import Database
from db.ids import new_id
from db.models import AuditAction, AuditTarget, utc_now
from db.models import Trip as TripRow
from services.accounts.guests import check_room
from services.accounts.roles import writing
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError
from services.texts import clean_query
from services.transfer.saved_things import MAX_TRIPS
from services.trips.access import changeable_trip, check_customer, customer_for_trip, found_trip
from services.trips.changing import Plan, asked_for, checked_brief, checked_title, differences, merged
from services.trips.keeping import add_revision, keep_plan, plan_of, seen_plan, trip_now
from services.trips.places import cursor_at, instant_place, name_place
from services.trips.records import Trip, TripAccess, TripOrder, TripPage
from services.trips.views import trip_summary
from travel.brief import Brief, brief_values, carried, content_hash
from travel.status import TripStatus

MAX_PAGE = 200
_QUERY_CHARS = 200


class TripService:
    """The trips that a planner is a member of. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(
        self,
        title: str,
        *,
        user_id: int,
        customer_id: int | None = None,
        status: str = TripStatus.DRAFT,
        brief: Mapping[str, Any] = {},
    ) -> Trip:
        """Make a trip; *brief* has those fields of it that are known, as `travel.brief.brief_of` takes them.

        Raises InvalidFieldsError, NotFoundError for the customer, NotPossibleError or GuestLimitError of too many.
        """
        empty = Plan("", TripStatus.DRAFT, customer_id, Brief())
        plan = asked_for(empty, {"title": title, "status": status, "brief": brief})
        with writing(self._db, user_id) as db_session:
            return add_trip(db_session, plan, user_id, "Created")

    def get(self, trip_id: int, *, user_id: int) -> Trip:
        """Return one trip. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            return trip_now(db_session, trip_id, user_id)

    def page(
        self,
        *,
        user_id: int,
        limit: int = 50,
        cursor: str | None = None,
        words: str = "",
        status: TripStatus | None = None,
        customer_id: int | None = None,
        archived: bool = False,
        order: TripOrder = TripOrder.LAST_USED,
    ) -> TripPage:
        """Return trips; *words* stand in the title or the customer's name. *cursor* is the page before's.

        Raises InvalidInputError where the cursor is of no list in this order, and NotFoundError for the customer.
        """
        limit = max(1, min(limit, MAX_PAGE))
        by_title = order is TripOrder.TITLE
        place = (name_place if by_title else instant_place)(cursor) if cursor else None
        with self._db.snapshot() as db_session:
            if customer_id is not None:
                check_customer(db_session, customer_id, user_id)
            rows = db.trips.page(
                db_session,
                user_id=user_id,
                limit=limit + 1,
                archived=archived,
                by_title=by_title,
                after=place,
                words=clean_query(words[:_QUERY_CHARS]),
                status=status,
                customer_id=customer_id,
            )
            shown = rows[:limit]
            numbers = db.trips.count_members(db_session, [row[0].id for row, _ in shown])
            trips = tuple(trip_summary(row, members=numbers[row[0].id]) for row, _ in shown)
        return TripPage(trips, cursor_at(shown[-1][1], trips[-1].id) if len(rows) > limit else None)

    def change(self, trip_id: int, *, user_id: int, rev: int | None = None, **given: Any) -> Trip:
        """Change any of *title*, *status*, *customer_id* and *brief*, of which the fields named; None: not known.

        *rev* is that of the trip that whoever asks has seen, None: whatever it is. What others changed since stays,
        unless it is of the same fields: then TripChangedError has both, and nothing is changed. Each change is a
        revision. Raises InvalidFieldsError, NotFoundError, NotPossibleError.
        """
        with writing(self._db, user_id) as db_session:
            row = changeable_trip(db_session, trip_id, user_id)
            trip = row[0]
            now = plan_of(trip)
            base = now if rev is None or rev == trip.rev else seen_plan(db_session, trip_id, rev)
            mine = asked_for(base, given)
            ids = {one.customer_id for one in (now, mine) if one.customer_id is not None}
            names = db.customers.names(db_session, ids, user_id=user_id)
            plan = merged(base, now, mine, rev=trip.rev, names=names)
            if plan.customer_id != now.customer_id and row[1].access != TripAccess.OWNER:
                raise NotPossibleError("Only the owner of this trip can say whom it is for.")
            if plan.customer_id not in (None, now.customer_id):
                customer_for_trip(db_session, plan.customer_id, user_id)
            if changed := differences(now, plan, names):
                keep_plan(db_session, trip, plan, ", ".join(one.label for one in changed), user_id=user_id)
            return trip_now(db_session, trip_id, user_id)

    def set_archived(self, trip_ids: Collection[int], archived: bool, *, user_id: int) -> int:
        """Archive trips for one member alone, or bring them back; return how many. Raises NotFoundError for none."""
        with self._db.begin() as db_session:
            number = db.trips.set_archived(db_session, trip_ids, user_id=user_id, archived=archived)
            if not number:
                raise NotFoundError("There is no such trip.")
            return number

    def copy(
        self,
        trip_id: int,
        title: str,
        *,
        user_id: int,
        customer_id: int | None = None,
        keep: Collection[str] = (),
        brief: Mapping[str, Any] = {},
    ) -> Trip:
        """Make a trip of the same kind, owned by whoever asks; for another customer with nothing of the first one's.

        Of the brief its pace goes along and, of `MAY_BE_CARRIED`, what *keep* names, of `OF_THE_CUSTOMER` too where
        that is the same; *brief* has what is known of the new one. With a start alone the copy is as long as the trip
        was. Raises as `create` does.
        """
        checked = checked_title(title)
        given = {name: value for name, value in brief.items() if value is not None}
        alone = checked_brief({"start": given["start"], "end": given["start"]}) if _starts_only(given) else None
        with writing(self._db, user_id) as db_session:
            row = found_trip(db_session, trip_id, user_id)
            try:
                start = alone.start if alone else None
                same = customer_id is not None and customer_id == row[0].customer_id
                kept = carried(plan_of(row[0]).brief, keep, start=start, same_customer=same)
            except ValueError as exc:
                raise InvalidFieldsError({"keep": str(exc)}) from exc
            if kept.start is not None:
                del given["start"]
            plan = Plan(checked, TripStatus.DRAFT, customer_id, checked_brief(given, kept))
            made = add_trip(db_session, plan, user_id, "Copied from another trip")
            target = (AuditTarget.TRIP, trip_id)
            db.audit.note(db_session, AuditAction.COPY_TRIP, user_id=user_id, target=target, detail=f"to {made.id}")
            return made


def add_trip(db_session: Session, plan: Plan, user_id: int, summary: str) -> Trip:
    """Make a trip of somebody's own. Raises as `TripService.create` does."""
    if plan.customer_id is not None:
        customer_for_trip(db_session, plan.customer_id, user_id)
    owned = db.trips.count_owned(db_session, user_id=user_id)
    check_room(db_session, user_id, owned, things="trips")
    if owned >= MAX_TRIPS:
        raise NotPossibleError(f"You have {MAX_TRIPS:,} trips. Delete some that you no longer need.")
    now = utc_now()
    trip = TripRow(
        id=new_id(),
        user_id=user_id,
        customer_id=plan.customer_id,
        title=plan.title,
        status=plan.status,
        brief=brief_values(plan.brief),
        content_hash=content_hash(plan.title, plan.brief),
        rev=1,
        created_at=now,
        updated_at=now,
    )
    db.trips.add(db_session, trip, at=now)
    add_revision(db_session, trip, summary, user_id=user_id, at=now)
    target = (AuditTarget.TRIP, trip.id)
    db.audit.note(db_session, AuditAction.CREATE_TRIP, user_id=user_id, target=target, detail=str(trip.id))
    return trip_now(db_session, trip.id, user_id)


def _starts_only(given: Mapping[str, Any]) -> bool:
    return "start" in given and "end" not in given
