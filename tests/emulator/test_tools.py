"""Tool calls: asked for, answered, left unanswered."""

from typing import Any

import pytest

from tests.helpers.caller import Caller
from tests.helpers.doubles import events_of

pytestmark = pytest.mark.anyio


async def required(caller: Caller, thread_id: str, tools: str = "find_train") -> dict[str, Any]:
    """Ask for tools and return the event that requires their outputs."""
    return (await caller.stream(thread_id, f"call {tools}"))[-1]


def outputs(event: dict[str, Any]) -> list[dict[str, str]]:
    """Answer every call of an event with its tool's name in capitals."""
    return [{"tool_call_id": call["id"], "output": call["function"]["name"].upper()} for call in event["tool_calls"]]


async def test_required_calls_are_told_one_by_one_and_together(caller: Caller) -> None:
    events = await caller.stream(await caller.thread(), "call find_train find_bus")

    assert [event["type"] for event in events][-5:] == [
        "tool_call_start",
        "tool_call_ready",
        "tool_call_start",
        "tool_call_ready",
        "tool_submit_required",
    ]
    calls: Any = events[-1]["tool_calls"]
    assert [call["function"]["name"] for call in calls] == ["find_train", "find_bus"]
    assert calls[0]["function"]["arguments"] == '{"city": "Łódź"}'


async def test_waiting_run_is_stored_with_its_calls(caller: Caller) -> None:
    thread_id = await caller.thread()

    event = await required(caller, thread_id)

    stored: Any = await caller.last_message(thread_id)
    assert (stored["status"], stored["content"]) == ("REQUIRES_ACTION", "Let me look.")
    assert stored["metadata_"]["tool_calls"] == event["tool_calls"]


@pytest.mark.parametrize("with_run", [False, True], ids=["thread only", "thread and run"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_outputs_finish_the_turn(caller: Caller, with_run: bool, stream: bool) -> None:
    thread_id = await caller.thread()
    event = await required(caller, thread_id, "find_train find_bus")
    path, body, query = "/threads/tool-outputs", {"thread_id": thread_id, "stream": stream}, {}
    if with_run:
        path, body = f"/threads/{thread_id}/runs/{event['run_id']}/submit-tool-outputs", {}
        query = {"stream": str(stream).lower()}

    async with caller.http.stream(
        "POST", path, json={**body, "tool_outputs": outputs(event)}, params=query
    ) as response:
        if stream:
            events = [one async for one in events_of(response)]
            answer, kinds = events[-1], [one["type"] for one in events]
            assert (kinds[0], kinds[-1]) == ("run_continuing", "run_ended")
            text = answer["final_content"]
        else:
            await response.aread()
            answer = response.json()
            text = answer["content"]

    assert text == 'Found {"find_train": "FIND_TRAIN", "find_bus": "FIND_BUS"}'
    assert answer["run_id"] != event["run_id"]
    stored: Any = await caller.messages(thread_id)
    assert [row["role"] for row in stored] == ["user", "assistant", "tool", "tool", "assistant"]
    assert {row["status"] for row in stored} == {"COMPLETED"}
    assert stored[2]["metadata_"]["tool_call_id"] == event["tool_calls"][0]["id"]
    assert stored[2]["metadata_"]["tool_name"] == "find_train"


async def test_reply_in_one_piece_requires_action(caller: Caller) -> None:
    reply = (await caller.send(await caller.thread(), "call find_train")).json()

    assert reply["status"] == "REQUIRES_ACTION"
    assert reply["tool_calls"][0]["function"]["name"] == "find_train"


async def submit(caller: Caller, thread_id: str, given: list[dict[str, str]]) -> int:
    answer = await caller.http.post("/threads/tool-outputs", json={"thread_id": thread_id, "tool_outputs": given})
    return answer.status_code


async def test_outputs_that_nobody_waits_for_are_not_found(caller: Caller) -> None:
    thread_id = await caller.thread()
    event = await required(caller, thread_id)
    await submit(caller, thread_id, outputs(event))

    assert await submit(caller, thread_id, outputs(event)) == 404


async def test_outputs_for_another_run_are_not_found(caller: Caller) -> None:
    thread_id = await caller.thread()
    event = await required(caller, thread_id)

    answer = await caller.http.post(
        f"/threads/{thread_id}/runs/run_other/submit-tool-outputs", json={"tool_outputs": outputs(event)}
    )

    assert answer.status_code == 404
    assert isinstance(answer.json()["detail"], str)


async def test_outputs_must_cover_every_call(caller: Caller) -> None:
    thread_id = await caller.thread()
    event = await required(caller, thread_id, "find_train find_bus")
    one, two = outputs(event)

    refused = [await submit(caller, thread_id, given) for given in ([one], [one, two, {**one, "tool_call_id": "x"}])]

    assert refused == [400, 400]
    assert await submit(caller, thread_id, [two, one]) == 200


async def test_output_that_is_no_text_is_a_schema_error(caller: Caller) -> None:
    thread_id = await caller.thread()
    event = await required(caller, thread_id)

    answer = await caller.http.post(
        "/threads/tool-outputs",
        json={"thread_id": thread_id, "tool_outputs": [{**outputs(event)[0], "output": {"trains": 2}}]},
    )

    assert answer.status_code == 422


async def test_message_before_the_outputs_fails(caller: Caller) -> None:
    thread_id = await caller.thread()
    event = await required(caller, thread_id)

    events = await caller.stream(thread_id, "Hello?")
    reply = (await caller.send(thread_id, "Hello?")).json()

    assert events[-1]["type"] == "run_failed"
    assert event["tool_calls"][0]["id"] in str(events[-1]["error"])
    assert reply["status"] == "FAILED"
    assert "immediately after" in reply["content"]


async def test_cancelled_calls_free_the_thread(caller: Caller) -> None:
    thread_id = await caller.thread()
    event = await required(caller, thread_id)

    cancelled = await caller.http.post(f"/threads/{thread_id}/runs/{event['run_id']}/cancel")

    assert cancelled.json()["cancelled"] is True
    assert (await caller.last_message(thread_id))["status"] == "CANCELLED"
    assert (await caller.send(thread_id, "Hi")).json()["content"] == "You said: Hi"


async def test_fault_strikes_tool_outputs_too(caller: Caller) -> None:
    thread_id = await caller.thread()
    event = await required(caller, thread_id)
    body = {"thread_id": thread_id, "tool_outputs": outputs(event)}

    failed = await caller.http.post("/threads/tool-outputs", json=body, headers={"X-Emulator-Fault": "status:503"})

    assert failed.status_code == 503
    assert await submit(caller, thread_id, outputs(event)) == 200
