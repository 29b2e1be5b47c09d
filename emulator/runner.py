"""Writes the runs: each is a task of its own, so that a caller who goes away changes nothing."""

import asyncio
import json
import logging
import uuid
from collections.abc import Sequence
from dataclasses import replace

from emulator.catalogue import BRIEF, Catalogue
from emulator.chunks import count_tokens, cut_into_chunks
from emulator.conversation import Answer, Demo, Document, ToolRequest, Turn
from emulator.events import first_events, retrieved, run_ended, used, used_tokens
from emulator.faults import SEPARATORS, Faults
from emulator.live import CONTENT, LiveRun
from emulator.pace import Beat
from emulator.store import MESSAGE, Json, Run, RunEnd, Store

_ENDLESS_CHARS = 1_000_000
log = logging.getLogger("emulator")

_HISTORY_MESSAGES = 400  # as many as the demo assistant reads, and its answers
_MEMORIES = 10  # the nearest

UNANSWERED_CALLS = (
    "messages: `tool_use` ids were found without `tool_result` blocks immediately after: {}. "
    "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
)
OUT_OF_CREDITS = "You are out of credits. Please add credits to your account."
STOPPED = "The service was stopped while this answer was being written."


class Runner:
    """Starts, cancels and ends runs."""

    def __init__(
        self, store: Store, demo: Demo, catalogue: Catalogue, *, pace_s: float, memory_delay_s: float
    ) -> None:
        self._store = store
        self._demo = demo
        self._catalogue = catalogue
        self._pace_s = pace_s
        self._memory_delay_s = memory_delay_s
        self._live: dict[str, LiveRun] = {}
        self.closed = asyncio.Event()

    def start(self, run: Run, faults: Faults, *, refusal: str | None = None) -> LiveRun:
        """Begin to write *run*; with a *refusal* it fails with that text."""
        limit = self._catalogue.context_limit(run.settings.provider, run.settings.model)
        live = self._live[run.run_id] = LiveRun(run, context_limit=limit)
        live.task = asyncio.create_task(self._write(live, faults, refusal))
        return live

    def release(self) -> int:
        """Let what is being written go on where the fault ``hold`` stops it; return how many runs that are."""
        for live in self._live.values():
            live.released.set()
        return len(self._live)

    def cancel(self, thread_id: str, run_id: str) -> bool:
        """Cancel a run that is being written or waits for tool outputs; True when it is, or was, cancelled."""
        live = self._live.get(run_id)
        if live is not None and live.run.thread_id == thread_id:
            self._finish(live, "CANCELLED", {"type": "run_cancelled", "run_id": run_id})
            if live.task is not None:
                live.task.cancel()
            return True
        pending = self._store.runs.pending(thread_id)
        if pending is not None and pending.run_id == run_id:
            self._store.runs.cancel_pending(pending)
            return True
        return self._store.runs.status(thread_id, run_id) == "CANCELLED"

    def close(self) -> None:
        """Fail what is being written and break the connections that wait for it."""
        for live in list(self._live.values()):
            self._finish(live, "FAILED", None, error=STOPPED)
            if live.task is not None:
                live.task.cancel()
        self.closed.set()

    async def _write(self, live: LiveRun, faults: Faults, refusal: str | None) -> None:
        try:
            live.cost_usd, live.odd_end = faults.cost_usd, faults.odd_end
            await asyncio.sleep(faults.slow_first_s)
            for event in first_events(live.run):
                live.tell(event)
            if refusal is not None:
                self._fail(live, "run_failed", refusal)
                return
            answer = self._answer(live, faults)
            beat = Beat(self._pace_s if faults.slow_tokens_s is None else faults.slow_tokens_s)
            await self._tell_reasoning(live, answer.reasoning, beat)
            failure = _first_failure(faults)
            await self._tell_text(
                live, answer.text, beat, hold=faults.hold, stop_after=failure[0] if failure else None
            )
            await asyncio.sleep(faults.slow_end_s)
            if failure:
                self._fail(live, failure[1], f"The model stopped after {len(live.written)} chunks.")
            elif answer.tool_requests:
                self._require_tools(live, answer.tool_requests)
            else:
                self._complete(live)
        except Exception:  # whatever the demo assistant raises, nobody shall wait for it in vain
            log.exception("run %s failed", live.run.run_id)
            self._fail(live, "run_failed", "The model could not answer.")

    def _answer(self, live: LiveRun, faults: Faults) -> Answer:
        run, settings = live.run, live.run.settings
        history, outputs = self._history(run.thread_id)
        if settings.memory != "off":
            live.memories = self._store.memories.ranked(run.assistant_id, run.content)[:_MEMORIES]
        memories = [memory["content"] for memory in live.memories]
        live.input_tokens = count_tokens(settings.system_prompt, *memories, *(turn.text for turn in history))
        documents = [Document(*row) for row in self._store.documents.readable(run.thread_id, run.assistant_id)]
        answer = self._demo.answer(
            history,
            memories=memories,
            tools=settings.tools,
            system_prompt=settings.system_prompt,
            tool_outputs=outputs if run.kind != MESSAGE else None,
            documents=documents,
            web_search=settings.web_search != "off",
            style="brief" if (settings.provider, settings.model) == BRIEF else "detailed",
        )
        live.files = list(answer.files)
        if faults.unicode_separators:
            answer = replace(answer, text=SEPARATORS + answer.text)
        if faults.no_credit:
            answer = Answer("", OUT_OF_CREDITS)
        if faults.endless:
            answer = replace(answer, text=_endless(answer.text))
        if faults.endless_reasoning:
            answer = replace(answer, reasoning=_endless("Once more. "))
        return answer

    def _history(self, thread_id: str) -> tuple[list[Turn], dict[str, str]]:
        """Return the turns so far, and the outputs of the tools that ran since the last question, by tool name."""
        turns: list[Turn] = []
        outputs: dict[str, str] = {}
        prompts = self._store.runs.system_prompts(thread_id)
        for message in self._store.threads.latest_messages(thread_id, limit=_HISTORY_MESSAGES):
            if message["role"] == "user":
                outputs = {}
            elif message["role"] == "tool":
                outputs[message["metadata_"]["tool_name"]] = message["content"]
            if message["content"] and message["status"] != "FAILED":
                turns.append(Turn(message["role"], message["content"], prompts.get(message["message_id"])))
        return turns, outputs

    @staticmethod
    async def _tell_reasoning(live: LiveRun, reasoning: str, beat: Beat) -> None:
        for chunk in cut_into_chunks(reasoning):
            await beat.next()
            live.reasoning += chunk
            live.tell({"type": "reasoning_streaming", "content": chunk})
        if reasoning:
            live.tell({"type": "reasoning_ended"})

    @staticmethod
    async def _tell_text(live: LiveRun, text: str, beat: Beat, *, hold: int | None, stop_after: int | None) -> None:
        live.tell({"type": "message_start", "message_id": live.run.message_id, "run_id": live.run.run_id})
        for chunk in cut_into_chunks(text)[:stop_after]:
            if len(live.written) == hold:
                await live.released.wait()
            await beat.next()
            live.written.append(chunk)
            live.tell({"type": CONTENT, "content": chunk})

    def _complete(self, live: LiveRun) -> None:
        run, operation_id = live.run, None
        if run.settings.memory == "Auto":
            operation_id = self._store.memories.begin_operation(
                run.assistant_id, self._demo.extract_facts(run.content), delay_s=self._memory_delay_s
            )
        self._finish(live, "COMPLETED", run_ended(live, operation_id), operation_id=operation_id)

    def _require_tools(self, live: LiveRun, requests: Sequence[ToolRequest]) -> None:
        calls = [
            {
                "id": f"call_{uuid.uuid4().hex[:12]}",
                "type": "function",
                "function": {
                    "name": request.name,
                    "arguments": json.dumps(dict(request.arguments), ensure_ascii=False),
                },
            }
            for request in requests
        ]
        run_id = live.run.run_id
        for call, request in zip(calls, requests, strict=True):
            live.tell({"type": "tool_call_start", "tool_call_id": call["id"], "name": request.name})
            live.tell({"type": "tool_call_ready", "run_id": run_id, "tool_call": call})
        last = {"type": "tool_submit_required", "run_id": run_id, "tool_calls": calls, **used(live)}
        self._finish(live, "REQUIRES_ACTION", last, tool_calls=calls)

    def _fail(self, live: LiveRun, how: str, error: str) -> None:
        """Fail a run with an event: ``error``, ``error_object``, ``run_failed``; with none when it is ``lost``."""
        said = {"error": {"message": error}} if how == "error_object" else {"error": error, "message": error}
        kind = "error" if how == "error_object" else how
        last = None if how == "lost" else {"type": kind, "run_id": live.run.run_id, **said}
        self._finish(live, "FAILED", last, error=error)

    def _finish(
        self,
        live: LiveRun,
        status: str,
        last: Json | None,
        *,
        error: str | None = None,
        tool_calls: Sequence[Json] = (),
        operation_id: str | None = None,
    ) -> None:
        """Store the end of a run, then tell it."""
        end = RunEnd(
            status=status,
            text="".join(live.written),
            reasoning=live.reasoning,
            error=error,
            tool_calls=tool_calls,
            retrieved_memories=retrieved(live.memories),
            memory_operation_id=operation_id,
            input_tokens=live.input_tokens,
            output_tokens=used_tokens(live)["output_tokens"],
        )
        self._store.runs.end(live.run, end)
        del self._live[live.run.run_id]
        live.finish(end, last)


def _endless(text: str) -> str:
    return text * (_ENDLESS_CHARS // len(text))


def _first_failure(faults: Faults) -> tuple[int, str] | None:
    """Return after how many chunks a run fails, and how it says so."""
    failures = [
        (faults.error_event, "error"),
        (faults.error_object, "error_object"),
        (faults.run_failed, "run_failed"),
        (faults.cut_lost, "lost"),
    ]
    return min(((after, how) for after, how in failures if after is not None), default=None)
