"""Messages that a planner writes while the assistant still answers: they wait until the reply is whole."""

import logging
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.files
import db.follow_ups
import db.messages
import db.sides
import db.users
from db.engine import Database
from db.ids import new_id
from db.models import FollowUp, SessionFile, utc_now
from db.plain import Plain
from services.accounts.roles import writing
from services.errors import MessageIdReusedError, NotFoundError, NotPossibleError, TooManyFollowUpsError
from services.messages.records import Waiting
from services.replies.replies import ReplyService
from services.sessions.deleted import remove_deleted_of
from services.sessions.file_types import please_look_at
from services.sessions.files import FileShelf
from services.sessions.records import Accepted, NewFile
from services.sessions.turns import at_rest, send_waiting, writable
from services.sessions.views import file_info
from services.texts import check_name, clean_message

log = logging.getLogger("travelbot.replies")

AT_MOST = 10  # in one session


class FollowUpService:
    """Keeps messages that wait. `ReplyStore.end` sends the next one when a reply is whole.

    After one that failed or was stopped they wait on, until a person sends them. Raises DatabaseUnavailableError from
    every method when the database is away.
    """

    def __init__(self, database: Database, replies: ReplyService, shelf: FileShelf) -> None:
        self._db = database
        self._shelf = shelf
        self._replies = replies

    def add(
        self, text: str, *, session_id: int, user_id: int, client_message_id: str, files: Sequence[NewFile] = ()
    ) -> Waiting | Accepted:
        """Keep a message until the reply that is being written ends; send it now where none is.

        Safe to repeat with the same *client_message_id*. *files*, which are checked, wait and come with it; without
        any text it asks to look at them.

        Raises InvalidInputError, NotFoundError, MessageIdReusedError, TooManyFollowUpsError, FileRefusedError, or
        what sending raises.
        """
        cleaned = clean_message(text if text.strip() or not files else please_look_at(files))
        check_name(client_message_id)
        try:
            waiting = self._add(cleaned, session_id, user_id, client_message_id, files)
        except IntegrityError:  # the same request was faster by a moment
            waiting = self._add(cleaned, session_id, user_id, client_message_id, files)
        return waiting or self._replies.send(
            cleaned, user_id=user_id, client_message_id=client_message_id, session_id=session_id, files=files
        )

    def _add(
        self, text: str, session_id: int, user_id: int, client_message_id: str, files: Sequence[NewFile]
    ) -> Waiting | None:
        with writing(self._db, user_id) as db_session:
            mine = writable(db_session, session_id, user_id)
            known = db.follow_ups.by_client_id(db_session, client_message_id, user_id=user_id)
            if known is not None and known.removed_at is not None:  # taken back, and now sent again
                db.follow_ups.remove(db_session, known.id)
                known = None
            if known is not None:
                if (known.session_id, known.text) != (session_id, text):
                    raise MessageIdReusedError("This message was already sent with another text.")
                return _waiting(known, db.files.of_follow_ups(db_session, session_id))
            if db.messages.by_client_id(db_session, client_message_id, user_id=user_id) is not None:
                return None  # sent meanwhile
            if db.messages.unfinished(db_session, session_id, user_id=user_id) is None:
                return None
            if db.follow_ups.count(db_session, session_id) >= AT_MOST:
                raise TooManyFollowUpsError(f"{AT_MOST} messages are waiting here already. Remove one, or wait.")
            db.sides.settle(db_session, mine.session)
            row = FollowUp(
                id=new_id(),
                session_id=session_id,
                user_id=user_id,
                text=text,
                client_message_id=client_message_id,
                created_at=utc_now(),
            )
            db_session.add(row)
            db_session.flush()
            self._shelf.keep(db_session, files, session_id=session_id, user_id=user_id, follow_up_id=row.id)
            return _waiting(row, db.files.of_follow_ups(db_session, session_id) if files else ())

    def all(self, session_id: int, *, user_id: int) -> tuple[Waiting, ...]:
        """Return what waits in a session, the next one first; nothing where there is no such session."""
        with self._db.read() as db_session:
            rows = db.follow_ups.in_session(db_session, session_id, user_id=user_id)
            files = db.files.of_follow_ups(db_session, session_id) if rows else ()
            others = {row.user_id for row in rows} - {user_id}
            names = db.users.names(db_session, others) if others else {}
            return tuple(_waiting(row, files, names.get(row.user_id)) for row in rows)

    def change(self, follow_up_id: int, text: str, *, user_id: int) -> Waiting:
        """Write a message that waits anew. Raises InvalidInputError, or NotFoundError when it was sent meanwhile."""
        cleaned = clean_message(text)
        with writing(self._db, user_id) as db_session:
            row = _visible(db_session, follow_up_id, user_id)
            row.text = cleaned
            return _waiting(row, db.files.of_follow_ups(db_session, row.session_id))

    def remove(self, follow_up_id: int, *, user_id: int) -> Waiting:
        """Take a message back and return it; for a while it can be restored.

        Raises NotFoundError when it was sent meanwhile.
        """
        with writing(self._db, user_id) as db_session:
            row = _visible(db_session, follow_up_id, user_id)
            row.removed_at = utc_now()
            return _waiting(row, db.files.of_follow_ups(db_session, row.session_id))

    def restore(self, follow_up_id: int, *, user_id: int) -> None:
        """Let a message wait again, where it stood, that was just taken back.

        It is not sent by itself where nothing is being written any more. Raises NotFoundError when it is too late.
        """
        with writing(self._db, user_id) as db_session:
            row = db.follow_ups.lock_visible(db_session, follow_up_id, user_id=user_id, removed=True)
            if row is None:
                raise NotFoundError("It is too late: the message is removed for good.")
            row.removed_at = None

    def send_next(self, session_id: int, *, user_id: int) -> Accepted:
        """Send the next message that waits, where nothing is being written: after a reply that is not whole.

        Raises NotFoundError, NotPossibleError where nothing waits, ReplyInProgressError, TooManyRepliesError,
        or GuestLimitError.
        """
        with writing(self._db, user_id) as db_session:
            mine = at_rest(db_session, session_id, user_id)
            author_id = db.follow_ups.first_author_id(db_session, session_id)
            asker = self._replies.check_room(db_session, author_id or user_id)
            remove_deleted_of(db_session, mine.session)
            accepted = send_waiting(db_session, session_id)
            if accepted is None:
                raise NotPossibleError("No message is waiting here.")
            self._replies.count(db_session, asker)
        self._replies.wake()
        return accepted


def _visible(db_session: Session, follow_up_id: int, user_id: int) -> FollowUp:
    row = db.follow_ups.lock_visible(db_session, follow_up_id, user_id=user_id)
    if row is None:
        raise NotFoundError("That message is not waiting any more.")
    return row


def _waiting(row: Plain[FollowUp], files: Sequence[SessionFile], author: str | None = None) -> Waiting:
    """Return a message that waits, with its own of *files*; *author* is somebody else."""
    own = tuple(file_info(one) for one in files if one.follow_up_id == row.id)
    return Waiting(row.id, row.session_id, row.text, row.created_at, own, author)
