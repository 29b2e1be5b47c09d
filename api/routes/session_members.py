"""With whom a session is shared by itself."""

from fastapi import APIRouter, Response

from api.dependencies import CallerDep, GuardedRoute, MemberId, SessionId, WriterDep
from api.problems import declared
from api.sharing_schemas import SessionMemberChange, SessionMemberIn, SessionMemberList

router = APIRouter(prefix="/sessions/{session_id}/members", tags=["Sessions"], route_class=GuardedRoute)
READ = declared(401, 404, 422, 429, 503)
WRITE = declared(401, 403, 404, 409, 413, 422, 429, 503)


@router.get("", responses=READ)
def list_session_members(caller: CallerDep, session_id: SessionId) -> SessionMemberList:
    """List who sees a session: its owner first, and also who works on its trip."""
    return SessionMemberList.of(caller.services.sharing.people(session_id, user_id=caller.user_id))


@router.post("", status_code=201, responses=WRITE)
def add_session_member(caller: WriterDep, session_id: SessionId, body: SessionMemberIn) -> SessionMemberList:
    """Share a session of the caller's own with somebody; returns all who see it."""
    sharing = caller.services.sharing
    return SessionMemberList.of(sharing.add(session_id, body.username, user_id=caller.user_id, access=body.access))


@router.patch("/{user_id}", responses=WRITE)
def change_session_member(
    caller: WriterDep, session_id: SessionId, user_id: MemberId, body: SessionMemberChange
) -> SessionMemberList:
    """Let somebody with whom a session is shared do more there, or less; returns all who see it."""
    sharing = caller.services.sharing
    return SessionMemberList.of(sharing.change(session_id, user_id, user_id=caller.user_id, access=body.access))


@router.delete("/{user_id}", status_code=204, response_class=Response, responses=WRITE)
def remove_session_member(caller: WriterDep, session_id: SessionId, user_id: MemberId) -> None:
    """Share a session with somebody no more; or, with the caller's own id, leave one."""
    caller.services.sharing.remove(session_id, user_id, user_id=caller.user_id)
