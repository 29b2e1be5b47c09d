"""What a planner does to turns that are there already: edit, choose a version, fork, delete."""

import logging
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.messages
import db.participants
import db.path_ends
import db.search
import db.sessions
import db.sides
from db.engine import Database
from db.ids import new_id
from db.models import ChatSession, Message, Participant, utc_now
from exports.sessions.settings import setting_values
from services.accounts.guests import refuse_guest
from services.accounts.roles import writing
from services.errors import NotFoundError, NotPossibleError, ReplyInProgressError
from services.message_status import MessageStatus
from services.replies.replies import ReplyService, repeated
from services.sessions.deleted import remove_deleted_of
from services.sessions.files import FileShelf
from services.sessions.new_sessions import add_session, check_sessions
from services.sessions.records import Accepted
from services.sessions.turns import add_turn, at_rest, keep_end, leave, leave_for, show, writable
from services.texts import check_name, clean_message, fork_title, preview

log = logging.getLogger("travelbot.replies")

_COPIED_AT_ONCE = 200
_COPIED = (
    "role",
    "status",
    "content",
    "parts",
    "model",
    "input_tokens",
    "output_tokens",
    "error_code",
    "error_text",
    "first_text_at",
    "ended_at",
    "cost_micros",
    "memory_customer_id",
    "created_at",
    "updated_at",
)


