"""What a planner does with replies: send a message, watch the answer, stop it, ask again."""

import threading
import time
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.messages
import db.search
import db.sessions
from db.engine import Database
from db.ids import new_id
from db.models import ChatSession, Message, User, utc_now
from services.errors import InvalidInputError, MessageIdReusedError, NotFoundError, ReplyInProgressError
from services.records import Accepted, MessageStatus, Part, ReplySnapshot
from services.reply_runner import ReplyRunner
from services.texts import clean_message, made_title, preview

POLL_S = 0.5  # of a reply that another process writes


class ReplyService:
    """Sends messages and gives access to the replies.

    Raises DatabaseUnavailableError from every method when the database is away; nothing is half-written then.
    """

    def __init__(self, database: Database, runner: ReplyRunner, *, default_model: str) -> None:
        self._db = database
        self._runner = runner
        self._default_model = default_model
        self._counting = threading.Lock()
        self.readers = 0  # of all planners in this process, right now

    def send(
        self,
        text: str,
        *,
        user_id: int,
        client_message_id: str,
        session_id: int | None = None,
        model: str | None = None,
        memory: bool = True,
    ) -> Accepted:
        """Keep a planner's message and start its reply; a new session is made when *session_id* is None.

        Safe to repeat: the same *client_message_id* with the same text answers with the same reply. *model* and
        *memory* are for a new session; None takes the planner's last choice.

        Raises:
            InvalidInputError: the text is empty or too long.
            NotFoundError: the planner has no such session.
            ReplyInProgressError: the session's last reply is still being written.
            MessageIdReusedError: that id came before with another text.
        """
        cleaned = clean_message(text)
        try:
            accepted = self._accept(cleaned, user_id, client_message_id, session_id, model, memory)
        except IntegrityError:  # another tab or process was faster by a moment: now we see what it wrote
            accepted = self._accept(cleaned, user_id, client_message_id, session_id, model, memory)
        self._runner.wake()
        return accepted

    def _accept(
        self,
        text: str,
        user_id: int,
        client_message_id: str,
        session_id: int | None,
        model: str | None,
        memory: bool,
    ) -> Accepted:
        with self._db.begin() as db_session:
            known = db.messages.by_client_id(db_session, client_message_id, user_id=user_id)
            if known is not None:
                return _repeated(db_session, known, text, user_id)
            session = self._session(db_session, text, user_id, session_id, model, memory)
            now = utc_now()
            question = Message(
                id=new_id(),
                session_id=session.id,
                user_id=user_id,
                parent_id=session.last_message_id,
                role="user",
                status=MessageStatus.COMPLETE.value,
                content=text,
                client_message_id=client_message_id,
                created_at=now,
            )
            db_session.add(question)
            db_session.flush()
            reply = _add_reply(db_session, session, question.id, now)
            session.message_count += 2
            session.last_message_preview = preview(text)
            session.archived = False
            db.search.put(db_session, question.id, session.id, text)
            return Accepted(session.id, question.id, reply.id, repeated=False)

    def _session(
        self,
        db_session: Session,
        text: str,
        user_id: int,
        session_id: int | None,
        model: str | None,
        memory: bool,
    ) -> ChatSession:
        user = db_session.get_one(User, user_id)
        if session_id is None:
            model = model or user.last_model or self._default_model
            title = made_title(text)
            session = ChatSession(id=new_id(), user_id=user_id, title=title, model=model, memory=memory)
            session.message_count = session.total_tokens = 0
            db_session.add(session)
            db_session.flush()
            db.search.put(db_session, session.id, session.id, title)
        else:
            found = db.sessions.get_visible(db_session, session_id, user_id=user_id, lock=True)
            if found is None:
                raise NotFoundError("There is no such session.")
            if db.messages.unfinished(db_session, session_id, user_id=user_id) is not None:
                raise ReplyInProgressError("The assistant is still answering here. Wait for it or stop it first.")
            session = found
        user.last_session_id = session.id
        return session

    def retry(self, reply_id: int, *, user_id: int) -> Accepted:
        """Start a new reply to the same message; the earlier one is kept.

        Asking twice gives the same new reply.

        Raises NotFoundError, ReplyInProgressError, or InvalidInputError when the reply is not the last one or
        did not fail.
        """
        with self._db.begin() as db_session:
            reply = db.messages.get_visible(db_session, reply_id, user_id=user_id)
            if reply is None or reply.role != "assistant" or reply.parent_id is None:
                raise NotFoundError("There is no such reply.")
            session = db_session.get_one(ChatSession, reply.session_id, with_for_update=True)
            newest = db.messages.newest_reply(db_session, reply.parent_id, user_id=user_id)
            if newest is not None and newest.id != reply_id and newest.retry_of == reply_id:
                return Accepted(session.id, reply.parent_id, newest.id, repeated=True)
            if session.last_message_id != reply_id or not MessageStatus(reply.status).can_retry:
                raise InvalidInputError("Only a last reply that did not succeed can be tried again.")
            again = _add_reply(db_session, session, reply.parent_id, utc_now(), retry_of=reply_id)
            session.message_count += 1
            accepted = Accepted(session.id, reply.parent_id, again.id, repeated=False)
        self._runner.wake()
        return accepted

    def stop(self, reply_id: int, *, user_id: int) -> None:
        """Stop a reply, wherever it is being written; the text so far is kept.

        Does nothing when it has already ended. Raises NotFoundError.
        """
        with self._db.begin() as db_session:
            reply = db.messages.get_visible(db_session, reply_id, user_id=user_id)
            if reply is None:
                raise NotFoundError("There is no such reply.")
            if MessageStatus(reply.status).unfinished:
                reply.stop_requested_at = utc_now()
                if reply.status == MessageStatus.QUEUED and reply.lease_owner is None:
                    reply.status, reply.ended_at = MessageStatus.STOPPED.value, utc_now()
        self._runner.stop(reply_id)

    def unfinished(self, session_id: int, *, user_id: int) -> int | None:
        """Return the id of the reply being written in a session, or None."""
        with self._db.read() as db_session:
            reply = db.messages.unfinished(db_session, session_id, user_id=user_id)
            return reply.id if reply else None

    def snapshot(self, reply_id: int, *, user_id: int) -> ReplySnapshot:
        """Return a reply as the database has it. Raises NotFoundError."""
        with self._db.read() as db_session:
            reply = db.messages.get_visible(db_session, reply_id, user_id=user_id)
            if reply is None:
                raise NotFoundError("There is no such reply.")
            status = MessageStatus(reply.status)
            note = None
            if status is MessageStatus.QUEUED and reply.lease_owner is None and self._runner.full:
                note = "Many replies are being written right now; this one is waiting for its turn."
            return ReplySnapshot(reply.id, status, reply.content, tuple(Part(**part) for part in reply.parts), note)

    def watch(self, reply_id: int, *, user_id: int) -> "ReplyWatch":
        """Return a way to follow a reply while it is written, for use in a `with`. Raises NotFoundError."""
        return ReplyWatch(self, self._runner, reply_id, user_id)

    def count_reader(self, change: int) -> None:
        """Add to the number of readers, or take away."""
        with self._counting:
            self.readers += change


