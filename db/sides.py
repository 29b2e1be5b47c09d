"""About whom a session is: whose assistant hears what is said there, and from where on.

In a trip with a customer it is about that customer, else about its owner. That changes: the session is moved, its
trip gets another customer, the customer is deleted. Nobody has to say so: whoever writes to a session next calls
`settle`, which sees it, and what was said before is from then on told to no assistant. That turns are carried over is
what must be said, with `move`.
"""

from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from db.assistants import Whose
from db.models import ChatSession, Customer, FollowUp, Message, SessionFile, Trip, TripMember
from db.plain import run

_CUSTOMER_OF_TRIP = select(Trip.customer_id).where(Trip.id == bindparam("trip_id"), Trip.deleted_at.is_(None))
_SIDE = (
    select(ChatSession.user_id, ChatSession.told_after, Trip.customer_id)
    .outerjoin(Trip, and_(Trip.id == ChatSession.trip_id, Trip.deleted_at.is_(None)))
    .where(ChatSession.id == bindparam("session_id"))
)
_LAST_IDS = tuple(
    select(func.max(kind.id)).where(kind.session_id == bindparam("session_id"))
    for kind in (Message, FollowUp, SessionFile)
)
_WRITING = ("owner", "edit")  # as access to a trip
_OWNER_OF_CUSTOMER = select(Customer.user_id).where(Customer.id == bindparam("customer_id"))


def customer_of(db_session: Session, session: ChatSession) -> int | None:
    """Return the customer that a session, of anybody, is about now; None: it is about its owner."""
    if session.trip_id is None:
        return None
    found: int | None = run(db_session, _CUSTOMER_OF_TRIP, {"trip_id": session.trip_id}).scalar_one_or_none()
    return found


class Side(NamedTuple):
    """About whom a session is now; *told_after* is the last message of it that no assistant is told any more."""

    owner_id: int
    told_after: int | None
    customer_id: int | None


def side_of(db_session: Session, session_id: int) -> Side:
    """Return about whom a session, of anybody, is now."""
    return Side._make(run(db_session, _SIDE, {"session_id": session_id}).one())


def settle(db_session: Session, session: ChatSession) -> int | None:
    """Return the customer that a session, which is locked, is about now, before something is written to it.

    Where it was about another when it was last written to, nothing of what it holds so far is told any more, messages
    and files, and nothing that waits is sent by itself.
    """
    customer_id = customer_of(db_session, session)
    if customer_id != session.told_customer_id:
        session.told_customer_id = customer_id
        begin_afresh(db_session, session)
    return customer_id


def begin_afresh(db_session: Session, session: ChatSession) -> None:
    """Let nothing of what a session holds so far be told any more, as whose assistant answers is another one's."""
    found = [run(db_session, query, {"session_id": session.id}).scalar_one() for query in _LAST_IDS]
    session.told_after = max((one for one in found if one is not None), default=session.told_after)


def was_told_elsewhere(db_session: Session, session: ChatSession) -> bool:
    """Return whether anything of a session was, or would be, told to another assistant than its owner's own."""
    customers = session.told_customer_id, customer_of(db_session, session)
    return session.told_after is not None or customers != (None, None)


def is_from_before(session: ChatSession, its_id: int | None) -> bool:
    """Return whether a message of a session, sent or waiting, or a file, is one of those that are told no more."""
    return its_id is not None and its_id <= (session.told_after or 0)


def move(db_session: Session, session: ChatSession, trip_id: int | None, *, carry: bool) -> None:
    """Put a session, which is locked, into a trip, or into none.

    With *carry* the assistant there is told what the one before was told, where that is another.
    """
    session.trip_id, session.told_brief = trip_id, None
    if carry:
        session.told_customer_id = customer_of(db_session, session)


def whose(db_session: Session, customer_id: int | None, *, owner_id: int) -> Whose | None:
    """Return whose memory a session of *owner_id* about this customer has; None: there is no such customer."""
    if customer_id is None:
        return Whose(owner_id)
    found = run(db_session, _OWNER_OF_CUSTOMER, {"customer_id": customer_id}).scalar_one_or_none()
    return None if found is None else Whose(found, customer_id)


_VISIBLE_TRIP = (
    select(TripMember.access)
    .join(Trip, Trip.id == TripMember.trip_id)
    .where(
        TripMember.user_id == bindparam("user_id"),
        TripMember.trip_id == bindparam("trip_id"),
        Trip.deleted_at.is_(None),
    )
)


def may_write_in_visible(db_session: Session, trip_id: int, *, user_id: int) -> bool:
    """Return whether this planner works on a trip, and not only views it."""
    found = run(db_session, _VISIBLE_TRIP, {"trip_id": trip_id, "user_id": user_id}).scalar_one_or_none()
    return found in _WRITING


_MEMBER = exists().where(
    Trip.customer_id == Customer.id,
    Trip.deleted_at.is_(None),
    TripMember.trip_id == Trip.id,
    TripMember.user_id == bindparam("user_id"),
)
_IS_OWNER = Customer.user_id == bindparam("user_id")
_MAY_CHANGE = or_(_IS_OWNER, _MEMBER.where(TripMember.access.in_(_WRITING)))
_VISIBLE_CUSTOMER = select(Customer.user_id, _MAY_CHANGE.label("may_change")).where(
    Customer.id == bindparam("customer_id"), or_(_IS_OWNER, _MEMBER)
)


def visible_customer(db_session: Session, customer_id: int, *, user_id: int) -> tuple[Whose, bool] | None:
    """Return whose memory a customer's is, and whether this planner may change it; None: there is none such for them.

    A customer is visible to its owner and to the members of its trips; who only views those trips changes nothing.
    """
    found = run(db_session, _VISIBLE_CUSTOMER, {"customer_id": customer_id, "user_id": user_id}).one_or_none()
    return None if found is None else (Whose(found.user_id, customer_id), bool(found.may_change))
