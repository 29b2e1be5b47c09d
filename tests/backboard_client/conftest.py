"""A Backboard made of canned bytes: what it answers is the test's, and what it was asked is kept."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from backboard_client import BackboardClient, MemoryMode, StreamEvent

KEY = "secret-key-of-the-test"
Answer = httpx.Response | Exception


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Backboard:
    """Gives its answers one after the other, the last one again and again."""

    answers: list[Answer] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def answer(self, *answers: Answer) -> None:
        self.answers[:] = answers

    def stream(self, *events: dict[str, Any] | str, ending: str = "\n\n") -> None:
        lines = [event if isinstance(event, str) else f"data: {json.dumps(event)}" for event in events]
        body = "".join(line + ending for line in lines).encode()
        self.answer(httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=body))

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) if request.content else None for request in self.requests]


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

    async def sleep(seconds: float) -> None:
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