class VersionService:
    """Turns have versions: all messages that follow the same message. The session shows one path through them.

    Nothing of another version is lost: it can be chosen again, and ends where who chooses it was shown it end last.
    Raises DatabaseUnavailableError from every method when the database is away; nothing is half-written then.
    """

    def __init__(self, database: Database, replies: ReplyService, shelf: FileShelf) -> None:
        self._db = database
        self._shelf = shelf
        self._replies = replies

    def edit(self, message_id: int, text: str, *, user_id: int, client_message_id: str) -> Accepted:
        """Send another version of a planner's message and show it; what followed the earlier one is kept with that.

        Safe to repeat with the same *client_message_id*.

        Raises InvalidInputError, NotFoundError, ReplyInProgressError, MessageIdReusedError, TooManyRepliesError, or
        NotPossibleError for a reply.
        """
        cleaned = clean_message(text)
        check_name(client_message_id)
        try:
            accepted = self._edit(message_id, cleaned, user_id, client_message_id)
        except IntegrityError:  # the same request was faster by a moment
            accepted = self._edit(message_id, cleaned, user_id, client_message_id)
        self._replies.wake()
        return accepted

    def _edit(self, message_id: int, text: str, user_id: int, client_message_id: str) -> Accepted:
        with writing(self._db, user_id) as db_session:
            known = db.messages.by_client_id(db_session, client_message_id, user_id=user_id)
            if known is not None and (known.id != message_id or known.content == text):
                return repeated(db_session, known, text)
            message = _visible(db_session, message_id, user_id)
            if message.role != "user":
                raise NotPossibleError("Only a message of your own can be edited.")
            mine = at_rest(db_session, message.session_id, user_id)
            asker = self._replies.check_room(db_session, user_id)
            remove_deleted_of(db_session, mine.session)
            db_session.refresh(message)
            if message.client_message_id == client_message_id:  # a program calls every version the same
                message.client_message_id = None
                db_session.flush()
            leave(db_session, mine, message.parent_id)
            question_id, reply_id = add_turn(
                db_session, mine, text, client_message_id=client_message_id, parent_id=message.parent_id
            )
            self._replies.count(db_session, asker)
            accepted = Accepted(mine.session_id, question_id, reply_id, repeated=False)
            log.info("message edited", extra={"reply": reply_id, "question": question_id})
            return accepted

    def choose(self, message_id: int, *, user_id: int) -> None:
        """Show the version of a turn that this message is to this planner, with what followed it when shown last.

        Raises NotFoundError, or ReplyInProgressError while a reply is being written that does not end it.
        """
        with self._db.begin() as db_session:
            message = _visible(db_session, message_id, user_id)
            mine = db.participants.lock_with_session(db_session, message.session_id, user_id=user_id)
            if mine is None:
                raise NotFoundError("There is no such session.")
            if leave_for(db_session, mine, message.id):
                _show_from(db_session, mine, message)
            writing = db.messages.unfinished(db_session, message.session_id, user_id=user_id)
            if writing is not None and writing.id != mine.last_message_id:
                raise ReplyInProgressError("A reply is still being written here. Wait for it, or stop it first.")

    def fork(self, message_id: int, *, user_id: int) -> int:
        """Copy a conversation up to and including a message into a new session; return the session's id.

        It is in the same trip where the planner works on that, else in none. Its assistant is told no more of the
        copied turns than the first one's was, and nothing where it is another.

        Raises NotFoundError, ReplyInProgressError where the message is still being written, TooManySessionsError, or
        FileQuotaError.
        """
        with writing(self._db, user_id) as db_session:
            message = _visible(db_session, message_id, user_id)
            if MessageStatus(message.status).unfinished:
                raise ReplyInProgressError("This reply is still being written. Fork it when it is there.")
            check_sessions(db_session, user_id)
            refuse_guest(db_session, user_id, to="fork a session")
            source = db_session.get_one(ChatSession, message.session_id)
            writable(db_session, source.id, user_id)
            ids = list(reversed(db.messages.path_ids(db_session, message.id, user_id=user_id, down_to=0)))
            now = utc_now()
            mine = add_session(
                db_session,
                setting_values(source, title=fork_title(source.title), pinned=False, archived=False),
                user_id=user_id,
                title_chosen=source.title_chosen,
                last_message_preview=preview(message.content),
                trip_id=_trip_of_copy(db_session, source, user_id),
                told_customer_id=source.told_customer_id,
            )
            fork = mine.session
            leaf_id, copies = None, dict[int, int]()
            for start in range(0, len(ids), _COPIED_AT_ONCE):
                leaf_id = _copy(db_session, ids[start : start + _COPIED_AT_ONCE], fork, leaf_id, copies)
            fork.told_after = next(
                (copies[one] for one in reversed(ids) if one in copies and db.sides.is_from_before(source, one)), None
            )
            self._shelf.copy(db_session, source.id, fork.id, user_id=user_id, messages=copies)
            db.participants.follow(db_session, fork.id, from_id=None, to_id=leaf_id)
            if source.user_id != user_id and None in (fork.told_customer_id, db.sides.customer_of(db_session, fork)):
                db.sides.begin_afresh(db_session, fork)  # it was for the other's own assistant
            show(mine, leaf_id, now)
            return fork.id

    def delete(self, message_id: int, *, user_id: int) -> int:
        """Delete a planner's message or a note, with all replies; what followed stays. Return the session's id.

        It is hidden at once and removed for good when it can no longer be brought back, or with the next message.
        Where nothing followed it, another version is shown in its place, if there is one.

        Raises NotFoundError, ReplyInProgressError, or NotPossibleError for a reply alone.
        """
        with writing(self._db, user_id) as db_session:
            message = _visible(db_session, message_id, user_id)
            if message.role == "assistant" and message.parent_id is not None:
                raise NotPossibleError("A reply is deleted together with its message.")
            mine = at_rest(db_session, message.session_id, user_id)
            session, now = mine.session, utc_now()
            for row in (message, *_replies_to(db_session, message)):
                if row.deleted_at is None:
                    row.deleted_at = now
                    session.message_count -= 1
                    db.search.put(db_session, row.id, session.id, "")
            db_session.flush()
            for one in db.participants.of_session(db_session, session.id):
                _leave_deleted(db_session, one, message)
            session.last_message_preview = _preview(db_session, mine)
            mine.unseen = False
            return session.id

    def restore(self, message_id: int, *, user_id: int) -> None:
        """Bring back a message that was just deleted, with its replies, and show it.

        Raises NotFoundError when it is too late, or ReplyInProgressError.
        """
        with writing(self._db, user_id) as db_session:
            message = db.messages.get_deleted(db_session, message_id, user_id=user_id)
            if message is None:
                raise NotFoundError("It is too late: the message is deleted for good.")
            mine = at_rest(db_session, message.session_id, user_id)
            for row in (message, *_replies_to(db_session, message)):
                row.deleted_at = None
                mine.session.message_count += 1
                db.search.put(db_session, row.id, row.session_id, row.content)
            db_session.flush()
            for one in db.participants.of_session(db_session, message.session_id):
                empty = one.last_message_id is None
                if empty or (one is mine and leave_for(db_session, one, message.id)):
                    _show_from(db_session, one, message)
            mine.session.last_message_preview = _preview(db_session, mine)


