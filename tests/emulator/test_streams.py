"""Streams: their events, their order, and everything that can go wrong with them."""

import asyncio
import json
import time
from itertools import pairwise

import httpx
import pytest

from tests.helpers.caller import Caller
from tests.helpers.doubles import events_of, text_of

pytestmark = pytest.mark.anyio


async def test_events_come_in_backboards_order(caller: Caller) -> None:
    thread_id = await caller.thread()

    events = await caller.stream(thread_id, "think", llm_provider="xai", model_name="grok-4")

    kinds = list(dict.fromkeys(event["type"] for event in events))
    assert kinds == [
        "message_received",
        "user_message",
        "run_started",
        "reasoning_streaming",
        "reasoning_ended",
        "message_start",
        "content_streaming",
        "run_ended",
    ]
    assert [event["type"] for event in events if "thread_id" in event] == ["user_message"]


async def test_run_ended_tells_the_whole_answer(caller: Caller) -> None:
    thread_id = await caller.thread()

    last = (await caller.stream(thread_id, "think", llm_provider="xai", model_name="grok-4"))[-1]

    stored = await caller.last_message(thread_id)
    assert last["status"] == "completed"
    assert last["final_content"] == stored["content"] == "Then I answer."
    assert last["reasoning"] == "First I think about it."
    assert (last["model_provider"], last["model_name"]) == ("xai", "grok-4")
    assert (last["input_tokens"], last["total_tokens"]) == (stored["input_tokens"], stored["total_tokens"])
    assert stored["metadata_"] == {"run_id": last["run_id"]}


async def test_deltas_make_the_answer(caller: Caller) -> None:
    events = await caller.stream(await caller.thread(), "words 300")

    assert text_of(events) == events[-1]["final_content"]
    assert len(events) > 300


async def test_stream_is_announced_as_events(caller: Caller) -> None:
    async with caller.open_stream(await caller.thread(), "Hi") as response:
        assert response.headers["content-type"] == "text/event-stream"


@pytest.mark.parametrize("fault", ["error_event:3", "run_failed:3"])
async def test_failing_run_says_so_and_is_stored_as_failed(caller: Caller, fault: str) -> None:
    thread_id = await caller.thread()

    events = await caller.stream(thread_id, "words 20", fault=fault)

    assert events[-1]["type"] in {"error", "run_failed"}
    assert events[-1]["error"]
    assert len([event for event in events if event["type"] == "content_streaming"]) == 3
    stored = await caller.last_message(thread_id)
    assert stored["status"] == "FAILED"
    assert stored["content"] == text_of(events)


async def test_cut_stream_breaks_and_the_answer_is_stored_whole(caller: Caller) -> None:
    thread_id = await caller.thread()
    events: list[dict[str, object]] = []

    with pytest.raises(httpx.RemoteProtocolError):
        await caller.stream(thread_id, "words 50", fault="cut:3", seen=events)

    assert [event["type"] for event in events][-3:] == ["content_streaming"] * 3
    stored = await caller.last_message(thread_id)
    assert stored["status"] == "COMPLETED"
    assert str(stored["content"]).startswith(text_of(events))
    assert len(str(stored["content"])) > len(text_of(events))


async def test_cut_and_lost_run_is_stored_as_failed(caller: Caller) -> None:
    thread_id = await caller.thread()

    with pytest.raises(httpx.RemoteProtocolError):
        await caller.stream(thread_id, "words 50", fault="cut_lost:3")

    assert (await caller.last_message(thread_id))["status"] == "FAILED"


@pytest.mark.parametrize(("fault", "chunks"), [("no_terminal:4", 4), ("no_terminal", 23)])
async def test_stream_without_end_stops_cleanly_and_the_answer_is_stored(
    caller: Caller, fault: str, chunks: int
) -> None:
    thread_id = await caller.thread()

    events = await caller.stream(thread_id, "words 20", fault=fault)

    assert events[-1]["type"] == "content_streaming"
    assert len([event for event in events if event["type"] == "content_streaming"]) >= chunks - 3
    stored = await caller.last_message(thread_id)
    assert (stored["status"], str(stored["content"])[-6:]) == ("COMPLETED", "word19")


async def test_silent_stream_stays_open_and_the_answer_is_stored(caller: Caller) -> None:
    thread_id = await caller.thread()
    caller.http.timeout = httpx.Timeout(5, read=1)
    events: list[dict[str, object]] = []

    with pytest.raises(httpx.ReadTimeout):
        await caller.stream(thread_id, "words 20", fault="silence:2", seen=events)

    assert [event["type"] for event in events].count("content_streaming") == 2
    assert (await caller.last_message(thread_id))["status"] == "COMPLETED"


async def test_cumulative_content_repeats_all_text_so_far(caller: Caller) -> None:
    events = await caller.stream(await caller.thread(), "words 5", fault="cumulative")

    contents = [event for event in events if event["type"] == "content_streaming"]
    assert contents[-1]["content"] == contents[-1]["accumulated_content"] == events[-1]["final_content"]
    assert all(str(b["content"]).startswith(str(a["content"])) for a, b in pairwise(contents))


async def test_accumulated_content_stands_beside_the_deltas(caller: Caller) -> None:
    events = await caller.stream(await caller.thread(), "words 5", fault="accumulated")

    contents = [event for event in events if event["type"] == "content_streaming"]
    assert text_of(events) == contents[-1]["accumulated_content"] == events[-1]["final_content"]


async def test_split_bytes_cut_inside_characters(caller: Caller) -> None:
    pieces = []
    async with caller.open_stream(await caller.thread(), "Łódź 北京 ☕", fault="split_bytes") as response:
        async for piece in response.aiter_raw():
            pieces.append(piece)

    assert any(_is_cut(piece) for piece in pieces)
    lines = b"".join(pieces).decode().splitlines()
    assert json.loads(lines[-2].removeprefix("data: "))["final_content"] == "You said: Łódź 北京 ☕"


