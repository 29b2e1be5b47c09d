"""Queries on messages that wait for the reply before them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from db.models import ChatSession, FollowUp, SessionFile
from db.plain import Plain, read_all, read_one, run
from db.visibility import THEIR_ID, visible_to

_HERE = FollowUp.session_id == bindparam("session_id"), FollowUp.removed_at.is_(None)
_IN_SESSION = (
    select(FollowUp)
    .join(ChatSession, ChatSession.id == FollowUp.session_id)
    .where(*_HERE, visible_to(THEIR_ID))
    .order_by(FollowUp.id)
)
_FIRST = select(FollowUp).where(*_HERE).order_by(FollowUp.id).limit(1).with_for_update()
_FIRST_ID = select(FollowUp.id).where(*_HERE).order_by(FollowUp.id).limit(1)
_FIRST_AUTHOR = select(FollowUp.user_id).where(*_HERE).order_by(FollowUp.id).limit(1)
_NEWEST = (
    select(FollowUp.session_id, func.count().label("number"), func.max(FollowUp.id).label("newest"))
    .where(FollowUp.session_id.in_(bindparam("session_ids", expanding=True)), FollowUp.removed_at.is_(None))
    .group_by(FollowUp.session_id)
)
_COUNT = select(func.count()).where(*_HERE)


def in_session(db_session: Session, session_id: int, *, user_id: int) -> Sequence[Plain[FollowUp]]:
    """Return what waits in a session of this planner's, the next one first."""
    return read_all(db_session, _IN_SESSION, {"session_id": session_id, "owner_id": user_id})


def lock_visible(db_session: Session, follow_up_id: int, *, user_id: int, removed: bool = False) -> FollowUp | None:
    """Return something of this planner's own that waits in a session, or was just taken back there, or None."""
    query = select(FollowUp).join(ChatSession, ChatSession.id == FollowUp.session_id)
    query = query.where(FollowUp.id == follow_up_id, FollowUp.user_id == user_id, visible_to(user_id))
    taken_back = FollowUp.removed_at.is_not(None) if removed else FollowUp.removed_at.is_(None)
    return db_session.scalar(query.where(taken_back).with_for_update(of=FollowUp))


def by_client_id(db_session: Session, client_message_id: str, *, user_id: int) -> FollowUp | None:
    """Return what this planner's program named so, if it waits still or was just taken back, or None."""
    query = select(FollowUp).where(FollowUp.user_id == user_id, FollowUp.client_message_id == client_message_id)
    return db_session.scalar(query)


def count(db_session: Session, session_id: int) -> int:
    """Return how many messages wait in a session."""
    return int(run(db_session, _COUNT, {"session_id": session_id}).scalar_one())


def newest(db_session: Session, session_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return how many messages wait in those of these sessions where any does, and the id of the newest."""
    rows = run(db_session, _NEWEST, {"session_ids": list(session_ids)})
    return {row.session_id: (row.number, row.newest) for row in rows}


def first_id(db_session: Session, session_id: int) -> int | None:
    """Return the id of the next message of those that wait in a session, or None."""
    found: int | None = run(db_session, _FIRST_ID, {"session_id": session_id}).scalar_one_or_none()
    return found


def first_author_id(db_session: Session, session_id: int) -> int | None:
    """Return who wrote the next message of those that wait in a session, or None."""
    found: int | None = run(db_session, _FIRST_AUTHOR, {"session_id": session_id}).scalar_one_or_none()
    return found


def lock_first(db_session: Session, session_id: int) -> Plain[FollowUp] | None:
    """Return the next message of those that wait in a session, or None."""
    return read_one(db_session, _FIRST, {"session_id": session_id})


def remove(db_session: Session, follow_up_id: int) -> None:
    """Take a message out of those that wait, for good; files that are still with it go too."""
    files = delete(SessionFile).where(SessionFile.follow_up_id == follow_up_id)
    db_session.execute(files.execution_options(synchronize_session=False))
    gone = delete(FollowUp).where(FollowUp.id == follow_up_id)
    db_session.execute(gone.execution_options(synchronize_session=False))


def taken_back(db_session: Session, *, before: datetime, limit: int) -> Sequence[int]:
    """Return the ids of messages that waited, of anybody, and were taken back before an instant."""
    query = select(FollowUp.id).where(FollowUp.removed_at < before)
    return db_session.scalars(query.order_by(FollowUp.id).limit(limit)).all()
