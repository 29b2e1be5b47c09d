"""Queries on trips, their members and revisions. A planner sees the trips that they are a member of."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    String,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

import db.stamps
from db.folding import has_words
from db.models import (
    ChatSession,
    Customer,
    Trip,
    TripMember,
    TripRevision,
    User,
    UtcDateTime,
)
from db.visibility import may

OWNER, EDIT, VIEW = "owner", "edit", "view"  # a member's access
# A trip, whoever asks as its member, the name of its customer, and as `may` what access they really have.
TripRow = Row[Trip, TripMember, str | None, str]

_LAST_USED: tuple[SQLColumnExpression[Any], SQLColumnExpression[Any]] = (TripMember.last_used_at, TripMember.trip_id)
_TITLE: tuple[SQLColumnExpression[Any], SQLColumnExpression[Any]] = (func.lower(TripMember.title), TripMember.trip_id)
_ROWS = (
    select(Trip, TripMember, Customer.name, may(TripMember.access, TripMember.user_id).label("may"))
    .join(TripMember, TripMember.trip_id == Trip.id)
    .outerjoin(Customer, Customer.id == Trip.customer_id)
)


# Trips


def changed_by(user_id: int) -> ColumnElement[bool]:
    """Return whether a planner may change a trip: they own it, or may do more than read it."""
    may = (TripMember.trip_id == Trip.id, TripMember.user_id == user_id, TripMember.access.in_((OWNER, EDIT)))
    return and_(exists().where(*may), Trip.deleted_at.is_(None))


def get_visible(db_session: Session, trip_id: int, *, user_id: int) -> TripRow | None:
    """Return a trip that this planner is a member of, or None."""
    return db_session.execute(_visible(trip_id, user_id)).one_or_none()


def lock_visible(db_session: Session, trip_id: int, *, user_id: int) -> TripRow | None:
    """Return a trip that this planner is a member of, or None."""
    held = _visible(trip_id, user_id).with_only_columns(Trip.id).with_for_update(of=Trip, key_share=True)
    if db_session.scalar(held) is None:
        return None
    # Read once it is held: whoever had to wait would else be told what they might do before, as that row is not held.
    query = _visible(trip_id, user_id).execution_options(populate_existing=True)
    return db_session.execute(query).one_or_none()


def _visible(trip_id: int, user_id: int) -> Select[Trip, TripMember, str | None, str]:
    return _ROWS.where(TripMember.user_id == user_id, TripMember.trip_id == trip_id, Trip.deleted_at.is_(None))


def of_session(db_session: Session, session_id: int) -> tuple[Trip, Customer | None] | None:
    """Return the trip that a session, of anybody, is in, and its customer; None where it is in none."""
    query: Select[Trip, Customer] = select(Trip, Customer).join(ChatSession, ChatSession.trip_id == Trip.id)
    query = query.outerjoin(Customer, Customer.id == Trip.customer_id)
    row = db_session.execute(query.where(ChatSession.id == session_id, Trip.deleted_at.is_(None))).one_or_none()
    return (row[0], row[1]) if row else None


def page(
    db_session: Session,
    *,
    user_id: int,
    limit: int,
    archived: bool = False,
    by_title: bool = False,
    after: tuple[datetime | str, int] | None = None,
    words: str = "",
    status: str | None = None,
    customer_id: int | None = None,
) -> list[tuple[TripRow, datetime | str]]:
    """Return trips of this planner's, last used first or by title, each with what it is ordered by.

    *words* stand in the title or in the customer's name. *after* is where the page before ended.
    """
    order = _TITLE if by_title else _LAST_USED
    query: Select[int, str, str, Any] = (
        select(TripMember.trip_id, TripMember.title, Customer.name, order[0].label("place"))
        .join(Trip, Trip.id == TripMember.trip_id)
        .outerjoin(Customer, Customer.id == Trip.customer_id)
        .where(TripMember.user_id == user_id, TripMember.archived == archived, Trip.deleted_at.is_(None))
    )
    if status is not None:
        query = query.where(Trip.status == status)
    if customer_id is not None:
        query = query.where(Trip.customer_id == customer_id)
    if after is not None:
        place = tuple_(literal(after[0], String if by_title else UtcDateTime), literal(after[1], BigInteger))
        query = query.where(tuple_(*order) > place if by_title else tuple_(*order) < place)
    query = query.order_by(*(one.asc() if by_title else one.desc() for one in order))
    rows = db_session.execute(query if words else query.limit(limit))
    found = islice(((row.trip_id, row.place) for row in rows if has_words(words, row.title, row.name)), limit)
    places = dict(found)
    whole = _ROWS.where(TripMember.user_id == user_id, TripMember.trip_id.in_(places))
    by_id = {row[0].id: row for row in db_session.execute(whole)} if places else {}
    return [(by_id[one], place) for one, place in places.items() if one in by_id]


def imported(db_session: Session, import_key: str, *, own_id: int, user_id: int) -> int | None:
    """Return the id of this planner's own trip that was imported under a key, or has this id; or None."""
    same = or_(Trip.import_key == import_key, Trip.id == own_id)
    query = select(Trip.id).where(Trip.user_id == user_id, same, Trip.deleted_at.is_(None))
    return db_session.scalar(query.order_by(Trip.id).limit(1))


