"""The Backboard side of a session: whose assistant answers, and a thread for each path, made when first needed.

A session of a trip is answered by its customer's assistant, any other by its owner's. Which it is, is settled when a
reply is asked for (`db.sides`) and stands in the reply: all that comes of it happens on that assistant, also after
the session was moved. A thread is gone on with only for the same customer, and for the same trip, whose files it
keeps.
"""

import asyncio
import dataclasses
import re
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakValueDictionary

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.assistants
import db.messages
import db.outbox
import db.sessions
import db.threads
from backboard_client import BackboardClient, NotFoundError, Thread, ThreadMessage
from db.assistants import Whose
from db.engine import Database
from db.messages import Untold
from db.models import Assistant
from services.backboard.prompt import PROMPT, prompt_hash
from services.backboard.tools import Tools
from services.process.background import in_thread

T = TypeVar("T")
_TURNS_CARRIED = 200
_CARRIED_CHARS = 60_000

CARRIED_NOTICE = (
    "Backboard no longer had this conversation, so it continues in a new thread there. "
    "The latest turns were carried over; nothing is missing here."
)


MOVED_NOTICE = "What was said before this session was moved is not known to the assistant that it has now."

ADDED = "These messages were added to the conversation meanwhile, oldest first:"
_SPEAKERS = {"user": "Planner", "assistant": "You"}
_LIKE_A_SPEAKER = re.compile(r"(?<=\n\n)(?=(?:Planner|You|Note): )")


def _if_told(message_id: int | None, told_after: int | None) -> int | None:
    """Return the message, or None where it is one that is not told: then a conversation begins after it."""
    return None if message_id is None or message_id <= (told_after or 0) else message_id


def _name(whose: Whose) -> str:
    """Return an assistant's name at Backboard, which says nothing about anybody."""
    if whose.customer_id is None:
        return f"travelbot-user-{whose.user_id}"
    return f"travelbot-customer-{whose.customer_id}"


def _line(role: str, text: str) -> str:
    """A message with its speaker; a paragraph of it that begins like another's is moved in by a blank."""
    return f"{_SPEAKERS.get(role, 'Note')}: {_LIKE_A_SPEAKER.sub(' ', text)}"


