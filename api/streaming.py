"""Answers that stream a reply: as a UI message stream, or as bare text for a terminal."""

import json
import time
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Send

from api.dependencies import Caller
from api.problems import problem
from api.ui_stream import Chunk, UiMessageStream
from db.engine import DatabaseUnavailableError
from services.errors import IssuerAwayError, NotFoundError
from services.message_status import MessageStatus
from services.replies.readers import SILENCE_S
from services.replies.records import ReplySnapshot
from services.sessions.records import MessageView

STREAM_HEADERS = {
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",
    "X-Vercel-AI-UI-Message-Stream": "v1",
}
STILL_EVERY_S = 5.0  # is asked whether the token of a reader still holds
_BACKBOARD_AWAY = ("unreachable", "backboard_down", "busy")  # of `services.replies.failures`
AWAY = "The reply cannot be read right now. It goes on; ask for it again."


async def reply_response(request: Request, caller: Caller, reply_id: int) -> Response:
    """Stream a reply from its start; the request may end at any time, the reply does not notice.

    Raises NotFoundError.
    """
    message = await run_in_threadpool(caller.services.replies.get, reply_id, user_id=caller.user_id)
    headers = {"X-Session-Id": str(message.session_id), "X-Message-Id": str(message.id)}
    if wants_text(request.headers.get("accept", "")):
        return await _text_response(caller, message, headers)
    return StreamingResponse(
        _events(caller, message), media_type="text/event-stream", headers=STREAM_HEADERS | headers
    )


def wants_text(accept: str) -> bool:
    """Whether a reader asks for bare text: it names `text/plain` and not the event stream."""
    named = {one.partition(";")[0].strip().lower() for one in accept.split(",")}
    return "text/plain" in named and "text/event-stream" not in named


async def _events(caller: Caller, message: MessageView) -> AsyncGenerator[str]:
    stream = UiMessageStream(session_id=message.session_id, reply_id=message.id, model=message.model)
    yield ": stream-open\n\n"
    sent_at = time.monotonic()
    try:
        async with aclosing(_follow(caller, message.id)) as snapshots:
            async for snapshot in snapshots:
                chunks = list(stream.advance(snapshot))
                if not snapshot.status.unfinished:
                    ended = await run_in_threadpool(caller.services.replies.get, message.id, user_id=caller.user_id)
                    chunks += stream.end(ended)
                if chunks:
                    yield "".join(map(_event, chunks))
                elif time.monotonic() - sent_at >= SILENCE_S - 1:
                    yield ": keep-alive\n\n"
                else:
                    continue
                sent_at = time.monotonic()
    except DatabaseUnavailableError:
        yield _event({"type": "error", "errorText": AWAY})
    except NotFoundError as exc:
        yield _event({"type": "error", "errorText": exc.message})
    yield "data: [DONE]\n\n"


def _event(chunk: Chunk) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False, separators=(',', ':'))}\n\n"


async def _follow(caller: Caller, reply_id: int) -> AsyncGenerator[ReplySnapshot]:
    """Yield the reply as it changes, while the token lets its user in. Raises NotFoundError."""
    asked_at = time.monotonic()
    async with aclosing(caller.services.replies.follow(reply_id, user_id=caller.user_id)) as snapshots:
        async for snapshot in snapshots:
            if time.monotonic() - asked_at >= STILL_EVERY_S:
                asked_at = time.monotonic()
                if not await run_in_threadpool(_still_in, caller):
                    raise NotFoundError("This token lets nobody in any more. The reply goes on.")
            yield snapshot


def _still_in(caller: Caller) -> bool:
    try:
        return caller.may_go_on()
    except (DatabaseUnavailableError, IssuerAwayError):  # a reply is read on meanwhile
        return True


async def _text_response(caller: Caller, message: MessageView, headers: dict[str, str]) -> Response:
    """Wait for the first words, then stream; a reply that fails before them is answered with a problem."""
    snapshots = _follow(caller, message.id)
    async for snapshot in snapshots:
        if snapshot.text or not snapshot.status.unfinished:
            break
    else:
        return problem(503, "shutting_down", "The server ends. The reply goes on; ask for it again.")
    if not snapshot.text and snapshot.status in (MessageStatus.FAILED, MessageStatus.INTERRUPTED):
        ended = await run_in_threadpool(caller.services.replies.get, message.id, user_id=caller.user_id)
        status = 503 if ended.error_code in _BACKBOARD_AWAY else 502
        return problem(status, ended.error_code or "failed", ended.error_text or "The reply failed.", headers=headers)
    return TextResponse(_texts(snapshot, snapshots), headers=STREAM_HEADERS | headers)


class ReplyCutError(Exception):
    """The reply is not whole, and whoever reads its bare text must not take it for whole."""


class TextResponse(StreamingResponse):
    """Bare text. A reply that fails half-way breaks the connection off, as the only way to say so in plain text."""

    media_type = "text/plain"

    async def stream_response(self, send: Send) -> None:
        """Send the text; after a cut leave out the end, so that the reader sees a broken transfer."""
        try:
            await super().stream_response(send)
        except ReplyCutError:
            return


async def _texts(first: ReplySnapshot, later: AsyncGenerator[ReplySnapshot]) -> AsyncIterable[str]:
    sent, snapshot = "", first
    async with aclosing(later):
        while True:
            if not snapshot.text.startswith(sent):
                raise ReplyCutError
            if new := snapshot.text[len(sent) :]:
                yield new
                sent = snapshot.text
            if not snapshot.status.unfinished:
                break
            try:
                snapshot = await anext(later)
            except (StopAsyncIteration, DatabaseUnavailableError, NotFoundError):
                raise ReplyCutError from None
    if snapshot.status is MessageStatus.COMPLETE:
        yield "\n"
    elif snapshot.status is not MessageStatus.STOPPED:
        raise ReplyCutError