def count_owned(db_session: Session, *, user_id: int) -> int:
    """Return how many trips a planner owns."""
    return db_session.scalar(select(func.count()).where(Trip.user_id == user_id)) or 0


def add(db_session: Session, trip: Trip, *, at: datetime) -> None:
    """Add a trip with its owner as its first member."""
    db_session.add(trip)
    db_session.flush()
    add_member(db_session, trip, trip.user_id, access=OWNER, last_used_at=at)


def mark_used(db_session: Session, trip_id: int, *, at: datetime) -> None:
    """Note for every member of a trip, which is held, that it was used."""
    query = update(TripMember).where(TripMember.trip_id == trip_id, TripMember.last_used_at < at)
    db_session.execute(query.values(last_used_at=at))
    db.stamps.note_trip(db_session, trip_id)


def set_archived(db_session: Session, trip_ids: Collection[int], *, user_id: int, archived: bool) -> int:
    """Archive or bring back trips for one member alone; return how many."""
    query = update(TripMember).where(TripMember.user_id == user_id, TripMember.trip_id.in_(trip_ids))
    return len(db_session.scalars(query.values(archived=archived).returning(TripMember.trip_id)).all())


# Members


def add_member(db_session: Session, trip: Trip, user_id: int, *, access: str, last_used_at: datetime) -> TripMember:
    """Let somebody work on a trip, which is held."""
    member = TripMember(user_id=user_id, trip_id=trip.id, access=access, title=trip.title, last_used_at=last_used_at)
    db_session.add(member)
    db_session.flush()
    db.stamps.note_trip(db_session, trip.id)
    return member


def members(db_session: Session, trip_id: int) -> Sequence[Row[TripMember, User]]:
    """Return who works on a trip: first its owner, then by when they came."""
    query = select(TripMember, User).join(User, User.id == TripMember.user_id).where(TripMember.trip_id == trip_id)
    return db_session.execute(query.order_by(TripMember.access != OWNER, TripMember.created_at, User.id)).all()


def member(db_session: Session, trip_id: int, *, user_id: int) -> TripMember | None:
    """Return somebody as a member of a trip, or None."""
    return db_session.scalar(select(TripMember).where(TripMember.trip_id == trip_id, TripMember.user_id == user_id))


def count_members(db_session: Session, trip_ids: Collection[int]) -> dict[int, int]:
    """Return how many work on each of these trips."""
    query = select(TripMember.trip_id, func.count()).where(TripMember.trip_id.in_(trip_ids))
    rows = db_session.execute(query.group_by(TripMember.trip_id)) if trip_ids else ()
    return {trip_id: number for trip_id, number in rows}


def remove_member(db_session: Session, trip_id: int, *, user_id: int) -> None:
    """Let somebody work on a trip, which is held, no more."""
    db.stamps.note_trip(db_session, trip_id)
    db_session.execute(delete(TripMember).where(TripMember.trip_id == trip_id, TripMember.user_id == user_id))


# Revisions


def revision(db_session: Session, trip_id: int, rev: int) -> Row[TripRevision, str | None] | None:
    """Return one revision of a trip and the name of whoever made it, or None."""
    return db_session.execute(_revisions(trip_id).where(TripRevision.rev == rev)).one_or_none()


def revisions(
    db_session: Session, trip_id: int, *, limit: int, before: int | None = None
) -> Sequence[Row[TripRevision, str | None]]:
    """Return the latest revisions of a trip, or those before one, latest first, and the names of who made them."""
    query = _revisions(trip_id)
    if before is not None:
        query = query.where(TripRevision.rev < before)
    return db_session.execute(query.order_by(TripRevision.rev.desc()).limit(limit)).all()


def _revisions(trip_id: int) -> Select[TripRevision, str]:
    query = select(TripRevision, User.name).outerjoin(User, User.id == TripRevision.user_id)
    return query.where(TripRevision.trip_id == trip_id)


# Sessions


def session_ids(db_session: Session, trip_id: int) -> Sequence[int]:
    """Return the ids of all sessions of a trip, of anybody."""
    return db_session.scalars(select(ChatSession.id).where(ChatSession.trip_id == trip_id)).all()
