"""Claims replies for this process: takes those that nobody holds, keeps them while they are written, lets them go.

A claim is a lease, renewed with the text so far every second, and a fence, which goes up with every holder: a process
that stood still for too long has lost its replies to others, and finds out when it next writes to one.
"""

import asyncio
import logging
from collections.abc import Callable, Set
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from typing import TypeVar

from db.engine import DatabaseUnavailableError
from services.backboard.models import ModelService
from services.process.background import BackgroundLoop, Tasks, in_thread
from services.replies.records import Work
from services.replies.running import Running, RunningReplies
from services.replies.store import ReplyStore
from services.replies.writer import ReplyWriter

T = TypeVar("T")
log = logging.getLogger("travelbot.replies")

CHECKPOINT_S = 1.0
SCAN_S = 1.0


class ReplyClaims:
    """Claims replies, as many as may be *running* at once, and has *writer* write them.

    Everything but `wake`, `stop` and `close` runs on the background loop; database work goes to *executor*.
    """

    def __init__(
        self,
        store: ReplyStore,
        writer: ReplyWriter,
        running: RunningReplies,
        models: ModelService,
        loop: BackgroundLoop,
        tasks: Tasks,
        *,
        executor: Executor,
    ) -> None:
        self.running = running
        self._store = store
        self._writer = writer
        self._models = models
        self._loop = loop
        self._tasks = tasks
        self._executor = executor
        self._wake = asyncio.Event()
        self._born: set[int] = set()  # replies to begin, with no need to look for them
        self._look = True
        self._closing = False
        loop.run(self._start(), timeout_s=10)

    # From any thread.

    def wake(self, born: int | None = None) -> None:
        """Look for queued replies now, or just begin the one that was *born* a moment ago."""
        self._loop.call(self._wake_now, born)

    def stop(self, reply_id: int) -> None:
        """Stop a reply if this process writes it."""
        self._loop.call(self._stop_now, reply_id)

    def close(self) -> None:
        """Stop writing; what is unfinished is saved and can be taken over at once by any process."""
        if self._closing:
            return
        self._closing = True
        try:
            left = self._loop.run(self._cancel_all(), timeout_s=5)
            if left:
                self._store.release([(running.work, running.live) for running in left])
        except (DatabaseUnavailableError, TimeoutError):
            log.warning("Could not save unfinished replies at the end; their leases will run out.")

    # On the loop.

    async def _start(self) -> None:
        for forever in (self._claim_forever(), self._checkpoint_forever()):
            self._tasks.start(forever)

    async def _cancel_all(self) -> list[Running]:
        left = list(self.running)
        await self._tasks.cancel()
        return left

    def _stop_now(self, reply_id: int) -> None:
        if running := self.running.get(reply_id):
            running.stop.set()

    def _wake_now(self, born: int | None = None) -> None:
        if born is None:
            self._look = True
        else:
            self._born.add(born)
        self._wake.set()

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await in_thread(self._executor, function)

    async def _claim_forever(self) -> None:
        look_at = 0.0
        while True:
            self._wake.clear()
            born, self._born = self._born, set()
            newborn, self._look = self._look, False
            now = asyncio.get_running_loop().time()
            try:
                if born:
                    await self._claim(partial(self._store.claim_born, born))
                if newborn or now >= look_at:
                    look_at = now + SCAN_S
                    await self._claim(partial(self._store.claim_free, newborn=newborn))
            except DatabaseUnavailableError:
                log.warning("The database cannot be reached; looking again for queued replies soon.")
            except Exception:  # whatever it is, the replies of others go on
                log.exception("Could not look for queued replies")
            with suppress(TimeoutError):
                async with asyncio.timeout_at(look_at):
                    await self._wake.wait()

    async def _claim(self, claim: Callable[[int, Set[int]], list[Work]]) -> None:
        """Have *claim* take as many replies as there is room for, none of ours, and write them."""
        if not self.running.free:
            return
        ours = {running.work.reply_id for running in self.running}
        for work in await self._in_thread(partial(claim, self.running.free, ours)):
            running = Running(work)
            self.running.add(running)
            self._models.look_ahead()  # so that the prices are known at the end
            log.info("reply begun", extra={"reply": work.reply_id, "session": work.session_id, "holder": work.fence})
            self._tasks.start(self._write(running))

    async def _write(self, running: Running) -> None:
        """Have one reply written; one that is cancelled stays for `close` to hand over."""
        followed = False
        try:
            followed = await self._writer.write(running)
        except Exception:  # a mistake of ours: its lease runs out, and who claims it then looks for its answer
            log.exception("reply not ended", extra={"reply": running.work.reply_id})
        was_full = not self.running.free
        self.running.remove(running)
        if followed or was_full:
            self._wake_now()

    async def _checkpoint_forever(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_S)
            running = list(self.running)
            if not running:
                continue
            try:
                await self._checkpoint(running)
            except DatabaseUnavailableError:
                log.warning(
                    "The database cannot be reached; replies go on in memory.", extra={"replies": len(running)}
                )
            except Exception:  # whatever it is, the next second tries again
                log.exception("Could not save the text so far")

    async def _checkpoint(self, running: list[Running]) -> None:
        """Save what is written so far, and tell those that are lost or are to stop."""
        lost, stopped = await self._in_thread(
            partial(self._store.checkpoint, [(one.work, one.live) for one in running])
        )
        for one in running:
            if one.work.reply_id in lost:
                one.lost.set()
            elif one.work.reply_id in stopped:
                one.stop.set()
