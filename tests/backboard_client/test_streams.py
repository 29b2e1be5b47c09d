"""A stream is read as it was meant, and one that breaks is never taken for an answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from backboard_client import (
    BackboardClient,
    BackboardUnavailableError,
    Memory,
    MemoryMode,
    ReasoningDelta,
    RunCancelled,
    RunEnded,
    RunFailedError,
    RunStarted,
    StreamInterruptedError,
    TextDelta,
    ToolCall,
    ToolCallsRequired,
    ToolStarted,
)

pytestmark = pytest.mark.anyio

ENDED = {"type": "run_ended", "status": "completed", "run_id": "r1"}


def piece(text: str, **more: object) -> dict[str, object]:
    return {"type": "content_streaming", "content": text, **more}


def text_of(events) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_events_come_typed_and_in_order(ask, backboard):
    backboard.stream(
        {"type": "user_message", "thread_id": "t1", "message_id": "m1"},
        {"type": "run_started", "run_id": "r1", "provider": "openai"},
        {"type": "reasoning_streaming", "content": "Hm"},
        {"type": "reasoning_ended"},
        {"type": "tool_call_start", "tool_call_id": "c1", "name": "web_search"},
        {"type": "something_new", "content": "x"},
        piece("Hel"),
        piece("lo"),
        ENDED
        | {
            "final_content": "Hello",
            "model_provider": "openrouter",
            "model_name": "meta/llama",
            "input_tokens": 9,
            "output_tokens": 2,
            "total_tokens": 11,
            "retrieved_memories": [{"id": "x", "memory": "Likes trains", "score": 0.5}, "broken"],
            "memory_operation_id": "o1",
        },
        piece("too late"),
    )

    used = Memory("x", "Likes trains", {}, 0.5, None)
    assert await ask() == [
        RunStarted(None, "t1", "m1"),
        RunStarted("r1", None, None),
        ReasoningDelta("Hm"),
        ToolStarted("c1", "web_search"),
        TextDelta("Hel"),
        TextDelta("lo"),
        RunEnded("r1", "Hello", "openrouter/meta/llama", 9, 2, 11, (used,), "o1", None),
    ]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([piece("ha "), piece("ha "), piece("ha ")], "ha ha ha "),
        ([piece("a", accumulated_content="a"), piece("ab", accumulated_content="ab")], "ab"),
        ([piece("", accumulated_content="a"), piece("", accumulated_content="ab")], "ab"),
        ([piece("a"), piece(""), {"type": "content_streaming"}, piece("b")], "ab"),
        ([piece("line\u2028next\u0085one\u2029")], "line\u2028next\u0085one\u2029"),
        (['data:{"type": "content_streaming", "content": "no space"}'], "no space"),
        ([": keep-alive", "data: {broken", "data: [DONE]", "data: 7", "event: x", piece("ok")], "ok"),
    ],
)
async def test_text_is_put_together_as_it_was_meant(ask, backboard, pieces, text):
    backboard.stream(*pieces, ENDED)

    assert text_of(await ask()) == text


@pytest.mark.parametrize("ending", ["\n\n", "\r\n\r\n", "\r\r"])
async def test_line_endings_of_any_kind_end_an_event(ask, backboard, ending):
    backboard.stream(piece("ok"), ENDED, ending=ending)

    assert text_of(await ask()) == "ok"


@pytest.mark.parametrize("status", ["completed", "COMPLETED", None])
@pytest.mark.parametrize("kind", ["run_ended", "message_complete", "run_completed"])
async def test_end_is_known_by_each_of_its_names(ask, backboard, kind, status):
    backboard.stream(piece("ok"), {"type": kind, "status": status})

    assert isinstance((await ask())[-1], RunEnded)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"type": "error", "error": "Out of credit"}, "Out of credit"),
        ({"type": "run_failed", "message": "Model went away"}, "Model went away"),
        ({"type": "run_ended", "status": "failed", "error": "Too long"}, "Too long"),
        ({"type": "error", "error": {"code": 7}}, '{"code": 7}'),
        ({"type": "error"}, "The run failed without a reason."),
        ({"type": "tool_submit_required", "tool_calls": []}, "Backboard asked for a tool without naming it."),
    ],
)
async def test_failed_run_says_what_backboard_said(ask, backboard, event, said):
    backboard.stream(piece("some"), event)

    with pytest.raises(RunFailedError) as caught:
        await ask()

    assert caught.value.message == said


async def test_tool_calls_and_cancelled_runs_end_a_stream(ask, backboard):
    call = {"id": "c1", "type": "function", "function": {"name": "current_date", "arguments": "{}"}}
    backboard.stream({"type": "tool_submit_required", "run_id": "r1", "tool_calls": [call]})
    assert await ask() == [ToolCallsRequired("r1", (ToolCall("c1", "current_date", "{}"),))]
    backboard.stream({"type": "run_cancelled", "run_id": "r1"})
    assert await ask() == [RunCancelled("r1")]


async def test_stream_without_its_last_event_is_interrupted(ask, backboard):
    backboard.stream(piece("half an ans"))

    with pytest.raises(StreamInterruptedError) as caught:
        await ask()

    assert caught.value.may_have_run
    assert len(backboard.requests) == 1


async def served(
    write: Callable[[asyncio.StreamWriter], Awaitable[None]],
    use: Callable[[BackboardClient], Awaitable[str]],
    **client_settings,
):
    """Answer every connection with *write* while *use* has a client to it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        await write(writer)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx.AsyncClient(trust_env=False) as http:
        client = BackboardClient(http, base_url=f"http://127.0.0.1:{port}", api_key="k", **client_settings)
        return await use(client)


