"""Queries on the sessions of trips, and on trips that are deleted with or without them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

import db.participants
import db.stamps
from db.models import ChatSession, Message, Review, SessionFile, Trip, User


def lock_session_ids(db_session: Session, trip_id: int) -> Sequence[int]:
    """Return the ids of all sessions of a trip, of anybody."""
    query = select(ChatSession.id).where(ChatSession.trip_id == trip_id).order_by(ChatSession.id)
    return db_session.scalars(query.with_for_update()).all()


def lock_own_sessions(db_session: Session, session_ids: Collection[int], *, user_id: int) -> Sequence[ChatSession]:
    """Return those of these sessions that are this planner's own, whoever else may see them."""
    query = select(ChatSession).where(ChatSession.id.in_(session_ids), ChatSession.user_id == user_id)
    query = query.where(ChatSession.deleted_at.is_(None))
    return db_session.scalars(query.order_by(ChatSession.id).with_for_update()).all()


def count_sessions(db_session: Session, trip_id: int, *, user_id: int) -> tuple[int, int, int]:
    """Return how many sessions a trip has, how many of them are not this planner's, and how many messages."""
    others = func.count().filter(ChatSession.user_id != user_id)
    query = select(func.count(), others, func.coalesce(func.sum(ChatSession.message_count), 0))
    row = db_session.execute(query.where(ChatSession.trip_id == trip_id)).one()
    return int(row[0]), int(row[1]), int(row[2])


def count_files(db_session: Session, trip_id: int) -> int:
    """Return how many files a trip has, those of its sessions not among them."""
    return db_session.scalar(select(func.count()).where(SessionFile.trip_id == trip_id)) or 0


def count_session_files(db_session: Session, trip_id: int) -> int:
    """Return how many files the sessions of a trip have."""
    query = select(func.count()).select_from(SessionFile)
    query = query.join(ChatSession, ChatSession.id == SessionFile.session_id)
    return db_session.scalar(query.where(ChatSession.trip_id == trip_id)) or 0


def count_links(db_session: Session, trip_id: int) -> int:
    """Return how many links to a trip and to its sessions there are, those that have ended among them."""
    query = select(func.count()).select_from(Review).join(ChatSession, ChatSession.id == Review.session_id)
    of_sessions = db_session.scalar(query.where(ChatSession.trip_id == trip_id)) or 0
    return of_sessions + (db_session.scalar(select(func.count()).where(Review.trip_id == trip_id)) or 0)


def writers(db_session: Session, trip_id: int, message_ids: Collection[int]) -> dict[int, str]:
    """Return the names of who wrote those of these messages that are in sessions of a trip, by message."""
    query = select(Message.id, User.name).join(User, User.id == Message.user_id)
    query = query.join(ChatSession, ChatSession.id == Message.session_id)
    query = query.where(Message.id.in_(message_ids), ChatSession.trip_id == trip_id)
    return {message_id: name for message_id, name in db_session.execute(query)}


def hand_over(db_session: Session, trip_id: int, *, from_id: int, to_id: int) -> Sequence[int]:
    """Let the sessions of a trip that are somebody's be somebody else's; all are held then. Return their ids.

    What a program of the one called them is not what a program of the other does.
    """
    query = update(ChatSession).where(ChatSession.trip_id == trip_id, ChatSession.user_id == from_id)
    query = query.values(user_id=to_id, chat_name=None, import_key=None)
    return db_session.scalars(query.returning(ChatSession.id)).all()


# Deleting


def mark_deleted(db_session: Session, trip: Trip, *, at: datetime, sessions_too: bool) -> None:
    """Hide a trip, and with *sessions_too* its sessions, until they are removed for good; all are held then."""
    trip.deleted_at, trip.deletes_sessions = at, sessions_too
    db.stamps.note_trip(db_session, trip.id)
    if sessions_too:
        query = update(ChatSession).where(ChatSession.trip_id == trip.id).values(deleted_at=at)
        ids = db_session.scalars(query.returning(ChatSession.id)).all()
        trip.hidden = db.participants.hide(db_session, ids)


def lock_deleted(db_session: Session, trip_id: int, *, user_id: int) -> Trip | None:
    """Return a trip of this owner's that is deleted but not yet for good, or None."""
    query = select(Trip).where(Trip.id == trip_id, Trip.user_id == user_id, Trip.deleted_at.is_not(None))
    return db_session.scalar(query.with_for_update(key_share=True))


def bring_back(db_session: Session, trip: Trip) -> None:
    """Show a trip again, which is held, and the sessions that went with it."""
    db.stamps.note_trip(db_session, trip.id)
    query = update(ChatSession).where(ChatSession.trip_id == trip.id, ChatSession.deleted_at == trip.deleted_at)
    db_session.execute(query.values(deleted_at=None))
    db.participants.show_again(db_session, trip.hidden)
    trip.deleted_at, trip.deletes_sessions, trip.hidden = None, False, []


def deleted(db_session: Session, *, before: datetime, limit: int) -> Sequence[int]:
    """Return the ids of trips, of anybody, that were deleted before an instant."""
    query = select(Trip.id).where(Trip.deleted_at.is_not(None), Trip.deleted_at < before)
    return db_session.scalars(query.order_by(Trip.deleted_at).limit(limit)).all()


def remove_sessions(db_session: Session, session_ids: Collection[int]) -> Sequence[Row[int, int]]:
    """Delete sessions, of anybody; they are held then. Return id and owner of each one deleted."""
    query = delete(ChatSession).where(ChatSession.id.in_(session_ids))
    return db_session.execute(query.returning(ChatSession.id, ChatSession.user_id)).all()


def leave_sessions(db_session: Session, trip_id: int) -> None:
    """Let the sessions of a trip be in none; they are held then."""
    query = update(ChatSession).where(ChatSession.trip_id == trip_id)
    db_session.execute(query.values(trip_id=None, told_brief=None, deleted_at=None))


def lock_removable(db_session: Session, trip_id: int) -> Trip | None:
    """Return a trip, of anybody, that is deleted, or None where it was brought back."""
    query = select(Trip).where(Trip.id == trip_id, Trip.deleted_at.is_not(None))
    return db_session.scalar(query.with_for_update(key_share=True))


def remove(db_session: Session, trip_id: int) -> None:
    """Delete a trip, of anybody, with members, revisions and files; it is held then."""
    db_session.execute(delete(Trip).where(Trip.id == trip_id))
