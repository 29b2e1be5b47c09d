"""Sending a message, and following, stopping and repeating its reply."""

import secrets
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.chat_body import Sending, sending
from api.dependencies import Caller, CallerDep, ChatId, GuardedRoute, SessionId, WriterDep, given_id, parse_id
from api.problems import declared
from api.routes.sessions import IdempotencyKey
from api.schemas import ChatIn, NamedChatIn, Stopped
from api.streaming import reply_response
from api.ui_stream import CHUNK_SCHEMA
from services.errors import NotFoundError
from services.sessions.records import Accepted

router = APIRouter(tags=["Chat"], route_class=GuardedRoute)

_EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "oneOf": [
                {"type": "string", "contentMediaType": "application/json", "contentSchema": CHUNK_SCHEMA},
                {"const": "[DONE]", "description": "The last one."},
            ]
        }
    },
}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The reply while it is being written: an AI SDK UI message stream, or with "
        "`Accept: text/plain` its bare text.",
        "content": {
            "text/event-stream": {"itemSchema": _EVENT},
            "text/plain": {"schema": {"type": "string"}},
        },
        "headers": {
            "X-Session-Id": {"description": "The session's id.", "schema": {"type": "string"}},
            "X-Message-Id": {"description": "The reply's id.", "schema": {"type": "string"}},
        },
    }
}
SEND = _STREAM | declared(401, 402, 403, 404, 409, 413, 422, 429, 502, 503)
_JOIN = _STREAM | {204: {"description": "No reply is being written."}} | declared(401, 404, 422, 429, 502, 503)


@router.post("/sessions/{session_id}/chat", response_class=Response, responses=SEND)
async def chat_in_session(
    request: Request, caller: WriterDep, session_id: SessionId, body: ChatIn, idempotency_key: IdempotencyKey = None
) -> Response:
    """Send a message to a session and stream the reply."""
    accepted = await run_in_threadpool(_send, caller, sending(body, idempotency_key), body, session_id, None)
    return await reply_response(request, caller, accepted.reply_id)


@router.post("/chat", response_class=Response, responses=SEND)
async def chat(
    request: Request, caller: WriterDep, body: NamedChatIn, idempotency_key: IdempotencyKey = None
) -> Response:
    """Send a message as the npm `ai` package's default transport does, and stream the reply.

    `id` (or `sessionId`) is a session's id, or a name made up by the caller: the first message then creates the
    session, which keeps that name for this user. A name of 15 digits or more is taken for a session's id.
    """
    wanted = sending(body, idempotency_key)

    def send() -> Accepted:
        session_id, name = _session_of(caller, body.id or body.sessionId)
        return _send(caller, wanted, body, session_id, name)

    accepted = await run_in_threadpool(send)
    return await reply_response(request, caller, accepted.reply_id)


@router.get("/sessions/{session_id}/stream", response_class=Response, responses=_JOIN)
async def join_session(request: Request, caller: CallerDep, session_id: SessionId) -> Response:
    """Stream the reply that is being written in a session, whole from its start."""
    return await _join(request, caller, session_id)


@router.get("/chat/{chat_id}/stream", response_class=Response, responses=_JOIN)
async def join_chat(request: Request, caller: CallerDep, chat_id: ChatId) -> Response:
    """The same for a session named by its id or by the caller's own name: what `useChat` asks to resume."""
    session_id, name = await run_in_threadpool(_session_of, caller, chat_id)
    if session_id is None:
        if name is None or len(name) > 100:
            raise NotFoundError("There is no such session.")
        return Response(status_code=204)
    return await _join(request, caller, session_id)


@router.post("/sessions/{session_id}/stop", responses=declared(401, 403, 404, 422, 429, 503))
def stop(caller: WriterDep, session_id: SessionId) -> Stopped:
    """Stop the reply that is being written in a session; the text so far is kept, and messages that wait wait on."""
    caller.services.sessions.get(session_id, user_id=caller.user_id)
    reply_id = caller.services.replies.unfinished(session_id, user_id=caller.user_id)
    if reply_id is not None:
        caller.services.replies.stop(reply_id, user_id=caller.user_id)
    return Stopped(stopped=reply_id is not None, message_id=str(reply_id) if reply_id else None)


async def _join(request: Request, caller: Caller, session_id: int) -> Response:
    def look() -> int | None:
        caller.services.sessions.get(session_id, user_id=caller.user_id)
        return caller.services.replies.unfinished(session_id, user_id=caller.user_id)

    reply_id = await run_in_threadpool(look)
    if reply_id is None:
        return Response(status_code=204)
    return await reply_response(request, caller, reply_id)


def _session_of(caller: Caller, chat_id: str | None) -> tuple[int | None, str | None]:
    """Return a session's id, or the name of one that there is not yet."""
    if chat_id is None:
        return None, None
    if chat_id.isascii() and chat_id.isdigit() and len(chat_id) >= 15:
        session_id = parse_id(chat_id, "session")
        caller.services.sessions.get(session_id, user_id=caller.user_id)
        return session_id, None
    try:
        return caller.services.sessions.named(chat_id, user_id=caller.user_id), chat_id
    except NotFoundError:
        return None, chat_id


def _send(caller: Caller, wanted: Sending, body: ChatIn, session_id: int | None, chat_name: str | None) -> Accepted:
    replies = caller.services.replies
    if wanted.regenerate:
        return replies.retry(_message_to_answer(caller, wanted), user_id=caller.user_id)
    if wanted.edits:
        return caller.services.versions.edit(
            _known(caller, wanted.edits),
            wanted.text,
            user_id=caller.user_id,
            client_message_id=wanted.client_message_id or f"api-{secrets.token_hex(16)}",
        )
    return replies.send(
        wanted.text,
        user_id=caller.user_id,
        client_message_id=wanted.client_message_id or f"api-{secrets.token_hex(16)}",
        session_id=session_id,
        chat_name=chat_name if session_id is None else None,
        model=body.model,
        memory=body.memory,
        web_search=body.web_search,
        trip_id=given_id(body.trip_id, "trip"),
    )


def _message_to_answer(caller: Caller, wanted: Sending) -> int:
    """Return the id of the reply wanted anew where the reader knows it, else of the message to answer."""
    for name in (wanted.reply_id, wanted.client_message_id):
        if name is not None:
            with suppress(NotFoundError):
                return _known(caller, name)
    raise NotFoundError("There is no such message.")


def _known(caller: Caller, name: str) -> int:
    """Return the id of the message that a program named so, or that has this id."""
    replies = caller.services.replies
    known = replies.id_of(name, user_id=caller.user_id)
    return known or replies.get(parse_id(name, "message"), user_id=caller.user_id).id
