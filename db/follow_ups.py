"""Queries on messages that wait for the reply before them."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.models import ChatSession, FollowUp
from db.sessions import visible_to


def in_session(db_session: Session, session_id: int, *, user_id: int) -> Sequence[FollowUp]:
    """Return what waits in a session of this planner's, the next one first."""
    query = select(FollowUp).join(ChatSession, ChatSession.id == FollowUp.session_id)
    query = query.where(FollowUp.session_id == session_id, visible_to(user_id))
    return db_session.scalars(query.order_by(FollowUp.id)).all()


def get_visible(db_session: Session, follow_up_id: int, *, user_id: int) -> FollowUp | None:
    """Return something that waits in a session of this planner's, or None."""
    query = select(FollowUp).join(ChatSession, ChatSession.id == FollowUp.session_id)
    return db_session.scalar(
        query.where(FollowUp.id == follow_up_id, visible_to(user_id)).with_for_update(of=FollowUp)
    )


def by_client_id(db_session: Session, client_message_id: str, *, user_id: int) -> FollowUp | None:
    """Return what this planner's program named so, if it waits still, or None."""
    query = select(FollowUp).where(FollowUp.user_id == user_id, FollowUp.client_message_id == client_message_id)
    return db_session.scalar(query)


def count(db_session: Session, session_id: int) -> int:
    """Return how many messages wait in a session."""
    return db_session.scalar(select(func.count()).where(FollowUp.session_id == session_id)) or 0


def take_first(db_session: Session, session_id: int) -> FollowUp | None:
    """Take the next message out of those that wait in a session, or return None."""
    query = select(FollowUp).where(FollowUp.session_id == session_id).order_by(FollowUp.id).limit(1)
    found = db_session.scalar(query.with_for_update())
    if found is not None:
        remove(db_session, found.id)
    return found


def remove(db_session: Session, follow_up_id: int) -> None:
    """Take a message out of those that wait."""
    gone = delete(FollowUp).where(FollowUp.id == follow_up_id)
    db_session.execute(gone.execution_options(synchronize_session=False))
