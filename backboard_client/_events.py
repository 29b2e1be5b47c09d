"""The events of a streamed reply."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backboard_client._errors import BackboardError, OutOfCreditsError, RunFailedError, StreamInterruptedError
from backboard_client._json import parse_json
from backboard_client._resources import (
    Memory,
    ToolCall,
    amount,
    count,
    model_id,
    named,
    only_no_credit,
    parse_rows,
    parse_tool_calls,
    parse_used_memory,
    text,
)


@dataclass(frozen=True, slots=True)
class RunStarted:
    """Names of the run; may come more than once, with more known each time."""

    run_id: str | None
    thread_id: str | None
    message_id: str | None


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """The next piece of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer, one or more characters."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """The model uses a tool; only for show."""

    tool_call_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class ToolCallsRequired:
    """The stream ends here until every one of *calls* is answered."""

    run_id: str | None
    calls: tuple[ToolCall, ...]
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The answer is whole. *text* is all of it, where Backboard says so."""

    run_id: str | None
    text: str | None
    model: str | None  # provider/name
    input_tokens: int | None
    output_tokens: int | None
    total_tokens: int | None
    memories: tuple[Memory, ...]  # what was remembered for this answer
    memory_operation_id: str | None
    message_id: str | None
    cost_usd: float | None = None  # of this run; Backboard does not always say it


@dataclass(frozen=True, slots=True)
class RunCancelled:
    """The run was cancelled; nothing more comes."""

    run_id: str | None


StreamEvent = RunStarted | ReasoningDelta | TextDelta | ToolStarted | ToolCallsRequired | RunEnded | RunCancelled
TERMINAL = (ToolCallsRequired, RunEnded, RunCancelled)


class EventReader:
    """Reads the data lines of one stream, in order.

    Backboard's pieces are deltas, but some providers send everything so far; `accumulated_content` tells which.
    Unknown events and broken JSON are skipped.
    """

    def __init__(self) -> None:
        self._text = ""
        self._reasoning = ""

    def cut_off(self, why: str) -> BackboardError:
        """Return the error that an end of the stream right here stands for."""
        if only_no_credit(self._text, None):
            return OutOfCreditsError(self._text)
        return StreamInterruptedError(why)

    def read(self, data: str) -> Iterator[StreamEvent]:
        """Yield the events, none or one, in a data line. Raises RunFailedError when it says that the run failed."""
        try:
            event = parse_json(data)
        except ValueError:
            return
        if not isinstance(event, dict):
            return
        match event.get("type"):
            case "content_streaming":
                delta = _delta(self._text, event, "accumulated_content")
                self._text += delta
                if delta:
                    yield TextDelta(delta)
            case "reasoning_streaming":
                delta = _delta(self._reasoning, event, "accumulated_reasoning")
                self._reasoning += delta
                if delta:
                    yield ReasoningDelta(delta)
            case "user_message" | "run_started" | "run_continuing" | "message_start":
                yield RunStarted(named(event, "run_id"), named(event, "thread_id"), named(event, "message_id"))
            case "tool_call_start" if event.get("name"):
                yield ToolStarted(named(event, "tool_call_id"), str(event["name"]))
            case "tool_submit_required":
                calls = parse_tool_calls(event.get("tool_calls"))
                if not calls:
                    raise RunFailedError("Backboard asked for a tool without naming it.")
                yield ToolCallsRequired(
                    named(event, "run_id"),
                    calls,
                    input_tokens=count(event.get("input_tokens")),
                    output_tokens=count(event.get("output_tokens")),
                    cost_usd=amount(event.get("cost_usd")),
                )
            case "run_ended" | "message_complete" | "run_completed":
                yield _ended(event, self._text)
            case "run_cancelled":
                yield RunCancelled(named(event, "run_id"))
            case "error" | "run_failed":
                raise RunFailedError(_said(event))


def _delta(so_far: str, event: Mapping[str, Any], accumulated_key: str) -> str:
    accumulated, content = event.get(accumulated_key), event.get("content")
    if isinstance(accumulated, str) and accumulated.startswith(so_far):
        return accumulated[len(so_far) :]
    return content if isinstance(content, str) else ""


def _ended(event: Mapping[str, Any], so_far: str) -> RunEnded:
    status = str(event.get("status") or "completed").lower()
    if status == "cancelled":
        raise RunFailedError("The run was cancelled at Backboard.")
    if status != "completed":
        raise RunFailedError(_said(event))
    whole = text(event.get("final_content")) or text(event.get("content")) or None
    model = model_id(event.get("model_provider"), event.get("model_name"))
    if only_no_credit(whole or so_far, model):
        raise OutOfCreditsError(whole or so_far)
    memories = event.get("retrieved_memories")
    return RunEnded(
        run_id=named(event, "run_id"),
        text=whole,
        model=model,
        input_tokens=count(event.get("input_tokens")),
        output_tokens=count(event.get("output_tokens")),
        total_tokens=count(event.get("total_tokens")),
        memories=parse_rows(memories, "", parse_used_memory) if isinstance(memories, list) else (),
        memory_operation_id=named(event, "memory_operation_id"),
        message_id=named(event, "message_id"),
        cost_usd=amount(event.get("cost_usd")),
    )


def _said(event: Mapping[str, Any]) -> str:
    """Return why a run failed: `error` or `message`, each a sentence or an object with one."""
    for said in (event.get("error"), event.get("message")):
        if isinstance(said, Mapping) and (sentence := text(said.get("message"))):
            return sentence
        if said:
            return said if isinstance(said, str) else json.dumps(said)
    return "The run failed without a reason."
