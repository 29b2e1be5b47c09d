"""Queries on customers: those that a planner keeps, and those of the trips that they are a member of."""

from collections.abc import Collection, Sequence
from itertools import islice

from sqlalchemy import BigInteger, ColumnElement, Select, String, delete, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from db.folding import has_words
from db.models import Assistant, BackboardThread, ChatSession, Customer, FileCopy, Trip, TripMember
from db.models.trips import is_shared

NamePlace = tuple[str, int]  # of a list by name: the name in lower case, and the id


def get_visible(db_session: Session, customer_id: int, *, user_id: int) -> Customer | None:
    """Return a customer that this planner keeps, or of a trip that they are a member of; or None."""
    return db_session.scalar(_visible(user_id).where(Customer.id == customer_id))


def _visible(user_id: int) -> Select[Customer]:
    return select(Customer).where(or_(Customer.user_id == user_id, _of_their_trips(user_id)))


def _of_their_trips(user_id: int) -> ColumnElement[bool]:
    """Return whether there is a trip for a customer that a planner is a member of."""
    member = exists().where(TripMember.trip_id == Trip.id, TripMember.user_id == user_id)
    return exists().where(Trip.customer_id == Customer.id, Trip.deleted_at.is_(None), member)


def lock_own(db_session: Session, customer_id: int, *, user_id: int) -> Customer | None:
    """Return a customer that this planner keeps, or None."""
    query = select(Customer).where(Customer.id == customer_id, Customer.user_id == user_id)
    return db_session.scalar(query.with_for_update())


def lock_own_for_trip(db_session: Session, customer_id: int, *, user_id: int) -> Customer | None:
    """Return a customer that this planner keeps, or None; nobody deletes it before a trip refers to it."""
    query = select(Customer).where(Customer.id == customer_id, Customer.user_id == user_id)
    return db_session.scalar(query.with_for_update(read=True, key_share=True))


def imported(db_session: Session, import_key: str, *, own_id: int, user_id: int) -> int | None:
    """Return the id of this planner's own customer that was imported under a key, or has this id; or None."""
    same = or_(Customer.import_key == import_key, Customer.id == own_id)
    query = select(Customer.id).where(Customer.user_id == user_id, same)
    return db_session.scalar(query.order_by(Customer.id).limit(1))


def count_own(db_session: Session, *, user_id: int) -> int:
    """Return how many customers a planner keeps."""
    return db_session.scalar(select(func.count()).where(Customer.user_id == user_id)) or 0


def page(
    db_session: Session, *, user_id: int, limit: int, after: NamePlace | None = None, words: str = ""
) -> list[tuple[Customer, str]]:
    """Return customers that this planner keeps, or that come with a shared trip, by name; each with its place."""
    name = func.lower(Customer.name).label("place")
    found: list[int] = []
    for mine in (_COLUMNS.where(Customer.user_id == user_id), _shared(user_id)):  # each walks an index of its own
        query = mine.add_columns(name).order_by(name, Customer.id)
        if after is not None:
            place = literal(after[0], String), literal(after[1], BigInteger)
            query = query.where(tuple_(func.lower(Customer.name), Customer.id) > tuple_(*place))
        rows = db_session.execute(query if words else query.limit(limit))
        found += islice((row.id for row in rows if has_words(words, row.name)), limit)
    both = select(Customer, name).where(Customer.id.in_(found)).order_by(name, Customer.id).limit(limit)
    return [(customer, place) for customer, place in db_session.execute(both)] if found else []


_COLUMNS = select(Customer.id, Customer.name)


def _shared(user_id: int) -> Select[int, str]:
    """Return the customers of others in the trips that others share with a planner."""
    query = _COLUMNS.group_by(Customer.id).join(Trip, Trip.customer_id == Customer.id)
    query = query.join(TripMember, TripMember.trip_id == Trip.id)
    return query.where(
        TripMember.user_id == user_id, is_shared(), Trip.deleted_at.is_(None), Customer.user_id != user_id
    )


def names(db_session: Session, customer_ids: Collection[int], *, user_id: int) -> dict[int, str]:
    """Return the names of those of these customers that this planner may see, by id."""
    rows = db_session.scalars(_visible(user_id).where(Customer.id.in_(customer_ids))) if customer_ids else ()
    return {row.id: row.name for row in rows}


def count_trips(db_session: Session, customer_id: int) -> int:
    """Return how many trips a customer has, of anybody; those being deleted do not count."""
    query = select(func.count()).where(Trip.customer_id == customer_id, Trip.deleted_at.is_(None))
    return db_session.scalar(query) or 0


def lock_trip_ids(db_session: Session, customer_id: int) -> Sequence[int]:
    """Return the ids of a customer's trips, of anybody."""
    query = select(Trip.id).where(Trip.customer_id == customer_id).order_by(Trip.id)
    return db_session.scalars(query.with_for_update(key_share=True)).all()


def lock_session_ids(db_session: Session, customer_id: int) -> Sequence[int]:
    """Return the ids of the sessions of a customer's trips, of anybody."""
    query = select(ChatSession.id).join(Trip, Trip.id == ChatSession.trip_id).where(Trip.customer_id == customer_id)
    return db_session.scalars(query.order_by(ChatSession.id).with_for_update(of=ChatSession)).all()


def threads(db_session: Session, customer_id: int, session_ids: Sequence[int]) -> Sequence[BackboardThread]:
    """Return those threads of these sessions that are on a customer's assistant."""
    query = select(BackboardThread).where(BackboardThread.session_id.in_(session_ids))
    query = query.where(BackboardThread.customer_id == customer_id)
    return db_session.scalars(query.order_by(BackboardThread.id)).all()


def documents(db_session: Session, thread_row_ids: Sequence[int]) -> Sequence[tuple[str, str]]:
    """Return backend and Backboard's id of every document in these threads."""
    query = select(BackboardThread.backend, FileCopy.document_id)
    query = query.join(FileCopy, FileCopy.thread_row_id == BackboardThread.id)
    rows = db_session.execute(query.where(BackboardThread.id.in_(thread_row_ids)))
    return [(backend, document_id) for backend, document_id in rows if document_id is not None]


def assistants(db_session: Session, customer_id: int) -> Sequence[tuple[str, str]]:
    """Return backend and Backboard's id of every assistant that a customer has."""
    query = select(Assistant.backend, Assistant.assistant_id).where(Assistant.customer_id == customer_id)
    return [(backend, assistant_id) for backend, assistant_id in db_session.execute(query)]


def remove(db_session: Session, customer_id: int) -> None:
    """Delete a customer, of anybody; it is held then. Its trips go on without one."""
    db_session.execute(delete(Customer).where(Customer.id == customer_id))
