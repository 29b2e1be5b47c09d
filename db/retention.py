"""Queries on sessions that nobody has used for long, which a setting lets end.

A session is used where a message is written in it, or anything in its trip or the trip's brief, where its deck or the
trip's is changed, or a link to it is made or opened; where it is renamed, moved, no longer pinned, or comes from a
file (`ChatSession.updated_at`). What is pinned by anybody who sees it is kept.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from db.models import ChatSession, Deck, Message, OutboxEntry, Participant, Review, TripMember, is_unfinished

_HERE = "here"  # as the backend of an entry that nothing at Backboard is done for
_RETENTION = "retention"

_LINK_USED = func.coalesce(Review.last_opened_at, Review.created_at)
_of_trip = TripMember.trip_id == ChatSession.trip_id
_of_session = Review.session_id == ChatSession.id
_deck = or_(Deck.session_id == ChatSession.id, Deck.trip_id == ChatSession.trip_id)
_pinned = exists().where(Participant.session_id == ChatSession.id, Participant.pinned)
_answering = exists().where(Message.session_id == ChatSession.id, is_unfinished())


def _unused(since: datetime) -> ColumnElement[bool]:
    return and_(
        ChatSession.last_message_at <= since,
        ChatSession.updated_at <= since,
        ChatSession.deleted_at.is_(None),
        ~_pinned,
        ~exists().where(_of_trip, TripMember.last_used_at > since),
        ~exists().where(_of_session, since < _LINK_USED),
        ~exists().where(_deck, Deck.updated_at > since),
        ~_answering,
    )


def unused(db_session: Session, *, since: datetime, limit: int) -> Sequence[int]:
    """Return the ids of sessions, of anybody, that were not used since an instant, the oldest first."""
    query = select(ChatSession.id).where(_unused(since)).order_by(ChatSession.last_message_at, ChatSession.id)
    return db_session.scalars(query.limit(limit)).all()


def lock_unused(db_session: Session, session_id: int, *, since: datetime) -> ChatSession | None:
    """Return a session, of anybody, that was not used since an instant, or None."""
    held: Select[Any] = select(ChatSession).where(ChatSession.id == session_id).with_for_update()
    if db_session.scalar(held) is None:
        return None
    query = select(ChatSession).where(ChatSession.id == session_id, _unused(since))  # as it is once it is held
    return db_session.scalar(query.execution_options(populate_existing=True))


def last_uses(
    db_session: Session, session_ids: Collection[int], *, user_id: int, since: datetime
) -> dict[int, datetime]:
    """Return when those of these sessions of a planner's were used last that nobody has used since an instant."""
    of_trip = select(func.max(TripMember.last_used_at)).where(_of_trip).scalar_subquery()
    of_link = select(func.max(_LINK_USED)).where(_of_session).scalar_subquery()
    of_deck = select(func.max(Deck.updated_at)).where(_deck).scalar_subquery()
    seen = exists().where(Participant.session_id == ChatSession.id, Participant.user_id == user_id)
    query = select(ChatSession.id, ChatSession.last_message_at, ChatSession.updated_at, of_trip, of_link, of_deck)
    rows = db_session.execute(query.where(ChatSession.id.in_(session_ids), seen, _unused(since)))
    return {row[0]: max(filter(None, row[1:])) for row in rows}


def begins_at(db_session: Session, days: int, *, now: datetime, notice: timedelta) -> datetime:
    """Return from when on sessions end after so many days: a while after this was asked for the first time."""
    query = select(OutboxEntry).where(OutboxEntry.backend == _HERE, OutboxEntry.kind == _RETENTION)
    rows = db_session.scalars(query.order_by(OutboxEntry.id)).all()
    if rows and rows[0].target_id == str(days):
        return rows[0].due_at
    forget(db_session)
    due_at = now + notice
    db_session.add(OutboxEntry(backend=_HERE, kind=_RETENTION, target_id=str(days), due_at=due_at))
    return due_at


def forget(db_session: Session) -> None:
    """Let no session end by itself; where some are to again, they are told of it first again."""
    db_session.execute(delete(OutboxEntry).where(OutboxEntry.backend == _HERE, OutboxEntry.kind == _RETENTION))
