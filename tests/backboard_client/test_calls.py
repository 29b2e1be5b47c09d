"""Every call goes where it should, is made again only where that is safe, and fails with a reason."""

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import httpx
import pytest

from backboard_client import (
    AuthenticationError,
    BackboardClient,
    BackboardError,
    BackboardRejectedError,
    BackboardUnavailableError,
    MemoryMode,
    NotFoundError,
    RateLimitedError,
    RequestInvalidError,
    RunEnded,
    ServerError,
    StreamInterruptedError,
    ToolOutput,
    split_model,
)
from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from tests.helpers.backboard import KEY

pytestmark = pytest.mark.anyio

THREAD = {"thread_id": "t1", "messages": []}


def refused(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"detail": "no"}, headers=headers)


def ended() -> httpx.Response:
    body = b'data: {"type": "run_ended", "final_content": "ok"}\n\n'
    return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=body)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RequestInvalidError),
        (401, AuthenticationError),
        (402, AuthenticationError),
        (403, AuthenticationError),
        (404, NotFoundError),
        (422, RequestInvalidError),
        (429, RateLimitedError),
        (500, ServerError),
        (503, ServerError),
    ],
)
async def test_status_becomes_its_error_with_what_backboard_said(client, backboard, status, error):
    backboard.answer(refused(status))

    with pytest.raises(error) as caught:
        await client.get_thread("t1")

    assert (caught.value.status, caught.value.detail) == (status, "no")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("<html>Bad gateway</html>", ""),
        ('["odd"]', ""),
        ('{"detail": [{"loc": ["body"], "msg": "Field required"}, "odd"]}', "Field required; odd"),
        ('{"detail": {"code": 7}}', '{"code": 7}'),
        ("{}", ""),
    ],
)
async def test_error_bodies_of_any_kind_are_read(client, backboard, body, detail):
    backboard.answer(httpx.Response(400, text=body))

    with pytest.raises(BackboardRejectedError) as caught:
        await client.get_thread("t1")

    assert caught.value.detail == detail
    assert caught.value.message


async def test_answer_that_is_not_json_is_an_error_of_ours(client, backboard):
    backboard.answer(httpx.Response(200, text="<html>captive portal</html>"))

    with pytest.raises(BackboardUnavailableError, match="not understood"):
        await client.get_thread("t1")


@pytest.mark.parametrize(
    "failure", [refused(429), refused(503), httpx.ConnectError("no"), httpx.ConnectTimeout("no")]
)
async def test_message_that_was_not_run_is_sent_again_twice_at_most(ask, backboard, failure):
    waits: list[float] = []
    backboard.answer(failure, failure, ended())
    assert isinstance((await ask(on_wait=waits.append))[-1], RunEnded)
    assert len(backboard.requests) == 3
    assert len(waits) == 2

    backboard.requests.clear()
    backboard.answer(failure)
    with pytest.raises((BackboardRejectedError, BackboardUnavailableError)) as caught:
        await ask()
    assert len(backboard.requests) == 3
    assert not caught.value.may_have_run


@pytest.mark.parametrize(
    "failure",
    [refused(500), refused(502), refused(504), httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.WriteError("x"),
     httpx.RemoteProtocolError("x")],
)  # fmt: skip
async def test_message_that_may_have_been_run_is_never_sent_again(client, ask, backboard, failure):
    backboard.answer(failure, ended())
    with pytest.raises((ServerError, BackboardUnavailableError)) as caught:
        await ask()
    assert caught.value.may_have_run
    assert len(backboard.requests) == 1

    backboard.answer(failure)
    with pytest.raises((ServerError, BackboardUnavailableError)):
        await client.send_message("t1", "Hello", model="a/b", memory=MemoryMode.OFF)
    assert len(backboard.requests) == 2


async def test_wait_that_backboard_asks_for_is_kept(ask, backboard, no_waiting, monkeypatch):
    now = datetime(2026, 12, 31, 23, 59, 50, tzinfo=UTC)
    monkeypatch.setattr("backboard_client._errors.datetime", SimpleNamespace(now=lambda _zone: now))
    soon = format_datetime(now + timedelta(seconds=20), usegmt=True)
    backboard.answer(refused(429, **{"Retry-After": "7"}), refused(429, **{"Retry-After": soon}), ended())

    await ask()

    assert no_waiting[0] == 7
    assert no_waiting[1] == 20


