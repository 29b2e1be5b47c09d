"""Queries on with whom single sessions are shared. Who sees a session then is settled by `db.participants`."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.models import SessionMember


def ids(db_session: Session, session_id: int) -> set[int]:
    """Return the ids of those with whom a session, of anybody, is shared by itself."""
    return set(db_session.scalars(select(SessionMember.user_id).where(SessionMember.session_id == session_id)))


def is_there(db_session: Session, session_id: int, member_id: int) -> bool:
    """Return whether a session, of anybody, is shared by itself with somebody."""
    return db_session.get(SessionMember, (session_id, member_id)) is not None


def put(db_session: Session, session_id: int, member_id: int, *, access: str) -> None:
    """Share a session, which is held, with somebody."""
    member = db_session.get(SessionMember, (session_id, member_id))
    if member is None:
        member = SessionMember(session_id=session_id, user_id=member_id, access=access)
        db_session.add(member)
    member.access = access
    db_session.flush()


def remove(db_session: Session, session_id: int, member_id: int) -> None:
    """Share a session, which is held, with somebody no more."""
    gone = delete(SessionMember).where(SessionMember.session_id == session_id, SessionMember.user_id == member_id)
    db_session.execute(gone)