class ReplyWatch:
    """Follows one reply: from memory where this process writes it, else from its row.

    Readers come and go; the reply does not notice.
    """

    def __init__(self, replies: ReplyService, runner: ReplyRunner, reply_id: int, user_id: int) -> None:
        self._replies = replies
        self._runner = runner
        self._reply_id = reply_id
        self._user_id = user_id
        self._live = runner.live(reply_id, user_id=user_id)
        self._seen = 0
        self._polled_at = 0.0
        self.snapshot = self._live.snapshot if self._live else replies.snapshot(reply_id, user_id=user_id)

    def __enter__(self) -> Self:
        self._replies.count_reader(1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._replies.count_reader(-1)

    def next(self, timeout_s: float) -> ReplySnapshot:
        """Return the reply as soon as it changes, at the latest after *timeout_s*."""
        if self._live is None:
            self._live = self._runner.live(self._reply_id, user_id=self._user_id)
        if self._live is not None:
            self._live.wait(self._seen, timeout_s)
            self._seen = self._live.changes
            self.snapshot = self._live.snapshot
            return self.snapshot
        time.sleep(min(timeout_s, 0.05))
        if time.monotonic() - self._polled_at >= (POLL_S if self.snapshot.status is MessageStatus.RUNNING else 0.1):
            self._polled_at = time.monotonic()
            self.snapshot = self._replies.snapshot(self._reply_id, user_id=self._user_id)
        return self.snapshot


def _repeated(db_session: Session, known: Message, text: str, user_id: int) -> Accepted:
    if known.content != text:
        raise MessageIdReusedError("This message was already sent with another text.")
    reply = db.messages.newest_reply(db_session, known.id, user_id=user_id)
    if reply is None:
        raise NotFoundError("There is no reply to this message any more.")
    return Accepted(known.session_id, known.id, reply.id, repeated=True)


def _add_reply(
    db_session: Session, session: ChatSession, question_id: int, now: datetime, *, retry_of: int | None = None
) -> Message:
    reply = Message(
        id=new_id(),
        session_id=session.id,
        user_id=session.user_id,
        parent_id=question_id,
        role="assistant",
        status=MessageStatus.QUEUED.value,
        model=session.model,
        retry_of=retry_of,
        created_at=now,
    )
    db_session.add(reply)
    session.last_message_id, session.last_message_at, session.updated_at = reply.id, now, now
    session.unseen = False
    return reply
