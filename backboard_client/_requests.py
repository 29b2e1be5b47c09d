"""What requests say: their bodies and paths."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from backboard_client._resources import MemoryMode, ToolOutput, split_model


def given(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def message_body(
    thread_id: str,
    content: str,
    *,
    model: str,
    memory: MemoryMode,
    web_search: bool | None,
    system_prompt: str | None,
    metadata: Mapping[str, str] | None,
) -> dict[str, Any]:
    """Return what a message says."""
    provider, name = split_model(model)
    return given(
        thread_id=thread_id,
        content=content,
        llm_provider=provider,
        model_name=name,
        memory=memory.value,
        web_search=None if web_search is None else "Auto" if web_search else "off",
        system_prompt=system_prompt,
        send_to_llm="true",
        metadata=dict(metadata) if metadata else None,
    )


def outputs_body(thread_id: str, run_id: str, outputs: Sequence[ToolOutput]) -> dict[str, Any]:
    """Return what answers the tool calls of a run."""
    answers = [{"tool_call_id": one.tool_call_id, "output": one.output} for one in outputs]
    return {"thread_id": thread_id, "run_id": run_id, "tool_outputs": answers}


def memory_path(assistant_id: str, memory_id: str) -> str:
    """Return where a memory is."""
    return f"/assistants/{assistant_id}/memories/{quote(memory_id, safe='')}"
