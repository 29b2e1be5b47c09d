"""Writes the end of a reply, and starts what comes after it."""

import asyncio
import logging
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

from db.engine import DatabaseUnavailableError
from db.models import utc_now
from services.backboard.models import ModelService
from services.memory.sources import MemorySources, Writing
from services.message_status import MessageStatus
from services.process.background import Tasks, in_thread
from services.replies.records import Ending
from services.replies.running import Running
from services.replies.sources import sources_in
from services.replies.store import ReplyStore
from services.replies.titles import SessionTitles
from services.usage.costs import RunUse, cost_of, together
from services.usage.metrics import Numbers

log = logging.getLogger("travelbot.replies")


class ReplyEndings:
    """Ends replies: saves and counts them, names their session, and finds out what is remembered of them."""

    def __init__(
        self,
        store: ReplyStore,
        models: ModelService,
        titles: SessionTitles,
        memory_sources: MemorySources,
        numbers: Numbers,
        tasks: Tasks,
        *,
        executor: Executor,
    ) -> None:
        self._store = store
        self._models = models
        self._titles = titles
        self._memory_sources = memory_sources
        self._numbers = numbers
        self._tasks = tasks
        self._executor = executor

    async def end(self, running: Running, ending: Ending) -> bool:
        """Save the end of a reply, and return whether another message was sent after it. Raises NotOursError.

        While the database is away the text waits in memory.
        """
        work, live = running.work, running.live
        ending = await self._counted(running, ending)
        if work.web_search:
            for source in sources_in(live.snapshot.text):
                live.add_part(source)
        followed = await self._saved(running, ending)
        _log_end(running, ending)
        self._numbers.count_reply(ending.status, asked_at=work.asked_at, first_text_at=live.first_text_at)
        live.end(ending.status)
        if ending.status is MessageStatus.COMPLETE:
            self._titles.begin(work.session_id, work.reply_id, user_id=work.user_id, whose=work.whose)
        if ending.memory_operation_id:
            writing = Writing(work.reply_id, work.whose, ending.memory_operation_id, utc_now())
            self._tasks.start(self._memory_sources.follow(writing))
        return followed

    async def _saved(self, running: Running, ending: Ending) -> bool:
        live, pause_s = running.live, 0.5
        while True:
            save = partial(self._store.end, running.work, live.snapshot, ending, live.first_text_at)
            try:
                return await in_thread(self._executor, save)
            except DatabaseUnavailableError:
                live.set_note("The reply is here but cannot be saved right now. Trying again …")
                await asyncio.sleep(pause_s)
                pause_s = min(5.0, pause_s * 2)

    async def _counted(self, running: Running, ending: Ending) -> Ending:
        """Add what the reply used and cost, as far as it is known."""
        if not running.sent:  # nothing was run, so there is nothing to pay
            return replace(ending, cost_micros=0)
        use = together(running.used.values()) if ending.status is MessageStatus.COMPLETE else RunUse()
        model = await self._models.known(ending.model, running.work.model)
        return replace(
            ending,
            input_tokens=use.input_tokens,
            output_tokens=use.output_tokens,
            cost_micros=cost_of(use, model),
        )


def _log_end(running: Running, ending: Ending) -> None:
    first_text_at = running.live.first_text_at
    log.info(
        "reply ended",
        extra={
            "reply": running.work.reply_id,
            "session": running.work.session_id,
            "status": ending.status.value,
            "error": ending.error_code,
            "model": ending.model,
            "tokens": ending.output_tokens,
            "run": running.live.run_id,
            "streamed_s": first_text_at and round((utc_now() - first_text_at).total_seconds(), 3),
        },
    )
