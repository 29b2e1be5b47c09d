"""What an assistant remembers, about a user or a customer: look, search, add, correct, forget."""

import asyncio
import re
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

import backboard_client
import db.assistants
import db.memories
import db.messages
import db.people
import db.sides
from backboard_client import (
    AuthenticationError,
    BackboardClient,
    BackboardError,
    RateLimitedError,
    RequestInvalidError,
)
from db.assistants import Whose
from db.engine import Database
from db.models import utc_now
from services.accounts.roles import check_may_write, may_write
from services.backboard.threads import AssistantGoneError, BackboardThreads
from services.errors import BackboardAwayError, InvalidInputError, NotFoundError, NotPossibleError
from services.intake import kept_instant, kept_text
from services.memory.records import Memory, MemoryPage, MemorySource
from services.memory.sources import MemorySources
from services.process.background import BackgroundLoop
from services.texts import clean_memory, clean_query

T = TypeVar("T")

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100  # Backboard's
MAX_FOUND = 50  # Backboard's
_WAIT_S = 20.0
_SHORT_WAIT_S = 6.0  # beside something else that a person does
_WAIT_FOR_WRITING_S = 3.0
_QUERY_CHARS = 400
_AT_ONCE = 8
_ID = re.compile(r"[0-9A-Za-z][\w.:-]{0,254}", re.ASCII)  # it becomes part of an address
_UNKNOWN = datetime.min.replace(tzinfo=UTC)
_ADDED_BY = "added_by"  # in the metadata: the id of the user
_NO_SUCH = "There is no such memory."
_NO_CUSTOMER = "There is no such customer."
_ONLY_READ = "You can read what is remembered about this customer, but not change it."
_MAYBE_DONE = " It may have been saved all the same: look before you add it again."


