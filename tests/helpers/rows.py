"""Rows that tests begin with."""

from typing import Any

from sqlalchemy.orm import Session

import db.participants
from db.ids import new_id
from db.models import ChatSession

PERSONAL = ("pinned", "archived", "unseen", "last_message_id")


def add_session(db_session: Session, **columns: Any) -> ChatSession:
    """Add a session; what is only its owner's of it is among *columns*, too."""
    mine = {name: columns.pop(name) for name in PERSONAL if name in columns}
    session = ChatSession(**{"id": new_id(), "title": "Lisbon", "model": "openai/gpt-4o"} | columns)
    db_session.add(session)
    db_session.flush()
    see(db_session, session, **mine)
    return session


def see(db_session: Session, session: ChatSession, **mine: Any) -> None:
    """Change what is only its owner's of a session."""
    if mine:
        db.participants.change(db_session, [session.id], user_id=session.user_id, **mine)


def leaf(db_session: Session, session_id: int) -> int | None:
    """Return the last message that the owner of a session is shown."""
    session = db_session.get_one(ChatSession, session_id)
    mine = db.participants.get(db_session, session_id, user_id=session.user_id)
    assert mine is not None
    db_session.refresh(mine)
    return mine.last_message_id
