"""A run is its own: it outlives its caller, can be cancelled, and keeps its pace."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from emulator.server import EmulatorServer
from tests.helpers.caller import Caller
from tests.helpers.doubles import ObedientDemo, events_of, text_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def base_url() -> Iterator[str]:
    """Serve with 20 ms between chunks, so that there is time to act in the middle of an answer."""
    server = EmulatorServer(":memory:", ObedientDemo(), pace_s=0.02)
    yield server.start()
    server.stop()


async def begun(response: httpx.Response) -> list[dict[str, object]]:
    """Read a stream to its second piece of text."""
    events = []
    async for event in events_of(response):
        events.append(event)
        if [one["type"] for one in events].count("content_streaming") == 2:
            break
    return events


async def test_run_goes_on_when_its_caller_goes_away(caller: Caller) -> None:
    thread_id = await caller.thread()

    async with caller.open_stream(thread_id, "words 30") as response:
        events = await begun(response)

    assert (await caller.last_message(thread_id, ended=False))["status"] == "IN_PROGRESS"
    stored = await caller.last_message(thread_id)
    assert stored["status"] == "COMPLETED"
    assert str(stored["content"]).startswith(text_of(events))
    assert str(stored["content"]).endswith("word29")


async def test_cancelled_run_ends_its_stream_and_keeps_its_text(caller: Caller) -> None:
    thread_id, events = await caller.thread(), []

    async with caller.open_stream(thread_id, "words 200") as response:
        async for event in events_of(response):
            events.append(event)
            if [one["type"] for one in events].count("content_streaming") == 2:
                run_id = next(one["run_id"] for one in events if one["type"] == "run_started")
                cancelled = await caller.http.post(f"/threads/{thread_id}/runs/{run_id}/cancel")
                assert cancelled.json() == {"thread_id": thread_id, "run_id": run_id, "cancelled": True}

    stored = await caller.last_message(thread_id)
    assert events[-1]["type"] == "run_cancelled"
    assert (stored["status"], stored["content"]) == ("CANCELLED", text_of(events))


async def test_reply_in_one_piece_can_be_cancelled(caller: Caller) -> None:
    thread_id = await caller.thread()
    sending = asyncio.create_task(caller.send(thread_id, "words 500"))
    messages: list[dict[str, object]] = []
    while not messages:
        messages = await caller.messages(thread_id)
    metadata = messages[-1]["metadata_"]
    assert isinstance(metadata, dict)

    await caller.http.post(f"/threads/{thread_id}/runs/{metadata['run_id']}/cancel")

    assert (await sending).json()["status"] == "CANCELLED"


async def test_cancelling_again_or_too_late_is_no_error(caller: Caller) -> None:
    thread_id = await caller.thread()
    reply = (await caller.send(thread_id, "Hi")).json()

    late = await caller.http.post(f"/threads/{thread_id}/runs/{reply['run_id']}/cancel")
    unknown = await caller.http.post(f"/threads/{thread_id}/runs/run_nothing/cancel")

    assert [(answer.status_code, answer.json()["cancelled"]) for answer in (late, unknown)] == [(200, False)] * 2
    assert (await caller.last_message(thread_id))["status"] == "COMPLETED"


async def test_first_chunk_comes_after_a_short_wait_then_at_the_pace(caller: Caller) -> None:
    thread_id, times = await caller.thread(), []
    begin = time.monotonic()

    async with caller.open_stream(thread_id, "words 40") as response:
        async for event in events_of(response):
            if event["type"] == "content_streaming":
                times.append(time.monotonic() - begin)

    assert times[0] >= 0.15
    assert times[-1] >= 0.02 * (len(times) + 8)


async def test_deleted_thread_does_not_hinder_its_run(caller: Caller) -> None:
    thread_id, events = await caller.thread(), []

    async with caller.open_stream(thread_id, "words 5") as response:
        async for event in events_of(response):
            events.append(event)
            if event["type"] == "message_start":
                await caller.http.delete(f"/threads/{thread_id}")

    assert events[-1]["type"] == "run_ended"


async def test_many_fast_streams_keep_their_pace_together(caller: Caller) -> None:
    threads = [await caller.thread() for _ in range(4)]
    begin = time.monotonic()

    streams = await asyncio.gather(
        *(caller.stream(thread_id, "words 250", fault="slow_tokens:0.002") for thread_id in threads)
    )

    chunks = [sum(event["type"] == "content_streaming" for event in events) for events in streams]
    assert time.monotonic() - begin < 0.002 * max(chunks) * 2 + 0.5
