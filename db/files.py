"""Queries on the files of sessions, and on their copies in Backboard's threads."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from db.models import BackboardThread, ChatSession, FileCopy, SessionFile
from db.plain import Plain, read_all, run
from db.visibility import in_theirs, visible_to

_VISIBLE = select(SessionFile).where(in_theirs(SessionFile.session_id)).order_by(SessionFile.id)
_OF_SESSION = _VISIBLE.where(SessionFile.session_id == bindparam("session_id"), SessionFile.follow_up_id.is_(None))
_OF_MESSAGES = _VISIBLE.where(SessionFile.message_id.in_(bindparam("message_ids", expanding=True)))
_NAMES = select(SessionFile.name).where(SessionFile.message_id == bindparam("message_id")).order_by(SessionFile.id)


def of_session(db_session: Session, session_id: int, *, user_id: int) -> Sequence[SessionFile]:
    """Return the files of a session of this planner's, oldest first, without what is in them.

    Those of messages that wait are not among them yet.
    """
    return db_session.scalars(_OF_SESSION, {"session_id": session_id, "owner_id": user_id}).all()


def read_of_session(db_session: Session, session_id: int, *, user_id: int) -> Sequence[Plain[SessionFile]]:
    """Return the same, to be read only."""
    return read_all(db_session, _OF_SESSION, {"session_id": session_id, "owner_id": user_id})


def of_messages(db_session: Session, message_ids: Sequence[int], *, user_id: int) -> Sequence[Plain[SessionFile]]:
    """Return the files that came with these messages, oldest first, without what is in them."""
    if not message_ids:
        return []
    return read_all(db_session, _OF_MESSAGES, {"message_ids": message_ids, "owner_id": user_id})


def of_follow_ups(db_session: Session, session_id: int) -> Sequence[SessionFile]:
    """Return the files of the messages that wait in a session, oldest first, without what is in them."""
    query = select(SessionFile).where(SessionFile.session_id == session_id, SessionFile.follow_up_id.is_not(None))
    return db_session.scalars(query.order_by(SessionFile.id)).all()


def hand_over(db_session: Session, follow_up_id: int, message_id: int) -> None:
    """Let the files of a message that waited come with the message that it has become."""
    query = update(SessionFile).where(SessionFile.follow_up_id == follow_up_id)
    db_session.execute(query.values(message_id=message_id, follow_up_id=None))


def names_in(db_session: Session, session_id: int) -> Sequence[str]:
    """Return the names of all files of a session, also of messages that wait there."""
    return db_session.scalars(select(SessionFile.name).where(SessionFile.session_id == session_id)).all()


def _has_come() -> ColumnElement[bool]:
    return SessionFile.follow_up_id.is_(None)


def get_visible(db_session: Session, file_id: int, *, user_id: int) -> SessionFile | None:
    """Return a file in a session of this planner's, or None."""
    query = select(SessionFile).join(ChatSession, ChatSession.id == SessionFile.session_id)
    return db_session.scalar(query.where(SessionFile.id == file_id, visible_to(user_id)))


def names_with(db_session: Session, message_id: int) -> Sequence[str]:
    """Return the names of the files that came with a message, oldest first."""
    return run(db_session, _NAMES, {"message_id": message_id}).scalars().all()


def content(db_session: Session, file_id: int) -> bytes | None:
    """Return what is in a file, of anybody, or None."""
    return db_session.scalar(select(SessionFile.content).where(SessionFile.id == file_id))


def remove(db_session: Session, file_id: int) -> None:
    """Delete a file here, with what is known of its copies."""
    db_session.execute(delete(SessionFile).where(SessionFile.id == file_id))


def copies(db_session: Session, file_ids: Sequence[int]) -> Sequence[FileCopy]:
    """Return the copies of files, oldest first."""
    if not file_ids:
        return []
    return db_session.scalars(select(FileCopy).where(FileCopy.file_id.in_(file_ids)).order_by(FileCopy.id)).all()


def copies_with_threads(db_session: Session, file_id: int) -> Sequence[Row[FileCopy, BackboardThread]]:
    """Return the copies of a file, each with its thread."""
    query = select(FileCopy, BackboardThread).join(BackboardThread, BackboardThread.id == FileCopy.thread_row_id)
    return db_session.execute(query.where(FileCopy.file_id == file_id)).all()


def in_thread(
    db_session: Session, session_id: int, thread_row_id: int
) -> Sequence[Row[SessionFile, FileCopy | None]]:
    """Return the files of a session and of its thread's trip, each with its copy in the thread where there is one.

    The oldest come first; those of messages that wait are not among them yet, and of the session only those that its
    assistant may be told of (`db.sides`). A thread is never of another trip than the session was when the thread was
    made, so no file of a trip comes into a session outside.
    """
    copy = and_(FileCopy.file_id == SessionFile.id, FileCopy.thread_row_id == thread_row_id)
    query = select(SessionFile, FileCopy).outerjoin(FileCopy, copy)
    trip_id = select(BackboardThread.trip_id).where(BackboardThread.id == thread_row_id).scalar_subquery()
    told_after = select(func.coalesce(ChatSession.told_after, 0)).where(ChatSession.id == session_id)
    told = func.coalesce(SessionFile.message_id, SessionFile.id) > told_after.scalar_subquery()
    in_session = and_(SessionFile.session_id == session_id, _has_come(), told)
    query = query.where(or_(in_session, SessionFile.trip_id == trip_id))
    return db_session.execute(query.order_by(SessionFile.id)).all()


def documents(db_session: Session, session_ids: Sequence[int]) -> Sequence[tuple[str, str]]:
    """Return backend and Backboard's id of every copy of these sessions' files."""
    query = (
        select(BackboardThread.backend, FileCopy.document_id)
        .join(FileCopy, FileCopy.thread_row_id == BackboardThread.id)
        .where(BackboardThread.session_id.in_(session_ids))
    )
    return [(backend, document_id) for backend, document_id in db_session.execute(query) if document_id is not None]
