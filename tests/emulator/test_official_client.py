"""Backboard's own Python client drives the emulator."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from backboard import BackboardClient  # type: ignore[import-untyped]  # ships no types
from backboard.exceptions import (  # type: ignore[import-untyped]  # ships no types
    BackboardAPIError,
    BackboardNotFoundError,
    BackboardRateLimitError,
    BackboardServerError,
    BackboardValidationError,
)
from backboard.models import (  # type: ignore[import-untyped]  # ships no types
    FunctionDefinition,
    ToolDefinition,
    ToolParameterProperties,
    ToolParameters,
)

pytestmark = pytest.mark.anyio

TOOL = ToolDefinition(
    function=FunctionDefinition(
        name="find_train",
        description="Look up trains",
        parameters=ToolParameters(properties={"city": ToolParameterProperties(type="string")}, required=["city"]),
    )
)


@pytest.fixture
async def client(base_url: str, anyio_backend: str) -> AsyncIterator[BackboardClient]:
    """Give the official client with a key of its own."""
    async with BackboardClient(api_key=uuid.uuid4().hex, base_url=base_url, timeout=10) as opened:
        yield opened


@pytest.fixture
async def thread_id(client: BackboardClient) -> str:
    """Make a thread on a new assistant."""
    assistant = await client.create_assistant("helper", system_prompt="Be brief.", tools=[TOOL])
    return str((await client.create_thread(assistant.assistant_id)).thread_id)


async def test_assistants_are_made_found_changed_and_deleted(client: BackboardClient) -> None:
    made = await client.create_assistant("helper", system_prompt="Be brief.", tools=[TOOL], tok_k=5)
    await client.create_assistant("other")

    changed = await client.update_assistant(made.assistant_id, name="renamed")

    assert (changed.name, changed.system_prompt, changed.tok_k) == ("renamed", "Be brief.", 5)
    assert changed.tools is not None
    assert changed.tools[0].function is not None
    assert changed.tools[0].function.name == "find_train"
    assert await client.get_assistant(made.assistant_id) == changed
    assert await client.list_assistants(name="renamed") == [changed]
    assert [one.name for one in await client.list_assistants()] == ["renamed", "other"]
    assert [one.name for one in await client.list_assistants(skip=1, limit=1)] == ["other"]
    deleted = await client.delete_assistant(made.assistant_id)
    assert deleted["assistant_id"] == str(made.assistant_id)
    with pytest.raises(BackboardNotFoundError):
        await client.get_assistant(made.assistant_id)


async def test_threads_are_made_found_and_deleted_with_their_assistant(client: BackboardClient) -> None:
    assistant = await client.create_assistant("helper")
    one, two = [await client.create_thread(assistant.assistant_id) for _ in range(2)]
    await client.add_message(one.thread_id, "Hi")

    assert [thread.thread_id for thread in await client.list_threads()] == [one.thread_id, two.thread_id]
    listed = await client.list_threads_for_assistant(assistant.assistant_id)
    assert [len(thread.messages) for thread in listed] == [2, 0]
    await client.delete_thread(one.thread_id)
    with pytest.raises(BackboardNotFoundError):
        await client.get_thread(one.thread_id)
    await client.delete_assistant(assistant.assistant_id)
    assert await client.list_threads() == []


async def test_message_is_answered(client: BackboardClient, thread_id: str) -> None:
    response: Any = await client.add_message(
        thread_id, "Hi", llm_provider="openai", model_name="gpt-4o", memory="off", metadata={"reply_id": "7"}
    )

    thread = await client.get_thread(thread_id)
    assert (response.content, response.status, response.thread_id) == ("You said: Hi", "COMPLETED", thread_id)
    assert [message.content for message in thread.messages] == ["Hi", "You said: Hi"]
    assert thread.messages[0].metadata_ == {"reply_id": "7"}
    assert thread.messages[1].metadata_ == {"run_id": response.run_id}


async def test_message_without_a_thread_makes_one(client: BackboardClient) -> None:
    first: Any = await client.send_message("Hi")
    second: Any = await client.send_message("Again", thread_id=first.thread_id)

    assert second.assistant_id == first.assistant_id
    assert len((await client.get_thread(first.thread_id)).messages) == 4


async def test_message_is_streamed_by_both_methods(client: BackboardClient, thread_id: str) -> None:
    for sending in (
        client.add_message(thread_id, "think", stream=True, memory="Auto"),
        client.send_message("think", thread_id=thread_id, stream=True, memory="Auto"),
    ):
        stream: Any = await sending
        events = [event async for event in stream]

        assert "".join(e["content"] for e in events if e["type"] == "content_streaming") == "Then I answer."
        assert "".join(e["content"] for e in events if e["type"] == "reasoning_streaming")
        assert (events[-1]["type"], events[-1]["status"]) == ("run_ended", "completed")


async def test_message_with_thinking_goes_as_json(client: BackboardClient, thread_id: str) -> None:
    response: Any = await client.add_message(thread_id, "Hi", thinking={"effort": "high"}, metadata={"a": "b"})

    assert response.content == "You said: Hi"


async def test_message_can_be_stored_without_an_answer(client: BackboardClient, thread_id: str) -> None:
    response: Any = await client.add_message(thread_id, "Note this", send_to_llm="false")

    assert (response.status, response.content) == ("COMPLETED", None)
    assert len((await client.get_thread(thread_id)).messages) == 1


async def test_tool_turn_in_one_piece(client: BackboardClient, thread_id: str) -> None:
    asked: Any = await client.add_message(thread_id, "call find_train")
    call = asked.tool_calls[0]
    answered: Any = await client.submit_tool_outputs_simple(
        thread_id, [{"tool_call_id": call.id, "output": "two trains"}]
    )

    assert asked.status == "REQUIRES_ACTION"
    assert call.function.parsed_arguments == {"city": "Łódź"}
    assert answered.content == 'Found {"find_train": "two trains"}'
    roles = [message.role.value for message in (await client.get_thread(thread_id)).messages]
    assert roles == ["user", "assistant", "tool", "assistant"]


async def test_tool_turn_streamed_by_run(client: BackboardClient, thread_id: str) -> None:
    stream: Any = await client.add_message(thread_id, "call find_train", stream=True)
    required = [event async for event in stream][-1]
    outputs = [{"tool_call_id": call["id"], "output": "two"} for call in required["tool_calls"]]
    again: Any = await client.submit_tool_outputs(thread_id, required["run_id"], outputs, stream=True)
    events = [event async for event in again]

    assert required["type"] == "tool_submit_required"
    assert (events[0]["type"], events[-1]["final_content"]) == ("run_continuing", 'Found {"find_train": "two"}')


async def test_tool_turn_by_run_in_one_piece(client: BackboardClient, thread_id: str) -> None:
    asked: Any = await client.send_message("call find_train", thread_id=thread_id)
    outputs = [{"tool_call_id": asked.tool_calls[0].id, "output": "two"}]
    answered: Any = await client.submit_tool_outputs(thread_id, asked.run_id, outputs)

    assert answered.content == 'Found {"find_train": "two"}'
    assert answered.run_id != asked.run_id


async def test_memories_are_added_found_changed_and_deleted(client: BackboardClient) -> None:
    assistant_id = (await client.create_assistant("helper")).assistant_id
    added = await client.add_memory(assistant_id, "Prefers tea", metadata={"type": "pref"})
    await client.add_memory(assistant_id, "Lives in Gdańsk")

    changed = await client.update_memory(assistant_id, added["memory_id"], "Prefers green tea")

    assert changed.metadata == {"type": "pref"}
    assert await client.get_memory(assistant_id, added["memory_id"]) == changed
    assert (await client.get_memories(assistant_id)).total_count == 2
    paged = await client.get_memories(assistant_id, page=2, page_size=1)
    assert [memory.content for memory in paged.memories] == ["Lives in Gdańsk"]
    found = await client.search_memories(assistant_id, "green tea")
    assert [memory["content"] for memory in found["memories"]] == ["Prefers green tea"]
    assert (await client.get_memory_stats(assistant_id)).total_memories == 2
    assert (await client.get_memory_insights(assistant_id))["snapshot"]
    await client.delete_memory(assistant_id, added["memory_id"])
    assert (await client.get_memories(assistant_id)).total_count == 1
    assert (await client.reset_memories(assistant_id))["success"]
    assert (await client.get_memories(assistant_id)).total_count == 0


async def test_memory_operation_can_be_waited_for(client: BackboardClient, thread_id: str) -> None:
    response: Any = await client.add_message(thread_id, "I am vegetarian", memory="Auto")
    operation_id = response.messages[-1]["memory_operation_id"]

    while (operation := await client.get_memory_operation_status(operation_id)).status == "IN_PROGRESS":
        pass

    assert operation.status == "COMPLETED"


async def test_models_are_listed_filtered_and_found(client: BackboardClient) -> None:
    everything = await client.list_models()
    page = await client.list_models(skip=2, limit=3)
    found = await client.get_model("GPT-4O")

    assert everything.total == len(everything.models) >= 12
    assert [model.name for model in page.models] == [model.name for model in everything.models[2:5]]
    assert page.total == everything.total
    assert (found.provider, found.context_limit, found.input_cost_per_1m_tokens) == ("openai", 128_000, 2.5)
    assert (await client.get_model("mistralai/mistral-large-2411")).provider == "openrouter"
    assert {model.model_type for model in (await client.list_models(supports_tools=True)).models} == {"llm"}
    assert (await client.list_models(model_type="embedding")).total == 1
    assert all(model.context_limit >= 500_000 for model in (await client.list_models(min_context=500_000)).models)
    providers = await client.list_providers()
    assert providers.total == len(providers.providers) == len(set(providers.providers))
    by_provider = await client.list_models_by_provider("anthropic")
    assert {model.provider for model in by_provider.models} == {"anthropic"}
    with pytest.raises(BackboardNotFoundError):
        await client.get_model("nothing")


async def test_finished_run_can_be_cancelled_without_harm(client: BackboardClient, thread_id: str) -> None:
    response: Any = await client.add_message(thread_id, "Hi")

    cancelled = await client.cancel_run(thread_id, response.run_id)

    assert cancelled == {"thread_id": thread_id, "run_id": response.run_id, "cancelled": False}


async def test_running_run_is_cancelled(client: BackboardClient, thread_id: str) -> None:
    client._client.headers["X-Emulator-Fault"] = "slow_tokens:0.05"
    stream: Any = await client.add_message(thread_id, "words 500", stream=True)
    events = []

    async for event in stream:
        events.append(event)
        if event["type"] == "message_start":
            cancelled = await client.cancel_run(thread_id, event["run_id"])
            assert cancelled["cancelled"] is True

    assert events[-1]["type"] == "run_cancelled"
    assert (await client.get_thread(thread_id)).messages[-1].status == "CANCELLED"


async def test_envelope_is_understood(client: BackboardClient, thread_id: str) -> None:
    client._client.headers["X-Emulator-Fault"] = "envelope"

    response: Any = await client.add_message(thread_id, "Hi")

    assert response.content == "You said: Hi"
    assert response.context_usage.context_limit == 128_000


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate_limited", BackboardRateLimitError),
        ("status:502:html", BackboardServerError),
        ("status:401", BackboardAPIError),
    ],
)
async def test_injected_status_is_the_clients_error(
    client: BackboardClient, thread_id: str, fault: str, error: type[Exception]
) -> None:
    client._client.headers["X-Emulator-Fault"] = fault

    with pytest.raises(error):
        await client.add_message(thread_id, "Hi")


@pytest.mark.parametrize("fault", ["error_event:2", "run_failed:2"])
async def test_failing_stream_is_the_clients_error(client: BackboardClient, thread_id: str, fault: str) -> None:
    client._client.headers["X-Emulator-Fault"] = fault
    stream: Any = await client.add_message(thread_id, "words 20", stream=True)

    with pytest.raises(BackboardAPIError, match="stopped after 2"):
        _ = [event async for event in stream]


async def test_wrong_key_is_refused(base_url: str, anyio_backend: str) -> None:
    async with BackboardClient(api_key="wrong", base_url=base_url) as client:
        with pytest.raises(BackboardAPIError, match="Invalid or missing API key"):
            await client.list_assistants()


async def test_upload_is_refused(client: BackboardClient, thread_id: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("text")

    with pytest.raises(BackboardValidationError):
        await client.add_message(thread_id, "Read this", files=[tmp_path / "notes.txt"])
