"""Writes one reply: asks, follows the stream, and answers tool calls."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TypeVar

from backboard_client import (
    AnswerTooLargeError,
    BackboardClient,
    BackboardError,
    MemoryMode,
    NotFoundError,
    OutOfCreditsError,
    ReasoningDelta,
    RunCancelled,
    RunEnded,
    RunFailedError,
    RunStarted,
    StreamEvent,
    StreamInterruptedError,
    TextDelta,
    ToolCallsRequired,
    ToolOutput,
    ToolStarted,
)
from db.engine import DatabaseUnavailableError
from services.backboard.file_copies import FileCopies
from services.backboard.prompt import prompt_with
from services.backboard.threads import (
    CARRIED_NOTICE,
    MOVED_NOTICE,
    AssistantGoneError,
    BackboardThreads,
    SessionThread,
    look_for_answer,
)
from services.backboard.tools import Tools
from services.message_status import MessageStatus
from services.parts import MemoryPart, NoticePart, StepPart, ToolCallPart
from services.process.background import in_thread
from services.replies.endings import ReplyEndings
from services.replies.failures import TOO_LONG, ReplyFailure, check_length, failure_of, interrupted, too_slow
from services.replies.leases import LEASE_S
from services.replies.live import interval_s
from services.replies.records import Ending
from services.replies.recovery import LostAnswers, adopted
from services.replies.running import Running, RunningReplies
from services.replies.store import NotOursError, ReplyStore
from services.usage.costs import RunUse

T = TypeVar("T")
log = logging.getLogger("travelbot.replies")

MAX_TOOL_ROUNDS = 8
GO_ON = "Please answer my last message."
SENT_WITHIN_S = LEASE_S / 2  # of having written down that it is
LONGEST_S = 3600.0  # of a reply: longer than any stream that still says something
MAX_TOOL_CALLS = 64  # in one round
MAX_MEMORIES = 50  # that a reply says it has used

_TOO_MANY_STEPS = "The assistant asked for too many steps and was stopped. Try again."
_BROKEN_OFF = (TOO_LONG[0], "tools")  # how a reply fails whose run goes on at Backboard


@dataclass(frozen=True, slots=True)
class _Outputs:
    """What our tools said, for the run that waits for it."""

    run_id: str
    outputs: list[ToolOutput]


class ReplyWriter:
    """Writes replies that this process has claimed. Runs on the background loop; database work goes to *executor*."""

    def __init__(
        self,
        store: ReplyStore,
        endings: ReplyEndings,
        lost: LostAnswers,
        client: BackboardClient,
        threads: BackboardThreads,
        files: FileCopies,
        tools: Tools,
        running: RunningReplies,
        *,
        executor: Executor,
    ) -> None:
        self._store = store
        self._endings = endings
        self._lost = lost
        self._client = client
        self._threads = threads
        self._files = files
        self._tools = tools
        self._running = running
        self._executor = executor

    async def write(self, running: Running) -> bool:
        """Write one reply to its end, whatever happens; return whether another message was sent after it."""
        try:
            return await self._endings.end(running, await self._until_stopped(running))
        except NotOursError:
            log.info("reply is another process's now", extra={"reply": running.work.reply_id})
            running.live.end(MessageStatus.INTERRUPTED)
            await self._cancel_if_deleted(running)
            return False

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await in_thread(self._executor, function)

    async def _until_stopped(self, running: Running) -> Ending:
        writing = asyncio.ensure_future(self._answer(running))
        stop = asyncio.ensure_future(running.stop.wait())
        lost = asyncio.ensure_future(running.lost.wait())
        try:
            tasks = {writing, stop, lost}
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=LONGEST_S)
            if writing in done:
                return writing.result()
        finally:
            for task in (writing, stop, lost):
                task.cancel()
            await asyncio.gather(writing, stop, lost, return_exceptions=True)
        if running.lost.is_set():
            raise NotOursError
        await self._lost.cancel_run(running)
        return Ending(MessageStatus.STOPPED) if running.stop.is_set() else too_slow()

    async def _answer(self, running: Running) -> Ending:
        """Send the question, or look for an answer that may already be there."""
        work = running.work
        try:
            if work.sent:
                return await self._look_for_answer(running)
            if work.earlier_ids:
                return await self._answer_again(running)
            return await self._send(running, await self._threads.ensure(running.asked), work.question)
        except ReplyFailure as failure:
            if running.sent and failure.ending.error_code in _BROKEN_OFF:
                await self._lost.cancel_run(running)
            return failure.ending
        except BackboardError as exc:
            if isinstance(exc, AnswerTooLargeError):
                await self._lost.cancel_run(running)
            if isinstance(exc, OutOfCreditsError):  # what came as text was no answer
                running.live.set_text(running.text_before)
            return failure_of(exc)
        except DatabaseUnavailableError:
            if running.sent:
                return interrupted()
            return ReplyFailure("database", "The database was away, so nothing was sent. Try again.").ending
        except AssistantGoneError:
            return ReplyFailure("customer_gone", "The trip's customer was deleted meanwhile. Write it again.").ending
        except NotOursError:
            raise
        except Exception:  # a mistake of ours must not leave the reply waiting forever
            log.exception("reply failed unexpectedly", extra={"reply": work.reply_id})
            return ReplyFailure(
                "internal", "Something went wrong on our side. Your message is kept; try again."
            ).ending

    # Sending.

    async def _send(self, running: Running, thread: SessionThread, text: str) -> Ending:
        work = running.work
        if work.brief and work.brief.changed and (said := NoticePart(work.brief.changed)) not in work.parts:
            running.live.add_part(said)
        for attempt in (1, 2):
            ready = await self._with_files(running, thread)
            if ready is not thread:
                thread, text = ready, work.question
            running.thread_id = thread.thread_id
            if thread.lost and work.instead_of is None:  # else a notice says more already
                running.live.add_part(NoticePart(CARRIED_NOTICE))
            if thread.moved and attempt == 1:
                running.live.add_part(NoticePart(MOVED_NOTICE))
            await self._mark_sent(running, thread)
            log.info("question sent", extra={"reply": work.reply_id, "thread_id": thread.thread_id})
            try:
                return await self._follow(running, self._asked(running, thread, text))
            except NotFoundError:
                if attempt == 2:
                    raise
                thread = await self._threads.replace(thread, running.asked)
                text = work.question
            except BackboardError as exc:
                if exc.may_have_run and not isinstance(exc, RunFailedError | AnswerTooLargeError):
                    log.warning("looking for an answer", extra={"reply": work.reply_id, "error": type(exc).__name__})
                    return await self._look_for_answer(running)
                if not exc.may_have_run:
                    await self._in_thread(partial(self._store.mark_not_sent, work, thread))
                    running.sent = False
                raise
        raise AssertionError("unreachable")

    async def _mark_sent(self, running: Running, thread: SessionThread) -> None:
        """Write down that the question goes out now; again where another process may have come in between."""
        loop, begin = asyncio.get_running_loop(), -inf
        while loop.time() - begin > SENT_WITHIN_S:
            begin = loop.time()
            await self._in_thread(partial(self._store.mark_sent, running.work, thread))
        running.sent = True

    def _asked(self, running: Running, thread: SessionThread, text: str) -> AsyncGenerator[StreamEvent]:
        """Send a text to the thread and yield what comes back."""
        work = running.work
        return self._client.stream_message(
            thread.thread_id,
            text,
            model=work.model,
            memory=MemoryMode.AUTO if work.memory else MemoryMode.OFF,
            system_prompt=prompt_with(work.instructions, work.brief.text if work.brief else None),
            web_search=work.web_search,
            metadata={"reply_id": str(work.reply_id)},
            on_wait=lambda seconds: running.live.set_note(
                f"Backboard is busy; trying again in {max(1, round(seconds))} s."
            ),
        )

    async def _with_files(self, running: Running, thread: SessionThread) -> SessionThread:
        """Bring the session's files into the thread, or into the one that takes its place where it is gone."""
        if not running.work.has_files:
            return thread
        session_id, live = running.work.session_id, running.live
        try:
            troubles = await self._files.put(session_id, thread, live.set_note)
        except NotFoundError:
            thread = await self._threads.replace(thread, running.asked)
            troubles = await self._files.put(session_id, thread, live.set_note)
        for sentence in troubles:
            live.add_part(NoticePart(sentence))
        if live.snapshot.note:
            live.set_note(None)
        return thread

    # Following the stream.

    async def _follow(self, running: Running, events: AsyncGenerator[StreamEvent]) -> Ending:
        """Read a stream to its end, answering tool calls on the way."""
        for _round in range(MAX_TOOL_ROUNDS + 1):
            read = await self._read(running, events)
            if isinstance(read, Ending):
                return read
            if read is None or running.thread_id is None:
                raise ReplyFailure("tools", "Backboard asked for a step that this app does not know. Try again.")
            running.live.add_part(StepPart())
            events = _of_a_run(self._client.stream_tool_outputs(running.thread_id, read.run_id, read.outputs))
        raise ReplyFailure("tools", _TOO_MANY_STEPS)

    async def _read(self, running: Running, events: AsyncGenerator[StreamEvent]) -> Ending | _Outputs | None:
        """Read a stream until the reply ends, or until it waits for our tools; None where it says neither."""
        live = running.live
        before = running.text_before = live.snapshot.text
        gap = "\n\n" if before else ""
        answers: _Outputs | None = None
        loop, rest_at = asyncio.get_running_loop(), 0.0
        async with aclosing(events) as stream:
            async for event in stream:
                running.tools_pending = False
                match event:
                    case TextDelta(text):
                        live.add_text(gap + text)
                        gap = ""
                        if loop.time() >= rest_at:  # what comes meanwhile is read at once, for a third of the CPU
                            await asyncio.sleep(rest_s := interval_s(len(self._running)))
                            rest_at = loop.time() + rest_s / 8
                    case ReasoningDelta(text):
                        live.add_reasoning(text)
                    case ToolStarted(call_id, name):
                        live.add_part(ToolCallPart(name, call_id))
                    case RunStarted(started_id, _, _):
                        live.run_id = started_id or live.run_id
                    case ToolCallsRequired():
                        answers = await self._answered(running, event)
                    case RunEnded():
                        return _ended(running, before, event)
                    case RunCancelled():
                        return Ending(MessageStatus.STOPPED)
                check_length(live)
        return answers

    async def _answered(self, running: Running, asked: ToolCallsRequired) -> _Outputs | None:
        """Run the tools that the model asks for, each as it was called."""
        live = running.live
        _note_use(running, asked)
        running.tools_pending = True
        if len(asked.calls) > MAX_TOOL_CALLS:
            raise ReplyFailure("tools", _TOO_MANY_STEPS)
        outputs = []
        for call in asked.calls:
            live.call_tool(call.id, call.name, call.arguments)
            output = await self._tools.run(call.name, call.arguments, user_id=running.work.user_id)
            live.answer_tool(call.id, output)
            outputs.append(ToolOutput(call.id, output))
        return _Outputs(asked.run_id or live.run_id or "", outputs) if outputs else None

    # Recovering.

    async def _answer_again(self, running: Running) -> Ending:
        """Retry: adopt an answer that came after all; else ask again, or tell the model to go on."""
        work = running.work
        thread = await self._threads.ensure(running.asked)
        if thread.new:
            return await self._send(running, thread, work.question)
        try:
            found = look_for_answer(await self._client.get_thread(thread.thread_id), work.earlier_ids)
        except NotFoundError:
            thread = await self._threads.replace(thread, running.asked)
            return await self._send(running, thread, work.question)
        if found.answer is not None:
            return adopted(running, found.answer, found.text)
        return await self._send(running, thread, GO_ON if found.asked else work.question)

    async def _look_for_answer(self, running: Running) -> Ending:
        found = await self._lost.find(running)
        if found is None and running.tools_pending:  # a thread with unanswered tool calls takes no further message
            await self._lost.cancel_run(running)
        return found or interrupted()

    async def _cancel_if_deleted(self, running: Running) -> None:
        """Cancel the run of a reply that is gone; where another process has it, that waits for the answer."""
        with suppress(DatabaseUnavailableError):
            if not await self._in_thread(partial(self._store.is_there, running.work)):
                await self._lost.cancel_run(running)


