"""A reply cut into the pieces of an AI SDK UI message: text and what stands beside it, in order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from services.intake import web_address
from services.parts import Part
from services.sessions.records import MessageView
from services.usage.costs import MICROS


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: kind is text, reasoning, tool, notice, source, step or memory; *number* counts those of its kind."""

    kind: str
    number: int
    text: str
    part: Part | None = None

    @property
    def id(self) -> str:
        """Name the piece within its reply."""
        return f"{'source-' if self.kind == 'source' else self.kind[0]}{self.number}"

    @property
    def call_id(self) -> str:
        """Name a tool's call; Backboard does not always."""
        return (self.part.call_id if self.part else None) or f"call-{self.number}"


def pieces(text: str, parts: Sequence[Part]) -> list[Piece]:
    """Return the pieces of a reply in the order in which they were written; empty text is left out."""
    found: list[Piece] = []
    counts: dict[str, int] = {}

    def add(kind: str, piece_text: str, part: Part | None = None) -> None:
        counts[kind] = counts.get(kind, 0) + 1
        found.append(Piece(kind, counts[kind], piece_text, part))

    done = 0
    for part in parts:
        at = min(max(part.at, done), len(text))
        if between := _trimmed(text[done:at], first=done == 0):
            add("text", between)
        done = at
        add(part.kind, part.text, part)
    if rest := _trimmed(text[done:], first=done == 0):
        add("text", rest)
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
        match piece.kind:
            case "text" | "reasoning":
                made.append({"type": piece.kind, "text": piece.text, "state": state if last else "done"})
            case "step":
                made.append({"type": "step-start"})
            case "notice":
                made.append({"type": "data-notice", "id": piece.id, "data": {"text": piece.text}})
            case "memory":
                made.append({"type": "data-memory", "id": piece.id, "data": memory(piece)})
            case "source" if piece.part is not None:
                made.append(source(piece, piece.part))
            case "tool" if piece.part is not None:
                made.append(_tool(piece, piece.part, unfinished=message.status.unfinished))
    return made


def source(piece: Piece, part: Part) -> dict[str, Any]:
    """Return a source as a part of a message and as a chunk of a stream: they are the same."""
    return {"type": "source-url", "sourceId": piece.id, "url": web_address(part.url) or "", "title": piece.text}


def memory(piece: Piece) -> dict[str, Any]:
    """Return what the reply used: the memory's id, null where Backboard did not name it, and its text."""
    return {"id": piece.part.call_id if piece.part else None, "text": piece.text}


def _tool(piece: Piece, part: Part, *, unfinished: bool) -> dict[str, Any]:
    made = {
        "type": "dynamic-tool",
        "toolName": piece.text,
        "toolCallId": piece.call_id,
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
