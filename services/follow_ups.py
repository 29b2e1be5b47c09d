"""Messages that a planner writes while the assistant still answers: they wait, and are sent when the reply ends."""

import logging
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.follow_ups
import db.messages
import db.sessions
from db.engine import Database
from db.ids import new_id
from db.models import FollowUp, utc_now
from services.errors import MessageIdReusedError, NotFoundError, NotPossibleError, TooManyFollowUpsError
from services.records import Accepted, Waiting
from services.replies import ReplyService, at_rest
from services.texts import clean_message
from services.turns import send_waiting

log = logging.getLogger("travelbot.replies")

AT_MOST = 10  # in one session


class FollowUpService:
    """Keeps messages that wait. `ReplyStore.end` sends the next one when a reply is whole or was stopped.

    After a reply that failed they wait on, until a person sends them. Raises DatabaseUnavailableError from every
    method when the database is away.
    """

    def __init__(self, database: Database, replies: ReplyService) -> None:
        self._db = database
        self._replies = replies

    def add(self, text: str, *, session_id: int, user_id: int, client_message_id: str) -> Waiting | Accepted:
        """Keep a message until the reply that is being written ends; send it now where none is.

        Safe to repeat with the same *client_message_id*.

        Raises InvalidInputError, NotFoundError, MessageIdReusedError, TooManyFollowUpsError, or what sending raises.
        """
        cleaned = clean_message(text)
        try:
            waiting = self._add(cleaned, session_id, user_id, client_message_id)
        except IntegrityError:  # the same request was faster by a moment
            waiting = self._add(cleaned, session_id, user_id, client_message_id)
        return waiting or self._replies.send(
            cleaned, user_id=user_id, client_message_id=client_message_id, session_id=session_id
        )

    def _add(self, text: str, session_id: int, user_id: int, client_message_id: str) -> Waiting | None:
        with self._db.begin() as db_session:
            session = db.sessions.get_visible(db_session, session_id, user_id=user_id, lock=True)
            if session is None:
                raise NotFoundError("There is no such session.")
            known = db.follow_ups.by_client_id(db_session, client_message_id, user_id=user_id)
            if known is not None:
                if (known.session_id, known.text) != (session_id, text):
                    raise MessageIdReusedError("This message was already sent with another text.")
                return _waiting(known)
            if db.messages.by_client_id(db_session, client_message_id, user_id=user_id) is not None:
                return None  # sent meanwhile
            if db.messages.unfinished(db_session, session_id, user_id=user_id) is None:
                return None
            if db.follow_ups.count(db_session, session_id) >= AT_MOST:
                raise TooManyFollowUpsError(f"{AT_MOST} messages are waiting here already. Remove one, or wait.")
            row = FollowUp(
                id=new_id(),
                session_id=session_id,
                user_id=user_id,
                text=text,
                client_message_id=client_message_id,
                created_at=utc_now(),
            )
            db_session.add(row)
            return _waiting(row)

    def all(self, session_id: int, *, user_id: int) -> tuple[Waiting, ...]:
        """Return what waits in a session, the next one first; nothing where there is no such session."""
        with self._db.read() as db_session:
            return tuple(map(_waiting, db.follow_ups.in_session(db_session, session_id, user_id=user_id)))

    def change(self, follow_up_id: int, text: str, *, user_id: int) -> Waiting:
        """Write a message that waits anew. Raises InvalidInputError, or NotFoundError when it was sent meanwhile."""
        cleaned = clean_message(text)
        with self._db.begin() as db_session:
            row = _visible(db_session, follow_up_id, user_id)
            row.text = cleaned
            return _waiting(row)

    def remove(self, follow_up_id: int, *, user_id: int) -> Waiting:
        """Take a message back and return it. Raises NotFoundError when it was sent meanwhile."""
        with self._db.begin() as db_session:
            row = _visible(db_session, follow_up_id, user_id)
            db.follow_ups.remove(db_session, row.id)
            return _waiting(row)

    def send_next(self, session_id: int, *, user_id: int) -> Accepted:
        """Send the next message that waits, where nothing is being written: after a reply that failed.

        Raises NotFoundError, NotPossibleError where nothing waits, ReplyInProgressError, or TooManyRepliesError.
        """
        with self._db.begin() as db_session:
            session = at_rest(db_session, session_id, user_id)
            self._replies.check_room(db_session, user_id)
            accepted = send_waiting(db_session, session)
            if accepted is None:
                raise NotPossibleError("No message is waiting here.")
        self._replies.wake()
        return accepted


def _visible(db_session: Session, follow_up_id: int, user_id: int) -> FollowUp:
    row = db.follow_ups.get_visible(db_session, follow_up_id, user_id=user_id)
    if row is None:
        raise NotFoundError("That message is not waiting any more.")
    return row


def _waiting(row: FollowUp | Row[Any]) -> Waiting:
    return Waiting(row.id, row.session_id, row.text, row.created_at)
