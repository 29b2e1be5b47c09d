"""A Backboard of fixed pace that costs little, for measurements where it shares the cores with what is measured.

    python -m benchmarks.lean_backboard PORT [--words 300] [--pace 0.02] [--first 0.2]

Reply number n is the words `r<n> w1 w2 …`, the first one after --first seconds, an event for each: one word that no
other reply has, as the search indexes them. They go out as they are due, but at most twenty times a second.
`GET /runs` answers how many replies have begun.
"""

import argparse
import asyncio
import json
import re
from itertools import count
from typing import cast

import uvloop

_REST_S = 0.05  # between two pieces of a stream
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
_MADE = "2026-01-01T00:00:00Z"
_MODELS = {"models": [{"name": "gpt-4o", "provider": "openai", "model_type": "llm"}], "total": 1}


class Backboard:
    """What all connections share."""

    def __init__(self, *, words: int, pace_s: float, first_s: float) -> None:
        self.words = words
        self.pace_s = pace_s
        self.first_s = first_s
        self.runs = 0
        self._made = count()

    def answer(self, method: bytes, path: bytes) -> object:
        """Return what a request that is no message is answered with."""
        thing = f"{next(self._made):032x}"
        match method, path.partition(b"?")[0].strip(b"/").split(b"/"):
            case b"GET", [b"runs"]:
                return {"count": self.runs}
            case b"GET", [_, b"assistants"]:
                return []
            case _, [_, b"assistants"]:
                return {"assistant_id": thing, "name": "", "created_at": _MADE}
            case b"POST", [_, b"assistants", assistant, b"threads"]:
                return {"thread_id": thing, "assistant_id": assistant.decode(), "created_at": _MADE, "messages": []}
            case _, [_, b"models"]:
                return _MODELS
        raise NotImplementedError(f"{method!r} {path!r}")


class Connection(asyncio.Protocol):
    """One connection: its requests come one after the other."""

    def __init__(self, backboard: Backboard) -> None:
        self._backboard = backboard
        self._asked = b""
        self._stream: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name

    def connection_lost(self, _error: Exception | None) -> None:
        """End the stream, if there is one."""
        if self._stream:
            self._stream.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer a request when all of it is there."""
        self._asked += data
        head, end, body = self._asked.partition(b"\r\n\r\n")
        told = _LENGTH.search(head)
        if not end or len(body) < (int(told[1]) if told else 0):
            return
        self._asked = b""
        method, path, _ = head.split(b" ", 2)
        if path.endswith(b"/messages"):
            self._transport.write(_HEAD % b"text/event-stream" + b"Transfer-Encoding: chunked\r\n\r\n")
            self._backboard.runs += 1
            now = asyncio.get_running_loop().time()
            self._go_on(self._backboard.runs, 0, now + self._backboard.first_s)
            return
        answer = json.dumps(self._backboard.answer(method, path)).encode()
        self._transport.write(_HEAD % b"application/json" + b"Content-Length: %d\r\n\r\n%b" % (len(answer), answer))

    def _go_on(self, run: int, word: int, begin: float) -> None:
        """Send the words that are due since *word*."""
        backboard, loop = self._backboard, asyncio.get_running_loop()
        due = min(backboard.words, int((loop.time() - begin) / backboard.pace_s) + 1) if loop.time() >= begin else 0
        events = b"".join(
            b'data: {"type": "content_streaming", "content": "%b%d ", "run_id": "run-%d"}\n\n'
            % (b"w" if one else b"r", one or run, run)
            for one in range(word, due)
        )
        if due == backboard.words:
            self._chunk(events + _ended(run, due))
            self._transport.write(b"0\r\n\r\n")
            self._stream = None
            return
        if events:
            self._chunk(events)
        next_at = max(begin + due * backboard.pace_s, loop.time() + _REST_S) if due else begin
        self._stream = loop.call_at(next_at, self._go_on, run, due, begin)

    def _chunk(self, data: bytes) -> None:
        self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))


def _ended(run: int, words: int) -> bytes:
    tokens = {"input_tokens": 10, "output_tokens": words, "total_tokens": 10 + words}
    model = {"model_provider": "openai", "model_name": "gpt-4o"}
    event = {"type": "run_ended", "status": "completed", "run_id": f"run-{run}", **model, **tokens}
    return b"data: %b\n\n" % json.dumps(event).encode()


async def _serve(port: int, backboard: Backboard) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(backboard), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--pace", type=float, default=0.02)
    parser.add_argument("--first", type=float, default=0.2)
    options = parser.parse_args()
    uvloop.run(_serve(options.port, Backboard(words=options.words, pace_s=options.pace, first_s=options.first)))
