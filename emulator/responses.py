"""How the reply of a run goes over the connection, with what can go wrong there."""

import asyncio
import json
from collections.abc import Callable, Iterator

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from emulator.faults import Faults
from emulator.live import CONTENT, TERMINAL, LiveRun
from emulator.store import Json, RunEnd

BREAK_CONNECTION = "emulator.break_connection"
"""The key in ``scope["extensions"]`` of a function that closes the connection as it is; see `emulator.server`."""


class _RunResponse(Response):
    """Sends until all is sent, the caller has gone or the emulator closes."""

    def __init__(self, live: LiveRun, faults: Faults, closed: asyncio.Event) -> None:
        self.live = live
        self.faults = faults
        self._closed = closed
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send_unless_broken(scope, receive, send))
        closing = asyncio.create_task(self._closed.wait())
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({sending, closing, gone}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and sending.result():
                return
            if not gone.done():
                _break(scope)
                await gone
        finally:
            for task in (sending, closing, gone):
                task.cancel()
            await asyncio.gather(sending, closing, gone, return_exceptions=True)

    async def _send_unless_broken(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Send the reply; False when the connection is to be broken now."""
        raise NotImplementedError


class WholeReply(_RunResponse):
    """The reply in one piece, when the run has ended. *shape* makes the body."""

    def __init__(
        self, live: LiveRun, faults: Faults, closed: asyncio.Event, shape: Callable[[LiveRun, RunEnd], Json]
    ) -> None:
        super().__init__(live, faults, closed)
        self._shape = shape

    async def _send_unless_broken(self, scope: Scope, receive: Receive, send: Send) -> bool:
        end = await self.live.ended()
        if self.faults.silence is not None:
            await asyncio.Event().wait()
        if self.live.lost or self.faults.cut is not None:
            return False
        await JSONResponse(self._shape(self.live, end))(scope, receive, send)
        return True


class EventStream(_RunResponse):
    """The reply as server-sent events, from the run's first event."""

    async def _send_unless_broken(self, scope: Scope, receive: Receive, send: Send) -> bool:
        if self.faults.keep_alive_s is None:
            await self.live.more_than(0)
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")],
            }
        )
        seen, chunks, text = 0, 0, ""
        while True:
            await self._wait(seen, send)
            body = b""
            for event in self.live.events[seen:]:
                seen += 1
                is_content, is_last = event["type"] == CONTENT, event["type"] in TERMINAL
                if is_content or is_last:
                    for after in (self.faults.cut, self.faults.silence, self.faults.no_terminal):
                        if after is not None and (is_last or chunks >= after):
                            await self._send_body(send, body)
                            return await self._stop(send)
                if is_content:
                    chunks, text = chunks + 1, text + event["content"] if self._accumulates else ""
                    event = self._with_text_so_far(event, text)
                body += (b": keep-alive\n\n" if self.faults.keep_alive_s is not None else b"") + _frame(event)
                if is_last:
                    await self._send_body(send, body)
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    return True
            await self._send_body(send, body)
            if self.live.lost and seen == len(self.live.events):
                return False

    @property
    def _accumulates(self) -> bool:
        return self.faults.accumulated or self.faults.cumulative

    def _with_text_so_far(self, event: Json, text: str) -> Json:
        if self.faults.cumulative:
            return {**event, "content": text, "accumulated_content": text}
        return {**event, "accumulated_content": text} if self.faults.accumulated else event

    async def _wait(self, seen: int, send: Send) -> None:
        """Wait for more events, with a comment now and then if the fault asks for it."""
        if self.faults.keep_alive_s is None:
            return await self.live.more_than(seen)
        while True:
            try:
                async with asyncio.timeout(self.faults.keep_alive_s):
                    return await self.live.more_than(seen)
            except TimeoutError:
                await send({"type": "http.response.body", "body": b": keep-alive\n\n", "more_body": True})

    async def _stop(self, send: Send) -> bool:
        """Do what the fault says in place of going on."""
        if self.faults.silence is not None:
            await asyncio.Event().wait()
        if self.faults.no_terminal is not None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return True
        return False

    async def _send_body(self, send: Send, body: bytes) -> None:
        for piece in _split(body) if self.faults.split_bytes else [body]:
            if piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                await asyncio.sleep(0)


def _frame(event: Json) -> bytes:
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


def _split(body: bytes) -> Iterator[bytes]:
    """Cut *body* inside each of its characters that takes several bytes, and once in its middle."""
    cuts = [at for at in range(1, len(body)) if 0x80 <= body[at] < 0xC0 and body[at - 1] >= 0xC0]
    start = 0
    for cut in sorted({*cuts, len(body) // 2, len(body)}):
        yield body[start:cut]
        start = cut


async def _gone(receive: Receive) -> None:
    """Wait until the caller's connection is closed."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _break(scope: Scope) -> None:
    scope["extensions"][BREAK_CONNECTION]()
