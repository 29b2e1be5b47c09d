"""What Backboard was seen to do beside its documentation is taken; what names nothing is not understood."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from backboard_client import (
    BackboardClient,
    BackboardUnavailableError,
    MemoryMode,
    NotFoundError,
    OutOfCreditsError,
    RunEnded,
    RunFailedError,
    ServerError,
    StreamEvent,
    TextDelta,
)
from emulator.demo import answer as demo
from emulator.server import EmulatorServer

pytestmark = pytest.mark.anyio

CALLS: dict[str, tuple[tuple[str, ...], Callable[[BackboardClient], Any]]] = {
    "create_assistant": (("assistant_id",), lambda client: client.create_assistant("helper")),
    "get_assistant": (("assistant_id",), lambda client: client.get_assistant("a1")),
    "update_assistant": (("assistant_id",), lambda client: client.update_assistant("a1", name="helper")),
    "create_thread": (("thread_id",), lambda client: client.create_thread("a1")),
    "get_thread": (("thread_id",), lambda client: client.get_thread("t1")),
    "send_message": (
        ("thread_id",),
        lambda client: client.send_message("t1", "Hi", model="openai/gpt-4o", memory=MemoryMode.OFF),
    ),
    "add_message": (("thread_id",), lambda client: client.add_message("t1", "Hi")),
    "submit_tool_outputs": (("thread_id",), lambda client: client.submit_tool_outputs("t1", "r1", [])),
    "upload_document": (
        ("document_id",),
        lambda client: client.upload_document("t1", "a.txt", "text/plain", b"Hello"),
    ),
    "document_status": (("document_id",), lambda client: client.document_status("d1")),
    "add_memory": (("id", "memory_id"), lambda client: client.add_memory("a1", "Prefers tea")),
    "get_memory": (("id", "memory_id"), lambda client: client.get_memory("a1", "m1")),
    "update_memory": (("id", "memory_id"), lambda client: client.update_memory("a1", "m1", "Prefers tea")),
    "memory_operation": (("operation_id",), lambda client: client.memory_operation("o1")),
    "get_model": (("name",), lambda client: client.get_model("gpt-4o")),
}
LISTS: dict[str, tuple[str, dict[str, Any], Callable[[BackboardClient], Any]]] = {
    "list_assistants": ("assistants", {"assistant_id": "a1"}, lambda client: client.list_assistants()),
    "list_threads": ("threads", {"thread_id": "t1"}, lambda client: client.list_threads("a1")),
    "list_thread_documents": ("documents", {"document_id": "d1"}, lambda client: client.list_thread_documents("t1")),
    "list_memories": ("memories", {"id": "m1"}, lambda client: client.list_memories("a1")),
    "search_memories": ("memories", {"id": "m1"}, lambda client: client.search_memories("a1", "tea")),
    "list_models": ("models", {"name": "gpt-4o", "provider": "openai"}, lambda client: client.list_models()),
    "all_models": ("models", {"name": "gpt-4o", "provider": "openai"}, lambda client: client.all_models()),
}
NO_OBJECTS = ("null", "7", "true", '"text"', '[{"id": "m1"}]', '{"messages": [7]}')
NO_IDS = (None, 7, 1.5, True, "", "x" * 256, "a\nb", ["x"], {"id": "x"})


async def is_not_understood(client: BackboardClient, call: Callable[[BackboardClient], Any]) -> None:
    with pytest.raises(BackboardUnavailableError, match="not understood") as caught:
        await call(client)
    assert caught.value.may_have_run


@pytest.mark.parametrize("name", CALLS)
async def test_answer_that_does_not_name_what_it_tells_of_is_not_understood(client, backboard, name):
    keys, call = CALLS[name]
    whole = {"name": "gpt-4o", "provider": "openai", "status": "COMPLETED"} | dict.fromkeys(keys, "x1")
    backboard.answer(httpx.Response(200, json=whole))
    await call(client)

    for body in NO_OBJECTS:
        backboard.answer(httpx.Response(200, text=body))
        await is_not_understood(client, call)
    for odd in NO_IDS:
        backboard.answer(httpx.Response(200, json=whole | dict.fromkeys(keys, odd)))
        await is_not_understood(client, call)
    backboard.answer(httpx.Response(200, json={key: value for key, value in whole.items() if key not in keys}))
    await is_not_understood(client, call)


async def test_there_is_nothing_of_a_name_that_no_address_can_hold(client, backboard):
    with pytest.raises(NotFoundError):
        await client.get_thread("a\nb")
    with pytest.raises(NotFoundError):
        await client.delete_assistant("a\nb")


@pytest.mark.parametrize("name", LISTS)
async def test_odd_rows_of_a_list_are_left_out(client, backboard, name):
    key, good, call = LISTS[name]
    (id_, *_) = good
    odd = [7, None, "text", [good], {}, *(good | {id_: value} for value in NO_IDS)]
    backboard.answer(httpx.Response(200, json={key: [*odd, good, *odd], "total_count": 27, "total": 1}))

    found = await call(client)

    rows = getattr(found, key, found)
    assert len(rows) == 1
    assert getattr(found, "total", 1) == 1
    for body in (f'{{"{key}": "text"}}', f'{{"{key}": {{"a": 1}}}}', "7", "null"):
        backboard.answer(httpx.Response(200, text=body))
        await is_not_understood(client, call)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ([{"assistant_id": "a1", "name": "x"}, {"assistant_id": "a2", "name": "y"}], ["x"]),
        ({"assistants": [{"assistant_id": "a1", "name": "x"}, {"assistant_id": "a2", "name": ["x"]}]}, ["x"]),
        ({"assistants": []}, []),
    ],
)
async def test_list_of_assistants_comes_bare_or_in_an_object(client, backboard, body, names):
    backboard.answer(httpx.Response(200, json=body))

    assert [one.name for one in await client.list_assistants(name="x")] == names


async def test_odd_answers_about_memories_models_and_providers_are_read_as_far_as_they_go(client, backboard):
    backboard.answer(httpx.Response(200, json={"memories": [{"id": "m1", "score": "high"}, {}], "total_count": 30}))
    page = await client.list_memories("a1", page=1, page_size=2)
    assert ([one.score for one in page.memories], page.total) == ([None], 30)

    backboard.answer(httpx.Response(200, json={"operation_id": "o1", "status": ["x"], "memory_ids": [7, "m1", None]}))
    assert (await client.memory_operation("o1")).memory_ids == ("m1",)

    backboard.answer(httpx.Response(200, json={"models": [], "total": "many"}))
    assert (await client.list_models()).total == 0

    backboard.answer(httpx.Response(200, json={"providers": ["openai", {"name": "x"}, 7]}))
    assert await client.list_providers() == ("openai",)

    backboard.answer(httpx.Response(200, json={"memory_id": "m1", "success": True, "content": None}))
    assert (await client.add_memory("a1", "Prefers tea")).content == "Prefers tea"

    backboard.answer(httpx.Response(200, json=["stats"]))
    with pytest.raises(BackboardUnavailableError, match="not understood"):
        await client.memory_stats("a1")


async def test_thread_is_read_without_what_is_no_message(client, backboard):
    said = {"role": "assistant", "content": "Hello", "message_id": 7}
    backboard.answer(httpx.Response(200, json={"thread_id": "t1", "messages": [None, "text", said]}))

    (message,) = (await client.get_thread("t1")).messages

    assert (message.content, message.message_id) == ("Hello", None)


async def test_answer_of_a_typed_question_is_read_like_any_other(client, backboard):
    """`system_one` and media stand beside the answer; this client asks for neither."""
    answer = {"thread_id": "t1", "content": "Hi", "model_provider": "openai", "model_name": "gpt-4o"}
    more = {"system_one": {"model": "m", "answers": [], "usage": {}}, "generated_media": [{"url": "x"}]}
    backboard.answer(httpx.Response(200, json=answer | more))

    result = await client.send_message("t1", "Hi", model="openai/gpt-4o", memory=MemoryMode.OFF)

    assert (result.text, result.model) == ("Hi", "openai/gpt-4o")


@pytest.mark.parametrize(
    ("said", "model", "is_notice"),
    [
        ("out of credits", None, True),
        ("You are out of credits. Please top up.", None, True),
        ("Insufficient credit", "", True),
        ("Your credit balance is too low.", None, True),
        ("You are out of credits.", "gpt-4o", False),
        ("Trains to Porto take credit cards.", None, False),
        ("In Lisbon nobody is ever out of credits. " * 20, None, False),
    ],
)
async def test_answer_that_only_says_that_credits_are_out_is_an_error(ask, client, backboard, said, model, is_notice):
    named = {"model_provider": "openai", "model_name": model}
    pieces = {"type": "content_streaming", "content": said}
    streams = ([{"type": "run_ended", "final_content": said} | named], [pieces, {"type": "run_ended"} | named])
    for events in streams:
        backboard.stream(*events)
        if is_notice:
            with pytest.raises(OutOfCreditsError) as caught:
                await ask()
            assert (caught.value.message, caught.value.retry_helps) == (said, False)
        else:
            assert isinstance((await ask())[-1], RunEnded)

    whole = {"thread_id": "t1", "content": said, "role": "assistant", "status": "COMPLETED"} | named
    for body in (whole, {"messages": [whole]}):
        backboard.answer(httpx.Response(200, json=body))
        if is_notice:
            with pytest.raises(OutOfCreditsError):
                await client.send_message("t1", "Hi", model="openai/gpt-4o", memory=MemoryMode.OFF)
        else:
            answer = await client.send_message("t1", "Hi", model="openai/gpt-4o", memory=MemoryMode.OFF)
            assert answer.text == said

    assert (await client.add_message("t1", said)).text == said  # nobody was asked: it may be the echo
    backboard.answer(httpx.Response(200, json={"thread_id": "t1", "messages": [whole, whole | {"role": "user"}]}))
    reply, question = (await client.get_thread("t1")).messages
    assert (reply.status, question.status) == ("FAILED" if is_notice else "COMPLETED", "COMPLETED")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"type": "error", "error": {"message": "Too long"}}, "Too long"),
        ({"type": "run_failed", "error": None, "message": {"message": "Too long"}}, "Too long"),
        ({"type": "run_ended", "status": "failed", "error": {"message": "Too long", "code": 7}}, "Too long"),
        ({"type": "error", "error": {"message": ["Too long"]}}, '{"message": ["Too long"]}'),
        ({"type": "error", "error": {}, "message": "Too long"}, "Too long"),
    ],
)
async def test_error_may_be_an_object(ask, backboard, event, said):
    backboard.stream(event)

    with pytest.raises(RunFailedError) as caught:
        await ask()

    assert caught.value.message == said


@pytest.fixture
async def emulated(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[str], BackboardClient]]:
    """Give a function that gives a client of an emulator, whose every request meets a fault."""
    monkeypatch.undo()  # real waits
    server = EmulatorServer(":memory:", demo, pace_s=0, memory_delay_s=0)
    base_url = server.start()
    async with httpx.AsyncClient(trust_env=False) as http:

        def client(fault: str) -> BackboardClient:
            http.headers["X-Emulator-Fault"] = fault
            return BackboardClient(http, base_url=base_url, api_key="k")

        yield client
    server.stop()


async def streamed(client: BackboardClient, thread_id: str, text: str = "5 days in Lisbon") -> list[StreamEvent]:
    events = client.stream_message(thread_id, text, model="openai/gpt-4o", memory=MemoryMode.AUTO)
    return [event async for event in events]


async def test_emulator_plays_credits_that_are_out(emulated):
    client = emulated("no_credit")
    thread = await client.create_thread((await client.create_assistant("helper")).assistant_id)

    with pytest.raises(OutOfCreditsError):
        await streamed(client, thread.thread_id)
    for fault in ("no_credit", "no_credit,envelope"):
        with pytest.raises(OutOfCreditsError):
            await emulated(fault).send_message(thread.thread_id, "Hi", model="openai/gpt-4o", memory=MemoryMode.OFF)
    replies = [one for one in (await client.get_thread(thread.thread_id)).messages if one.role == "assistant"]
    assert [(one.status, one.model) for one in replies] == [("FAILED", None)] * 3


async def test_emulator_plays_an_error_that_is_an_object(emulated):
    client = emulated("error_object:3")
    thread = await client.create_thread((await client.create_assistant("helper")).assistant_id)

    with pytest.raises(RunFailedError, match=r"^The model stopped after 3 chunks\.$"):
        await streamed(client, thread.thread_id)


async def test_emulator_plays_an_end_that_says_more(emulated):
    client = emulated("odd_end")
    assistant = await client.create_assistant("helper")
    thread = await client.create_thread(assistant.assistant_id)
    await client.add_memory(assistant.assistant_id, "Prefers trains to Lisbon")

    *others, ended = await streamed(client, thread.thread_id)

    assert isinstance(ended, RunEnded)
    assert ended.text == "".join(one.text for one in others if isinstance(one, TextDelta))
    assert [one.content for one in ended.memories] == ["Prefers trains to Lisbon"]


async def test_emulator_plays_lists_of_other_shapes(emulated):
    client = emulated("assistants_object")
    assistant = await client.create_assistant("helper")
    assert await client.list_assistants(name="helper") == (assistant,)

    client = emulated("odd_memory")
    memory = await client.add_memory(assistant.assistant_id, "Prefers tea")
    page = await client.list_memories(assistant.assistant_id)
    assert ([one.memory_id for one in page.memories], page.total) == ([memory.memory_id], 1)
    found = await client.search_memories(assistant.assistant_id, "tea")
    assert [one.memory_id for one in found] == [memory.memory_id]


async def test_emulator_plays_that_metadata_must_be_text(emulated):
    client = emulated("strict_metadata")
    assistant = await client.create_assistant("helper")

    memory = await client.add_memory(assistant.assistant_id, "Prefers tea", metadata={"type": "pref"})
    with pytest.raises(ServerError):
        await client.add_memory(assistant.assistant_id, "Prefers tea", metadata={"stars": 5})
    with pytest.raises(ServerError):
        await client.update_memory(assistant.assistant_id, memory.memory_id, "Prefers tea", metadata={"stars": 5})
