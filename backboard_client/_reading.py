"""Reads what Backboard sends, and no more than any answer can need."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

import httpx
from httpx_sse import EventSource

from backboard_client._errors import AnswerTooLargeError

MAX_ANSWER_BYTES = 32_000_000  # a thread of a thousand long replies
MAX_EVENT_CHARS = 8_000_000  # the last event says the whole text again, perhaps as escapes of six characters
MAX_EVENTS = 500_000  # of one stream: one for each character of the longest reply, and some


async def read_whole(response: httpx.Response) -> str:
    """Return the body of a response, as it was before it was compressed.

    Raises AnswerTooLargeError; what is compressed is counted as it is unpacked, piece by piece.
    """
    pieces, size = [], 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > MAX_ANSWER_BYTES:
            raise AnswerTooLargeError
        pieces.append(piece)
    return b"".join(pieces).decode("utf-8-sig", "replace")


async def event_data(response: httpx.Response) -> AsyncGenerator[str]:
    """Yield the data of each event of a stream. Raises AnswerTooLargeError when one, or the stream, has no end."""
    counted, events = _Counted(response), 0
    async with aclosing(EventSource(cast(httpx.Response, counted)).aiter_sse()) as stream:
        async for event in stream:
            counted.chars = 0
            events += 1
            if events > MAX_EVENTS:
                raise AnswerTooLargeError
            yield event.data


class _Counted:
    """As much of a response as `EventSource` reads; counts the characters since *chars* was last set to 0."""

    def __init__(self, response: httpx.Response) -> None:
        self.headers = response.headers
        self.chars = 0
        self._response = response

    async def aiter_text(self) -> AsyncIterator[str]:
        async for text in self._response.aiter_text():
            if self.chars > MAX_EVENT_CHARS:
                raise AnswerTooLargeError
            self.chars += len(text)
            yield text