async def stream_all(client: BackboardClient) -> str:
    events = client.stream_message("t1", "Hello", model="openai/gpt-4o", memory=MemoryMode.OFF)
    return text_of([event async for event in events])


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def test_bytes_cut_inside_characters_are_put_together():
    body = "".join(f"data: {json.dumps(e, ensure_ascii=False)}\n\n" for e in (piece("Łódź 北京 🚆"), ENDED)).encode()

    async def write(writer):
        for byte in body:
            writer.write(chunk(bytes([byte])))
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    assert await served(write, stream_all) == "Łódź 北京 🚆"


async def test_broken_connection_is_interrupted():
    async def write(writer):
        writer.write(chunk(b'data: {"type": "content_streaming", "content": "half"}\n\n'))
        await writer.drain()

    with pytest.raises(StreamInterruptedError):
        await served(write, stream_all)


async def test_silence_is_interrupted():
    silent = asyncio.Event()

    async def write(writer):
        writer.write(chunk(b'data: {"type": "content_streaming", "content": "half"}\n\n'))
        await writer.drain()
        await silent.wait()

    async def use(client):
        try:
            return await stream_all(client)
        finally:
            silent.set()

    with pytest.raises(StreamInterruptedError):
        await served(write, use, stream_silence_s=0.2)


async def test_silence_before_the_first_byte_may_have_been_paid_for(ask, backboard):
    backboard.answer(httpx.ReadTimeout("silence"))

    with pytest.raises(BackboardUnavailableError) as caught:
        await ask()

    assert caught.value.may_have_run
    assert len(backboard.requests) == 1


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        (0.0042, 0.0042),
        (0, 0.0),
        ("0.01", 0.01),
        (None, None),
        (-1, None),
        (True, None),
        ("free", None),
        (1e300, None),
        ([], None),
    ],
)
async def test_cost_of_a_run_is_read_where_it_can_be_one(ask, backboard, said, cost):
    ended = {"type": "run_ended", "final_content": "Hi", "input_tokens": "many", "cost_usd": said}
    backboard.stream(ended)

    (event,) = await ask()

    assert (event.cost_usd, event.input_tokens) == (cost, None)


async def test_rounds_of_tools_say_what_they_took(ask, backboard):
    call = {"id": "c1", "type": "function", "function": {"name": "current_date", "arguments": "{}"}}
    used = {"input_tokens": 9, "output_tokens": 2, "cost_usd": 0.01}
    backboard.stream({"type": "tool_submit_required", "run_id": "r1", "tool_calls": [call], **used})

    (event,) = await ask()

    assert (event.input_tokens, event.output_tokens, event.cost_usd) == (9, 2, 0.01)
