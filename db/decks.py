"""Queries on decks, their versions and pictures, and on how they look. Who may see a deck is asked of its thing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session, undefer

from db.models import Brand, Deck, DeckPicture, DeckVersion, Participant, User


def of(db_session: Session, **thing: int) -> Deck | None:
    """Return the deck of a session (`session_id`) or a trip (`trip_id`), or None."""
    return db_session.scalar(select(Deck).filter_by(**thing))


def lock(db_session: Session, **thing: int) -> Deck | None:
    """Return the deck of a thing, held, or None."""
    query = select(Deck).filter_by(**thing).with_for_update()
    return db_session.scalar(query.execution_options(populate_existing=True))


def add(db_session: Session, *, at: datetime, **thing: int) -> Deck:
    """Add the deck of a thing that is held, without any version."""
    deck = Deck(**thing, rev=0, created_at=at, updated_at=at)
    db_session.add(deck)
    db_session.flush()
    return deck


def add_version(db_session: Session, deck: Deck, *, at: datetime, **values: Any) -> DeckVersion:
    """Add the next version of a deck that is held, and let the deck be that."""
    deck.rev += 1
    deck.updated_at = at
    version = DeckVersion(deck_id=deck.id, rev=deck.rev, created_at=at, **values)
    db_session.add(version)
    db_session.flush()
    return version


def sessions_of_trip(db_session: Session, trip_id: int, *, user_id: int, limit: int) -> Sequence[Participant]:
    """Return the sessions of a trip that somebody sees and has not archived, as they see them, oldest first."""
    query = select(Participant).where(
        Participant.user_id == user_id, Participant.trip_id == trip_id, Participant.archived.is_(False)
    )
    latest = db_session.scalars(query.order_by(Participant.last_message_at.desc()).limit(limit)).all()
    return sorted(latest, key=lambda one: one.session_id)


def version(db_session: Session, deck_id: int, rev: int) -> Row[DeckVersion, str | None] | None:
    """Return one version with its content, and the name of who made it; or None."""
    query = select(DeckVersion, User.name).outerjoin(User, User.id == DeckVersion.user_id)
    query = query.options(undefer(DeckVersion.content))
    return db_session.execute(query.where(DeckVersion.deck_id == deck_id, DeckVersion.rev == rev)).one_or_none()


def shown_since(db_session: Session, deck: Deck, sha256: str) -> DeckVersion:
    """Return the first of the latest versions that all show what has this hash, as the deck does now."""
    of_deck = DeckVersion.deck_id == deck.id
    other = select(func.max(DeckVersion.rev)).where(of_deck, DeckVersion.sha256 != sha256).scalar_subquery()
    query = select(DeckVersion).where(of_deck, DeckVersion.rev > func.coalesce(other, 0))
    return db_session.scalars(query.order_by(DeckVersion.rev).limit(1)).one()


def versions(
    db_session: Session, deck_id: int, *, limit: int, before: int | None = None
) -> Sequence[Row[DeckVersion, str | None]]:
    """Return versions without their content, the latest first, with the names of who made them."""
    query = select(DeckVersion, User.name).outerjoin(User, User.id == DeckVersion.user_id)
    query = query.where(DeckVersion.deck_id == deck_id)
    if before is not None:
        query = query.where(DeckVersion.rev < before)
    return db_session.execute(query.order_by(DeckVersion.rev.desc()).limit(limit)).all()


def revs(db_session: Session, deck_id: int) -> Sequence[int]:
    """Return the numbers of all versions of a deck, the first one first."""
    query = select(DeckVersion.rev).where(DeckVersion.deck_id == deck_id)
    return db_session.scalars(query.order_by(DeckVersion.rev)).all()


def remove_versions(db_session: Session, deck_id: int, revs: Collection[int]) -> None:
    """Remove versions of a deck that is held."""
    query = delete(DeckVersion).where(DeckVersion.deck_id == deck_id, DeckVersion.rev.in_(revs))
    db_session.execute(query.execution_options(synchronize_session=False))


def pictures(db_session: Session, deck_id: int, hashes: Collection[str]) -> dict[str, bytes]:
    """Return the pictures of a deck that have these SHA-256."""
    query = select(DeckPicture).options(undefer(DeckPicture.content))
    rows = db_session.scalars(query.where(DeckPicture.deck_id == deck_id, DeckPicture.sha256.in_(hashes)))
    return {row.sha256: row.content for row in rows}


def picture_hashes(db_session: Session, deck_id: int) -> frozenset[str]:
    """Return the SHA-256 of every picture that a deck has."""
    return frozenset(db_session.scalars(select(DeckPicture.sha256).where(DeckPicture.deck_id == deck_id)))


def picture_bytes(db_session: Session, deck_id: int) -> int:
    """Return how many bytes the pictures of a deck have."""
    query = select(func.coalesce(func.sum(DeckPicture.size), 0)).where(DeckPicture.deck_id == deck_id)
    return int(db_session.scalar(query) or 0)


def keep_picture(db_session: Session, **values: Any) -> None:
    """Add a picture to a deck that is held and has none of this SHA-256."""
    db_session.add(DeckPicture(**values))
    db_session.flush()


def hand_over(db_session: Session, trip_id: int, *, from_id: int, to_id: int) -> None:
    """Let the pictures of a trip's deck that take somebody's room take somebody else's."""
    deck = select(Deck.id).where(Deck.trip_id == trip_id).scalar_subquery()
    query = update(DeckPicture).where(DeckPicture.user_id == from_id, DeckPicture.deck_id == deck)
    db_session.execute(query.values(user_id=to_id).execution_options(synchronize_session=False))


def brand(db_session: Session, user_id: int) -> Brand | None:
    """Return how a planner's decks look, where they ever said so."""
    return db_session.get(Brand, user_id)


def keep_brand(db_session: Session, user_id: int, *, at: datetime, **values: Any) -> None:
    """Let a planner's decks look so. The planner is held."""
    row = db_session.get(Brand, user_id)
    if row is None:
        db_session.add(Brand(user_id=user_id, updated_at=at, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
        row.updated_at = at
    db_session.flush()
