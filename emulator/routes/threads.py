"""``/threads``: create, list, get, delete."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from emulator.context import account, context, known_assistant
from emulator.errors import not_found
from emulator.fields import path_uuid, query_flag, query_int
from emulator.store import now_iso


async def create(request: Request) -> JSONResponse:
    """Make an empty thread on an assistant."""
    assistant_id = path_uuid(request, "assistant_id")
    known_assistant(request, assistant_id)
    return JSONResponse(context(request).store.threads.create(assistant_id))


async def find(request: Request) -> JSONResponse:
    """List threads, of one assistant or of all, with their messages unless asked without."""
    assistant_id = path_uuid(request, "assistant_id") if "assistant_id" in request.path_params else None
    if assistant_id is not None:
        known_assistant(request, assistant_id)
    return JSONResponse(
        context(request).store.threads.find(
            account(request),
            assistant_id=assistant_id,
            skip=query_int(request, "skip", 0, low=0, high=10_000),
            limit=query_int(request, "limit", 100, low=1, high=200),
            include_messages=query_flag(request, "include_messages", True) is not False,
        )
    )


async def get(request: Request) -> JSONResponse:
    """Return a thread with all its messages, oldest first."""
    thread = context(request).store.threads.get(account(request), path_uuid(request, "thread_id"))
    if thread is None:
        raise not_found("Thread")
    return JSONResponse(thread)


async def delete(request: Request) -> JSONResponse:
    """Delete a thread."""
    thread_id, threads = path_uuid(request, "thread_id"), context(request).store.threads
    if threads.assistant_of(account(request), thread_id) is None:
        raise not_found("Thread")
    threads.delete(thread_id)
    return JSONResponse({"message": "Thread deleted successfully", "thread_id": thread_id, "deleted_at": now_iso()})


ROUTES = [
    Route("/assistants/{assistant_id}/threads", create, methods=["POST"]),
    Route("/assistants/{assistant_id}/threads", find, methods=["GET"]),
    Route("/threads", find, methods=["GET"]),
    Route("/threads/{thread_id}", get, methods=["GET"]),
    Route("/threads/{thread_id}", delete, methods=["DELETE"]),
]
