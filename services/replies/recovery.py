"""Finds answers whose stream was lost: they may be in the thread at Backboard, or come there yet."""

import asyncio
import logging

from backboard_client import BackboardClient, BackboardError, NotFoundError, ThreadMessage
from services.backboard.threads import BackboardThreads, Looked, SessionThread, look_for_answer
from services.message_status import MessageStatus
from services.replies.failures import check_length
from services.replies.records import Ending
from services.replies.running import Running
from services.usage.costs import RunUse

log = logging.getLogger("travelbot.replies")

LOOK_FOR_S = 15.0  # where nothing says that the answer is still being written
LOOK_FOR_TAKEN_OVER_S = 2.0  # the same for a reply whose process died: the answer had the time of its lease, too
LOOK_WHILE_RUNNING_S = 300.0
_ONE_LOOK_S = 1.0  # at least


class LostAnswers:
    """Looks for answers, and takes care of the runs that write them. All methods run on the background loop."""

    def __init__(self, client: BackboardClient, threads: BackboardThreads) -> None:
        self._client = client
        self._threads = threads

    async def find(self, running: Running) -> Ending | None:
        """Look in the thread for the answer to a question that was sent, for a bounded time; None if it is not there.

        The answer becomes the reply's text.
        """
        running.live.set_note("The connection was lost. Looking for the reply at Backboard …")
        thread = await self._threads.find(running.asked)
        running.thread_id = thread.thread_id if thread else None
        if thread is None:
            return None
        patience_s = LOOK_FOR_TAKEN_OVER_S if running.work.taken_over else LOOK_FOR_S
        loop = asyncio.get_running_loop()
        begin, pause_s = loop.time(), 0.5
        while True:
            found = await self._looked(thread, running, max(_ONE_LOOK_S, begin + patience_s - loop.time()))
            if found is not None and found.answer is not None:
                return adopted(running, found.answer, found.text)
            if found is not None and found.ended:
                return None
            if loop.time() - begin >= (LOOK_WHILE_RUNNING_S if found is not None and found.running else patience_s):
                return None
            await asyncio.sleep(pause_s)
            pause_s = min(2.0, pause_s * 1.5)

    async def _looked(self, thread: SessionThread, running: Running, within_s: float) -> Looked | None:
        """Look once; None where Backboard does not answer in time."""
        try:
            async with asyncio.timeout(within_s):
                held = await self._client.get_thread(thread.thread_id)
        except NotFoundError:
            return Looked(asked=False, ended=True)
        except BackboardError as exc:
            return None if exc.retry_helps else Looked(asked=False, ended=True)
        except TimeoutError:
            return None
        return look_for_answer(held, frozenset({running.work.reply_id}))

    async def cancel_run(self, running: Running) -> None:
        """Tell Backboard that nobody waits for this run any more."""
        if running.thread_id and running.live.run_id:
            try:
                async with asyncio.timeout(5):
                    await self._client.cancel_run(running.thread_id, running.live.run_id)
            except (BackboardError, TimeoutError) as exc:
                log.warning("run not cancelled", extra={"reply": running.work.reply_id, "error": type(exc).__name__})


def adopted(running: Running, answer: ThreadMessage, text: str) -> Ending:
    """Take an answer from the thread as the reply, and return how that ends."""
    running.live.set_text(text)
    check_length(running.live)
    run_id = str(answer.metadata.get("run_id") or "")
    running.used[run_id] = RunUse(answer.input_tokens, answer.output_tokens)
    return Ending(MessageStatus.COMPLETE, model=answer.model)
