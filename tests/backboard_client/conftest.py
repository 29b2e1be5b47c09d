"""A client of a Backboard made of canned bytes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from backboard_client import BackboardClient, MemoryMode, StreamEvent
from tests.helpers.backboard import KEY, Backboard


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def backboard() -> Backboard:
    return Backboard()


@pytest.fixture
async def client(backboard: Backboard) -> AsyncIterator[BackboardClient]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(backboard.handle)) as http:
        yield BackboardClient(http, base_url="http://backboard.test/api/", api_key=KEY)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no test wait for a further try; the waits asked for are kept."""
    waits: list[float] = []
    here, really = threading.get_ident(), asyncio.sleep

    async def sleep(seconds: float) -> None:
        if threading.get_ident() != here:  # a server of other tests, which is still up
            return await really(seconds)
        waits.append(seconds)

    monkeypatch.setattr("asyncio.sleep", sleep)
    return waits


Ask = Callable[..., Awaitable[Sequence[StreamEvent]]]


@pytest.fixture
def ask(client: BackboardClient) -> Ask:
    """Give a function that streams a message and returns all its events."""

    async def stream(**more: Any) -> Sequence[StreamEvent]:
        events = client.stream_message("t1", "Hello", model="openai/gpt-4o", memory=MemoryMode.AUTO, **more)
        return [event async for event in events]

    return stream
