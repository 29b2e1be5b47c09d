"""Queries on the files of trips, and on their copies in Backboard's threads."""

from collections.abc import Collection, Sequence

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.orm import Session

from db.models import BackboardThread, ChatSession, Deck, DeckPicture, FileCopy, SessionFile, User

_ADDED_BY = func.coalesce(SessionFile.added_by_id, SessionFile.user_id)


def of_trip(db_session: Session, trip_id: int) -> Sequence[Row[SessionFile, str]]:
    """Return the files of a trip, oldest first, without what is in them, and the name of who added each."""
    query = select(SessionFile, User.name).join(User, User.id == _ADDED_BY)
    return db_session.execute(query.where(SessionFile.trip_id == trip_id).order_by(SessionFile.id)).all()


def hand_over(db_session: Session, trip_id: int, *, from_id: int, to_id: int) -> None:
    """Let files of a trip and its sessions, and their decks' pictures, that take somebody's room take another's."""
    of_sessions = select(ChatSession.id).where(ChatSession.trip_id == trip_id)
    of_trip = or_(SessionFile.trip_id == trip_id, SessionFile.session_id.in_(of_sessions))
    query = update(SessionFile).where(SessionFile.user_id == from_id, of_trip)
    query = query.values(user_id=to_id, added_by_id=_ADDED_BY)
    db_session.execute(query.execution_options(synchronize_session=False))
    decks = select(Deck.id).where(or_(Deck.trip_id == trip_id, Deck.session_id.in_(of_sessions)))
    pictures = update(DeckPicture).where(DeckPicture.user_id == from_id, DeckPicture.deck_id.in_(decks))
    db_session.execute(pictures.values(user_id=to_id).execution_options(synchronize_session=False))


def get(db_session: Session, file_id: int, *, trip_id: int) -> SessionFile | None:
    """Return a file of a trip, or None."""
    query = select(SessionFile).where(SessionFile.id == file_id, SessionFile.trip_id == trip_id)
    return db_session.scalar(query)


def names(db_session: Session, trip_id: int) -> Sequence[str]:
    """Return the names of a trip's files."""
    return db_session.scalars(select(SessionFile.name).where(SessionFile.trip_id == trip_id)).all()


def copies(
    db_session: Session, trip_id: int, *, file_id: int | None = None, session_ids: Collection[int] | None = None
) -> Sequence[Row[FileCopy, BackboardThread]]:
    """Return the copies of a trip's files, or of one, in Backboard's threads, or in those of some sessions."""
    query = select(FileCopy, BackboardThread).join(BackboardThread, BackboardThread.id == FileCopy.thread_row_id)
    query = query.join(SessionFile, SessionFile.id == FileCopy.file_id).where(SessionFile.trip_id == trip_id)
    if file_id is not None:
        query = query.where(FileCopy.file_id == file_id)
    if session_ids is not None:
        query = query.where(BackboardThread.session_id.in_(session_ids))
    return db_session.execute(query.order_by(FileCopy.id)).all()
