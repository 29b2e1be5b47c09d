"""A reply as an AI SDK UI message stream: what has grown since the last look, as chunks that npm `ai` reads.

Source: the AI SDK's stream protocol, read by `ai` 5, 6 and 7.
"""

from collections.abc import Iterator
from typing import Any

from api.ui_parts import Piece, TextPart, chunk, loads, metadata, pieces
from services.message_status import MessageStatus
from services.parts import MemoryPart, NoticePart, ReasoningPart, SourcePart, StepPart, ToolCallPart
from services.replies.records import ReplySnapshot
from services.sessions.records import MessageView

Chunk = dict[str, Any]
_TEXT: dict[str, object] = {"type": "string"}
_ANY: dict[str, object] = {"type": "object"}
_TOOL = {"toolCallId": _TEXT, "dynamic": {"const": True}, "providerExecuted": {"const": True}}
_PIECE = {"id": _TEXT}
_FIELDS: dict[str, dict[str, Any]] = {
    "start": {"messageId": _TEXT, "messageMetadata": _ANY},
    "start-step": {},
    "text-start": _PIECE,
    "text-delta": _PIECE | {"delta": _TEXT},
    "text-end": _PIECE,
    "reasoning-start": _PIECE,
    "reasoning-delta": _PIECE | {"delta": _TEXT},
    "reasoning-end": _PIECE,
    "tool-input-available": _TOOL | {"toolName": _TEXT, "input": {}},
    "tool-output-available": _TOOL | {"output": {}},
    "source-url": {"sourceId": _TEXT, "url": _TEXT, "title": _TEXT},
    "data-notice": _PIECE | {"data": _ANY},
    "data-memory": _PIECE | {"data": _ANY},
    "data-note": {"data": _ANY, "transient": {"const": True}},
    "finish-step": {},
    "message-metadata": {"messageMetadata": _ANY},
    "finish": {"finishReason": {"const": "stop"}, "messageMetadata": _ANY},
    "abort": {},
    "error": {"errorText": _TEXT},
}
CHUNK_SCHEMA = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"type": {"const": name}} | fields,
            "required": ["type", *fields],
            "additionalProperties": False,
        }
        for name, fields in _FIELDS.items()
    ]
}
_OURS = {"dynamic": True, "providerExecuted": True}  # the tool runs here, not at the reader's


class UiMessageStream:
    """Turns a reply, looked at again and again, into the chunks of one stream.

    Text that was sent cannot be taken back: where the end of a reply replaced it, the metadata of the last chunk say
    `revised`, and the message has to be loaded anew.
    """

    def __init__(self, *, session_id: int, reply_id: int, model: str | None) -> None:
        self._start: Chunk = {"status": "running", "session_id": str(session_id)} | (
            {"model": model} if model else {}
        )
        self._reply_id = reply_id
        self._begun = False
        self._sent: list[str] = []  # of each piece that was begun
        self._open: Piece | None = None  # a text that may still grow
        self._tools: dict[str, str] = {}  # call id -> input-streaming, input-available or output-available
        self._note: str | None = None
        self._revised = False

    def advance(self, snapshot: ReplySnapshot) -> Iterator[Chunk]:
        """Yield what is new."""
        if not self._begun:
            self._begun = True
            yield {"type": "start", "messageId": str(self._reply_id), "messageMetadata": self._start}
            yield {"type": "start-step"}
        found = pieces(snapshot.text, snapshot.parts)
        if self._replaced(found):
            self._revised = True
            return
        yield from self._tool_states(found)
        for place in range(max(0, len(self._sent) - 1), len(found)):
            if place == len(self._sent):
                yield from self._close()
                self._sent.append("")
                yield from self._begin(found[place])
            yield from self._grow(found[place])
            yield from self._tool_states(found[: place + 1])
        if snapshot.note != self._note:
            self._note = snapshot.note
            if snapshot.note:
                yield {"type": "data-note", "data": {"text": snapshot.note}, "transient": True}

    def end(self, message: MessageView) -> Iterator[Chunk]:
        """Yield the end of the reply, as it was saved."""
        yield from self._close()
        for call_id, state in self._tools.items():
            if state == "input-streaming":  # Backboard ran it itself and does not say how
                yield {"type": "tool-output-available", "toolCallId": call_id, "output": {}, **_OURS}
        yield {"type": "finish-step"}
        told = metadata(message) | ({"revised": True} if self._revised else {})
        if message.status is MessageStatus.COMPLETE:
            yield {"type": "finish", "finishReason": "stop", "messageMetadata": told}
            return
        yield {"type": "message-metadata", "messageMetadata": told}
        if message.status is MessageStatus.STOPPED:
            yield {"type": "abort"}
        else:
            yield {"type": "error", "errorText": message.error_text or "This reply could not be finished."}

    def _replaced(self, found: list[Piece]) -> bool:
        sent = self._sent
        return len(found) < len(sent) or any(
            piece.text != text if place < len(sent) - 1 else not piece.text.startswith(text)
            for place, (piece, text) in enumerate(zip(found, sent, strict=False))
        )

    def _begin(self, piece: Piece) -> Iterator[Chunk]:
        match piece.part:
            case TextPart() | ReasoningPart():
                self._open = piece
                yield {"type": f"{_growing(piece)}-start", "id": piece.id}
            case StepPart():
                yield {"type": "finish-step"}
                yield {"type": "start-step"}
            case NoticePart() | SourcePart() | MemoryPart() as whole:
                yield chunk(whole, piece.id)

    def _grow(self, piece: Piece) -> Iterator[Chunk]:
        new = piece.text[len(self._sent[-1]) :]
        self._sent[-1] = piece.text
        if new and isinstance(piece.part, TextPart | ReasoningPart):
            yield {"type": f"{_growing(piece)}-delta", "id": piece.id, "delta": new}

    def _close(self) -> Iterator[Chunk]:
        if self._open is not None:
            yield {"type": f"{_growing(self._open)}-end", "id": self._open.id}
            self._open = None

    def _tool_states(self, found: list[Piece]) -> Iterator[Chunk]:
        """Yield what has become known of the tools that were begun."""
        for piece in found[: len(self._sent)]:
            if not isinstance(piece.part, ToolCallPart):
                continue
            called, call_id = piece.part, piece.id
            known = self._tools.get(call_id)
            named = {"toolCallId": call_id, "toolName": called.name}
            if called.input is None and known is None:
                # Announced as called with nothing: a call that Backboard runs itself never says with what.
                self._tools[call_id] = "input-streaming"
                yield {"type": "tool-input-available", **named, "input": {}, **_OURS}
            elif called.input is not None and known in (None, "input-streaming"):
                self._tools[call_id] = "input-available"
                yield {"type": "tool-input-available", **named, "input": loads(called.input), **_OURS}
            if called.output is not None and self._tools[call_id] != "output-available":
                self._tools[call_id] = "output-available"
                yield {
                    "type": "tool-output-available",
                    "toolCallId": call_id,
                    "output": loads(called.output),
                    **_OURS,
                }


def _growing(piece: Piece) -> str:
    """Return how the stream calls a piece that comes bit by bit."""
    return "text" if isinstance(piece.part, TextPart) else "reasoning"