def _show_from(db_session: Session, mine: Participant, message: Message) -> None:
    """Let the conversation that somebody is shown go on from a message as it was left."""
    leaf_id = db.path_ends.get(db_session, message.id, user_id=mine.user_id)
    kept = leaf_id and db.messages.get_visible(db_session, leaf_id, user_id=mine.user_id)
    mine.last_message_id = db.messages.newest_leaf(db_session, kept.id if kept else message.id)  # others went on


def _leave_deleted(db_session: Session, mine: Participant, message: Message) -> None:
    """Show to somebody whose last messages were just deleted what is before them, or another version."""
    leaf_id = mine.last_message_id
    left_id = db.messages.last_shown(db_session, leaf_id) if leaf_id else None
    if left_id != leaf_id:
        keep_end(db_session, mine, message.id)
        mine.last_message_id = left_id
        if (other := _other_version(db_session, message, mine.user_id)) is not None:
            _show_from(db_session, mine, other)


def _other_version(db_session: Session, message: Message, user_id: int) -> Message | None:
    """Return the version before a message that is hidden, else the one after it, else None."""
    others = db.messages.versions(db_session, [message], user_id=user_id)[message.id]
    before = [one for one in others if one < message.id]
    return db_session.get(Message, (before[-1:] or others)[0]) if others else None


def _visible(db_session: Session, message_id: int, user_id: int) -> Message:
    message = db.messages.get_visible(db_session, message_id, user_id=user_id)
    if message is None:
        raise NotFoundError("There is no such message.")
    return message


def _replies_to(db_session: Session, message: Message) -> Sequence[Message]:
    if message.role != "user":
        return []
    replies = db.messages.replies_to(db_session, message.id, user_id=message.user_id)
    return db.messages.by_ids(db_session, [reply.id for reply in replies])


def _trip_of_copy(db_session: Session, source: ChatSession, user_id: int) -> int | None:
    trip_id = source.trip_id
    if trip_id is None or not db.sides.may_write_in_visible(db_session, trip_id, user_id=user_id):
        return None
    return trip_id


def _preview(db_session: Session, mine: Participant) -> str:
    """Return the end of the last message that somebody is shown that has a text."""
    leaf_id = mine.last_message_id
    last = db.messages.path(db_session, leaf_id, user_id=mine.user_id, limit=2) if leaf_id else []
    return next((preview(row.content) for row in reversed(last) if row.content), "")


def _copy(
    db_session: Session, ids: Sequence[int], fork: ChatSession, parent_id: int | None, copies: dict[int, int]
) -> int | None:
    """Copy messages, in this order, to the end of a session; return the id of the last one there.

    *copies* gets the id of each message's copy.
    """
    rows = {row.id: row for row in db.messages.by_ids(db_session, ids)}
    for message_id in ids:
        row = rows[message_id]
        if row.deleted_at is not None:
            continue
        copy = Message(id=new_id(), session_id=fork.id, user_id=fork.user_id, parent_id=parent_id)
        for name in _COPIED:
            setattr(copy, name, getattr(row, name))
        db_session.add(copy)
        db_session.flush()
        if copy.content:
            db.search.put(db_session, copy.id, fork.id, copy.content)
        fork.message_count += 1
        parent_id = copies[message_id] = copy.id
    return parent_id