def _is_cut(piece: bytes) -> bool:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return True
    return False


async def test_unicode_separators_are_sent_as_they_are(caller: Caller) -> None:
    async with caller.open_stream(await caller.thread(), "Hi", fault="unicode_separators") as response:
        body = (await response.aread()).decode()

    assert all(mark in body for mark in "\u2028\u2029\u0085")


async def test_keep_alive_comments_come_between_events_and_while_waiting(caller: Caller) -> None:
    async with caller.open_stream(await caller.thread(), "Hi", fault="keep_alive:0.1,slow_first:1") as response:
        lines = (await response.aread()).decode().splitlines()

    assert lines[:8:2] == [": keep-alive"] * 4
    assert json.loads(lines[-2].removeprefix("data: "))["type"] == "run_ended"


async def test_slow_first_byte_is_slow(caller: Caller) -> None:
    thread_id, begin = await caller.thread(), time.monotonic()

    async with caller.open_stream(thread_id, "Hi", fault="slow_first:0.3") as response:
        assert time.monotonic() - begin >= 0.3
        await response.aread()


async def test_slow_tokens_are_slow(caller: Caller) -> None:
    thread_id, begin = await caller.thread(), time.monotonic()

    events = await caller.stream(thread_id, "Hi", fault="slow_tokens:0.05")

    chunks = [event for event in events if event["type"] == "content_streaming"]
    assert time.monotonic() - begin >= 0.05 * len(chunks)


async def test_slow_end_holds_back_only_the_end(caller: Caller) -> None:
    thread_id, times = await caller.thread(), []

    async with caller.open_stream(thread_id, "Hi", fault="slow_end:0.5") as response:
        async for _event in events_of(response):
            times.append(time.monotonic())

    assert times[-1] - times[-2] >= 0.25


async def test_held_run_waits_after_its_chunks_until_released(caller: Caller) -> None:
    thread_id = await caller.thread()

    async with caller.open_stream(thread_id, "words 20", fault="hold:3") as response:
        events = events_of(response)
        kinds = [(await anext(events))["type"] for _ in range(7)]
        assert kinds.count("content_streaming") == 3
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await asyncio.shield(rest := asyncio.ensure_future(anext(events)))
        (await caller.http.post(f"{caller.root}/emulator/release")).raise_for_status()
        await rest
        last = [event async for event in events][-1]

    assert last["type"] == "run_ended"
    assert len(last["final_content"].split()) == 20


async def test_demo_that_raises_fails_the_run(caller: Caller) -> None:
    thread_id = await caller.thread()

    events = await caller.stream(thread_id, "boom")

    assert events[-1]["type"] == "run_failed"
    assert (await caller.last_message(thread_id))["status"] == "FAILED"


@pytest.mark.parametrize("fault", ["status:500", "status:502:html", "status:402", "rate_limited:3", "rate_limited"])
async def test_injected_status_asks_and_stores_nothing(caller: Caller, fault: str) -> None:
    thread_id = await caller.thread()

    answer = await caller.send(thread_id, "Hi", fault=fault)

    assert answer.status_code == (429 if fault.startswith("rate") else int(fault.split(":")[1]))
    assert ("html" in answer.headers["content-type"]) == fault.endswith("html")
    assert answer.headers.get("retry-after") == ("3" if fault == "rate_limited:3" else None)
    assert await caller.messages(thread_id) == []


async def test_lost_reply_is_an_error_for_the_caller_only(caller: Caller) -> None:
    thread_id = await caller.thread()

    answer = await caller.send(thread_id, "Hi", fault="lost_reply:504")

    assert answer.status_code == 504
    assert (await caller.last_message(thread_id))["content"] == "You said: Hi"


async def test_cut_reply_in_one_piece_breaks_the_connection(caller: Caller) -> None:
    thread_id = await caller.thread()

    with pytest.raises(httpx.RemoteProtocolError):
        await caller.send(thread_id, "Hi", fault="cut:0")

    assert (await caller.last_message(thread_id))["content"] == "You said: Hi"


async def test_forgotten_thread_is_gone(caller: Caller) -> None:
    thread_id = await caller.thread()

    answer = await caller.send(thread_id, "Hi", fault="forget_thread")

    assert answer.status_code == 404
    assert (await caller.http.get(f"/threads/{thread_id}")).status_code == 404


async def test_unknown_fault_is_refused(caller: Caller) -> None:
    assert (await caller.send(await caller.thread(), "Hi", fault="explode")).status_code == 400


async def test_queued_fault_strikes_the_next_request_that_asks(caller: Caller) -> None:
    thread_id = await caller.thread()
    queued = await caller.http.post(f"{caller.root}/emulator/faults", json=[{"fault": "status:503", "times": 2}])
    body = {"thread_id": thread_id, "content": "Hi"}

    stored = await caller.http.post("/threads/messages", json={**body, "send_to_llm": "false"})
    asked = [(await caller.http.post("/threads/messages", json=body)).status_code for _ in range(3)]

    assert queued.json() == [{"fault": "status:503", "times": 2}]
    assert stored.status_code == 200
    assert asked == [503, 503, 200]


@pytest.mark.parametrize("body", [{"fault": "explode"}, {"fault": "cut:1", "times": 0}, {"times": 1}, 3])
async def test_queue_refuses_what_it_cannot_read(caller: Caller, body: object) -> None:

    refused = await caller.http.post(f"{caller.root}/emulator/faults", json=body)

    assert refused.status_code == 400
    assert (await caller.http.get(f"{caller.root}/emulator/faults")).json() == []
