"""Queries on everything that is one user's own, for them to take away: in parts, so that little is in memory."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Assistant,
    Base,
    ChatSession,
    Customer,
    Deck,
    DeckPicture,
    DeckVersion,
    Message,
    Rating,
    Review,
    ReviewComment,
    ReviewDecision,
    ReviewVersion,
    Snapshot,
    Trip,
    TripRevision,
    Usage,
)

T = TypeVar("T", bound=Base)


def _own(kind: type[ChatSession | Trip], user_id: int) -> Select[int]:
    return select(kind.id).where(kind.user_id == user_id, kind.deleted_at.is_(None))


def _theirs(kind: Any, user_id: int) -> ColumnElement[bool]:
    if kind is Message:  # what they wrote in sessions of others
        written = and_(Message.user_id == user_id, Message.role == "user", Message.deleted_at.is_(None))
        return and_(written, Message.session_id.not_in(_own(ChatSession, user_id)))
    if kind is Deck:
        return or_(Deck.session_id.in_(_own(ChatSession, user_id)), Deck.trip_id.in_(_own(Trip, user_id)))
    mine: ColumnElement[bool] = kind.user_id == user_id
    return and_(mine, kind.deleted_at.is_(None)) if kind in (ChatSession, Trip) else mine


def ids(db_session: Session, kind: Any, *, user_id: int) -> Sequence[int]:
    """Return the ids of what of a kind is a user's, oldest first."""
    return db_session.scalars(select(kind.id).where(_theirs(kind, user_id)).order_by(kind.id)).all()


def rows(db_session: Session, kind: Any, some: Sequence[int], *, user_id: int) -> Sequence[Any]:
    """Return the rows of a kind that have some ids and are still a user's, oldest first."""
    query = select(kind).where(kind.id.in_(some), _theirs(kind, user_id))
    return db_session.scalars(query.order_by(kind.id)).all()


def with_customer(db_session: Session, trip_ids: Sequence[int]) -> Sequence[Row[Trip, Customer | None]]:
    """Return trips with their customers, oldest first."""
    query: Select[Trip, Customer] = select(Trip, Customer).outerjoin(Customer, Customer.id == Trip.customer_id)
    return db_session.execute(query.where(Trip.id.in_(trip_ids)).order_by(Trip.id)).all()


def revisions(db_session: Session, trip_id: int, *, after: int, limit: int) -> Sequence[TripRevision]:
    """Return the revisions of a trip after one, in order."""
    query = select(TripRevision).where(TripRevision.trip_id == trip_id, TripRevision.rev > after)
    return db_session.scalars(query.order_by(TripRevision.rev).limit(limit)).all()


def deck_versions(db_session: Session, deck_id: int) -> Sequence[DeckVersion]:
    """Return the versions of a deck without their content, in order."""
    query = select(DeckVersion).where(DeckVersion.deck_id == deck_id)
    return db_session.scalars(query.order_by(DeckVersion.rev)).all()


def deck_content(db_session: Session, deck_id: int, rev: int) -> str | None:
    """Return what one version of a deck holds, as JSON, or None."""
    query = select(DeckVersion.content).where(DeckVersion.deck_id == deck_id, DeckVersion.rev == rev)
    return db_session.scalar(query)


def pictures(db_session: Session, deck_id: int) -> Sequence[DeckPicture]:
    """Return the pictures of a deck without their content."""
    query = select(DeckPicture).where(DeckPicture.deck_id == deck_id)
    return db_session.scalars(query.order_by(DeckPicture.sha256)).all()


def picture(db_session: Session, deck_id: int, sha256: str) -> bytes | None:
    """Return one picture of a deck, or None."""
    query = select(DeckPicture.content).where(DeckPicture.deck_id == deck_id, DeckPicture.sha256 == sha256)
    found: bytes | None = db_session.scalar(query)
    return found


def of_review(db_session: Session, kind: Any, review_id: int) -> Sequence[Any]:
    """Return versions, comments or decisions of a link, oldest first."""
    assert kind in (ReviewVersion, ReviewComment, ReviewDecision)
    return db_session.scalars(select(kind).where(kind.review_id == review_id).order_by(kind.id)).all()


def snapshots(db_session: Session, *, user_id: int) -> Sequence[tuple[int, str]]:
    """Return id and SHA-256 of all that a user's links show, or showed."""
    query = select(Snapshot.id, Snapshot.sha256).join(ReviewVersion, ReviewVersion.snapshot_id == Snapshot.id)
    query = query.join(Review, Review.id == ReviewVersion.review_id).where(Review.user_id == user_id)
    return [(row.id, row.sha256) for row in db_session.execute(query.distinct().order_by(Snapshot.id))]


def snapshot(db_session: Session, snapshot_id: int) -> bytes | None:
    """Return what a snapshot holds, or None."""
    found: bytes | None = db_session.scalar(select(Snapshot.content).where(Snapshot.id == snapshot_id))
    return found


def ratings(db_session: Session, *, user_id: int, after: int, limit: int) -> Sequence[Rating]:
    """Return a user's ratings of messages after one, in order."""
    query = select(Rating).where(Rating.user_id == user_id, Rating.message_id > after)
    return db_session.scalars(query.order_by(Rating.message_id).limit(limit)).all()


def usage_by_month(db_session: Session, *, user_id: int) -> Iterator[dict[str, Any]]:
    """Yield what a user used of each model in each month, oldest first."""
    month = func.substr(cast(Usage.day, String), 1, 7)
    names = ("sessions", "replies", "input_tokens", "output_tokens", "cost_micros", "unpriced", "liked", "disliked")
    sums = [func.sum(getattr(Usage, name)).label(name) for name in names]
    query = select(month.label("month"), Usage.model, *sums).where(Usage.user_id == user_id)
    for row in db_session.execute(query.group_by(month, Usage.model).order_by(month, Usage.model)):
        values = dict(row._mapping)
        yield values | {name: int(values[name]) for name in names}


def remembered_customers(db_session: Session, *, user_id: int) -> Sequence[int]:
    """Return the ids of a user's customers about whom something may be remembered."""
    query = select(Assistant.customer_id).where(Assistant.user_id == user_id, Assistant.customer_id.is_not(None))
    return [one for one in db_session.scalars(query.distinct().order_by(Assistant.customer_id)) if one is not None]
