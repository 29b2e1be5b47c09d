"""Queries on what is shown of trips beside something else: their names, and what goes on in their sessions."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from db.models import ChatSession, Customer, Message, Participant, Trip, TripMember, is_unfinished, is_unseen
from db.plain import run
from db.visibility import THEIR_ID, may

_MOST_UNSEEN = 1000

_NAMES = (  # of the trips of the planner `:owner_id`
    select(
        TripMember.trip_id,
        TripMember.title,
        may(TripMember.access, THEIR_ID).label("access"),
        Trip.customer_id,
        Customer.name.label("customer"),
    )
    .join_from(TripMember, Trip, Trip.id == TripMember.trip_id)
    .outerjoin(Customer, Customer.id == Trip.customer_id)
    .where(TripMember.user_id == THEIR_ID, Trip.deleted_at.is_(None))
)
_NAME = _NAMES.where(TripMember.trip_id == bindparam("trip_id", type_=BigInteger))


def get_visible(db_session: Session, trip_id: int, *, user_id: int) -> Row[Any] | None:
    """Return the name of a trip that this planner is a member of, or None."""
    return run(db_session, _NAME, {"owner_id": user_id, "trip_id": trip_id}).one_or_none()


_ALL_TITLES = (
    select(TripMember.trip_id, TripMember.title)
    .join(Trip, Trip.id == TripMember.trip_id)
    .where(TripMember.user_id == THEIR_ID, Trip.deleted_at.is_(None))
)
_TITLES = _ALL_TITLES.where(TripMember.trip_id.in_(bindparam("trip_ids", expanding=True)))


def titles(db_session: Session, trip_ids: Collection[int], *, user_id: int) -> dict[int, str]:
    """Return the titles of those of these trips that this planner is a member of, by id."""
    rows = run(db_session, _TITLES, {"owner_id": user_id, "trip_ids": list(trip_ids)}) if trip_ids else ()
    return {row.trip_id: row.title for row in rows}


def all_titles(db_session: Session, *, user_id: int) -> dict[int, str]:
    """Return the titles of all trips that this planner is a member of, by id."""
    return {row.trip_id: row.title for row in run(db_session, _ALL_TITLES, {"owner_id": user_id})}


def latest(db_session: Session, *, user_id: int, limit: int, beside: int | None = None) -> Sequence[Row[Any]]:
    """Return the names of this planner's trips, last used first, without those that they archived.

    And what goes on in the sessions of each: *answering* in any, *elsewhere* in one that is not the session *beside*,
    and *unseen* an answer in such a one; *beside_in* is the trip of that session.
    """
    return run(db_session, _latest(), {"owner_id": user_id, "limit": limit, "beside": beside or 0}).all()


@cache
def _latest() -> Select[*tuple[Any, ...]]:
    # From the few that are being written or not yet seen to their trips: the other way would go through all sessions.
    beside = bindparam("beside", type_=BigInteger)
    theirs = Participant.user_id == THEIR_ID
    trip_of_message = select(Participant.trip_id).where(Participant.session_id == Message.session_id, theirs)
    of_answered = select(func.coalesce(trip_of_message.correlate(Message).scalar_subquery(), 0))
    of_answered = of_answered.select_from(Message).where(is_unfinished())
    of_unseen = select(func.coalesce(Participant.trip_id, 0))
    of_unseen = of_unseen.where(theirs, is_unseen(), Participant.session_id != beside)
    query = _NAMES.add_columns(
        TripMember.trip_id.in_(of_answered).label("answering"),
        TripMember.trip_id.in_(of_answered.where(Message.session_id != beside)).label("elsewhere"),
        TripMember.trip_id.in_(of_unseen.limit(_MOST_UNSEEN)).label("unseen"),
        select(Participant.trip_id)
        .where(Participant.session_id == beside, theirs)
        .scalar_subquery()
        .label("beside_in"),
    )
    query = query.where(TripMember.archived.is_(False))
    query = query.order_by(TripMember.last_used_at.desc(), TripMember.trip_id.desc())
    return query.limit(bindparam("limit", type_=Integer))


def customers_of_sessions(db_session: Session, session_ids: Collection[int], *, user_id: int) -> set[int | None]:
    """Return about which customers those of these sessions are that are this planner's own; None: about none."""
    query: Select[int | None] = select(Trip.customer_id).distinct().select_from(ChatSession)
    query = query.outerjoin(Trip, Trip.id == ChatSession.trip_id)
    return set(db_session.scalars(query.where(ChatSession.id.in_(session_ids), ChatSession.user_id == user_id)))
