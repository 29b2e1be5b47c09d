"""Single messages: versions, forks, deletion, and messages that wait for a reply to end."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.dependencies import CallerDep, FollowUpId, GuardedRoute, MessageId, SessionId, WriterDep
from api.routes.chat import SEND
from api.routes.sessions import READ, WRITE, IdempotencyKey
from api.schemas import FollowUp, FollowUpAdded, FollowUpChange, FollowUpIn, FollowUpList, MessageEdit, SessionOut
from api.session_settings import Model
from api.streaming import reply_response
from services.sessions.records import Accepted

router = APIRouter(tags=["Messages"], route_class=GuardedRoute)


@router.post("/messages/{message_id}/retry", response_class=Response, responses=SEND)
async def retry(
    request: Request,
    caller: WriterDep,
    message_id: MessageId,
    model: Annotated[Model | None, Query(description="Another model than the session's.")] = None,
) -> Response:
    """Ask for a new reply to the same message and stream it; the earlier one is kept as a version.

    The id is the reply's, or that of the message it answers.
    """
    accepted = await run_in_threadpool(caller.services.replies.retry, message_id, user_id=caller.user_id, model=model)
    return await reply_response(request, caller, accepted.reply_id)


@router.post("/messages/{message_id}/edit", response_class=Response, responses=SEND)
async def edit(
    request: Request,
    caller: WriterDep,
    message_id: MessageId,
    body: MessageEdit,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Send another version of a message and stream its reply; the earlier version keeps what followed it."""

    def send() -> Accepted:
        name = body.message_id or idempotency_key or f"api-{secrets.token_hex(16)}"
        return caller.services.versions.edit(message_id, body.content, user_id=caller.user_id, client_message_id=name)

    accepted = await run_in_threadpool(send)
    return await reply_response(request, caller, accepted.reply_id)


@router.post("/messages/{message_id}/show", status_code=204, response_class=Response, responses=WRITE)
def show(caller: WriterDep, message_id: MessageId) -> None:
    """Let the conversation go on from the version that this message is, as it was left."""
    caller.services.versions.choose(message_id, user_id=caller.user_id)


@router.post("/messages/{message_id}/fork", status_code=201, responses=WRITE)
def fork(caller: WriterDep, message_id: MessageId) -> SessionOut:
    """Copy the conversation up to and including a message into a new session."""
    session_id = caller.services.versions.fork(message_id, user_id=caller.user_id)
    return SessionOut.of(caller.services.sessions.get(session_id, user_id=caller.user_id))


@router.delete("/messages/{message_id}", status_code=204, response_class=Response, responses=WRITE)
def delete(caller: WriterDep, message_id: MessageId) -> None:
    """Delete a message with its replies; what followed stays. For half a minute it can be restored."""
    caller.services.versions.delete(message_id, user_id=caller.user_id)


@router.post("/messages/{message_id}/restore", status_code=204, response_class=Response, responses=WRITE)
def restore(caller: WriterDep, message_id: MessageId) -> None:
    """Bring back a message that was just deleted, with its replies."""
    caller.services.versions.restore(message_id, user_id=caller.user_id)


@router.get("/sessions/{session_id}/follow-ups", responses=READ)
def list_follow_ups(caller: CallerDep, session_id: SessionId) -> FollowUpList:
    """List the messages that wait for the reply being written in a session, the next one first."""
    caller.services.sessions.get(session_id, user_id=caller.user_id)
    waiting = caller.services.follow_ups.all(session_id, user_id=caller.user_id)
    return FollowUpList(follow_ups=[FollowUp.of(one) for one in waiting], count=len(waiting))


@router.post("/sessions/{session_id}/follow-ups", status_code=202, responses=WRITE)
def add_follow_up(
    caller: WriterDep, session_id: SessionId, body: FollowUpIn, idempotency_key: IdempotencyKey = None
) -> FollowUpAdded:
    """Let a message wait for the reply being written, and be sent when it is whole; where none is, it is sent now."""
    added = caller.services.follow_ups.add(
        body.content,
        session_id=session_id,
        user_id=caller.user_id,
        client_message_id=body.message_id or idempotency_key or f"api-{secrets.token_hex(16)}",
    )
    if isinstance(added, Accepted):
        return FollowUpAdded(waiting=None, message_id=str(added.message_id), reply_id=str(added.reply_id))
    return FollowUpAdded(waiting=FollowUp.of(added), message_id=None, reply_id=None)


@router.post("/sessions/{session_id}/follow-ups/send", response_class=Response, responses=SEND)
async def send_follow_up(request: Request, caller: WriterDep, session_id: SessionId) -> Response:
    """Send the next message that waits, after a reply that failed or was stopped, and stream its reply."""
    accepted = await run_in_threadpool(caller.services.follow_ups.send_next, session_id, user_id=caller.user_id)
    return await reply_response(request, caller, accepted.reply_id)


@router.patch("/follow-ups/{follow_up_id}", responses=WRITE)
def change_follow_up(caller: WriterDep, follow_up_id: FollowUpId, body: FollowUpChange) -> FollowUp:
    """Write a message that waits anew."""
    return FollowUp.of(caller.services.follow_ups.change(follow_up_id, body.content, user_id=caller.user_id))


@router.delete("/follow-ups/{follow_up_id}", status_code=204, response_class=Response, responses=WRITE)
def remove_follow_up(caller: WriterDep, follow_up_id: FollowUpId) -> None:
    """Take back a message that waits."""
    caller.services.follow_ups.remove(follow_up_id, user_id=caller.user_id)
