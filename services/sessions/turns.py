"""The rows that a message makes: a turn of the planner's, and the reply to it. Inside the caller's transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

import db.files
import db.follow_ups
import db.messages
import db.participants
import db.path_ends
import db.search
import db.sessions
import db.sides
from db.ids import new_id
from db.models import Participant, utc_now
from services.accounts.roles import may_write
from services.errors import NotFoundError, NotPossibleError, ReplyInProgressError
from services.message_status import MessageStatus
from services.sessions.records import Accepted
from services.texts import preview


def at_rest(db_session: Session, session_id: int, user_id: int) -> Participant:
    """Return what is somebody's of a session, which is locked, and in which no reply is being written.

    Raises NotFoundError, NotPossibleError where they may only read, or ReplyInProgressError.
    """
    mine = writable(db_session, session_id, user_id)
    if db.messages.unfinished(db_session, session_id, user_id=user_id) is not None:
        raise ReplyInProgressError("A reply is still being written here. Wait for it, or stop it first.")
    return mine


def writable(db_session: Session, session_id: int, user_id: int) -> Participant:
    """Return what is somebody's of a session, which is locked, and in which they may write.

    Raises NotFoundError, or NotPossibleError where they may only read.
    """
    mine = db.participants.lock_with_session(db_session, session_id, user_id=user_id)
    if mine is None:
        raise NotFoundError("There is no such session.")
    if mine.access == "view":
        raise NotPossibleError("You can read this session, but not write in it.")
    return mine


def add_turn(
    db_session: Session,
    mine: Participant,
    text: str,
    *,
    client_message_id: str | None,
    parent_id: int | None,
) -> tuple[int, int]:
    """Add a planner's message after *parent_id*, and the reply to it, which waits to be written; show both.

    Who was shown the path to *parent_id* goes on with it, too. Returns their ids.
    """
    session = mine.session
    db.sides.settle(db_session, session)
    question_id = new_id()
    question = {
        "id": question_id,
        "session_id": session.id,
        "user_id": mine.user_id,
        "parent_id": parent_id,
        "role": "user",
        "status": MessageStatus.COMPLETE.value,
        "content": text,
        "client_message_id": client_message_id,
        "created_at": utc_now(),
    }
    db.messages.add(db_session, [question])
    db.search.put(db_session, question_id, session.id, text)
    reply_id = add_reply(db_session, mine, question_id)
    db.participants.follow(db_session, session.id, from_id=parent_id, to_id=reply_id)
    session.message_count += 1
    session.last_message_preview = preview(text)
    mine.archived = False
    return question_id, reply_id


def add_reply(
    db_session: Session,
    mine: Participant,
    question_id: int,
    *,
    retry_of: int | None = None,
    model: str | None = None,
) -> int:
    """Add a reply to a message, which waits to be written, and show it; return its id."""
    session = mine.session
    customer_id = db.sides.settle(db_session, session)
    reply_id, now = new_id(), utc_now()
    reply = {
        "id": reply_id,
        "session_id": session.id,
        "user_id": mine.user_id,
        "parent_id": question_id,
        "role": "assistant",
        "status": MessageStatus.QUEUED.value,
        "model": model or session.model,
        "retry_of": retry_of,
        "memory_customer_id": customer_id,
        "created_at": now,
    }
    db.messages.add(db_session, [reply])
    session.message_count += 1
    show(mine, reply_id, now)
    mine.unseen = False
    return reply_id


def send_waiting(db_session: Session, session_id: int) -> Accepted | None:
    """Send the next message that waits in a session, which is locked and at rest; None where none waits."""
    waiting = db.follow_ups.lock_first(db_session, session_id)
    if waiting is None:
        return None
    mine = db.participants.get(db_session, session_id, user_id=waiting.user_id)
    known = db.messages.by_client_id(db_session, waiting.client_message_id, user_id=waiting.user_id)
    sent = known is not None and (known.session_id, known.content) == (session_id, waiting.text)  # meanwhile
    if sent or mine is None or mine.access == "view" or not may_write(db_session, mine.user_id):  # not any more
        db.follow_ups.remove(db_session, waiting.id)
        return send_waiting(db_session, session_id)
    question_id, reply_id = add_turn(
        db_session,
        mine,
        waiting.text,
        client_message_id=None if known else waiting.client_message_id,
        parent_id=mine.last_message_id,
    )
    db.files.hand_over(db_session, waiting.id, question_id)
    db.follow_ups.remove(db_session, waiting.id)
    return Accepted(session_id, question_id, reply_id, repeated=False)


def show(mine: Participant, leaf_id: int | None, now: datetime) -> None:
    """Let the conversation that somebody is shown end with this message, which has just come."""
    mine.last_message_id = leaf_id
    mine.session.last_message_at = mine.session.updated_at = now


def leave_for(db_session: Session, mine: Participant, message_id: int) -> bool:
    """Remember where the path shown ended, for a path through this message; False if that is the one shown."""
    if mine.last_message_id is None:
        return False
    shown = db.messages.path_ids(db_session, mine.last_message_id, user_id=mine.user_id, down_to=0)
    if message_id in shown:
        return False
    wanted = set(db.messages.path_ids(db_session, message_id, user_id=mine.user_id, down_to=0))
    left = next((one for one in reversed(shown) if one not in wanted), None)  # where the two part
    if left is not None:
        keep_end(db_session, mine, left)
    return True


def leave(db_session: Session, mine: Participant, parent_id: int | None) -> None:
    """Remember, at the version that is shown below *parent_id* (None: the first turn), where its path ended."""
    if mine.last_message_id is None:
        return
    path = db.messages.path_ids(db_session, mine.last_message_id, user_id=mine.user_id, down_to=parent_id or 0)
    before = path[:-1] if path and path[-1] == parent_id else path if parent_id is None else []
    if before:
        keep_end(db_session, mine, before[-1])


def keep_end(db_session: Session, mine: Participant, message_id: int) -> None:
    """Remember for somebody, at a version that they are shown, where its path ends."""
    if (leaf_id := mine.last_message_id) is not None:
        db.path_ends.keep(db_session, message_id, leaf_id, session_id=mine.session_id, user_id=mine.user_id)
