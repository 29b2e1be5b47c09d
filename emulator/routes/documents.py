"""Documents of assistants and threads: upload, list, status, delete.

Names with these words in them say what is to go wrong: ``index-error`` (it cannot be indexed), ``index-never`` (it
stays in processing), ``answer-lost`` (it is stored, and the upload answered with 500).
"""

from functools import partial

import anyio.to_thread
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from emulator.context import account, context, known_assistant
from emulator.documents import ACCEPTED, UnreadableError, extension, text_of
from emulator.errors import ApiError, InjectedError, invalid, not_found
from emulator.faults import Status
from emulator.fields import path_uuid
from emulator.store import now_iso


def _place(request: Request) -> dict[str, str]:
    """Return the assistant or the thread that the path names; 404 when there is none."""
    if "assistant_id" in request.path_params:
        assistant_id = path_uuid(request, "assistant_id")
        known_assistant(request, assistant_id)
        return {"assistant_id": assistant_id}
    thread_id = path_uuid(request, "thread_id")
    if context(request).store.threads.assistant_of(account(request), thread_id) is None:
        raise not_found("Thread")
    return {"thread_id": thread_id}


async def upload(request: Request) -> JSONResponse:
    """Take one file, in the part ``file`` of a form, and index it in the background."""
    place = _place(request)
    async with request.form() as form:
        parts = form.multi_items()
        if len(parts) != 1 or parts[0][0] != "file" or not isinstance(parts[0][1], UploadFile):
            raise invalid("body", "file", "Field required", "missing")
        filename, content = parts[0][1].filename or "", await parts[0][1].read()
    if extension(filename) not in ACCEPTED:
        raise ApiError(400, f"Unsupported file type: {extension(filename) or 'none'}")
    text, error = "", None
    try:
        text = await anyio.to_thread.run_sync(
            partial(text_of, filename, content), limiter=context(request).readers, abandon_on_cancel=True
        )
    except UnreadableError as exc:
        error = str(exc)
    if "index-error" in filename:
        error = "The file could not be parsed."
    delay_s = None if "index-never" in filename else context(request).document_delay_s
    made = context(request).store.documents.add(
        filename, len(content), text=text, error=error, delay_s=delay_s, **place
    )
    if "answer-lost" in filename:
        raise InjectedError(Status(500))
    return JSONResponse(made)


async def find(request: Request) -> JSONResponse:
    """List the documents of an assistant or of a thread."""
    place, documents = _place(request), context(request).store.documents
    if "thread_id" in place:
        return JSONResponse(documents.of_thread(place["thread_id"]))
    return JSONResponse(documents.of_assistant(place["assistant_id"]))


async def status(request: Request) -> JSONResponse:
    """Return where a document is on its way to being indexed."""
    found = context(request).store.documents.status(account(request), path_uuid(request, "document_id"))
    if found is None:
        raise not_found("Document")
    return JSONResponse(found)


async def delete(request: Request) -> JSONResponse:
    """Delete a document."""
    document_id, documents = path_uuid(request, "document_id"), context(request).store.documents
    found = documents.status(account(request), document_id)
    if found is None:
        raise not_found("Document")
    documents.delete(document_id)
    told = {name: found[name] for name in ("document_id", "filename", "document_type")}
    return JSONResponse({"message": "Document deleted successfully", **told, "deleted_at": now_iso()})


ROUTES = [
    Route("/assistants/{assistant_id}/documents", upload, methods=["POST"]),
    Route("/assistants/{assistant_id}/documents", find, methods=["GET"]),
    Route("/threads/{thread_id}/documents", upload, methods=["POST"]),
    Route("/threads/{thread_id}/documents", find, methods=["GET"]),
    Route("/documents/{document_id}/status", status, methods=["GET"]),
    Route("/documents/{document_id}", delete, methods=["DELETE"]),
]
