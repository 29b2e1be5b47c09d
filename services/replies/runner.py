"""Runs replies: claims them, sends the question, follows the stream, recovers, and writes the end.

The life of a reply is design.md, part 6. Everything here but `close` and `wake` runs on the background loop;
database work goes to threads of its own.
"""

import asyncio
import logging
import secrets
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Set
from concurrent.futures import Executor
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from functools import partial
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
    ThreadMessage,
    ToolCall,
    ToolCallsRequired,
    ToolOutput,
    ToolStarted,
)
from db.engine import Database, DatabaseUnavailableError
from db.models import utc_now
from services.backboard.file_copies import FileCopies
from services.backboard.models import ModelService
from services.backboard.prompt import prompt_with, run_tool
from services.backboard.threads import CARRIED_NOTICE, BackboardThreads, Question, SessionThread, look_for_answer
from services.memory.sources import MemorySources, Writing
from services.message_status import MessageStatus
from services.parts import Part
from services.process.background import BackgroundLoop, in_thread
from services.replies.failures import TOO_LONG, ReplyFailure, failure_of, interrupted, too_slow
from services.replies.live import LiveReply, interval_s
from services.replies.sources import sources_in
from services.replies.store import Ending, ReplyStore, Work
from services.replies.titles import SessionTitles
from services.usage.costs import CostService, RunUse, cost_of, together
from services.usage.metrics import Numbers

T = TypeVar("T")
log = logging.getLogger("travelbot.replies")

CHECKPOINT_S = 1.0
SCAN_S = 2.0
MAX_TOOL_ROUNDS = 8
LOOK_FOR_S = 15.0  # how long an answer is looked for where nothing says that it is still being written
LOOK_WHILE_RUNNING_S = 300.0
GO_ON = "Please answer my last message."
LONGEST_S = 3600.0  # of a reply: longer than any stream that still says something
MAX_TOOL_CALLS = 64  # in one round
MAX_MEMORIES = 50  # that a reply says it has used


_TOO_MANY_STEPS = "The assistant asked for too many steps and was stopped. Try again."
_BROKEN_OFF = (TOO_LONG[0], "tools")  # how a reply fails whose run goes on at Backboard


class NotOursError(Exception):
    """Another process took the reply over, or the session was deleted."""


