"""What a planner does with replies: send a message, watch the answer, stop it, ask again."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.messages
import db.participants
import db.ratings
import db.search
import db.sessions
import db.sides
import db.usage
import db.users
from db.engine import Database
from db.ids import new_id
from db.models import Message, Participant, User, utc_now
from db.plain import Plain
from services.accounts.roles import writing
from services.errors import (
    MessageIdReusedError,
    NotFoundError,
    NotPossibleError,
    ReplyInProgressError,
    TooManyRepliesError,
)
from services.message_status import MessageStatus
from services.replies.claims import ReplyClaims
from services.replies.readers import ReplyReaders, ReplyWatch
from services.replies.records import ReplySnapshot
from services.sessions.deleted import remove_deleted_of
from services.sessions.file_types import please_look_at
from services.sessions.files import FileShelf
from services.sessions.memory_wall import MemoryWall
from services.sessions.new_sessions import new_session
from services.sessions.records import Accepted, MessageView, NewFile
from services.sessions.settings import cleaned_settings
from services.sessions.turns import add_reply, add_turn, at_rest, leave, show, writable
from services.sessions.views import message_view
from services.texts import check_model, check_name, clean_message, made_title, preview
from services.usage.costs import CostService

log = logging.getLogger("travelbot.replies")

_BEFORE_THE_MOVE = (
    "This message was written before the session was moved, and its turns were not carried over. "
    "Edit it to ask it anew."
)


class ReplyService:
    """Sends messages and gives access to the replies.

    Raises DatabaseUnavailableError from every method when the database is away; nothing is half-written then.
    """

    def __init__(
        self,
        database: Database,
        claims: ReplyClaims,
        readers: ReplyReaders,
        *,
        costs: CostService,
        shelf: FileShelf,
        default_model: str,
        replies_per_user: int = 20,
    ) -> None:
        self._db = database
        self._shelf = shelf
        self._claims = claims
        self._readers = readers
        self._costs = costs
        self._default_model = default_model
        self._per_user = replies_per_user

    def send(
        self,
        text: str,
        *,
        user_id: int,
        client_message_id: str,
        session_id: int | None = None,
        chat_name: str | None = None,
        trip_id: int | None = None,
        files: Sequence[NewFile] = (),
        **settings: Any,
    ) -> Accepted:
        """Keep a planner's message and start its reply; a new session is made when *session_id* is None.

        With a *chat_name*, made up by a program, the new session keeps that name, and the next message goes there.

        Safe to repeat: the same *client_message_id* with the same text answers with the same reply. *settings* are
        fields of `SessionSettings`, for a new session; without a title it takes one from the text, without a model
        the planner's last choice. With *trip_id* a new session is in that trip. *files*, which are checked, come with
        the message; without any text it asks to look at them.

        Raises:
            FileRefusedError: the session would hold too many files.
            InvalidInputError: the text is empty or too long, or a name is no name.
            NotFoundError: the planner has no such session, or no such trip for a new one.
            NotPossibleError: the planner may only read the trip.
            ReplyInProgressError: the session's last reply is still being written.
            MessageIdReusedError: that id came before with another text, or in another session.
            TooManyRepliesError: as many replies as the planner may have are being written.
            MonthlyLimitError: what the planner may spend in a month is spent.
            GuestLimitError: a guest has sent all messages that there are to try.
        """
        cleaned = clean_message(text if text.strip() or not files else please_look_at(files))
        check_name(client_message_id)
        if chat_name is not None:
            check_name(chat_name)
        place = _Place(session_id, chat_name, trip_id, cleaned_settings(settings))
        try:
            accepted = self._accept(cleaned, user_id, client_message_id, place, files)
        except (IntegrityError, ReplyInProgressError, TooManyRepliesError):
            # The same request may have been faster by a moment: now we see what it wrote.
            accepted = self._accept(cleaned, user_id, client_message_id, place, files)
        self._claims.wake(None if accepted.repeated else accepted.reply_id)
        if not accepted.repeated:
            log.info("message accepted", extra=_ids(accepted))
        return accepted

    def _accept(
        self, text: str, user_id: int, client_message_id: str, place: "_Place", files: Sequence[NewFile]
    ) -> Accepted:
        with writing(self._db, user_id) as db_session:
            known = db.messages.by_client_id(db_session, client_message_id, user_id=user_id)
            if known is not None:
                if place.session_id not in (None, known.session_id):
                    raise MessageIdReusedError("This message was already sent in another session.")
                return repeated(db_session, known, text)
            asker = self.check_room(db_session, user_id)
            mine = self._session(db_session, text, user_id, place)
            session_id = mine.session_id
            question_id, reply_id = add_turn(
                db_session, mine, text, client_message_id=client_message_id, parent_id=mine.last_message_id
            )
            self._shelf.keep(db_session, files, session_id=session_id, user_id=user_id, message_id=question_id)
            self.count(db_session, asker)
            return Accepted(session_id, question_id, reply_id, repeated=False)

    def check_room(self, db_session: Session, user_id: int) -> Plain[User]:
        """Return a planner as just read; once their message is added, it is to be counted.

        Raises TooManyRepliesError or MonthlyLimitError where no further reply may be written for them now.
        """
        if db.messages.count_unfinished(db_session, user_id=user_id) >= self._per_user:
            raise TooManyRepliesError(
                f"{self._per_user} replies are being written for you already. Wait for one, or stop one."
            )
        return self._costs.check(db_session, user_id=user_id)

    def count(self, db_session: Session, asker: Plain[User]) -> None:
        """Count a message that was just added, or asked again, of a guest. Raises GuestLimitError."""
        self._costs.guests.count(db_session, asker)

    def _session(self, db_session: Session, text: str, user_id: int, place: "_Place") -> Participant:
        session_id = place.session_id
        if session_id is None and place.chat_name is not None:
            named = db.sessions.by_chat_name(db_session, place.chat_name, user_id=user_id)
            session_id = named.id if named else None
        if session_id is None:
            mine = new_session(
                db_session,
                place.settings,
                user_id=user_id,
                title=made_title(text),
                default_model=self._default_model,
                chat_name=place.chat_name,
                trip_id=place.trip_id,
            )
        else:
            mine = at_rest(db_session, session_id, user_id)
            session = mine.session
            remove_deleted_of(db_session, session)
            if session.message_count == 0 and not session.title_chosen:
                session.title = made_title(text)
                db.search.put(db_session, session.id, session.id, session.title)
        db.users.set_last_session(db_session, user_id, mine.session_id)
        return mine

    def store(
        self, text: str, *, role: str, session_id: int, user_id: int, client_message_id: str | None = None
    ) -> MessageView:
        """Keep a message of any role without asking the model, who is told of it with the next question.

        Safe to repeat with the same *client_message_id*. Raises as `send` does, but for TooManyRepliesError.
        """
        cleaned = clean_message(text)
        if client_message_id is not None:
            check_name(client_message_id)
        try:
            return self._store(cleaned, role, session_id, user_id, client_message_id)
        except IntegrityError:  # the same request was faster by a moment
            return self._store(cleaned, role, session_id, user_id, client_message_id)

    def _store(
        self, text: str, role: str, session_id: int, user_id: int, client_message_id: str | None
    ) -> MessageView:
        with writing(self._db, user_id) as db_session:
            if client_message_id is not None:
                known = db.messages.by_client_id(db_session, client_message_id, user_id=user_id)
                if known is not None:
                    if (known.session_id, known.role, known.content) != (session_id, role, text):
                        raise MessageIdReusedError("That id was already used for another message.")
                    return message_view(known, MemoryWall(db_session, user_id=user_id))
            mine = at_rest(db_session, session_id, user_id)
            session = mine.session
            remove_deleted_of(db_session, session)
            db.sides.settle(db_session, session)
            now = utc_now()
            message = Message(
                id=new_id(),
                session_id=session.id,
                user_id=user_id,
                parent_id=mine.last_message_id,
                role=role,
                status=MessageStatus.COMPLETE.value,
                content=text,
                parts=[],
                client_message_id=client_message_id,
                untold=True,
                created_at=now,
            )
            db_session.add(message)
            db_session.flush()
            session.message_count += 1
            db.participants.follow(db_session, session.id, from_id=mine.last_message_id, to_id=message.id)
            show(mine, message.id, now)
            session.last_message_preview = preview(text)
            db.search.put(db_session, message.id, session.id, text)
            return message_view(message, MemoryWall(db_session, user_id=user_id))

    def get(self, message_id: int, *, user_id: int) -> MessageView:
        """Return one message as the database has it. Raises NotFoundError."""
        with self._db.read() as db_session:
            message = db.messages.read_visible(db_session, message_id, user_id=user_id)
            if message is None:
                raise NotFoundError("There is no such message.")
            rating = db.ratings.get(db_session, message_id, user_id=user_id)
            return message_view(message, MemoryWall(db_session, user_id=user_id), rating=rating)

    def id_of(self, client_message_id: str, *, user_id: int) -> int | None:
        """Return the id of the message that this planner's program named so, or None."""
        with self._db.read() as db_session:
            message = db.messages.by_client_id(db_session, client_message_id, user_id=user_id)
            return message.id if message else None

    def retry(self, message_id: int, *, user_id: int, model: str | None = None) -> Accepted:
        """Start a new reply to the same message, also with another model; the earlier one is kept as a version.

        *message_id* names the reply, or the planner's message that it answers. Asking twice for the same reply gives
        the same new one while that is being written, or where the earlier one is not whole; so does asking for a
        message while its reply is being written.

        Raises NotFoundError, InvalidInputError, ReplyInProgressError, TooManyRepliesError, MonthlyLimitError, or
        NotPossibleError where the message was written before the session was moved to another customer.
        """
        if model:
            check_model(model)
        with writing(self._db, user_id) as db_session:
            message = db.messages.get_visible(db_session, message_id, user_id=user_id)
            question = message
            if message is not None and message.role == "assistant" and message.parent_id is not None:
                question = db.messages.get_visible(db_session, message.parent_id, user_id=user_id)
            if message is None or question is None or question.role != "user":
                raise NotFoundError("There is no such reply.")
            newest = db.messages.newest_reply(db_session, question.id, user_id=user_id)
            if newest and newest.retry_of == message_id and message.status != MessageStatus.COMPLETE:
                return Accepted(message.session_id, question.id, newest.id, repeated=True)
            unended = db.messages.unfinished(db_session, message.session_id, user_id=user_id)
            if unended is not None and unended.parent_id == question.id and unended.id != message_id:
                return Accepted(message.session_id, question.id, unended.id, repeated=True)
            mine = at_rest(db_session, message.session_id, user_id)
            asker = self.check_room(db_session, user_id)
            session = mine.session
            remove_deleted_of(db_session, session)
            db.sides.settle(db_session, session)
            if db.sides.is_from_before(session, question.id):
                raise NotPossibleError(_BEFORE_THE_MOVE)
            leave(db_session, mine, question.id)
            before = message if message.role == "assistant" else newest
            again_id = add_reply(db_session, mine, question.id, retry_of=before.id if before else None, model=model)
            self.count(db_session, asker)
            accepted = Accepted(mine.session_id, question.id, again_id, repeated=False)
        self._claims.wake()
        log.info("retry accepted", extra=_ids(accepted))
        return accepted

    def wake(self) -> None:
        """Let what was written into the database begin at once."""
        self._claims.wake()

    def stop(self, reply_id: int, *, user_id: int) -> None:
        """Stop a reply, wherever it is being written; the text so far is kept, and messages that wait wait on.

        Does nothing when it has already ended. Raises NotFoundError.
        """
        with writing(self._db, user_id) as db_session:
            found = db.messages.lock_session_of(db_session, reply_id, user_id=user_id)
            if found is not None:
                writable(db_session, found.session_id, user_id)
            reply = found and db.messages.lock_visible(db_session, reply_id, user_id=user_id)
            if reply is None:
                raise NotFoundError("There is no such reply.")
            if MessageStatus(reply.status).unfinished:
                reply.stop_requested_at = utc_now()
                if reply.status == MessageStatus.QUEUED and reply.lease_owner is None:
                    reply.status, reply.ended_at = MessageStatus.STOPPED.value, utc_now()
        self._claims.stop(reply_id)
        self._claims.wake()
        log.info("stop asked for", extra={"reply": reply_id})

    def unfinished(self, session_id: int, *, user_id: int) -> int | None:
        """Return the id of the reply being written in a session, or None."""
        with self._db.read() as db_session:
            reply = db.messages.unfinished(db_session, session_id, user_id=user_id)
            return reply.id if reply else None

    def snapshot(self, reply_id: int, *, user_id: int) -> ReplySnapshot:
        """Return a reply as the database has it. Raises NotFoundError."""
        return self._readers.snapshot(reply_id, user_id=user_id)

    def watch(self, reply_id: int, *, user_id: int) -> ReplyWatch:
        """Return a way to follow a reply while it is written, for use in a `with`. Raises NotFoundError."""
        return self._readers.watch(reply_id, user_id=user_id)

    def follow(self, reply_id: int, *, user_id: int) -> AsyncGenerator[ReplySnapshot]:
        """Yield the reply as it changes, for event loops; see `ReplyReaders.follow`."""
        return self._readers.follow(reply_id, user_id=user_id)

    def end_following(self) -> None:
        """Let everybody who follows a reply go: the server ends. The replies do not notice."""
        self._readers.end_following()

    @property
    def readers(self) -> int:
        """How many follow a reply in this process right now."""
        return len(self._readers)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a message goes: a session, one named by a program, or a new one, then with these settings."""

    session_id: int | None
    chat_name: str | None
    trip_id: int | None
    settings: Mapping[str, Any]  # as far as chosen


def _ids(accepted: Accepted) -> dict[str, int]:
    return {"reply": accepted.reply_id, "question": accepted.message_id, "session": accepted.session_id}


def repeated(db_session: Session, known: Plain[Message], text: str) -> Accepted:
    """Return what the same message became when it was sent before. Raises MessageIdReusedError."""
    if known.content != text:
        raise MessageIdReusedError("This message was already sent with another text.")
    user_id = known.user_id
    reply = db.messages.newest_reply(db_session, known.id, user_id=user_id)
    if reply is None:
        raise MessageIdReusedError("That id was already used for a message that was not sent to the assistant.")
    return Accepted(known.session_id, known.id, reply.id, repeated=True)
