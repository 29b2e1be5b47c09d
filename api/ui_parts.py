"""A reply cut into the pieces of an AI SDK UI message: text and what stands beside it, in order."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from services.intake import web_address
from services.parts import MemoryPart, NoticePart, Part, ReasoningPart, SourcePart, StepPart, ToolCallPart
from services.sessions.records import MessageView
from services.usage.costs import MICROS


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of the reply's text, up to the next part or to its end."""

    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece, and what names it in its reply: a tool's call, where Backboard names that."""

    part: TextPart | Part
    id: str

    @property
    def text(self) -> str:
        """Return what is read of the piece; while the reply is written it grows."""
        match self.part:
            case TextPart(text) | ReasoningPart(text) | NoticePart(text) | MemoryPart(text):
                return text
            case ToolCallPart(name):
                return name
            case SourcePart(title):
                return title
            case StepPart():
                return ""


_ID_BEGINS: dict[type[TextPart | Part], str] = {
    TextPart: "t",
    ReasoningPart: "r",
    ToolCallPart: "call-",
    NoticePart: "n",
    SourcePart: "source-",
    MemoryPart: "m",
    StepPart: "s",
}


def pieces(text: str, parts: Sequence[Part]) -> list[Piece]:
    """Return the pieces of a reply in the order in which they were written; empty text is left out."""
    found: list[Piece] = []
    counts: Counter[type[TextPart | Part]] = Counter()

    def add(part: TextPart | Part) -> None:
        kind = type(part)
        counts[kind] += 1
        call_id = part.call_id if isinstance(part, ToolCallPart) else None
        found.append(Piece(part, call_id or f"{_ID_BEGINS[kind]}{counts[kind]}"))

    done = 0
    for part in parts:
        at = min(max(part.at, done), len(text))
        if between := _trimmed(text[done:at], first=done == 0):
            add(TextPart(between))
        done = at
        add(part)
    if rest := _trimmed(text[done:], first=done == 0):
        add(TextPart(rest))
    return found


def _trimmed(text: str, *, first: bool) -> str:
    return text if first else text.lstrip("\n")  # the blank line between two rounds belongs to neither


def loads(text: str | None) -> Any:
    """Return the JSON value in *text*; what is not there is an empty object.

    *text* itself where it is no JSON, or none that can be sent on: half a character, no number, nested too deep.
    """
    if not text:
        return {}
    try:
        value = from_json(text, allow_inf_nan=False)  # as deep as can be sent, and no halves of characters
        json.dumps(value, allow_nan=False)  # 1e999 is read as infinite
    except (ValueError, TypeError):  # the latter of half a character in it
        return text
    return value


def ui_parts(message: MessageView) -> list[dict[str, Any]]:
    """Return the parts of a message as a reader of its stream would have them at this moment."""
    if message.role != "assistant":
        return [{"type": "text", "text": message.text}]
    state = "streaming" if message.status.unfinished else "done"
    made: list[dict[str, Any]] = [{"type": "step-start"}]
    found = pieces(message.text, message.parts)
    for piece in found:
        last = piece is found[-1]
        match piece.part:
            case TextPart(text):
                made.append({"type": "text", "text": text, "state": state if last else "done"})
            case ReasoningPart(text):
                made.append({"type": "reasoning", "text": text, "state": state if last else "done"})
            case ToolCallPart() as called:
                made.append(_tool(called, piece.id, unfinished=message.status.unfinished))
            case NoticePart() | SourcePart() | MemoryPart() as whole:
                made.append(chunk(whole, piece.id))
            case StepPart():
                made.append({"type": "step-start"})
    return made


def chunk(part: NoticePart | SourcePart | MemoryPart, piece_id: str) -> dict[str, Any]:
    """Return what comes whole, as a part of a message and as a chunk of a stream: they are the same."""
    match part:
        case NoticePart(text):
            return {"type": "data-notice", "id": piece_id, "data": {"text": text}}
        case SourcePart(title, url):
            return {"type": "source-url", "sourceId": piece_id, "url": web_address(url) or "", "title": title}
        case MemoryPart(text, memory_id):
            return {"type": "data-memory", "id": piece_id, "data": {"id": memory_id, "text": text}}


def _tool(part: ToolCallPart, call_id: str, *, unfinished: bool) -> dict[str, Any]:
    made = {
        "type": "dynamic-tool",
        "toolName": part.name,
        "toolCallId": call_id,
        "state": "input-available",
        "input": loads(part.input),
        "providerExecuted": True,
    }
    if part.output is not None or (part.input is None and not unfinished):
        made |= {"state": "output-available", "output": loads(part.output)}
    return made


def metadata(message: MessageView) -> dict[str, Any]:
    """Return what is known of a message beside its parts."""
    made: dict[str, Any] = {"status": message.status.value, "session_id": str(message.session_id)}
    given = {
        "parent_id": message.parent_id and str(message.parent_id),
        "retry_of": message.retry_of and str(message.retry_of),
        "model": message.model,
        "tokens_in": message.input_tokens,
        "tokens_out": message.output_tokens,
        "first_text_s": message.first_text_s,
        "duration_s": message.duration_s,
        "cost_usd": message.cost_micros if message.cost_micros is None else message.cost_micros / MICROS,
    }
    made |= {name: value for name, value in given.items() if value is not None}
    if message.rating:
        made["rating"] = {"value": message.rating, "reason": message.rating_reason}
    if message.error_code:
        made["error"] = {"code": message.error_code, "message": message.error_text or ""}
    return made