class MemoryService:
    """A user's memories, on their own assistant, which nobody else reads or changes; or a customer's.

    With a *customer_id* it is what is remembered about that customer, shared by who works on the customer's trips.

    Raises BackboardAwayError from every method where Backboard cannot be asked, NotFoundError where the planner has
    no such customer, NotPossibleError where they only view the customer's trips and would change something, and
    DatabaseUnavailableError.
    """

    def __init__(
        self,
        database: Database,
        client: BackboardClient,
        loop: BackgroundLoop,
        threads: BackboardThreads,
        sources: MemorySources,
        *,
        backend: str,
    ) -> None:
        self._db = database
        self._client = client
        self._loop = loop
        self._threads = threads
        self._sources = sources
        self._backend = backend

    def may_change(self, *, user_id: int, customer_id: int | None = None) -> bool:
        """Return whether the planner may do more than read what is remembered."""
        with self._db.read() as db_session:
            return self._visible(db_session, user_id, customer_id)[1]

    def page(
        self, *, user_id: int, customer_id: int | None = None, page: int = 1, page_size: int = PAGE_SIZE
    ) -> MemoryPage:
        """Return a page of what is remembered; the last one where there are fewer."""
        whose, assistant_id = self._read(user_id, customer_id)
        if assistant_id is None:
            return MemoryPage((), 0, 1, 1, newest_first=True)
        page_size = max(1, min(page_size, MAX_PAGE_SIZE))
        first = self._list(assistant_id, page=1, page_size=MAX_PAGE_SIZE)
        pages = max(1, -(-first.total // page_size))
        page = max(1, min(page, pages))
        newest_first = first.total <= len(first.memories)
        if newest_first:
            found = sorted(first.memories, key=_created_at, reverse=True)[(page - 1) * page_size : page * page_size]
        else:
            found = list(self._list(assistant_id, page=page, page_size=page_size).memories)
        self._ask(self._sources.look(whose))
        return MemoryPage(self._with_sources(found, whose, user_id), first.total, page, pages, newest_first)

    def count(self, *, user_id: int, customer_id: int | None = None) -> int:
        """Return how much is remembered."""
        _, assistant_id = self._read(user_id, customer_id)
        return self._list(assistant_id, page=1, page_size=1).total if assistant_id else 0

    def search(
        self, words: str, *, user_id: int, customer_id: int | None = None, limit: int = 20
    ) -> tuple[Memory, ...]:
        """Return the memories nearest to *words*, best first; a cutoff can leave out some that fit."""
        whose, assistant_id = self._read(user_id, customer_id)
        query = clean_query(words)[:_QUERY_CHARS]
        if assistant_id is None or not query:
            return ()
        limit = max(1, min(limit, MAX_FOUND))
        found = self._or_none(self._client.search_memories(assistant_id, query, limit=limit)) or ()
        return self._with_sources(found, whose, user_id)

    def add(self, text: str, *, user_id: int, customer_id: int | None = None) -> Memory:
        """Remember something, with who added it; makes the assistant if there is none.

        Raises InvalidInputError, also where exactly this is remembered already.
        """
        cleaned = clean_memory(text)
        whose, known_id = self._change(user_id, customer_id)
        if known_id is not None:
            near = self._or_none(self._client.search_memories(known_id, cleaned[:_QUERY_CHARS], limit=MAX_FOUND))
            if any(one.content == cleaned for one in near or ()):
                raise InvalidInputError("Exactly this is remembered already.")
        by = {_ADDED_BY: str(user_id)}
        adding = self._threads.on_assistant(
            whose, lambda assistant_id: self._client.add_memory(assistant_id, cleaned, metadata=by)
        )
        try:
            made = self._ask(adding, once=True)
        except AssistantGoneError as exc:
            raise NotFoundError(_NO_CUSTOMER) from exc
        return _memory(made, whose)

    def correct(self, memory_id: str, text: str, *, user_id: int, customer_id: int | None = None) -> Memory:
        """Replace the text of a memory. Raises InvalidInputError and NotFoundError."""
        cleaned = clean_memory(text)
        whose, assistant_id = self._change(user_id, customer_id)
        if assistant_id is None or not _ID.fullmatch(memory_id):
            raise NotFoundError(_NO_SUCH)
        changed = self._ask(self._client.update_memory(assistant_id, memory_id, cleaned))
        return self._with_sources([changed], whose, user_id)[0]

    def forget(self, memory_ids: Sequence[str], *, user_id: int, customer_id: int | None = None) -> int:
        """Forget these memories; return how many of them there were. What is not there is forgotten already."""
        whose, assistant_id = self._change(user_id, customer_id)
        wanted = [one for one in dict.fromkeys(memory_ids) if _ID.fullmatch(one)]
        if assistant_id is None or not wanted:
            return 0
        gone = self._ask(self._each(self._delete(assistant_id, one) for one in wanted))
        with self._db.begin() as db_session:
            db.memories.forget(db_session, whose, backend=self._backend, memory_ids=wanted)
        return sum(gone)

    def forget_all(self, *, user_id: int, customer_id: int | None = None) -> int:
        """Forget everything, also what is being written down this moment; return how much it was."""
        whose, assistant_id = self._change(user_id, customer_id)
        if assistant_id is None:
            return 0
        self._ask(self._sources.look(whose, wait_s=_WAIT_FOR_WRITING_S))
        number = self._list(assistant_id, page=1, page_size=1).total
        self._or_none(self._client.delete_all_memories(assistant_id))
        with self._db.begin() as db_session:
            db.memories.forget(db_session, whose, backend=self._backend)
            db.memories.settle_all(db_session, whose)
        return number

    def memories_of_message(self, message_id: int, *, user_id: int) -> tuple[Memory, ...]:
        """Return what is remembered from a message that the planner sees, also from one that was deleted just now.

        In their own memory, or about a customer that they see. Waits a moment for what is being written down. Raises
        NotFoundError when there is no such message.
        """
        with self._db.read() as db_session:
            found = db.messages.get_visible(db_session, message_id, user_id=user_id)
            if found is None and db.messages.get_deleted(db_session, message_id, user_id=user_id) is None:
                raise NotFoundError("There is no such message.")
        looking = self._sources.look_from(message_id, wait_s=_WAIT_FOR_WRITING_S)
        self._ask(looking, timeout_s=_SHORT_WAIT_S)
        with self._db.read() as db_session:
            found_ids = db.memories.of_message(db_session, message_id, backend=self._backend)
        named = [(one, whose) for one, whose in found_ids if _ID.fullmatch(one)]
        memories: list[Memory] = []
        for whose in dict.fromkeys(whose for _, whose in named):
            with suppress(NotFoundError):  # what is remembered for somebody else
                memories += self._named([one for one, its in named if its == whose], whose, user_id)
        return tuple(memories)

    def _named(self, memory_ids: Sequence[str], whose: Whose, user_id: int) -> tuple[Memory, ...]:
        theirs, assistant_id = self._read(user_id, whose.customer_id)
        if theirs != whose or assistant_id is None:
            return ()
        found = self._ask(self._each(self._get(assistant_id, one) for one in memory_ids), timeout_s=_SHORT_WAIT_S)
        return self._with_sources([one for one in found if one is not None], whose, user_id)

    def _read(self, user_id: int, customer_id: int | None) -> tuple[Whose, str | None]:
        """Return whose memory it is, and the assistant that holds it, if there is one."""
        with self._db.read() as db_session:
            whose, _ = self._visible(db_session, user_id, customer_id)
            return whose, self._assistant_id(db_session, whose)

    def _change(self, user_id: int, customer_id: int | None) -> tuple[Whose, str | None]:
        """Return the same, where the planner may change it."""
        with self._db.read() as db_session:
            check_may_write(db_session, user_id)
            whose, may_change = self._visible(db_session, user_id, customer_id)
            if not may_change:
                raise NotPossibleError(_ONLY_READ)
            return whose, self._assistant_id(db_session, whose)

    @staticmethod
    def _visible(db_session: Session, user_id: int, customer_id: int | None) -> tuple[Whose, bool]:
        if customer_id is None:
            return Whose(user_id), may_write(db_session, user_id)
        found = db.sides.visible_customer(db_session, customer_id, user_id=user_id)
        if found is None:
            raise NotFoundError(_NO_CUSTOMER)
        return found[0], found[1] and may_write(db_session, user_id)

    def _assistant_id(self, db_session: Session, whose: Whose) -> str | None:
        assistant = db.assistants.read(db_session, whose, backend=self._backend)
        return assistant.assistant_id if assistant else None

    def _list(self, assistant_id: str, *, page: int, page_size: int) -> backboard_client.MemoryPage:
        found = self._or_none(self._client.list_memories(assistant_id, page=page, page_size=page_size))
        return found or backboard_client.MemoryPage((), 0)

    async def _get(self, assistant_id: str, memory_id: str) -> backboard_client.Memory | None:
        try:
            return await self._client.get_memory(assistant_id, memory_id)
        except backboard_client.NotFoundError:
            return None

    async def _delete(self, assistant_id: str, memory_id: str) -> bool:
        try:
            await self._client.delete_memory(assistant_id, memory_id)
        except backboard_client.NotFoundError:
            return False
        return True

    @staticmethod
    async def _each(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
        """Return what all of them give, a few at a time."""
        free = asyncio.Semaphore(_AT_ONCE)

        async def one(call: Coroutine[Any, Any, T]) -> T:
            async with free:
                return await call

        return await asyncio.gather(*map(one, calls))

    def _or_none(self, call: Coroutine[Any, Any, T]) -> T | None:
        """Return what Backboard answers; None where the assistant is gone, and with it what it knew."""
        try:
            return self._ask(call)
        except NotFoundError:
            return None

    def _ask(self, call: Coroutine[Any, Any, T], *, once: bool = False, timeout_s: float = _WAIT_S) -> T:
        """Return what Backboard answers; *once*: the call may have been run although no answer came."""
        try:
            return self._loop.run(call, timeout_s=timeout_s)
        except backboard_client.NotFoundError as exc:
            raise NotFoundError(_NO_SUCH) from exc
        except RequestInvalidError as exc:
            raise InvalidInputError(f"Backboard did not accept this: {exc.message}") from exc
        except (BackboardError, TimeoutError) as exc:
            maybe_done = once and (isinstance(exc, TimeoutError) or exc.may_have_run)
            raise BackboardAwayError(_away(exc) + (_MAYBE_DONE if maybe_done else " Please try again soon.")) from exc

    def _with_sources(
        self, found: Sequence[backboard_client.Memory], whose: Whose, user_id: int
    ) -> tuple[Memory, ...]:
        ids = [memory.memory_id for memory in found]
        if not ids:
            return ()
        with self._db.read() as db_session:
            rows = db.memories.sources(db_session, ids, whose, user_id=user_id, backend=self._backend)
            added_by = {memory.memory_id: _adder_id(memory) for memory in found} if whose.customer_id else {}
            adders = {one for one in added_by.values() if one is not None}
            names = {one.id: one.name for one in db.people.called(db_session, adders)} if adders else {}
        sources = {
            memory_id: MemorySource(session_id, title, message_id, at)
            for memory_id, message_id, session_id, title, at in rows
        }
        return tuple(
            _memory(memory, whose, sources.get(memory.memory_id), names.get(added_by.get(memory.memory_id)))
            for memory in found
        )


def _away(exc: Exception) -> str:
    if isinstance(exc, AuthenticationError):
        return (
            "Backboard refused the key, or the account has no credit. "
            "Whoever runs this app can set BACKBOARD_API_KEY."
        )
    if isinstance(exc, RateLimitedError):
        return "Backboard is handling too many requests right now."
    return "Backboard cannot be reached right now."


def _adder_id(memory: backboard_client.Memory) -> int | None:
    given = str(memory.metadata.get(_ADDED_BY) or "")
    return int(given) if re.fullmatch("[0-9]{1,18}", given) else None


def _memory(
    memory: backboard_client.Memory, whose: Whose, source: MemorySource | None = None, by: str | None = None
) -> Memory:
    at = _created_at(memory)
    told = None if at == _UNKNOWN else kept_instant(at, now=utc_now())
    return Memory(memory.memory_id, kept_text(memory.content), told, source, whose.customer_id, by)


def _created_at(memory: backboard_client.Memory) -> datetime:
    try:
        at = datetime.fromisoformat(memory.created_at or "")
    except ValueError:
        return _UNKNOWN
    return at if at.tzinfo else at.replace(tzinfo=UTC)
