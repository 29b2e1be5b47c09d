"""What Backboard was seen to do beside its documentation, played as faults."""

from typing import Any, cast

import pytest

from tests.helpers.caller import Caller

pytestmark = pytest.mark.anyio


async def test_answer_that_only_says_that_credits_are_out_names_no_model(caller: Caller) -> None:
    thread_id = await caller.thread()

    ended = (await caller.stream(thread_id, "words 3", fault="no_credit"))[-1]
    whole = (await caller.send(thread_id, "words 3", fault="no_credit")).json()

    stored = await caller.last_message(thread_id)
    assert (ended["type"], ended["status"], whole["status"], stored["status"]) == (
        "run_ended",
        "completed",
        "COMPLETED",
        "COMPLETED",
    )
    assert ended["final_content"] == whole["content"] == stored["content"]
    assert "out of credits" in whole["content"]
    assert [one["model_name"] for one in (ended, whole, stored)] == [None] * 3
    assert [one["model_provider"] for one in (ended, whole, stored)] == [None] * 3


async def test_error_event_may_hold_an_object(caller: Caller) -> None:
    thread_id = await caller.thread()

    events = await caller.stream(thread_id, "words 20", fault="error_object:3")

    assert [event["type"] for event in events[-4:]] == ["content_streaming"] * 3 + ["error"]
    assert events[-1]["error"] == {"message": "The model stopped after 3 chunks."}
    assert "message" not in events[-1]
    assert (await caller.last_message(thread_id))["status"] == "FAILED"


async def test_end_says_more_in_other_shapes(caller: Caller) -> None:
    assistant_id = await caller.assistant()
    thread_id = await caller.thread(assistant_id)
    await caller.http.post(f"/assistants/{assistant_id}/memories", json={"content": "Prefers tea"})

    ended = (await caller.stream(thread_id, "recall", fault="odd_end", memory="Readonly"))[-1]

    assert (ended["thread_id"], ended["assistant_id"], ended["retrieved_files"]) == (thread_id, assistant_id, [])
    (memory,) = cast("list[dict[str, object]]", ended["retrieved_memories"])
    assert memory.keys() == {"id", "content"}
    assert memory["content"] == "Prefers tea"


async def test_list_of_assistants_comes_in_an_object_once(caller: Caller) -> None:
    assistant_id = await caller.assistant()
    await caller.http.post(f"{caller.root}/emulator/faults", json={"fault": "assistants_object"})

    odd, usual = [(await caller.http.get("/assistants")).json() for _ in range(2)]

    assert [one["assistant_id"] for one in odd["assistants"]] == [assistant_id]
    assert odd["assistants"] == usual


async def test_list_of_memories_begins_with_one_without_id(caller: Caller) -> None:
    assistant_id = await caller.assistant()
    path = f"/assistants/{assistant_id}/memories"
    await caller.http.post(path, json={"content": "Prefers tea"})
    odd = {"X-Emulator-Fault": "odd_memory"}

    listed = (await caller.http.get(path, headers=odd)).json()
    found = (await caller.http.post(f"{path}/search", json={"query": "tea"}, headers=odd)).json()

    for body in (listed, found):
        assert [memory["content"] for memory in body["memories"]][1:] == ["Prefers tea"]
        assert (body["memories"][0]["id"], body["total_count"]) == (None, 2)


async def test_metadata_of_numbers_fails_where_it_must_be_text(caller: Caller) -> None:
    path = f"/assistants/{await caller.assistant()}/memories"
    strict = {"X-Emulator-Fault": "strict_metadata"}

    async def status(metadata: object, **headers: str) -> int:
        body = {"content": "Prefers tea", "metadata": metadata}
        return (await caller.http.post(path, json=body, headers=headers)).status_code

    assert await status({"stars": 5}) == 201
    assert await status({"stars": 5}, **strict) == 500
    assert await status({"stars": "5"}, **strict) == 201


async def test_fields_of_newer_clients_are_accepted(caller: Caller) -> None:
    newer: dict[str, Any] = {
        "thinking": None,
        "openrouter": {"sort": "price"},
        "operation": "chat",
        "image_config": {"size": "1:1"},
    }

    answer = await caller.send(await caller.thread(), "Hi", **newer)

    assert answer.json()["content"] == "You said: Hi"
