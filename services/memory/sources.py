"""Finds out which message each memory comes from: Backboard writes memories down after the reply has ended.

What is not known yet stands in the reply's row, so that a process that dies loses nothing: whoever looks next asks.
Nothing here ever fails for a person; a memory whose source is not known is shown without one.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError

import db.memories
from backboard_client import BackboardClient, BackboardError, NotFoundError
from db.assistants import Whose
from db.engine import Database, DatabaseUnavailableError
from db.memories import Pending
from db.models import utc_now
from services.process.background import in_thread

log = logging.getLogger("travelbot.memories")

ASK_EVERY_S = 1.0
ASK_FOR_S = 30.0  # after that only when somebody looks
_GIVE_UP = timedelta(days=1)
_AT_ONCE = 20
_LONGEST_ID = 255


@dataclass(frozen=True, slots=True)
class Writing:
    """What Backboard is writing down from the message that a reply answers, and in whose memory."""

    reply_id: int
    whose: Whose
    operation_id: str
    since: datetime


class MemorySources:
    """Asks Backboard what became of its writing. All methods run on the background loop."""

    def __init__(self, database: Database, client: BackboardClient, executor: Executor, *, backend: str) -> None:
        self._db = database
        self._client = client
        self._executor = executor
        self._backend = backend

    async def follow(self, writing: Writing) -> None:
        """Ask until it is done, for half a minute."""
        with suppress(TimeoutError, DatabaseUnavailableError):
            async with asyncio.timeout(ASK_FOR_S):
                settled = False
                while not settled:
                    await asyncio.sleep(ASK_EVERY_S)
                    settled = await self._settled(writing)

    async def look(self, whose: Whose, *, wait_s: float = 0.0) -> None:
        """Ask about what is still being written in this memory, once, or until it is done, for *wait_s* seconds."""
        await self._look(partial(self._pending, whose), wait_s)

    async def look_from(self, question_id: int, *, wait_s: float) -> None:
        """Ask about what is still being written from one message, as `look` does, in whosever memory."""
        await self._look(partial(self._pending_from, question_id), wait_s)

    async def _look(self, pending: Callable[[], list[Writing]], wait_s: float) -> None:
        until = asyncio.get_running_loop().time() + wait_s
        while waiting := await in_thread(self._executor, pending):
            settled = await asyncio.gather(*(self._settled(writing) for writing in waiting))
            if all(settled) or asyncio.get_running_loop().time() >= until:
                return
            await asyncio.sleep(min(ASK_EVERY_S, wait_s))

    async def _settled(self, writing: Writing) -> bool:
        """Ask once, and keep what is known now; False while it is not."""
        age = utc_now() - writing.since
        memory_ids: Sequence[str] = ()
        try:
            operation = await self._client.memory_operation(writing.operation_id)
            if not operation.done and age < _GIVE_UP:
                return False
            memory_ids = operation.memory_ids
        except NotFoundError:
            if age < timedelta(seconds=ASK_FOR_S):  # it may not be known there yet
                return False
        except BackboardError as exc:
            log.info("not known yet what is remembered", extra={"error": type(exc).__name__})
            return False
        await in_thread(self._executor, partial(self._keep, writing, memory_ids))
        return True

    def _pending(self, whose: Whose) -> list[Writing]:
        with self._db.read() as db_session:
            return [_writing(row) for row in db.memories.pending(db_session, whose, limit=_AT_ONCE)]

    def _pending_from(self, question_id: int) -> list[Writing]:
        with self._db.read() as db_session:
            return [_writing(row) for row in db.memories.pending_from(db_session, question_id, limit=_AT_ONCE)]

    def _keep(self, writing: Writing, memory_ids: Sequence[str]) -> None:
        with suppress(IntegrityError), self._db.begin() as db_session:  # the message was deleted this moment
            message_id = db.memories.settle(db_session, writing.reply_id, writing.operation_id)
            if message_id is not None:
                db.memories.keep(
                    db_session,
                    [one for one in memory_ids if len(one) <= _LONGEST_ID],
                    writing.whose,
                    backend=self._backend,
                    message_id=message_id,
                )


def _writing(row: Pending) -> Writing:
    return Writing(row.reply_id, row.whose, row.operation_id, row.ended_at or utc_now())
