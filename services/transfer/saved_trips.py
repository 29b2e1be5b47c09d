"""The trip of a session that leaves as a file, and the trip that a session from a file comes into.

An import joins no trip of somebody else's: it finds those that the planner owns, by what they were imported from or
were themselves, and else makes one.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

import db.customers
import db.trips
from db.ids import MAX_ID, new_id
from db.models import Customer, Trip, TripRevision, utc_now
from exports.sessions.records import SavedCustomer, SavedTrip
from services.errors import InvalidInputError
from services.texts import without_controls
from travel.brief import BriefError, brief_of, brief_values, content_hash, title_of
from travel.status import TripStatus
from travel.types import NotValidError, language_of

_OURS = "travelbot:"


def saved_trip(db_session: Session, session_id: int, user_id: int) -> SavedTrip | None:
    """Return the trip of a session; None where it is in none, or who asks sees the session alone."""
    found = db.trips.of_session(db_session, session_id)
    if found is None or db.trips.get_visible(db_session, found[0].id, user_id=user_id) is None:
        return None
    trip, customer = found
    return trip_values(trip, customer)


def trip_values(trip: Trip, customer: Customer | None) -> SavedTrip:
    """Return a trip with its customer as plain data."""
    return SavedTrip(
        key=trip.import_key or f"{_OURS}{trip.id}",
        title=trip.title,
        status=trip.status,
        brief=dict(trip.brief),
        customer=customer_values(customer) if customer else None,
    )


def customer_values(customer: Customer) -> SavedCustomer:
    """Return a customer as plain data."""
    return SavedCustomer(
        key=customer.import_key or f"{_OURS}{customer.id}",
        name=customer.name,
        contact=customer.contact,
        language=customer.language,
        notes=customer.notes,
    )


def checked_trip(saved: SavedTrip) -> SavedTrip:
    """Return a trip that a file holds, made fit to be stored. Raises InvalidInputError."""
    try:
        title, brief = title_of(saved.title), brief_values(brief_of(saved.brief))
    except BriefError as exc:
        raise InvalidInputError(f"Its trip cannot be used: {' '.join(exc.problems.values())}") from exc
    status = saved.status if saved.status in {one.value for one in TripStatus} else TripStatus.DRAFT.value
    customer = checked_customer(saved.customer) if saved.customer else None
    return replace(saved, title=title, brief=brief, status=status, customer=customer)


def checked_customer(saved: SavedCustomer) -> SavedCustomer | None:
    """Return a customer that a file holds, made fit to be stored; None where that has no name."""
    name = " ".join(without_controls(saved.name).split())
    texts = {one: without_controls(getattr(saved, one)) for one in ("contact", "notes")}
    return replace(saved, name=name, language=_language(saved.language), **texts) if name else None


def _language(given: str | None) -> str | None:
    with suppress(NotValidError):
        return language_of(given) if given else None
    return None


def trip_of(db_session: Session, saved: SavedTrip, user_id: int) -> int:
    """Return the id of the planner's own trip that this was, or is made now; whoever calls holds the user."""
    found = db.trips.imported(db_session, saved.key, own_id=own_id(saved.key), user_id=user_id)
    return found if found is not None else _made_trip(db_session, saved, user_id)


def _made_trip(db_session: Session, saved: SavedTrip, user_id: int) -> int:
    now = utc_now()
    shared: dict[str, Any] = {
        "title": saved.title,
        "status": saved.status,
        "customer_id": customer_of(db_session, saved.customer, user_id) if saved.customer else None,
        "brief": saved.brief,
        "content_hash": content_hash(saved.title, brief_of(saved.brief)),
    }
    trip = Trip(id=new_id(), user_id=user_id, rev=1, import_key=saved.key, **shared)
    db.trips.add(db_session, trip, at=now)
    db_session.add(
        TripRevision(trip_id=trip.id, rev=1, user_id=user_id, summary="Imported", created_at=now, **shared)
    )
    db_session.flush()
    return trip.id


def customer_of(db_session: Session, saved: SavedCustomer, user_id: int) -> int:
    """Return the id of the planner's own customer that this was, or is made now; whoever calls holds the user."""
    found = db.customers.imported(db_session, saved.key, own_id=own_id(saved.key), user_id=user_id)
    if found is not None:
        return found
    values = {"name": saved.name, "contact": saved.contact, "language": saved.language, "notes": saved.notes}
    customer = Customer(id=new_id(), user_id=user_id, import_key=saved.key, **values)
    db_session.add(customer)
    db_session.flush()
    return customer.id


def own_id(key: str) -> int:
    """Return the id that a thing of this database had when it was exported, 0 for none."""
    its_id = key.removeprefix(_OURS)
    if its_id == key or not its_id.isascii() or not its_id.isdigit():
        return 0
    return number if (number := int(its_id[:20])) <= MAX_ID else 0