async def test_very_long_wait_is_not_waited_for(ask, backboard):
    backboard.answer(refused(429, **{"Retry-After": "3600"}))

    with pytest.raises(RateLimitedError) as caught:
        await ask()

    assert caught.value.retry_after_s == 3600
    assert len(backboard.requests) == 1


async def test_reading_is_repeated_and_making_only_when_it_was_not_done(client, backboard):
    backboard.answer(refused(502), httpx.ReadTimeout("x"), httpx.Response(200, json=THREAD))
    assert (await client.get_thread("t1")).thread_id == "t1"

    backboard.requests.clear()
    backboard.answer(refused(502), httpx.Response(200, json=THREAD))
    with pytest.raises(ServerError):
        await client.create_thread("a1")
    assert len(backboard.requests) == 1


async def test_message_carries_what_backboard_needs(ask, backboard):
    backboard.answer(ended())

    await ask(metadata={"reply_id": "7"})

    (request,) = backboard.requests
    assert (request.method, str(request.url)) == ("POST", "http://backboard.test/api/threads/messages")
    assert request.headers["X-API-Key"] == KEY
    assert backboard.bodies == [
        {
            "thread_id": "t1",
            "content": "Hello",
            "llm_provider": "openai",
            "model_name": "gpt-4o",
            "memory": "Auto",
            "send_to_llm": "true",
            "metadata": {"reply_id": "7"},
            "stream": True,
        }
    ]


async def test_every_try_that_fails_is_told(backboard):
    told: list[BackboardError] = []
    async with httpx.AsyncClient(transport=httpx.MockTransport(backboard.handle)) as http:
        client = BackboardClient(http, base_url="http://backboard.test/api", api_key=KEY, on_error=told.append)
        backboard.answer(refused(429), httpx.ConnectError("no"), httpx.Response(200, json=THREAD))
        await client.get_thread("t1")
        assert [type(error) for error in told] == [RateLimitedError, BackboardUnavailableError]

        told.clear()
        backboard.stream()
        with pytest.raises(StreamInterruptedError):
            async for _ in client.stream_message("t1", "Hi", model="openai/gpt-4o", memory=MemoryMode.OFF):
                pass
        assert [type(error) for error in told] == [StreamInterruptedError]


async def test_key_is_in_no_text_and_no_log(client, ask, backboard, caplog):
    caplog.set_level(logging.DEBUG)
    backboard.answer(refused(429), refused(401))

    with pytest.raises(AuthenticationError) as caught:
        await ask()

    assert KEY not in repr(client) + str(caught.value) + repr(caught.value) + caplog.text


def test_model_is_split_at_its_first_slash():
    assert split_model("openrouter/meta/llama-3") == ("openrouter", "meta/llama-3")


async def test_every_call_is_understood_by_the_emulator(tmp_path, monkeypatch):
    monkeypatch.undo()  # real waits
    server = EmulatorServer(tmp_path / "emulator.db", demo, pace_s=0, memory_delay_s=0)
    base_url = server.start()
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            await drive(http, base_url)
    finally:
        server.stop()


