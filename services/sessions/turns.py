"""The rows that a message makes: a turn of the planner's, and the reply to it. Inside the caller's transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

import db.files
import db.follow_ups
import db.messages
import db.search
import db.sessions
from db.ids import new_id
from db.models import ChatSession, utc_now
from services.errors import NotFoundError, ReplyInProgressError
from services.message_status import MessageStatus
from services.sessions.records import Accepted
from services.texts import preview


def at_rest(db_session: Session, session_id: int, user_id: int) -> ChatSession:
    """Return a session, locked, in which no reply is being written. Raises NotFoundError or ReplyInProgressError."""
    session = db.sessions.lock_visible(db_session, session_id, user_id=user_id)
    if session is None:
        raise NotFoundError("There is no such session.")
    if db.messages.unfinished(db_session, session_id, user_id=user_id) is not None:
        raise ReplyInProgressError("A reply is still being written here. Wait for it, or stop it first.")
    return session


def add_turn(
    db_session: Session,
    session: ChatSession,
    text: str,
    *,
    client_message_id: str | None,
    parent_id: int | None,
) -> tuple[int, int]:
    """Add a planner's message after *parent_id*, and the reply to it, which waits to be written; show both.

    Returns their ids.
    """
    question_id = new_id()
    question = {
        "id": question_id,
        "session_id": session.id,
        "user_id": session.user_id,
        "parent_id": parent_id,
        "role": "user",
        "status": MessageStatus.COMPLETE.value,
        "content": text,
        "client_message_id": client_message_id,
        "created_at": utc_now(),
    }
    db.messages.add(db_session, [question])
    db.search.put(db_session, question_id, session.id, text, user_id=session.user_id)
    reply_id = add_reply(db_session, session, question_id)
    session.message_count += 1
    session.last_message_preview = preview(text)
    session.archived = False
    return question_id, reply_id


def add_reply(
    db_session: Session,
    session: ChatSession,
    question_id: int,
    *,
    retry_of: int | None = None,
    model: str | None = None,
) -> int:
    """Add a reply to a message, which waits to be written, and show it; return its id."""
    reply_id, now = new_id(), utc_now()
    reply = {
        "id": reply_id,
        "session_id": session.id,
        "user_id": session.user_id,
        "parent_id": question_id,
        "role": "assistant",
        "status": MessageStatus.QUEUED.value,
        "model": model or session.model,
        "retry_of": retry_of,
        "created_at": now,
    }
    db.messages.add(db_session, [reply])
    session.message_count += 1
    show(session, reply_id, now)
    session.unseen = False
    return reply_id


def send_waiting(db_session: Session, session: ChatSession) -> Accepted | None:
    """Send the next message that waits in a session, which is locked and at rest; None where none waits."""
    waiting = db.follow_ups.lock_first(db_session, session.id)
    if waiting is None:
        return None
    known = db.messages.by_client_id(db_session, waiting.client_message_id, user_id=session.user_id)
    if known is not None and (known.session_id, known.content) == (session.id, waiting.text):  # sent meanwhile
        db.follow_ups.remove(db_session, waiting.id)
        return send_waiting(db_session, session)
    question_id, reply_id = add_turn(
        db_session,
        session,
        waiting.text,
        client_message_id=None if known else waiting.client_message_id,
        parent_id=session.last_message_id,
    )
    db.files.hand_over(db_session, waiting.id, question_id)
    db.follow_ups.remove(db_session, waiting.id)
    return Accepted(session.id, question_id, reply_id, repeated=False)


def show(session: ChatSession, leaf_id: int | None, now: datetime) -> None:
    """Let the conversation end with this message from now on."""
    session.last_message_id, session.last_message_at, session.updated_at = leaf_id, now, now


def leave_for(db_session: Session, session: ChatSession, message_id: int) -> bool:
    """Remember where the path shown ended, for a path through this message; False if that is the one shown."""
    if session.last_message_id is None:
        return False
    shown = db.messages.path_ids(db_session, session.last_message_id, user_id=session.user_id, down_to=0)
    if message_id in shown:
        return False
    wanted = set(db.messages.path_ids(db_session, message_id, user_id=session.user_id, down_to=0))
    left = next((one for one in reversed(shown) if one not in wanted), None)  # where the two part
    if left is not None:
        db.messages.keep_leaf(db_session, left, session.last_message_id)
    return True


def leave(db_session: Session, session: ChatSession, parent_id: int | None) -> None:
    """Remember, at the version that is shown below *parent_id* (None: the first turn), where its path ended."""
    if session.last_message_id is None:
        return
    path = db.messages.path_ids(db_session, session.last_message_id, user_id=session.user_id, down_to=parent_id or 0)
    before = path[:-1] if path and path[-1] == parent_id else path if parent_id is None else []
    if before:
        db.messages.keep_leaf(db_session, before[-1], session.last_message_id)