def _ended(running: Running, before: str, event: RunEnded) -> Ending:
    """Return how a reply ends whose run has, having taken from *event* what only that tells."""
    live = running.live
    _note_use(running, event)
    if event.text:  # Backboard gave the whole text at the end: better than the pieces that came
        whole = f"{before}\n\n{event.text}" if before else event.text
        if whole != live.snapshot.text:
            live.set_text(whole)
    if not live.snapshot.text:
        raise ReplyFailure("empty", "Backboard sent an empty reply. Try again.")
    check_length(live)
    for used in event.memories[:MAX_MEMORIES]:
        live.add_part(MemoryPart(used.content, used.memory_id or None))
    return Ending(MessageStatus.COMPLETE, model=event.model, memory_operation_id=event.memory_operation_id)


def _note_use(running: Running, event: ToolCallsRequired | RunEnded) -> None:
    use = RunUse(event.input_tokens, event.output_tokens, event.cost_usd)
    if use != RunUse() or isinstance(event, RunEnded):
        running.used[event.run_id or running.live.run_id or ""] = use


async def _of_a_run(events: AsyncGenerator[StreamEvent]) -> AsyncGenerator[StreamEvent]:
    """Yield the events that follow tool outputs; a refusal there breaks off a run that was paid for already."""
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except (RunFailedError, AnswerTooLargeError):
        raise
    except BackboardError as exc:
        raise StreamInterruptedError("The run broke off after its tools.") from exc
