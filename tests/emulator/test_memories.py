"""What an assistant remembers, and when."""

from typing import Any

import pytest

from tests.helpers.caller import Caller
from tests.helpers.doubles import FACT

pytestmark = pytest.mark.anyio

SAID = "I am vegetarian"


async def operation(caller: Caller, operation_id: str) -> dict[str, Any]:
    """Wait until a background write is finished, and return it."""
    while True:
        found: dict[str, Any] = (await caller.http.get(f"/assistants/memories/operations/{operation_id}")).json()
        if found["status"] != "IN_PROGRESS":
            return found


async def listed(caller: Caller, assistant_id: str, **query: int) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.http.get(f"/assistants/{assistant_id}/memories", params=query)).json()
    return found


async def test_auto_remembers_in_the_background_for_the_next_thread(caller: Caller) -> None:
    assistant_id = await caller.assistant()
    reply = (await caller.send(await caller.thread(assistant_id), SAID, memory="Auto")).json()

    written = await operation(caller, reply["memory_operation_id"])
    recalled = (await caller.send(await caller.thread(assistant_id), "recall", memory="Auto")).json()

    assert (written["status"], written["result_count"]) == ("COMPLETED", 1)
    assert recalled["content"] == f"I know: {FACT}"
    assert recalled["retrieved_memories"] == [
        {"id": written["memory_ids"][0], "memory": FACT, "score": recalled["retrieved_memories"][0]["score"]}
    ]


async def test_readonly_recalls_and_writes_nothing(caller: Caller) -> None:
    assistant_id = await caller.assistant()
    await caller.http.post(f"/assistants/{assistant_id}/memories", json={"content": "Prefers tea"})

    reply = (await caller.send(await caller.thread(assistant_id), "recall", memory="Readonly")).json()

    assert reply["content"] == "I know: Prefers tea"
    assert reply["memory_operation_id"] is None


@pytest.mark.parametrize("fields", [{"memory": "off"}, {"memory": "Off"}, {}], ids=str)
async def test_off_neither_recalls_nor_writes(caller: Caller, fields: dict[str, str]) -> None:
    assistant_id = await caller.assistant()
    await caller.http.post(f"/assistants/{assistant_id}/memories", json={"content": "Prefers tea"})

    reply = (await caller.send(await caller.thread(assistant_id), "recall", **fields)).json()

    assert (reply["content"], reply["retrieved_memories"]) == ("I know: ", [])
    assert reply["memory_operation_id"] is None


async def test_text_without_facts_finishes_with_no_memory(caller: Caller) -> None:
    reply = (await caller.send(await caller.thread(), "Hi", memory="Auto")).json()

    assert (await operation(caller, reply["memory_operation_id"]))["result_count"] == 0


async def test_known_fact_is_not_remembered_twice(caller: Caller) -> None:
    assistant_id = await caller.assistant()
    for _ in range(2):
        reply = (await caller.send(await caller.thread(assistant_id), SAID, memory="Auto")).json()
        await operation(caller, reply["memory_operation_id"])

    assert (await listed(caller, assistant_id))["total_count"] == 1


async def test_other_assistant_knows_nothing(caller: Caller) -> None:
    reply = (await caller.send(await caller.thread(), SAID, memory="Auto")).json()
    await operation(caller, reply["memory_operation_id"])

    other = (await caller.send(await caller.thread(), "recall", memory="Auto")).json()

    assert other["content"] == "I know: "


async def test_turn_with_tools_remembers_at_its_end(caller: Caller) -> None:
    thread_id = await caller.thread()
    asked = (await caller.send(thread_id, "call vegetarian", memory="Auto")).json()
    outputs = [{"tool_call_id": asked["tool_calls"][0]["id"], "output": "ok"}]

    reply = (
        await caller.http.post("/threads/tool-outputs", json={"thread_id": thread_id, "tool_outputs": outputs})
    ).json()

    assert asked["memory_operation_id"] is None
    assert (await operation(caller, reply["memory_operation_id"]))["result_count"] == 1


async def test_search_finds_the_best_first_in_any_script(caller: Caller) -> None:
    assistant_id = await caller.assistant()
    for content in ("Prefers morning trains", "Morning tea, morning walk", "住在北京", "Hates noise"):
        await caller.http.post(f"/assistants/{assistant_id}/memories", json={"content": content})

    async def found(query: str) -> list[str]:
        answer = await caller.http.post(f"/assistants/{assistant_id}/memories/search", json={"query": query})
        return [memory["content"] for memory in answer.json()["memories"]]

    assert await found("trains in the morning") == ["Prefers morning trains", "Morning tea, morning walk"]
    assert await found("北京") == ["住在北京"]
    assert await found("elephants") == []


async def test_list_is_whole_or_by_pages(caller: Caller) -> None:
    assistant_id = await caller.assistant()
    for number in range(3):
        await caller.http.post(f"/assistants/{assistant_id}/memories", json={"content": f"Fact {number}"})

    whole, second = await listed(caller, assistant_id), await listed(caller, assistant_id, page=2, page_size=2)

    assert whole.keys() == {"memories", "total_count"}
    assert len(whole["memories"]) == 3
    assert [memory["content"] for memory in second["memories"]] == ["Fact 2"]
    assert (second["total_count"], second["total_pages"]) == (3, 2)


async def test_reset_forgets_also_what_is_being_written(caller: Caller) -> None:
    assistant_id = await caller.assistant()
    reply = (await caller.send(await caller.thread(assistant_id), SAID, memory="Auto")).json()

    await caller.http.delete(f"/assistants/{assistant_id}/memories")

    await operation(caller, reply["memory_operation_id"])
    assert (await listed(caller, assistant_id))["total_count"] == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_unknown_memory_is_not_found(caller: Caller, method: str) -> None:
    path = f"/assistants/{await caller.assistant()}/memories/mem_nothing"

    answer = await caller.http.request(method, path, json={"content": "x"} if method == "PUT" else None)

    assert answer.status_code == 404
