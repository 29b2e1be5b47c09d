"""Looks at a growing reply, turned into the chunks of one stream."""

from dataclasses import replace
from datetime import UTC, datetime

from api.ui_parts import ui_parts
from api.ui_stream import UiMessageStream
from services.message_status import MessageStatus
from services.parts import MemoryPart, Part, ReasoningPart, StepPart, ToolCallPart
from services.replies.records import ReplySnapshot
from services.sessions.records import MessageView

MESSAGE = MessageView(
    id=2, session_id=1, parent_id=None, role="assistant", status=MessageStatus.COMPLETE, text="", parts=(),
    model=None, input_tokens=None, output_tokens=None, first_text_s=None, duration_s=None, error_code=None,
    error_text=None, retry_of=None, created_at=datetime(2026, 5, 1, tzinfo=UTC),
)  # fmt: skip


def look(text: str, *parts: Part, note: str | None = None) -> ReplySnapshot:
    return ReplySnapshot(2, MessageStatus.RUNNING, text, parts, note)


def short(chunks) -> list[str]:
    """Return chunks as `type id value`."""
    found = []
    for chunk in chunks:
        value = chunk.get("delta") or chunk.get("output") or chunk.get("input") or ""
        found.append(" ".join(filter(None, [chunk["type"], chunk.get("id") or chunk.get("toolCallId"), str(value)])))
    return found


def stream() -> UiMessageStream:
    return UiMessageStream(session_id=1, reply_id=2, model=None)


def test_text_that_grows_is_sent_once():
    ours = stream()
    chunks = [*ours.advance(look("")), *ours.advance(look("One ")), *ours.advance(look("One ")),
              *ours.advance(look("One two")), *ours.end(MESSAGE)]  # fmt: skip

    assert short(chunks) == [
        "start", "start-step", "text-start t1", "text-delta t1 One ", "text-delta t1 two", "text-end t1",
        "finish-step", "finish",
    ]  # fmt: skip


def test_tools_stand_where_they_were_called_and_each_round_is_a_step():
    called = ToolCallPart("distance", "c1", at=4)
    asked = replace(called, input='{"to": "Sintra"}')
    answered = replace(asked, output='{"metres": 24600}')
    step = StepPart(at=4)
    ours = stream()
    chunks = [
        *ours.advance(look("So: ")),
        *ours.advance(look("So: ", called)),
        *ours.advance(look("So: ", asked)),
        *ours.advance(look("So: ", answered, step)),
        *ours.advance(look("So: \n\nFar.", answered, step)),
        *ours.end(MESSAGE),
    ]

    assert short(chunks) == [
        "start", "start-step", "text-start t1", "text-delta t1 So: ", "text-end t1",
        "tool-input-available c1", "tool-input-available c1 {'to': 'Sintra'}",
        "tool-output-available c1 {'metres': 24600}", "finish-step", "start-step",
        "text-start t2", "text-delta t2 Far.", "text-end t2", "finish-step", "finish",
    ]  # fmt: skip
    loaded = ui_parts(replace(MESSAGE, text="So: \n\nFar.", parts=(answered, step)))
    assert [part["type"] for part in loaded] == ["step-start", "text", "dynamic-tool", "step-start", "text"]


def test_first_look_late_folds_what_is_there():
    answered = ToolCallPart("distance", "c1", input="{}", output='{"metres": 1}')
    ours = stream()
    chunks = ours.advance(look("Far.", ReasoningPart("Hm."), answered, StepPart()))

    assert short(chunks) == [
        "start", "start-step", "reasoning-start r1", "reasoning-delta r1 Hm.", "reasoning-end r1",
        "tool-input-available c1", "tool-output-available c1 {'metres': 1}", "finish-step", "start-step",
        "text-start t1", "text-delta t1 Far.",
    ]  # fmt: skip


def test_replaced_text_is_told_and_not_doubled():
    ours = stream()
    chunks = [*ours.advance(look("One twp")), *ours.advance(look("One two three")), *ours.end(MESSAGE)]

    assert [chunk["delta"] for chunk in chunks if chunk["type"] == "text-delta"] == ["One twp"]
    assert chunks[-1]["messageMetadata"]["revised"] is True


def test_waiting_is_told_once_and_not_kept():
    ours = stream()
    chunks = [*ours.advance(look("", note="Busy.")), *ours.advance(look("", note="Busy."))]

    assert chunks[2:] == [{"type": "data-note", "data": {"text": "Busy."}, "transient": True}]


def test_used_memories_come_after_the_text():
    ours, used = stream(), MemoryPart("Prefers tea", "mem_1", at=3)
    chunks = [*ours.advance(look("One")), *ours.advance(look("One", used)), *ours.end(MESSAGE)]

    told = {"type": "data-memory", "id": "m1", "data": {"id": "mem_1", "text": "Prefers tea"}}
    assert short(chunks)[2:5] == ["text-start t1", "text-delta t1 One", "text-end t1"]
    assert chunks[5] == told
    assert ui_parts(replace(MESSAGE, text="One", parts=(used,)))[-1] == told


def test_interrupted_reply_ends_with_an_error_after_its_metadata():
    ours = stream()
    failed = replace(MESSAGE, status=MessageStatus.INTERRUPTED, error_code="interrupted", error_text="Cut off.")
    chunks = [*ours.advance(look("One")), *ours.end(failed)]

    assert short(chunks)[-4:] == ["text-end t1", "finish-step", "message-metadata", "error"]
    assert chunks[-2]["messageMetadata"]["error"] == {"code": "interrupted", "message": "Cut off."}
    assert chunks[-1]["errorText"] == "Cut off."


def test_tool_of_backboards_own_is_whole_at_the_end():
    ours = stream()
    chunks = [*ours.advance(look("", ToolCallPart("web_search"))), *ours.end(MESSAGE)]

    assert [chunk["type"] for chunk in chunks[2:]] == [
        "tool-input-available", "tool-output-available", "finish-step", "finish"
    ]  # fmt: skip
