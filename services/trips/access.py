"""Who may do what with a trip: whoever is no member does not find it. Inside the caller's transaction."""

from sqlalchemy.orm import Session

import db.customers
import db.trips
from db.models import Customer
from db.trips import TripRow
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError
from services.trips.records import TripAccess

ONLY_READ = "You can read this trip, but not change it."


def found_trip(db_session: Session, trip_id: int, user_id: int) -> TripRow:
    """Return a trip that somebody may read. Raises NotFoundError."""
    return _there(db.trips.get_visible(db_session, trip_id, user_id=user_id))


def changeable_trip(db_session: Session, trip_id: int, user_id: int) -> TripRow:
    """Return a trip that somebody may change, held. Raises NotFoundError, NotPossibleError."""
    row = _there(db.trips.lock_visible(db_session, trip_id, user_id=user_id))
    check_may_change(row)
    return row


def check_may_change(row: TripRow) -> None:
    """Raise NotPossibleError unless whoever asked for a trip may do more than read it."""
    if not TripAccess(row.may).may_change:
        raise NotPossibleError(ONLY_READ)


def owned_trip(db_session: Session, trip_id: int, user_id: int, *, to: str) -> TripRow:
    """Return a trip that is somebody's own, held; *to* says what they want to do.

    Raises NotFoundError, NotPossibleError.
    """
    row = _there(db.trips.lock_visible(db_session, trip_id, user_id=user_id))
    if row[1].access != TripAccess.OWNER:
        raise NotPossibleError(f"Only the owner of this trip can {to}.")
    return row


def check_customer(db_session: Session, customer_id: int, user_id: int) -> None:
    """Raise NotFoundError unless somebody may see a customer."""
    if db.customers.get_visible(db_session, customer_id, user_id=user_id) is None:
        raise NotFoundError("There is no such customer.")


def customer_for_trip(db_session: Session, customer_id: int, user_id: int) -> Customer:
    """Return a customer that somebody may plan a trip for: one that they keep themselves. It is held.

    Whoever only works on a trip for a customer would else keep what is remembered about them after leaving it.
    Raises NotFoundError, InvalidFieldsError.
    """
    customer = db.customers.lock_own_for_trip(db_session, customer_id, user_id=user_id)
    if customer is not None:
        return customer
    check_customer(db_session, customer_id, user_id)
    sentence = "The customer is somebody else's: only who keeps a customer can choose it for a trip."
    raise InvalidFieldsError({"customer_id": sentence})


def _there(row: TripRow | None) -> TripRow:
    if row is None:
        raise NotFoundError("There is no such trip.")
    return row
