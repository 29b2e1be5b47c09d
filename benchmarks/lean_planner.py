"""A planner's program that costs little: it asks over the API, reads the stream to its end, and judges it later."""

import asyncio
import json
import re
import time
from dataclasses import dataclass
from typing import cast

_SESSION = re.compile(rb"\r\nx-session-id: *(\d+)", re.IGNORECASE)
_END = b"0\r\n\r\n"


@dataclass
class Reply:
    """One reply as it came: when it was asked for, when its first word and its end were there (monotonic seconds)."""

    asked_at: float
    first_at: float | None = None
    ended_at: float | None = None
    raw: bytes = b""

    def run(self, words: int) -> int | None:
        """Return which of Backboard's replies it was, if each of its words came once and in order."""
        run, *rest = self._text().split() or [""]
        whole = self.ended_at is not None and rest == [f"w{number}" for number in range(1, words)]
        return int(run.removeprefix("r")) if whole else None

    def _text(self) -> str:
        head, _, chunks = self.raw.partition(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            return ""
        body = b""
        while chunks:
            size, _, rest = chunks.partition(b"\r\n")
            body, chunks = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        deltas = [line for line in body.splitlines() if line.startswith(b'data: {"type":"text-delta"')]
        return "".join(json.loads(line.removeprefix(b"data: "))["delta"] for line in deltas)


class Planner(asyncio.Protocol):
    """One planner, who has a session and one connection to the server on this machine's *port*."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token
        self._session_id = ""
        self._transport: asyncio.Transport | None = None
        self._reply = Reply(0.0)
        self._pieces: list[bytes] = []
        self._done = asyncio.Event()

    async def ask(self) -> Reply:
        """Send a message and return its reply, which has not *ended_at* where the connection broke."""
        reply = self._reply = Reply(time.monotonic())
        self._pieces, self._done = [], asyncio.Event()
        if self._transport is None:
            await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)
            assert self._transport is not None
        path = f"/api/sessions/{self._session_id}/chat" if self._session_id else "/api/chat"
        body = '{"content": "Hello"}'
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nAuthorization: Bearer {self._token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(f"{head}{body}".encode())
        await self._done.wait()
        reply.raw = b"".join(self._pieces)
        if found := _SESSION.search(reply.raw):
            self._session_id = found[1].decode()
        return reply

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name

    def connection_lost(self, _error: Exception | None) -> None:
        """Whoever waits for a reply has what there is of it."""
        self._transport = None
        self._done.set()

    def data_received(self, data: bytes) -> None:
        """Keep what comes."""
        self._pieces.append(data)
        if self._reply.first_at is None and b'"text-delta"' in data:
            self._reply.first_at = time.monotonic()
        tail = data if len(data) >= len(_END) else b"".join(self._pieces[-len(_END) :])
        if tail.endswith(_END):
            self._reply.ended_at = time.monotonic()
            self._done.set()
        elif self._reply.first_at is None and not self._pieces[0].startswith(b"HTTP/1.1 200"):
            self._done.set()  # a refusal
