"""Titles for sessions: after its first whole reply a session is named by a model, in the language spoken there.

It is named after how it began, also where that reply was stopped and another became whole first.

A title is a nicety: it is tried once, by the process that wrote the reply, and whatever goes wrong leaves the one
made from the first message. The call is paid for like a reply, so it counts like one among tokens and costs.
"""

import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import db.messages
import db.outbox
import db.search
import db.sessions
import db.sides
import db.stamps
import db.usage
from backboard_client import BackboardClient, BackboardError, MemoryMode, MessageResult
from db.assistants import Whose
from db.engine import Database, DatabaseUnavailableError
from db.models import utc_now
from services.backboard.models import ModelService
from services.backboard.threads import AssistantGoneError, BackboardThreads
from services.intake import kept_count, kept_model, kept_text
from services.process.background import Tasks, in_thread
from services.texts import MAX_TITLE_CHARS, one_line, without_controls
from services.usage.costs import CostService, RunUse, cost_of

T = TypeVar("T")
log = logging.getLogger("travelbot.titles")

PROMPT = """You give a conversation its title. Answer with the title alone, on one line: at most six words, in the
language of the planner, naming the place, the length and the month where they are known. No quotation marks, no
Markdown, no full stop at the end."""
_READ_CHARS = 2_000  # of the question, and of the reply: a title needs no more
_THREAD_LIVES = timedelta(minutes=5)  # longer than the call can take
_LABEL = re.compile(r"^(?:title|titel|titre|título|titolo|tytuł|标题|タイトル)\s*[:\uff1a]\s*", re.IGNORECASE)
_FULL_STOP = re.compile(r"(?<!\.)(?<!\.\w)[.。]$")  # not of "Washington D.C." or "…"
_AROUND = " \t\"'“”„‟«»‹›‘’‚`「」『』《》"


