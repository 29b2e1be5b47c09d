"""The Backboard side of a session: the user's assistant and the session's thread, made when first needed."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakValueDictionary

from sqlalchemy.exc import IntegrityError

import db.assistants
import db.messages
import db.outbox
import db.sessions
from backboard_client import BackboardClient, NotFoundError, Thread, ThreadMessage
from db.engine import Database
from db.models import Assistant
from services.background import in_thread
from services.brief import PROMPT, TOOLS, brief_hash

T = TypeVar("T")
_TURNS_CARRIED = 12
_CARRIED_CHARS = 12_000

CARRIED_NOTICE = (
    "Backboard no longer had this conversation, so it goes on in a new thread there. "
    "The latest turns were carried over; nothing is missing here."
)


ADDED = "These messages were added to the conversation meanwhile, oldest first:"
_SPEAKERS = {"user": "Planner", "assistant": "You"}


def _line(role: str, text: str) -> str:
    return f"{_SPEAKERS.get(role, 'Note')}: {text}"


@dataclass(frozen=True, slots=True)
class SessionThread:
    """The thread to send to. *carried* is True when it is new and earlier turns were put into it."""

    thread_id: str
    carried: bool = False


class BackboardThreads:
    """Gives each session its thread on its user's assistant.

    All methods run on the background loop; database work goes to *executor*.
    Errors of the Backboard client pass through.
    """

    def __init__(self, database: Database, client: BackboardClient, *, backend: str, executor: Executor) -> None:
        self._db = database
        self._client = client
        self._backend = backend
        self._executor = executor
        self._making: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # by user

    async def ensure(self, session_id: int, *, user_id: int, question_id: int) -> SessionThread:
        """Return the session's thread, made now if there is none.

        A thread that belongs to another Backboard or key is not tried: a new one takes its place, and the turns
        before *question_id* are put into it.
        """
        thread_id, untold = await self._in_thread(lambda: self._known(session_id, user_id))
        if thread_id is not None:
            try:
                await self._tell(thread_id, untold)
            except NotFoundError:
                pass  # the thread is gone
            else:
                return SessionThread(thread_id)
        return await self.replace(session_id, user_id=user_id, question_id=question_id)

    async def _tell(self, thread_id: str, untold: Sequence[tuple[int, str, str]]) -> None:
        """Put into the thread what was stored in the session without asking the model."""
        if untold:
            lines = [_line(role, text) for _, role, text in untold]
            await self._client.add_message(thread_id, "\n\n".join([ADDED, *lines]))
            await self._in_thread(lambda: self._mark_told([message_id for message_id, _, _ in untold]))

    async def replace(self, session_id: int, *, user_id: int, question_id: int) -> SessionThread:
        """Make a new thread for a session, with the turns before *question_id* put into it."""
        assistant, transcript = await self._in_thread(
            lambda: (self._known_assistant(user_id), self._transcript(user_id, question_id))
        )
        try:
            thread = await self._client.create_thread(await self._told(assistant, user_id))
        except NotFoundError:
            await self._in_thread(lambda: self._forget_assistant(user_id))
            thread = await self._client.create_thread(await self._told(None, user_id))
        if transcript:
            await self._client.add_message(thread.thread_id, transcript)
        await self._in_thread(lambda: self._keep_thread(session_id, user_id, thread.thread_id))
        return SessionThread(thread.thread_id, carried=bool(transcript))

    async def _told(self, known: tuple[str, str] | None, user_id: int) -> str:
        """Return the id of this user's assistant, who has our brief; one per user, also when several replies ask."""
        if known is not None and known[1] == brief_hash():
            return known[0]
        async with self._making.setdefault(user_id, asyncio.Lock()):
            known = await self._in_thread(lambda: self._known_assistant(user_id))
            if known is None:
                return await self._new_assistant(user_id)
            assistant_id, told = known
            if told != brief_hash():
                try:
                    await self._client.update_assistant(assistant_id, system_prompt=PROMPT, tools=TOOLS)
                except NotFoundError:
                    await self._in_thread(lambda: self._forget_assistant(user_id))
                    return await self._new_assistant(user_id)
                await self._in_thread(lambda: self._keep_brief(user_id))
            return assistant_id

    async def _new_assistant(self, user_id: int) -> str:
        made = await self._client.create_assistant(f"travelbot-user-{user_id}", system_prompt=PROMPT, tools=TOOLS)
        return await self._in_thread(lambda: self._keep_assistant(user_id, made.assistant_id))

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await in_thread(self._executor, function)

    # Database work, on the executor's threads.

    def _known(self, session_id: int, user_id: int) -> tuple[str | None, list[tuple[int, str, str]]]:
        """Return the session's thread at this Backboard, and the messages that it was not told yet."""
        with self._db.read() as db_session:
            session = db.sessions.get_visible(db_session, session_id, user_id=user_id)
            if session is None or session.thread_id is None or session.backend != self._backend:
                return None, []
            return session.thread_id, db.messages.untold(db_session, session_id)

    def _keep_thread(self, session_id: int, user_id: int, thread_id: str) -> None:
        with self._db.begin() as db_session:
            session = db.sessions.get_visible(db_session, session_id, user_id=user_id, lock=True)
            if session is None:  # deleted meanwhile
                db.outbox.add(db_session, backend=self._backend, kind="thread", target_id=thread_id)
            else:
                if session.thread_id and session.backend == self._backend:
                    db.outbox.add(db_session, backend=self._backend, kind="thread", target_id=session.thread_id)
                session.thread_id, session.backend = thread_id, self._backend
                db.messages.mark_told(db_session, [row[0] for row in db.messages.untold(db_session, session_id)])

    def _transcript(self, user_id: int, question_id: int) -> str:
        """Return the turns before a message as text for a new thread; empty when it is the first."""
        with self._db.read() as db_session:
            turns = db.messages.path(db_session, question_id, user_id=user_id, limit=_TURNS_CARRIED + 1)[:-1]
            lines = [_line(turn.role, turn.content) for turn in turns if turn.content]
        text = "\n\n".join(lines)[-_CARRIED_CHARS:]
        return f"This conversation began earlier. Its latest turns, oldest first:\n\n{text}" if text else ""

    def _mark_told(self, message_ids: Sequence[int]) -> None:
        with self._db.begin() as db_session:
            db.messages.mark_told(db_session, message_ids)

    def _known_assistant(self, user_id: int) -> tuple[str, str] | None:
        with self._db.read() as db_session:
            assistant = db.assistants.get(db_session, user_id=user_id, backend=self._backend)
            return (assistant.assistant_id, assistant.brief_hash) if assistant else None

    def _keep_assistant(self, user_id: int, assistant_id: str) -> str:
        """Keep a new assistant, or another process's if that was faster (ours is then deleted later)."""
        try:
            with self._db.begin() as db_session:
                row = Assistant(
                    user_id=user_id, backend=self._backend, assistant_id=assistant_id, brief_hash=brief_hash()
                )
                db_session.add(row)
            return assistant_id
        except IntegrityError:
            with self._db.begin() as db_session:
                db.outbox.add(db_session, backend=self._backend, kind="assistant", target_id=assistant_id)
                kept = db.assistants.get(db_session, user_id=user_id, backend=self._backend)
                if kept is None:
                    raise
                return kept.assistant_id

    def _keep_brief(self, user_id: int) -> None:
        with self._db.begin() as db_session:
            if assistant := db.assistants.get(db_session, user_id=user_id, backend=self._backend):
                assistant.brief_hash = brief_hash()

    def _forget_assistant(self, user_id: int) -> None:
        with self._db.begin() as db_session:
            if assistant := db.assistants.get(db_session, user_id=user_id, backend=self._backend):
                db_session.delete(assistant)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a thread says of a reply: whether it holds the question, and the answer if it is there whole.

    *ended* is True when Backboard says that the run is over without an answer.
    """

    asked: bool
    answer: ThreadMessage | None = None
    text: str = ""  # of the answer, with what was said before its tools ran
    ended: bool = False
    running: bool = False


def look_for_answer(thread: Thread, reply_ids: frozenset[int]) -> Looked:
    """Look in a thread for the answer to the question that was sent with one of these replies' ids."""
    names = {str(reply_id) for reply_id in reply_ids}
    looked = Looked(asked=False)
    waiting = False
    for message in thread.messages:
        if message.role == "user":
            waiting = str(message.metadata.get("reply_id", "")) in names
            if waiting:
                looked = Looked(asked=True)
        elif message.role == "assistant" and waiting:
            match (message.status or "COMPLETED").upper():
                case "COMPLETED" if message.content:
                    text = f"{looked.text}\n\n{message.content}" if looked.text else message.content
                    looked = Looked(asked=True, answer=message, text=text)
                case "FAILED" | "CANCELLED" | "ERROR":
                    looked = Looked(asked=True, ended=True)
                case "IN_PROGRESS" | "QUEUED":
                    looked = Looked(asked=True, running=True)
    return looked
