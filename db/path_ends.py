"""Queries on where somebody left the path below a version of a turn, so that it comes back to them as it was."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.models import Message, PathEnd


def keep(db_session: Session, message_id: int, leaf_id: int, *, session_id: int, user_id: int) -> None:
    """Remember at a version where the path below it ended when somebody was shown it last; the session is held."""
    db_session.merge(PathEnd(message_id=message_id, user_id=user_id, session_id=session_id, leaf_id=leaf_id))
    db_session.flush()


def get(db_session: Session, message_id: int, *, user_id: int) -> int | None:
    """Return where the path below a version ended when this planner was shown it last, or None."""
    query = select(PathEnd.leaf_id).where(PathEnd.message_id == message_id, PathEnd.user_id == user_id)
    return db_session.scalar(query)


def of_session(db_session: Session, session_id: int, *, user_id: int) -> dict[int, int]:
    """Return all that is remembered so for this planner in a session, by the version."""
    query = select(PathEnd.message_id, PathEnd.leaf_id)
    rows = db_session.execute(query.where(PathEnd.session_id == session_id, PathEnd.user_id == user_id))
    return {row.message_id: row.leaf_id for row in rows}


def remove(db_session: Session, message: Message) -> None:
    """Let paths that end with a message, which is about to go, end with the one before it; the session is held."""
    ends = update(PathEnd).values(leaf_id=message.parent_id) if message.parent_id else delete(PathEnd)
    ends = ends.where(PathEnd.session_id == message.session_id, PathEnd.leaf_id == message.id)
    db_session.execute(ends.execution_options(synchronize_session=False))
