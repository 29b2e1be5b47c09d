"""Sending messages: encodings, what is stored, what is refused, and the replies' two shapes."""

import json
from typing import Any

import httpx
import pytest

from tests.helpers.caller import Caller

pytestmark = pytest.mark.anyio

UNKNOWN = "6f0c1d7e-2b53-4f0a-9a55-1f2f0c6f8a11"


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize(
    "encoded",
    [
        lambda body: {"json": body},
        lambda body: {"json": {**body, "metadata": json.dumps(body["metadata"])}},
        lambda body: {"data": {**body, "metadata": json.dumps(body["metadata"])}},
        lambda body: {"files": {key: (None, _text(value)) for key, value in body.items()}},
    ],
    ids=["json", "json with text", "urlencoded", "multipart"],
)
async def test_message_is_taken_in_every_encoding(caller: Caller, encoded: Any, legacy: bool) -> None:
    thread_id = await caller.thread()
    body: dict[str, object] = {"content": "Zażółć 北京", "memory": "off", "metadata": {"reply_id": "7"}}
    path = f"/threads/{thread_id}/messages" if legacy else "/threads/messages"

    answer = await caller.http.post(path, **encoded(body if legacy else {**body, "thread_id": thread_id}))

    assert answer.status_code == 200, answer.text
    assert answer.json()["content"] == "You said: Zażółć 北京"
    user, assistant = await caller.messages(thread_id)
    assert (user["role"], user["content"], user["metadata_"]) == ("user", body["content"], body["metadata"])
    assert (assistant["role"], assistant["status"]) == ("assistant", "COMPLETED")


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def test_flat_reply_has_the_answer_in_content(caller: Caller) -> None:
    thread_id = await caller.thread()

    reply = (await caller.send(thread_id, "think")).json()

    assert reply["content"] == "Then I answer."
    assert reply["message"] != reply["content"]
    assert (reply["role"], reply["status"]) == ("assistant", "COMPLETED")
    assert (reply["model_provider"], reply["model_name"]) == ("openai", "gpt-4o")
    assert reply["total_tokens"] == reply["input_tokens"] + reply["output_tokens"] > 0
    assert reply["thread_id"] == thread_id
    assert reply["message_id"] == (await caller.last_message(thread_id))["message_id"]


async def test_envelope_holds_the_same_reply(caller: Caller) -> None:
    thread_id = await caller.thread()

    reply = (await caller.send(thread_id, "Hi", fault="envelope")).json()

    assert reply.keys() == {"messages", "context_usage"}
    assert reply["messages"][-1]["content"] == "You said: Hi"


async def test_message_without_thread_makes_one_on_the_named_assistant(caller: Caller) -> None:
    assistant_id = await caller.assistant()

    reply = (await caller.http.post("/threads/messages", json={"content": "Hi", "assistant_id": assistant_id})).json()

    assert reply["assistant_id"] == assistant_id
    assert len(await caller.messages(reply["thread_id"])) == 2


async def test_messages_without_thread_and_assistant_share_a_default_assistant(caller: Caller) -> None:
    replies = [(await caller.http.post("/threads/messages", json={"content": "Hi"})).json() for _ in range(2)]

    assert replies[0]["assistant_id"] == replies[1]["assistant_id"]
    assert replies[0]["thread_id"] != replies[1]["thread_id"]


@pytest.mark.parametrize("no", ["false", "False", False])
async def test_message_not_sent_to_the_model_is_only_stored(caller: Caller, no: object) -> None:
    thread_id = await caller.thread()

    reply = (await caller.send(thread_id, "Note this", send_to_llm=no)).json()

    assert (reply["status"], reply["content"]) == ("COMPLETED", None)
    assert [message["content"] for message in await caller.messages(thread_id)] == ["Note this"]


