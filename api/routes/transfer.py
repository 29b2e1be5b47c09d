"""Sessions as files, out and in, and the samples."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.dependencies import CallerDep, GuardedRoute, SessionId, WriterDep
from api.problems import declared
from api.schemas import WITHOUT_NUL, Added, Deleted, Imported
from services.errors import InvalidInputError
from services.transfer.transfer import MEDIA_TYPES, ExportKind

router = APIRouter(tags=["Sessions"], route_class=GuardedRoute)

_IN_MEMORY = 1024 * 1024  # bytes of a file that has come only in part
_FILE: dict[str, Any] = {"type": "string", "format": "binary"}
_FORM: dict[str, Any] = {"type": "object", "required": ["file"], "properties": {"file": _FILE}}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"anyOf": [{"type": "object"}, {"type": "array"}]}},
            "application/zip": {"schema": _FILE},
            "multipart/form-data": {"schema": _FORM},
        },
    }
}
_EXPORTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {
            MEDIA_TYPES[ExportKind.JSON]: {"schema": {"type": "object"}},
            MEDIA_TYPES[ExportKind.MARKDOWN]: {"schema": {"type": "string"}},
            MEDIA_TYPES[ExportKind.PDF]: {"schema": _FILE},
        },
    }
}


@router.get(
    "/sessions/{session_id}/export",
    response_class=Response,
    responses=_EXPORTS | declared(401, 404, 422, 429, 503),
)
def export_session(
    caller: CallerDep,
    session_id: SessionId,
    kind: Annotated[ExportKind, Query(alias="format")] = ExportKind.JSON,
    timezone: Annotated[
        str, Query(max_length=64, pattern=WITHOUT_NUL, description="Of times in Markdown and PDF: an IANA name.")
    ] = "UTC",
) -> Response:
    """Give a session as a file: JSON has every version of every message, Markdown and PDF those shown."""
    file = caller.services.transfer.export(session_id, user_id=caller.user_id, kind=kind, zone=_zone(timezone))
    name = f"attachment; filename=\"session.{file.name.rpartition('.')[2]}\"; filename*=UTF-8''{quote(file.name)}"
    return Response(file.content, media_type=file.media_type, headers={"Content-Disposition": name})


@router.post("/import", responses=declared(401, 403, 413, 422, 429, 503), openapi_extra=_BODY)
async def import_sessions(caller: WriterDep, request: Request) -> Imported:
    """Import the sessions of a file that was exported here, of ChatGPT's export or of `GET /me/data`: at most 50 MB.

    The body is the file (`application/json`, `application/zip`), or a form with the field `file`. What is here
    already is left as it is, so that the same import can be repeated. One is made at a time: while another runs,
    the answer is a 503.
    """
    async with _file(request) as file:
        result = await run_in_threadpool(caller.services.transfer.import_file, file, user_id=caller.user_id, wait_s=0)
    return Imported(
        imported=len(result.imported),
        session_ids=[str(one) for one in result.imported],
        already_here=result.already_here,
        refused=list(result.refused),
        customers=result.customers,
        trips=result.trips,
        templates=result.templates,
    )


@router.post("/samples", status_code=201, responses=declared(401, 403, 413, 429, 503))
def add_samples(caller: WriterDep) -> Added:
    """Add the three sample sessions, where they are not here already."""
    added = caller.services.transfer.add_samples(user_id=caller.user_id).imported
    return Added(added=len(added), session_ids=[str(one) for one in added])


@router.delete("/samples", responses=declared(401, 403, 413, 429, 503))
def remove_samples(caller: WriterDep) -> Deleted:
    """Delete the sample sessions."""
    gone, _ = caller.services.transfer.remove_samples(user_id=caller.user_id)
    return Deleted(deleted=len(gone), session_ids=[str(one) for one in gone])


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as exc:
        raise InvalidInputError("That is no time zone; a name is like Europe/Lisbon.") from exc


@asynccontextmanager
async def _file(request: Request) -> AsyncIterator[IO[bytes]]:
    """Give the file that was sent; what is large lies on the disk until it is its turn, as forms do."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type in ("application/json", "application/zip"):
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            async for piece in request.stream():
                await run_in_threadpool(file.write, piece)
            file.seek(0)
            yield file
        return
    if content_type == "multipart/form-data":
        async with request.form(max_files=1, max_fields=1) as form:
            if isinstance(sent := form.get("file"), UploadFile):
                yield sent.file
                return
    raise InvalidInputError(
        "Send the file as the body, as application/json or application/zip, or in the field `file`."
    )
