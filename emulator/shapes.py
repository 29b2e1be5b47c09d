"""The bodies of replies that are not streamed."""

from emulator.events import context_usage
from emulator.live import LiveRun
from emulator.store import Json, RunEnd, now_iso


def reply(live: LiveRun, end: RunEnd) -> Json:
    """Return the flat shape. A failed run's text is its error, as Backboard tells a provider's errors."""
    run, now = live.run, now_iso()
    return {
        "message": "Message added successfully",
        "thread_id": run.thread_id,
        "assistant_id": run.assistant_id,
        "message_id": run.message_id,
        "role": "assistant",
        "content": (end.error if end.status == "FAILED" else end.text) or None,
        "status": end.status,
        "run_id": run.run_id,
        "tool_calls": list(end.tool_calls) or None,
        "reasoning": end.reasoning or None,
        "memory_operation_id": end.memory_operation_id,
        "retrieved_memories": list(end.retrieved_memories),
        "retrieved_files": live.files,
        "model_provider": run.settings.provider,
        "model_name": run.settings.model,
        "input_tokens": end.input_tokens,
        "output_tokens": end.output_tokens,
        "total_tokens": end.input_tokens + end.output_tokens,
        "attachments": [],
        "created_at": now,
        "timestamp": now,
        "context_usage": context_usage(live, end.input_tokens + end.output_tokens),
    }


def envelope(live: LiveRun, end: RunEnd) -> Json:
    """Return the same inside the envelope that newer servers send."""
    message = reply(live, end)
    return {"context_usage": message.pop("context_usage"), "messages": [message]}


def stored_reply(thread_id: str, assistant_id: str, message_id: str) -> Json:
    """Return the answer to a message that was only stored."""
    now = now_iso()
    return {
        "message": "Message added successfully",
        "thread_id": thread_id,
        "assistant_id": assistant_id,
        "message_id": message_id,
        "role": "user",
        "content": None,
        "status": "COMPLETED",
        "run_id": None,
        "tool_calls": None,
        "reasoning": None,
        "memory_operation_id": None,
        "retrieved_memories": [],
        "retrieved_files": [],
        "model_provider": None,
        "model_name": None,
        "input_tokens": None,
        "output_tokens": None,
        "total_tokens": None,
        "attachments": [],
        "created_at": now,
        "timestamp": now,
        "context_usage": None,
    }