async def test_model_sees_the_turns_so_far(caller: Caller) -> None:
    thread_id = await caller.thread()
    await caller.send(thread_id, "One")
    await caller.send(thread_id, "Two", send_to_llm="false")

    reply = (await caller.send(thread_id, "history")).json()

    assert reply["content"] == "user=One | assistant=You said: One | user=Two | user=history"


async def test_instructions_and_tools_of_the_message_are_for_this_turn_only(caller: Caller) -> None:
    thread_id = await caller.thread(system_prompt="Be brief.", tools=[tool("find_train")])

    once = await caller.send(thread_id, "instructions", system_prompt="Be long.", tools=[tool("find_bus")])
    after = await caller.send(thread_id, "instructions")

    assert once.json()["content"] == "Be long. ['find_bus']"
    assert after.json()["content"] == "Be brief. ['find_train']"


async def test_turns_are_handed_on_with_the_instructions_they_were_answered_with(caller: Caller) -> None:
    thread_id = await caller.thread(system_prompt="Be brief.")
    await caller.send(thread_id, "One", system_prompt="Be long.")
    await caller.send(thread_id, "Two", send_to_llm="false")

    reply = await caller.send(thread_id, "prompts")

    assert reply.json()["content"] == "['Be long.', None, 'Be brief.']"


def tool(name: str) -> dict[str, object]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}


@pytest.mark.parametrize(
    "fields",
    [
        {"content": ""},
        {"content": None},
        {"content": 3},
        {"thread_id": "not-a-uuid"},
        {"memory": "sometimes"},
        {"stream": "perhaps"},
        {"metadata": "{not json"},
        {"tools": [{"type": "function"}]},
    ],
    ids=str,
)
async def test_wrong_field_is_a_schema_error_and_stores_nothing(caller: Caller, fields: dict[str, object]) -> None:
    thread_id = await caller.thread()

    answer = await caller.http.post(
        "/threads/messages", json={"thread_id": thread_id, "content": "Hi", "send_to_llm": "true", **fields}
    )

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"
    assert await caller.messages(thread_id) == []


async def test_two_kinds_of_memory_at_once_are_refused(caller: Caller) -> None:
    answer = await caller.send(await caller.thread(), "Hi", memory="Auto", memory_pro="Auto")

    assert answer.status_code == 400


async def test_attachment_is_refused(caller: Caller) -> None:
    answer = await caller.http.post(
        "/threads/messages", data={"content": "Read this"}, files={"files": ("a.txt", b"text")}
    )

    assert answer.status_code == 400


async def test_unknown_thread_is_not_found(caller: Caller) -> None:
    assert (await caller.send(UNKNOWN, "Hi")).status_code == 404


async def test_other_keys_thread_is_not_found(caller: Caller, base_url: str) -> None:
    thread_id = await caller.thread()

    async with httpx.AsyncClient(base_url=base_url, headers={"X-API-Key": "other"}) as other:
        seen = [
            await other.get(f"/threads/{thread_id}"),
            await other.delete(f"/threads/{thread_id}"),
            await other.post("/threads/messages", json={"thread_id": thread_id, "content": "Hi"}),
            await other.post(f"/threads/{thread_id}/runs/run_1/cancel"),
        ]

    assert [answer.status_code for answer in seen] == [404] * 4
    assert await caller.messages(thread_id) == []


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}, {"X-API-Key": ""}], ids=str)
async def test_missing_or_wrong_key_is_refused(base_url: str, headers: dict[str, str], anyio_backend: str) -> None:
    async with httpx.AsyncClient(base_url=base_url, headers=headers) as http:
        answer = await http.get("/assistants")

    assert answer.status_code == 401
    assert answer.json() == {"detail": "Invalid or missing API key"}


@pytest.mark.parametrize(("path", "status"), [("/documents", 404), ("/assistants/x", 422), ("/models/nothing", 404)])
async def test_unknown_path_or_id_is_answered_in_json(caller: Caller, path: str, status: int) -> None:
    answer = await caller.http.get(path)

    assert answer.status_code == status
    assert "detail" in answer.json()
