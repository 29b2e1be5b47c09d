"""No answer of Backboard's is read beyond what any answer can need."""

import gzip
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from backboard_client import AnswerTooLargeError, BackboardUnavailableError, RequestInvalidError, _reading

pytestmark = pytest.mark.anyio

STREAM = {"Content-Type": "text/event-stream"}


class Endless(httpx.AsyncByteStream):
    """Sends these bytes again and again, and counts how many it sent."""

    def __init__(self, piece: bytes, begin: bytes = b"") -> None:
        self._piece, self._begin = piece, begin
        self.sent = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._begin
        while True:
            self.sent += len(self._piece)
            yield self._piece

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_reading, "MAX_ANSWER_BYTES", 100_000)
    monkeypatch.setattr(_reading, "MAX_EVENT_CHARS", 100_000)
    monkeypatch.setattr(_reading, "MAX_EVENTS", 1_000)


@pytest.mark.parametrize("status", [200, 400])
async def test_endless_answer_is_left_unread(client, backboard, status):
    endless = Endless(b" " * 1_000)
    backboard.answer(httpx.Response(status, stream=endless))

    with pytest.raises(AnswerTooLargeError):
        await client.list_models()

    assert endless.sent <= 102_000
    assert endless.closed


async def test_what_is_compressed_counts_as_it_is_unpacked(client, backboard):
    packed = gzip.compress(json.dumps({"models": [], "filler": "x" * 200_000}).encode())
    assert len(packed) < 1_000
    backboard.answer(httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=packed))

    with pytest.raises(AnswerTooLargeError):
        await client.list_models()


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"data: ", b"x" * 1_000),
        (b"", b"data: x\n" * 100),
        (b"", b"data: {}\n\n"),
        (b"", b": still here\n\n"),
    ],
    ids=["a line without end", "an event without end", "events that say nothing", "comments"],
)
async def test_endless_stream_is_left_unread(ask, backboard, begin, piece):
    endless = Endless(piece, begin)
    backboard.answer(httpx.Response(200, headers=STREAM, stream=endless))

    with pytest.raises(AnswerTooLargeError):
        await ask()

    assert endless.sent <= 200_000
    assert endless.closed


async def test_endless_refusal_of_a_stream_is_left_unread(ask, backboard):
    endless = Endless(b" " * 1_000)
    backboard.answer(httpx.Response(400, stream=endless))

    with pytest.raises(AnswerTooLargeError):
        await ask()

    assert endless.closed


async def test_events_together_may_be_larger_than_one_may_be(ask, backboard):
    pieces = [{"type": "content_streaming", "content": "x" * 1_000} for _ in range(200)]
    backboard.stream(*pieces, {"type": "run_ended"})

    assert len(await ask()) == 201


@pytest.mark.parametrize("nested", ["[" * 50_000, '{"a":' * 15_000], ids=["lists", "objects"])
async def test_json_that_is_nested_too_deep_is_not_understood(client, ask, backboard, nested):
    backboard.answer(httpx.Response(200, text=nested))
    with pytest.raises(BackboardUnavailableError):
        await client.get_model("gpt-4o")

    backboard.answer(httpx.Response(400, text=nested))
    with pytest.raises(RequestInvalidError):
        await client.get_model("gpt-4o")

    backboard.stream(f"data: {nested}", {"type": "run_ended"})
    assert len(await ask()) == 1


async def test_text_is_read_in_whole_characters(client, ask, backboard):
    """Half a surrogate pair or a NUL in one reply would keep the database from saving all of them."""
    said = r'"caf\u00e9 \ud83d\ude00 \ud83d\u0000 end"'
    whole = "café 😀  end"

    backboard.stream(f'data: {{"type": "content_streaming", "content": {said}}}', {"type": "run_ended"})
    assert (await ask())[0].text == whole

    backboard.answer(httpx.Response(400, text=f'{{"detail": {said}}}'))
    with pytest.raises(RequestInvalidError, match=whole):
        await client.get_model("gpt-4o")

    backboard.answer(httpx.Response(200, content=f'{{"providers": [{said}, {{"a": ["{chr(0x80)}"]}}]}}'.encode()))
    assert (await client.list_providers())[0] == whole


async def test_ids_that_cannot_be_meant_are_none(ask, backboard):
    backboard.stream(
        {"type": "run_started", "run_id": "r" * 256, "thread_id": ["t"]},
        {"type": "tool_call_start", "tool_call_id": {"a": 1}, "name": "web_search"},
        {"type": "run_ended", "run_id": "r1", "final_content": {"text": "Hello"}, "memory_operation_id": 7},
    )

    started, tool, ended = await ask()

    assert (started.run_id, started.thread_id, tool.tool_call_id) == (None, None, None)
    assert (ended.run_id, ended.text, ended.memory_operation_id) == ("r1", None, None)
