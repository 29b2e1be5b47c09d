"""The events of a stream that say more than a piece of text."""

from emulator.chunks import count_tokens
from emulator.live import LiveRun
from emulator.store import MESSAGE, Json, Run


def first_events(run: Run) -> list[Json]:
    """Return what a stream begins with."""
    started = {
        "type": "run_started",
        "run_id": run.run_id,
        "message_id": run.message_id,
        "provider": run.settings.provider,
        "model_name": run.settings.model,
    }
    if run.kind != MESSAGE:
        return [{"type": "run_continuing", "run_id": run.run_id, "phase": "tool_outputs"}, started]
    asked = {
        "type": "user_message",
        "thread_id": run.thread_id,
        "message_id": run.user_message_id,
        "role": "user",
        "content": run.content,
    }
    return [{"type": "message_received", "phase": "received"}, asked, started]


def run_ended(live: LiveRun, memory_operation_id: str | None) -> Json:
    """Return the last event of an answer that is complete."""
    run = live.run
    ended = {
        "type": "run_ended",
        "run_id": run.run_id,
        "status": "completed",
        "final_content": "".join(live.written),
        "reasoning": live.reasoning or None,
        "model_provider": run.settings.provider,
        "model_name": run.settings.model,
        **used(live),
        "memory_operation_id": memory_operation_id,
        "retrieved_memories": retrieved(live.memories),
        "context_usage": context_usage(live, used_tokens(live)["total_tokens"]),
    }
    return ended | _odd(live) if live.odd_end else ended


def _odd(live: LiveRun) -> Json:
    return {
        "thread_id": live.run.thread_id,
        "assistant_id": live.run.assistant_id,
        "retrieved_files": [{"filename": name} for name in live.files],
        "retrieved_memories": [{"id": memory["id"], "content": memory["content"]} for memory in live.memories],
    }


def retrieved(memories: list[Json]) -> list[Json]:
    """Return memories as a reply names them."""
    return [{"id": memory["id"], "memory": memory["content"], "score": memory["score"]} for memory in memories]


def context_usage(live: LiveRun, used_tokens: int) -> Json:
    """Return how much of its model's context a run has used."""
    limit = live.context_limit
    return {
        "percent": round(100 * used_tokens / limit, 2),
        "used_tokens": used_tokens,
        "context_limit": limit,
        "summary_tokens": 0,
        "model": live.run.settings.model,
    }


def used(live: LiveRun) -> Json:
    """Return what a run has used, as its last event says it; what it cost, only where it is told to say so."""
    return used_tokens(live) | ({} if live.cost_usd is None else {"cost_usd": live.cost_usd})


def used_tokens(live: LiveRun) -> dict[str, int]:
    """Return how many tokens a run has taken so far."""
    output = count_tokens("".join(live.written), live.reasoning)
    return {"input_tokens": live.input_tokens, "output_tokens": output, "total_tokens": live.input_tokens + output}