class Running:
    """A reply in this process: what it is, what is written of it, and the task that writes it."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.live = LiveReply(work.reply_id, text=work.text, parts=work.parts)
        self.live.run_id = work.run_id
        self.thread_id: str | None = None
        self.asked = Question(
            work.question_id, work.session_id, work.user_id, reply_ids=work.earlier_ids | {work.reply_id}
        )
        self.sent = work.sent  # the call may have been paid for
        self.used: dict[str, RunUse] = {}  # by run: each round of tools is one
        self.text_before = work.text  # this round of tools
        self.tools_pending = False  # Backboard waits for what our tools say
        self.stop = asyncio.Event()
        self.lost = asyncio.Event()
        if work.stop_requested:
            self.stop.set()


class ReplyRunner:
    """Writes every reply that this process has claimed, at most *replies_at_once* at a time."""

    def __init__(
        self,
        database: Database,
        client: BackboardClient,
        loop: BackgroundLoop,
        executor: Executor,
        numbers: Numbers,
        models: ModelService,
        costs: CostService,
        memory_sources: MemorySources,
        *,
        backend: str,
        title_model: str | None,
        replies_at_once: int = 256,
    ) -> None:
        self._executor = executor
        self._numbers = numbers
        self._models = models
        self._store = ReplyStore(database, costs, owner=secrets.token_hex(8))
        self._memory_sources = memory_sources
        self._client = client
        self._threads = BackboardThreads(database, client, backend=backend, executor=self._executor)
        self._titles = SessionTitles(
            database, client, self._threads, models, costs, backend=backend, executor=executor, model=title_model
        )
        self._files = FileCopies(database, client, backend=backend, executor=self._executor)
        self._loop = loop
        self._limit = replies_at_once
        self._running: dict[int, Running] = {}
        self._awaited: dict[int, set[Callable[[], None]]] = {}  # by reply: who wants to know that it has begun here
        self._awaiting = threading.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
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

    def live(self, reply_id: int, *, user_id: int) -> LiveReply | None:
        """Return this user's reply as it is being written here, or None when there is none."""
        running = self._running.get(reply_id)
        return running.live if running and running.work.user_id == user_id else None

    @contextmanager
    def awaiting(self, reply_id: int, listener: Callable[[], None]) -> Iterator[None]:
        """Call *listener* when this process begins to write a reply, on the thread that does: it must not block."""
        with self._awaiting:
            self._awaited.setdefault(reply_id, set()).add(listener)
        try:
            yield
        finally:
            with self._awaiting:
                listeners = self._awaited[reply_id]
                listeners.discard(listener)
                if not listeners:
                    del self._awaited[reply_id]

    @property
    def full(self) -> bool:
        """True when as many replies are being written as may be at once."""
        return len(self._running) >= self._limit

    @property
    def running(self) -> int:
        """How many replies are being written here."""
        return len(self._running)

    @property
    def tasks(self) -> int:
        """How many tasks are at work: two that go on forever, one for each reply, and one while it is remembered."""
        return len(self._tasks)

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
            self._keep(asyncio.create_task(forever))

    async def _cancel_all(self) -> list[Running]:
        left = list(self._running.values())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return left

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _stop_now(self, reply_id: int) -> None:
        if running := self._running.get(reply_id):
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
            now = asyncio.get_running_loop().time()
            if self._look or now >= look_at:
                born, self._look, look_at = set(), False, now + SCAN_S
            try:
                await self._claim_what_is_free(born)
            except DatabaseUnavailableError:
                log.warning("The database cannot be reached; looking again for queued replies soon.")
            except Exception:  # whatever it is, the replies of others go on
                log.exception("Could not look for queued replies")
            with suppress(TimeoutError):
                async with asyncio.timeout_at(look_at):
                    await self._wake.wait()

    async def _claim_what_is_free(self, born: Set[int]) -> None:
        free = self._limit - len(self._running)
        if free <= 0:
            return
        for work in await self._in_thread(partial(self._store.claim, free, set(self._running), born=born)):
            running = self._running[work.reply_id] = Running(work)
            with self._awaiting:
                listeners = tuple(self._awaited.get(work.reply_id, ()))
            for listener in listeners:
                listener()
            self._models.look_ahead()  # so that the prices are known at the end
            log.info("reply begun", extra={"reply": work.reply_id, "session": work.session_id, "holder": work.fence})
            self._keep(asyncio.create_task(self._write(running)))

    async def _checkpoint_forever(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_S)
            running = list(self._running.values())
            if not running:
                continue
            try:
                lost, stopped = await self._in_thread(
                    partial(self._store.checkpoint, [(one.work, one.live) for one in running])
                )
            except DatabaseUnavailableError:
                log.warning(
                    "The database cannot be reached; replies go on in memory.", extra={"replies": len(running)}
                )
                continue
            except Exception:  # whatever it is, the next second tries again
                log.exception("Could not save the text so far")
                continue
            for one in running:
                if one.work.reply_id in lost:
                    one.lost.set()
                elif one.work.reply_id in stopped:
                    one.stop.set()

    async def _write(self, running: Running) -> None:
        """Write one reply to its end, whatever happens; one that is cancelled stays for `close` to hand over."""
        work = running.work
        try:
            ending = await self._until_stopped(running)
            await self._end(running, ending)
        except NotOursError:
            log.info("reply is another process's now", extra={"reply": work.reply_id})
            running.live.end(MessageStatus.INTERRUPTED)
            await self._cancel_run(running)
        was_full = self.full
        self._running.pop(work.reply_id, None)
        if was_full:
            self._wake_now()

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
        await self._cancel_run(running)
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
                await self._cancel_run(running)
            return failure.ending
        except BackboardError as exc:
            if isinstance(exc, AnswerTooLargeError):
                await self._cancel_run(running)
            if isinstance(exc, OutOfCreditsError):  # what came as text was no answer
                running.live.set_text(running.text_before)
            return failure_of(exc)
        except DatabaseUnavailableError:
            if running.sent:
                return interrupted()
            return ReplyFailure("database", "The database was away, so nothing was sent. Try again.").ending
        except NotOursError:
            raise
        except Exception:  # a mistake of ours must not leave the reply waiting forever
            log.exception("reply failed unexpectedly", extra={"reply": work.reply_id})
            return ReplyFailure(
                "internal", "Something went wrong on our side. Your message is kept; try again."
            ).ending

    async def _send(self, running: Running, thread: SessionThread, text: str) -> Ending:
        work = running.work
        for attempt in (1, 2):
            ready = await self._with_files(running, thread)
            if ready is not thread:
                thread, text = ready, work.question
            running.thread_id = thread.thread_id
            if thread.lost:
                running.live.add_part(Part("notice", CARRIED_NOTICE))
            if not await self._in_thread(partial(self._store.mark_sent, work, thread)):
                raise NotOursError
            running.sent = True
            log.info("question sent", extra={"reply": work.reply_id, "thread_id": thread.thread_id})
            events = self._client.stream_message(
                thread.thread_id,
                text,
                model=work.model,
                memory=MemoryMode.AUTO if work.memory else MemoryMode.OFF,
                system_prompt=prompt_with(work.instructions),
                web_search=work.web_search,
                metadata={"reply_id": str(work.reply_id)},
                on_wait=lambda seconds: running.live.set_note(
                    f"Backboard is busy; trying again in {max(1, round(seconds))} s."
                ),
            )
            try:
                return await self._follow(running, events)
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
            live.add_part(Part("notice", sentence))
        if live.snapshot.note:
            live.set_note(None)
        return thread

    async def _follow(self, running: Running, events: AsyncGenerator[StreamEvent]) -> Ending:
        """Read a stream to its end, answering tool calls on the way."""
        live = running.live
        loop = asyncio.get_running_loop()
        rest_at = 0.0
        for _round in range(MAX_TOOL_ROUNDS + 1):
            before = running.text_before = live.snapshot.text
            gap = "\n\n" if before else ""
            outputs: list[ToolOutput] = []
            run_id = ""
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
                            live.add_part(Part("tool", name, call_id=call_id))
                        case RunStarted(started_id, _, _):
                            live.run_id = started_id or live.run_id
                        case ToolCallsRequired(required_id, calls):
                            _note_use(running, event)
                            run_id = required_id or live.run_id or ""
                            running.tools_pending = True
                            if len(calls) > MAX_TOOL_CALLS:
                                raise ReplyFailure("tools", _TOO_MANY_STEPS)
                            outputs = [_answered(live, call) for call in calls]
                        case RunEnded():
                            _note_use(running, event)
                            self._take_final(live, before, event.text)
                            if not live.snapshot.text:
                                raise ReplyFailure("empty", "Backboard sent an empty answer. Try again.")
                            _check_length(live)
                            for used in event.memories[:MAX_MEMORIES]:
                                live.add_part(Part("memory", used.content, call_id=used.memory_id or None))
                            return Ending(
                                MessageStatus.COMPLETE,
                                model=event.model,
                                memory_operation_id=event.memory_operation_id,
                            )
                        case RunCancelled():
                            return Ending(MessageStatus.STOPPED)
                    _check_length(live)
            if not outputs or running.thread_id is None:
                raise ReplyFailure("tools", "Backboard asked for a step that this app does not know. Try again.")
            live.add_part(Part("step", ""))
            events = _of_a_run(self._client.stream_tool_outputs(running.thread_id, run_id, outputs))
        raise ReplyFailure("tools", _TOO_MANY_STEPS)

    @staticmethod
    def _take_final(live: LiveReply, before: str, final: str | None) -> None:
        """Prefer the whole text that Backboard gave at the end to the pieces that came."""
        if final:
            whole = f"{before}\n\n{final}" if before else final
            if whole != live.snapshot.text:
                live.set_text(whole)

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
            running.live.set_text(found.text)
            return _adopted(running, found.answer)
        return await self._send(running, thread, GO_ON if found.asked else work.question)

    async def _look_for_answer(self, running: Running) -> Ending:
        """Recover: look in the thread for the answer to a question that was sent, for a bounded time."""
        work = running.work
        running.live.set_note("The connection was lost. Looking for the answer at Backboard …")
        thread = await self._threads.find(running.asked)
        running.thread_id = thread.thread_id if thread else None
        loop = asyncio.get_running_loop()
        begin, pause_s = loop.time(), 0.5
        while thread is not None:
            elapsed, found = loop.time() - begin, None
            try:
                held = await self._client.get_thread(thread.thread_id)
                found = look_for_answer(held, frozenset({work.reply_id}))
            except NotFoundError:
                break
            except BackboardError as exc:
                if not exc.retry_helps:
                    break
            if found is not None:
                if found.answer is not None:
                    running.live.set_text(found.text)
                    return _adopted(running, found.answer)
                if found.ended:
                    break
            if elapsed > (LOOK_WHILE_RUNNING_S if found is not None and found.running else LOOK_FOR_S):
                break
            await asyncio.sleep(pause_s)
            pause_s = min(2.0, pause_s * 1.5)
        if running.tools_pending:  # a thread with unanswered tool calls takes no further message
            await self._cancel_run(running)
        return interrupted()

    async def _cancel_run(self, running: Running) -> None:
        """Tell Backboard that nobody waits for this run any more."""
        if running.thread_id and running.live.run_id:
            try:
                async with asyncio.timeout(5):
                    await self._client.cancel_run(running.thread_id, running.live.run_id)
            except (BackboardError, TimeoutError) as exc:
                log.warning("run not cancelled", extra={"reply": running.work.reply_id, "error": type(exc).__name__})

    async def _end(self, running: Running, ending: Ending) -> None:
        """Save the end; while the database is away the text waits in memory."""
        work, live = running.work, running.live
        ending = await self._counted(running, ending)
        if work.web_search:
            for source in sources_in(live.snapshot.text):
                live.add_part(source)
        pause_s = 0.5
        while True:
            try:
                ended = await self._in_thread(
                    lambda: self._store.end(work, live.snapshot, ending, live.first_text_at)
                )
            except DatabaseUnavailableError:
                live.set_note("The reply is here but cannot be saved right now. Trying again …")
                await asyncio.sleep(pause_s)
                pause_s = min(5.0, pause_s * 2)
                continue
            if not ended.ours:
                raise NotOursError
            if ended.followed:
                self._wake_now()
            _log_end(running, ending)
            self._numbers.count_reply(ending.status, asked_at=work.asked_at, first_text_at=live.first_text_at)
            live.end(ending.status)
            if ending.status is MessageStatus.COMPLETE:
                self._titles.begin(work.session_id, work.reply_id, user_id=work.user_id)
            if ending.memory_operation_id:
                writing = Writing(work.reply_id, work.user_id, ending.memory_operation_id, utc_now())
                self._keep(asyncio.create_task(self._memory_sources.follow(writing)))
            return

    async def _counted(self, running: Running, ending: Ending) -> Ending:
        """Add what the reply used and cost, as far as it is known."""
        if not running.sent:  # nothing was run, so there is nothing to pay
            return replace(ending, cost_micros=0)
        if ending.status is not MessageStatus.COMPLETE:
            return ending
        use = together(running.used.values())
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


def _check_length(live: LiveReply) -> None:
    if live.too_long:
        raise ReplyFailure(*TOO_LONG)


def _answered(live: LiveReply, call: ToolCall) -> ToolOutput:
    live.call_tool(call.id, call.name, call.arguments)
    output = run_tool(call.name, call.arguments)
    live.answer_tool(call.id, output)
    return ToolOutput(call.id, output)


def _note_use(running: Running, event: ToolCallsRequired | RunEnded) -> None:
    use = RunUse(event.input_tokens, event.output_tokens, event.cost_usd)
    if use != RunUse() or isinstance(event, RunEnded):
        running.used[event.run_id or running.live.run_id or ""] = use


def _adopted(running: Running, answer: ThreadMessage) -> Ending:
    _check_length(running.live)
    run_id = str(answer.metadata.get("run_id") or "")
    running.used[run_id] = RunUse(answer.input_tokens, answer.output_tokens)
    return Ending(MessageStatus.COMPLETE, model=answer.model)


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
