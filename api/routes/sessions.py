"""Sessions and their messages."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import BeforeValidator

from api.dependencies import CallerDep, GuardedRoute, SessionId, WriterDep, given_id, parse_id
from api.problems import declared
from api.schemas import (
    ID_PATTERN,
    WITHOUT_NUL,
    Deleted,
    MessageIn,
    MessageList,
    MessageOut,
    SessionChange,
    SessionIds,
    SessionIn,
    SessionList,
    SessionOut,
    SessionWithMessages,
)
from api.session_settings import Title
from db.ids import MAX_ID
from services.errors import NotFoundError
from services.sessions.sessions import CURSOR
from services.texts import MAX_NAME_CHARS

router = APIRouter(prefix="/sessions", tags=["Sessions"], route_class=GuardedRoute)
READ = declared(401, 404, 422, 429, 503)
WRITE = declared(401, 403, 404, 409, 413, 422, 429, 503)


def _empty_is_no(value: Any) -> Any:
    return False if value == "" else value


IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=MAX_NAME_CHARS,
        pattern=WITHOUT_NUL,
        description="Names the message where its body does not; a repeat is joined.",
    ),
]


@router.post("", status_code=201, responses=WRITE)
def create_session(caller: WriterDep, body: SessionIn | None = None) -> SessionOut:
    """Create an empty session. Without a title it is a "New chat" until its first message."""
    given = (body or SessionIn()).model_dump() | {"trip_id": given_id(body.trip_id if body else None, "trip")}
    return SessionOut.of(caller.services.sessions.create(user_id=caller.user_id, **given))


@router.get("", responses=READ)
def list_sessions(
    caller: CallerDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[
        str | None, Query(pattern=f"{CURSOR.pattern}|^$", description="`next_cursor` of the page before.")
    ] = None,
    q: Annotated[
        str, Query(max_length=200, pattern=WITHOUT_NUL, description="Words that the title or one message holds.")
    ] = "",
    archived: Annotated[
        bool, BeforeValidator(_empty_is_no), Query(description="The archived sessions instead of the others.")
    ] = False,
    trip_id: Annotated[str | None, Query(pattern=ID_PATTERN, description="Those of a trip alone.")] = None,
) -> SessionList:
    """List the caller's sessions, last used first."""
    page = caller.services.sessions.latest(
        user_id=caller.user_id,
        limit=limit,
        cursor=cursor or None,
        archived=archived,
        words=q,
        trip_id=given_id(trip_id, "trip"),
    )
    sessions = [SessionOut.of(one) for one in page.sessions]
    return SessionList(sessions=sessions, count=len(sessions), next_cursor=page.next_cursor)


@router.post("/cleanup", responses=declared(401, 403, 413, 422, 429, 503))
def delete_sessions(caller: WriterDep, body: SessionIds) -> Deleted:
    """Delete many sessions. Ids that are not the caller's are left alone."""
    ids = []
    for text in body.session_ids:
        try:
            ids.append(parse_id(text, "session"))
        except NotFoundError:
            continue
    gone = caller.services.sessions.delete(ids, user_id=caller.user_id)
    return Deleted(deleted=len(gone), session_ids=[str(one) for one in gone])


@router.get("/{session_id}", responses=READ)
def get_session(
    caller: CallerDep, session_id: SessionId, messages: Annotated[int, Query(ge=0, le=100)] = 50
) -> SessionWithMessages:
    """Return one session with its latest messages."""
    session = caller.services.sessions.get(session_id, user_id=caller.user_id)
    latest = (
        caller.services.sessions.messages(session_id, user_id=caller.user_id, limit=messages)[0] if messages else ()
    )
    return SessionWithMessages.of(session, messages=[MessageOut.of(one) for one in latest])


@router.patch("/{session_id}", responses=WRITE)
def change_session(
    caller: WriterDep,
    session_id: SessionId,
    body: SessionChange | None = None,
    title: Annotated[Title | None, Query(description="The new title, where there is no body.")] = None,
) -> SessionOut:
    """Change the title, model or switches of a session, or the trip that it is in."""
    given = (body or SessionChange()).model_dump(exclude={"trip_id", "carry"})
    if title is not None:
        given["title"] = title
    services = caller.services
    services.sessions.check(session_id, user_id=caller.user_id, **given)
    if body is not None and "trip_id" in body.model_fields_set:
        trip_id = given_id(body.trip_id, "trip")
        services.trip_sessions.move([session_id], trip_id, user_id=caller.user_id, carry=body.carry)
    return SessionOut.of(services.sessions.change(session_id, user_id=caller.user_id, **given))


@router.delete("/{session_id}", status_code=204, response_class=Response, responses=WRITE)
def delete_session(caller: WriterDep, session_id: SessionId) -> None:
    """Delete a session with its messages, and its thread at Backboard."""
    if not caller.services.sessions.delete([session_id], user_id=caller.user_id):
        raise NotFoundError("There is no such session.")


@router.get("/{session_id}/messages", tags=["Messages"], responses=READ)
def list_messages(
    caller: CallerDep,
    session_id: SessionId,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    before: Annotated[
        str | None, Query(pattern=f"{ID_PATTERN}|^$", description="`next_cursor` of the page after.")
    ] = None,
) -> MessageList:
    """List the messages of a session in order of time, the newest page first.

    Replies that were asked for anew are there too: the later one's `metadata.retry_of` names the earlier one.
    """
    found, next_before = caller.services.sessions.messages(
        session_id,
        user_id=caller.user_id,
        limit=limit,
        before_id=min(int(before), MAX_ID) if before else None,
    )
    messages = [MessageOut.of(one) for one in found]
    return MessageList(messages=messages, count=len(messages), next_cursor=str(next_before) if next_before else None)


@router.post("/{session_id}/messages", status_code=201, tags=["Messages"], responses=WRITE)
def store_message(
    caller: WriterDep, session_id: SessionId, body: MessageIn, idempotency_key: IdempotencyKey = None
) -> MessageOut:
    """Keep a message without asking the model, who reads it with the next question: for imports and notes."""
    stored = caller.services.replies.store(
        body.content,
        role=body.role,
        session_id=session_id,
        user_id=caller.user_id,
        client_message_id=body.id or idempotency_key,
    )
    return MessageOut.of(stored)
