"""The files of a session."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Response, UploadFile

from api.dependencies import Caller, CallerDep, FileId, GuardedRoute, SessionId, WriterDep
from api.problems import declared
from api.schemas import FileList, FileOut
from services.errors import NotFoundError
from services.sessions.records import FileState, HeldFile

router = APIRouter(prefix="/sessions/{session_id}/files", tags=["Files"], route_class=GuardedRoute)
READ = declared(401, 404, 422, 429, 503)
WRITE = declared(401, 403, 404, 413, 422, 429, 503)
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "What is in the file, as it was sent.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("", status_code=201, responses=WRITE)
def add_file(
    caller: WriterDep,
    session_id: SessionId,
    file: Annotated[
        UploadFile, File(description="PDF, Word (.docx), text, Markdown, CSV, JSON or an image, of at most 10 MB.")
    ],
) -> FileOut:
    """Add a file to a session; the assistant reads it before it answers the next message.

    All files of a user share one room (`files` of `/usage`); where it is full, this is a 413, code `file_quota`.
    """
    made = caller.services.files.add(session_id, file.filename or "", file.file.read(), user_id=caller.user_id)
    return FileOut.of(HeldFile(made, FileState.KEPT))


@router.get("", responses=READ)
def list_files(caller: CallerDep, session_id: SessionId) -> FileList:
    """List the files of a session, oldest first, and how far the assistant has each."""
    files = [FileOut.of(one) for one in caller.services.files.list(session_id, user_id=caller.user_id)]
    return FileList(files=files, count=len(files), next_cursor=None)


@router.get("/{file_id}/content", response_class=Response, responses=CONTENT | READ)
def get_file_content(caller: CallerDep, session_id: SessionId, file_id: FileId) -> Response:
    """Return what is in a file."""
    _check_session(caller, session_id, file_id)
    file, content = caller.services.files.get(file_id, user_id=caller.user_id)
    told = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=told)  # for no browser to open


@router.delete(
    "/{file_id}", status_code=204, response_class=Response, responses=declared(401, 403, 404, 422, 429, 503)
)
def remove_file(caller: WriterDep, session_id: SessionId, file_id: FileId) -> None:
    """Delete a file here and at Backboard."""
    _check_session(caller, session_id, file_id)
    caller.services.files.remove(file_id, user_id=caller.user_id)


def _check_session(caller: Caller, session_id: int, file_id: int) -> None:
    files = caller.services.files.list(session_id, user_id=caller.user_id)
    if all(one.info.id != file_id for one in files):
        raise NotFoundError("There is no such file.")