async def drive(http: httpx.AsyncClient, base_url: str) -> None:
    client = BackboardClient(http, base_url=base_url, api_key="k")
    tool = {
        "type": "function",
        "function": {"name": "current_date", "parameters": {"type": "object", "properties": {}}},
    }
    assistant = await client.create_assistant("helper", system_prompt="Be brief.", tools=[tool])
    assert [one.name for one in await client.list_assistants(name="helper")] == ["helper"]
    await client.update_assistant(assistant.assistant_id, name="renamed")
    assert (await client.get_assistant(assistant.assistant_id)).name == "renamed"

    thread = await client.create_thread(assistant.assistant_id)
    noted = await client.add_message(thread.thread_id, "A note", metadata={"a": "b"})
    assert noted.text == ""
    answer = await client.send_message(
        thread.thread_id, "5 days in Lisbon", model="openai/gpt-4o", memory=MemoryMode.AUTO
    )
    assert "Lisbon" in answer.text
    asked = await client.send_message(
        thread.thread_id, "What is today's date?", model="openai/gpt-4o", memory=MemoryMode.OFF
    )
    assert [call.name for call in asked.tool_calls] == ["current_date"]
    outputs = [ToolOutput(call.id, '{"date": "2026-11-20", "weekday": "Friday"}') for call in asked.tool_calls]
    told = await client.submit_tool_outputs(thread.thread_id, asked.run_id or "", outputs)
    assert "2026" in told.text
    await client.cancel_run(thread.thread_id, told.run_id or "")
    held = await client.get_thread(thread.thread_id)
    assert [message.role for message in held.messages][:3] == ["user", "user", "assistant"]
    assert held.messages[0].metadata == {"a": "b"}
    assert [one.thread_id for one in await client.list_threads(assistant.assistant_id)] == [thread.thread_id]

    uploaded = await client.upload_document(thread.thread_id, "Łódź (a) 北京.txt", "text/plain", b"Hello")
    assert (uploaded.filename, uploaded.indexed, uploaded.failed) == ("Łódź (a) 北京.txt", False, False)
    assert await client.list_thread_documents(thread.thread_id) == (uploaded,)
    assert (await client.document_status(uploaded.document_id)).document_id == uploaded.document_id
    await client.delete_document(uploaded.document_id)
    assert await client.list_thread_documents(thread.thread_id) == ()

    memory = await client.add_memory(assistant.assistant_id, "Prefers trains", metadata={"type": "pref"})
    assert (await client.get_memory(assistant.assistant_id, memory.memory_id)).content == "Prefers trains"
    await client.update_memory(assistant.assistant_id, memory.memory_id, "Prefers night trains")
    found = await client.search_memories(assistant.assistant_id, "trains")
    assert [one.content for one in found] == ["Prefers night trains"]
    assert (await client.list_memories(assistant.assistant_id, page=1, page_size=10)).total == 1
    assert (await client.memory_stats(assistant.assistant_id))["total_memories"] == 1
    await client.delete_memory(assistant.assistant_id, memory.memory_id)
    await client.delete_all_memories(assistant.assistant_id)
    assert (await client.list_memories(assistant.assistant_id)).memories == ()
    if answer.memory_operation_id:
        assert (await client.memory_operation(answer.memory_operation_id)).operation_id == answer.memory_operation_id

    models = await client.all_models(model_type="llm")
    assert (await client.list_models(provider="openai", limit=1)).total >= 1
    assert (await client.get_model(models[0].name)).provider == models[0].provider
    assert models[0].provider in await client.list_providers()
    await client.delete_thread(thread.thread_id)
    await client.delete_assistant(assistant.assistant_id)
    with pytest.raises(NotFoundError):
        await client.get_assistant(assistant.assistant_id)


@pytest.mark.parametrize(("given", "sent"), [(None, None), (True, "Auto"), (False, "off")])
async def test_message_says_whether_to_search_the_web_and_what_to_be_this_time(ask, client, backboard, given, sent):
    backboard.answer(ended())
    await ask(web_search=given, system_prompt="Be brief.")
    backboard.answer(httpx.Response(200, json={"thread_id": "t1", "content": "ok", "cost_usd": 0.002}))
    answer = await client.send_message("t1", "Hello", model="a/b", memory=MemoryMode.OFF, web_search=given)
    assert answer.cost_usd == 0.002

    assert [body.get("web_search") for body in backboard.bodies] == [sent, sent]
    assert [body.get("system_prompt") for body in backboard.bodies] == ["Be brief.", None]


async def test_upload_that_may_have_been_stored_is_not_made_again(client, backboard):
    backboard.answer(httpx.ReadTimeout("silence"))

    with pytest.raises(BackboardUnavailableError) as caught:
        await client.upload_document("t1", "a.txt", "text/plain", b"Hello")

    assert caught.value.may_have_run
    assert len(backboard.requests) == 1


@pytest.mark.parametrize(
    ("status", "indexed", "failed"),
    [
        ("indexed", True, False),
        ("Completed", True, False),
        ("error", False, True),
        ("failed", False, True),
        ("processing", False, False),
        (None, False, False),
    ],
)
async def test_state_of_a_document_is_told_by_either_word(client, backboard, status, indexed, failed):
    backboard.answer(httpx.Response(200, json={"document_id": "d1", "status": status}))

    document = await client.document_status("d1")

    assert (document.indexed, document.failed) == (indexed, failed)