@dataclass(frozen=True, slots=True)
class SessionThread:
    """The thread to send to, and the message that it ends with.

    *new* is True when it was made now, with earlier turns put into it; *lost* when it takes the place of one that
    Backboard no longer has; *moved* when there are turns before, and none that this assistant is told.
    """

    row_id: int
    thread_id: str
    tip_id: int | None
    new: bool = False
    lost: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A message to be answered, and the replies to it whose thread may be gone on with.

    It is put to the assistant of *whose*; *trip_id* is the trip whose files are at hand.
    """

    id: int
    session_id: int
    user_id: int
    whose: Whose
    trip_id: int | None
    reply_ids: frozenset[int]


class AssistantGoneError(Exception):
    """Whose assistant was to be asked is not there any more: the user, or the customer, was deleted."""


class BackboardThreads:
    """Gives each path through a session its thread on the assistant of its customer, or of its user.

    All methods run on the background loop; database work goes to *executor*.
    Errors of the Backboard client pass through.
    """

    def __init__(
        self, database: Database, client: BackboardClient, tools: Tools, *, backend: str, executor: Executor
    ) -> None:
        self._db = database
        self._client = client
        self._tools = tools.definitions
        self._prompt_hash = prompt_hash(tools.definitions)
        self._backend = backend
        self._executor = executor
        self._making: WeakValueDictionary[Whose, asyncio.Lock] = WeakValueDictionary()

    async def ensure(self, question: Question) -> SessionThread:
        """Return the thread that ends where the question comes, made now if there is none.

        A thread that belongs to another Backboard or key is not tried: a new one takes its place. So does one where
        the question is another version of a turn. The turns before are put into it.
        """
        known = await self._in_thread(lambda: self._known(question))
        if known.thread is None:
            return await self._new(question, known, lost=known.elsewhere)
        try:
            return await self._tell(known.thread, known.untold)
        except NotFoundError:
            return await self.replace(known.thread, question)

    async def find(self, question: Question) -> SessionThread | None:
        """Return the thread that the question was put to, also where its session was moved since, or None."""
        return (await self._in_thread(lambda: self._known(question, asked=True))).thread

    async def replace(self, gone: SessionThread, question: Question) -> SessionThread:
        """Make a new thread in the place of one that is gone."""
        await self._in_thread(lambda: self._forget(gone))
        return await self._new(question, await self._in_thread(lambda: self._known(question)), lost=True)

    async def _tell(self, thread: SessionThread, untold: Sequence[Untold]) -> SessionThread:
        """Put into the thread what was stored in the session without asking the model."""
        if not untold:
            return thread
        lines = [_line(one.role, one.content) for one in untold]
        await self._client.add_message(thread.thread_id, "\n\n".join([ADDED, *lines]))
        await self._in_thread(lambda: self._mark_told(thread, untold))
        return dataclasses.replace(thread, tip_id=untold[-1].id)

    async def _new(self, question: Question, known: "_Known", *, lost: bool) -> SessionThread:
        """Make a thread, and put the turns before the question into it."""
        thread = await self._on_assistant(known.assistant, question.whose, self._client.create_thread)
        if known.transcript:
            await self._client.add_message(thread.thread_id, known.transcript)
        kept = await self._in_thread(lambda: self._keep_thread(question, thread.thread_id))
        return dataclasses.replace(kept, new=True, lost=lost and bool(known.transcript), moved=known.moved)

    async def on_assistant(self, whose: Whose, call: Callable[[str], Awaitable[T]]) -> T:
        """Return what *call* gives for the id of this assistant, made if there is none or it is gone.

        Raises AssistantGoneError.
        """
        return await self._on_assistant(await self._in_thread(lambda: self._known_assistant(whose)), whose, call)

    async def _on_assistant(
        self, known: tuple[str, str] | None, whose: Whose, call: Callable[[str], Awaitable[T]]
    ) -> T:
        try:
            return await call(await self._told(known, whose))
        except NotFoundError:
            await self._in_thread(lambda: self._forget_assistant(whose))
            return await call(await self._told(None, whose))

    async def _told(self, known: tuple[str, str] | None, whose: Whose) -> str:
        """Return the id of this assistant, who has our prompt; there is one, also when several replies ask."""
        if known is not None and known[1] == self._prompt_hash:
            return known[0]
        async with self._making.setdefault(whose, asyncio.Lock()):
            known = await self._in_thread(lambda: self._known_assistant(whose))
            if known is None:
                return await self._new_assistant(whose)
            assistant_id, told = known
            if told != self._prompt_hash:
                try:
                    await self._client.update_assistant(assistant_id, system_prompt=PROMPT, tools=self._tools)
                except NotFoundError:
                    await self._in_thread(lambda: self._forget_assistant(whose))
                    return await self._new_assistant(whose)
                await self._in_thread(lambda: self._keep_hash(whose))
            return assistant_id

    async def _new_assistant(self, whose: Whose) -> str:
        made = await self._client.create_assistant(_name(whose), system_prompt=PROMPT, tools=self._tools)
        kept = await self._in_thread(lambda: self._keep_assistant(whose, made.assistant_id))
        if kept is None:
            raise AssistantGoneError
        return kept

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await in_thread(self._executor, function)

    # Database work, on the executor's threads.

    def _known(self, question: Question, *, asked: bool = False) -> "_Known":
        """Return the thread to go on in, if there is one, and the messages that it was not told yet.

        Where the question was *asked* already, a thread is looked for where it can be.
        """
        with self._db.read() as db_session:
            message = db.messages.read_visible(db_session, question.id, user_id=question.user_id)
            told_after = db.sessions.told_after(db_session, question.session_id)
            before_id = _if_told(message.parent_id, told_after) if message else None
            waiting = {row.id: row for row in db.messages.untold(db_session, question.session_id)}
            untold: list[Untold] = []
            while before_id in waiting:
                untold.insert(0, waiting[before_id])
                before_id = _if_told(waiting[before_id].parent_id, told_after)
            tips = {before_id, *question.reply_ids}
            found = db.threads.ending_at(
                db_session, question.session_id, tips, customer_id=question.whose.customer_id
            )
            if not asked:
                found = [row for row in found if row.trip_id == question.trip_id]
            ours = [row for row in found if row.backend == self._backend]
            holding = [row for row in ours if row.tip_id in question.reply_ids]  # the question is in it already
            for row in (holding or ours)[:1]:
                told = [] if holding else untold
                return _Known(SessionThread(row.id, row.thread_id, row.tip_id), told)
            return _Known(
                None,
                untold,
                elsewhere=bool(found),
                moved=bool(message and message.parent_id) and before_id is None and not untold,
                transcript=self._transcript(db_session, question, told_after) if message else "",
                assistant=self._assistant(db_session, question.whose),
            )

    def _keep_thread(self, question: Question, thread_id: str) -> SessionThread:
        with self._db.begin(relaxed=True) as db_session:
            message = db.messages.lock_session_of(db_session, question.id, user_id=question.user_id)
            if message is None:  # deleted meanwhile
                db.outbox.add(db_session, backend=self._backend, kind="thread", target_id=thread_id)
                return SessionThread(0, thread_id, None)
            tip_id = _if_told(message.parent_id, db.sessions.told_after(db_session, message.session_id))
            row_id = db.threads.add(
                db_session,
                message.session_id,
                backend=self._backend,
                thread_id=thread_id,
                tip_id=tip_id,
                customer_id=question.whose.customer_id,
                trip_id=question.trip_id,
            )
            if tip_id is not None:
                before = db.messages.path(db_session, question.id, user_id=question.user_id, limit=_TURNS_CARRIED + 1)
                db.messages.mark_told(db_session, [turn.id for turn in before if turn.untold])
            return SessionThread(row_id, thread_id, tip_id)

    def _forget(self, gone: SessionThread) -> None:
        with self._db.begin() as db_session:
            db.threads.forget(db_session, gone.row_id)

    @staticmethod
    def _transcript(db_session: Session, question: Question, told_after: int | None) -> str:
        """Return the turns before a message that may be told, as text for a new thread."""
        turns = db.messages.path(db_session, question.id, user_id=question.user_id, limit=_TURNS_CARRIED + 1)[:-1]
        lines = [_line(turn.role, turn.content) for turn in turns if turn.content and _if_told(turn.id, told_after)]
        text = "\n\n".join(lines)[-_CARRIED_CHARS:]
        return f"This conversation began earlier. Its latest turns, oldest first:\n\n{text}" if text else ""

    def _mark_told(self, thread: SessionThread, untold: Sequence[Untold]) -> None:
        with self._db.begin() as db_session:
            db.threads.move_tip(db_session, thread.row_id, untold[-1].id)
            db.messages.mark_told(db_session, [one.id for one in untold])

    def _known_assistant(self, whose: Whose) -> tuple[str, str] | None:
        with self._db.read() as db_session:
            return self._assistant(db_session, whose)

    def _assistant(self, db_session: Session, whose: Whose) -> tuple[str, str] | None:
        """Return Backboard's id of an assistant and the hash of the prompt it was given."""
        assistant = db.assistants.read(db_session, whose, backend=self._backend)
        return (assistant.assistant_id, assistant.brief_hash) if assistant else None

    def _keep_assistant(self, whose: Whose, assistant_id: str) -> str | None:
        """Keep a new assistant, or another process's if that was faster; ours is then deleted later.

        So it is where whose it is was deleted meanwhile: None.
        """
        try:
            with self._db.begin() as db_session:
                row = Assistant(
                    user_id=whose.user_id,
                    customer_id=whose.customer_id,
                    backend=self._backend,
                    assistant_id=assistant_id,
                    brief_hash=self._prompt_hash,
                )
                db_session.add(row)
            return assistant_id
        except IntegrityError:
            with self._db.begin() as db_session:
                db.outbox.add(db_session, backend=self._backend, kind="assistant", target_id=assistant_id)
                kept = db.assistants.read(db_session, whose, backend=self._backend)
                return kept.assistant_id if kept else None

    def _keep_hash(self, whose: Whose) -> None:
        with self._db.begin() as db_session:
            if assistant := db.assistants.get(db_session, whose, backend=self._backend):
                assistant.brief_hash = self._prompt_hash

    def _forget_assistant(self, whose: Whose) -> None:
        with self._db.begin() as db_session:
            if assistant := db.assistants.get(db_session, whose, backend=self._backend):
                db_session.delete(assistant)


@dataclass(frozen=True, slots=True)
class _Known:
    thread: SessionThread | None
    untold: Sequence[Untold]
    elsewhere: bool = False  # there was one at another Backboard, or with another key
    moved: bool = False  # there are turns before, and none that may be told
    transcript: str = ""  # what a new thread is told
    assistant: tuple[str, str] | None = None  # whose thread a new one will be, if there is one already


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