class SessionTitles:
    """Names sessions with *model* (`provider/name`), one call without memory each; with None never.

    `begin` runs on the background loop; database work goes to *executor*.
    """

    def __init__(
        self,
        database: Database,
        client: BackboardClient,
        threads: BackboardThreads,
        models: ModelService,
        costs: CostService,
        *,
        backend: str,
        executor: Executor,
        model: str | None,
    ) -> None:
        self._db = database
        self._client = client
        self._threads = threads
        self._models = models
        self._costs = costs
        self._backend = backend
        self._executor = executor
        self._model = model
        self._tasks = Tasks()

    def begin(self, session_id: int, reply_id: int, *, user_id: int, whose: Whose) -> None:
        """Name a session whose reply has just become whole, if that is its first; returns at once.

        The assistant that gave the reply is asked.
        """
        if self._model is not None:
            self._tasks.start(self._name(self._model, session_id, reply_id, user_id, whose))

    async def _name(self, model: str, session_id: int, reply_id: int, user_id: int, whose: Whose) -> None:
        try:
            talk = await self._in_thread(lambda: self._to_be_named(session_id, reply_id, user_id))
            if talk is None:
                return
            thread_id = (await self._threads.on_assistant(whose, self._client.create_thread)).thread_id
            await self._in_thread(lambda: self._delete_later(thread_id))
            answer = await self._asked(model, thread_id, talk)
            use = RunUse(kept_count(answer.input_tokens), kept_count(answer.output_tokens), answer.cost_usd)
            price = kept_count(cost_of(use, await self._models.known(answer.model, model)))
            title = cleaned_title(kept_text(answer.text)) if answer.status == "COMPLETED" else None  # or why not
            by = kept_model(answer.model) or model
            named = await self._in_thread(lambda: self._keep(talk, title, by, use, price))
            log.info("session named" if named else "session not named", extra={"session": session_id})
        except (BackboardError, AssistantGoneError, DatabaseUnavailableError) as exc:
            log.warning("session not named", extra={"session": session_id, "error": type(exc).__name__})
        except Exception:  # whatever it is, nobody waits for a title
            log.exception("session not named", extra={"session": session_id})

    async def _asked(self, model: str, thread_id: str, talk: "_Talk") -> MessageResult:
        """Ask for a title; a call that broke off may have been paid for all the same."""
        try:
            return await self._client.send_message(
                thread_id, talk.text, model=model, memory=MemoryMode.OFF, system_prompt=PROMPT, tools=[]
            )
        except BackboardError as exc:
            if exc.may_have_run:
                price = cost_of(RunUse(), await self._models.known(model))
                await self._in_thread(lambda: self._keep(talk, None, model, RunUse(), price))
            raise

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await in_thread(self._executor, function)

    # Database work, on the executor's threads.

    def _to_be_named(self, session_id: int, reply_id: int, user_id: int) -> "_Talk | None":
        with self._db.read() as db_session:
            session = db.sessions.get_visible(db_session, session_id, user_id=user_id)
            if session is None or session.title_chosen:
                return None
            if db.messages.first_whole_reply_id(db_session, session_id, user_id=user_id) != reply_id:
                return None
            if not self._costs.allows(db_session, user_id=user_id):
                return None
            path = db.messages.path(db_session, reply_id, user_id=user_id, limit=session.message_count)
            talk = [row for row in path if not db.sides.is_from_before(session, row.id)]
            question = next((row.content for row in talk if row.role == "user"), None)
            reply = next((row.content for row in talk if row.role == "assistant" and row.content), None)
            if question is None or reply is None:  # the session was moved since, to another customer
                return None
            said = f"Planner: {question[:_READ_CHARS]}\n\nAssistant: {reply[:_READ_CHARS]}"
            return _Talk(session_id, user_id, session.title, said)

    def _delete_later(self, thread_id: str) -> None:
        """Have the thread deleted when the call is over, also where this process is not there any more to ask."""
        with self._db.begin() as db_session:
            due_at = utc_now() + _THREAD_LIVES
            db.outbox.add(db_session, backend=self._backend, kind="thread", target_id=thread_id, due_at=due_at)

    def _keep(self, talk: "_Talk", title: str | None, model: str, use: RunUse, price: int | None) -> bool:
        """Count the call, and give the session its title, if there is one and it got no other meanwhile."""
        read, written = use.input_tokens or 0, use.output_tokens or 0
        counted = {"cost_micros": price or 0, "unpriced": int(price is None)}
        with self._db.begin() as db_session:
            session = db.sessions.lock_visible(db_session, talk.session_id, user_id=talk.user_id)
            if session is not None:
                session.total_tokens += read + written
                session.cost_micros += counted["cost_micros"]
                session.unpriced += counted["unpriced"]
            db.usage.add(
                db_session,
                user_id=talk.user_id,
                day=utc_now().date(),
                model=model,
                input_tokens=read,
                output_tokens=written,
                **counted,
            )
            if title is None or session is None or session.title_chosen or session.title != talk.title:
                return False
            session.title, session.updated_at = title, utc_now()
            db.search.put(db_session, session.id, session.id, title)
            db.stamps.note_sessions(db_session, [session.id])
            return True


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation to be named: the title that it has, and what was said."""

    session_id: int
    user_id: int
    title: str
    text: str


def cleaned_title(answer: str) -> str | None:
    """Return the title that a model gave, on one line and bare; None where it is none."""
    said = without_controls(answer.lstrip()[:_READ_CHARS])
    line = next((line for line in said.splitlines() if line.strip()), "")
    title = _LABEL.sub("", one_line(line).strip(_AROUND)).strip(_AROUND)
    title = _FULL_STOP.sub("", title).strip(_AROUND)
    wordless = not any(char.isalnum() for char in title)
    echoed = title.casefold() in " ".join(PROMPT.casefold().split())
    return None if wordless or echoed or len(title) > MAX_TITLE_CHARS else title
