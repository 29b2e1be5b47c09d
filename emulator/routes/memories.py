"""An assistant's memories, and the operations that write them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from emulator.context import account, context, faults_of, known_assistant
from emulator.errors import ApiError, invalid, not_found
from emulator.fields import body_object, body_text, path_uuid, query_int, read_body
from emulator.store import Json

_LONGEST = 50_000  # characters; longer ones are refused with 400
_DEFAULT_PAGE_SIZE = 25


def _assistant_id(request: Request) -> str:
    assistant_id = path_uuid(request, "assistant_id")
    known_assistant(request, assistant_id)
    return assistant_id


def _content(fields: dict[str, Any]) -> str:
    content = body_text(fields, "content")
    if len(content) > _LONGEST:
        raise ApiError(400, f"Memory content is longer than {_LONGEST} characters.")
    return content


async def find(request: Request) -> JSONResponse:
    """List memories: all, or a page when *page* or *page_size* is given."""
    memories = context(request).store.memories.all_of(_assistant_id(request))
    body: dict[str, Any] = {"memories": memories, "total_count": len(memories)}
    if {"page", "page_size"} & request.query_params.keys():
        page = query_int(request, "page", 1, low=1, high=1_000_000)
        size = query_int(request, "page_size", _DEFAULT_PAGE_SIZE, low=1, high=100)
        body["memories"] = memories[(page - 1) * size : page * size]
        body |= {"page": page, "page_size": size, "total_pages": -(-len(memories) // size)}
    return _listed(request, body)


def _listed(request: Request, body: dict[str, Any]) -> JSONResponse:
    if faults_of(request, "odd_memory").odd_memory:
        odd = {"id": None, "content": "Nobody knows which memory this is"}
        body |= {"memories": [odd, *body["memories"]], "total_count": body["total_count"] + 1}
    return JSONResponse(body)


def _metadata(request: Request, fields: dict[str, Any]) -> Json | None:
    metadata = body_object(fields, "metadata")
    odd = any(not isinstance(value, str) for value in (metadata or {}).values())
    if odd and faults_of(request, "strict_metadata").strict_metadata:
        raise ApiError(500, "Internal server error")
    return metadata


async def add(request: Request) -> JSONResponse:
    """Store a memory."""
    assistant_id, fields = _assistant_id(request), await read_body(request)
    made = context(request).store.memories.add(assistant_id, _content(fields), _metadata(request, fields))
    return JSONResponse({"success": True, "memory_id": made["id"], "content": made["content"]}, 201)


async def get(request: Request) -> JSONResponse:
    """Return one memory."""
    memory = context(request).store.memories.get(_assistant_id(request), request.path_params["memory_id"])
    if memory is None:
        raise not_found("Memory")
    return JSONResponse(memory)


async def update(request: Request) -> JSONResponse:
    """Change a memory."""
    assistant_id, fields = _assistant_id(request), await read_body(request)
    memory = context(request).store.memories.update(
        assistant_id, request.path_params["memory_id"], _content(fields), _metadata(request, fields)
    )
    if memory is None:
        raise not_found("Memory")
    return JSONResponse(memory)


async def delete(request: Request) -> JSONResponse:
    """Delete one memory."""
    if not context(request).store.memories.delete(_assistant_id(request), request.path_params["memory_id"]):
        raise not_found("Memory")
    return JSONResponse({"success": True, "message": "Memory deleted successfully"})


async def delete_all(request: Request) -> JSONResponse:
    """Delete every memory of an assistant."""
    context(request).store.memories.delete_all(_assistant_id(request))
    return JSONResponse({"success": True, "message": "All memories deleted successfully"})


async def search(request: Request) -> JSONResponse:
    """Return the memories that fit a query, best first."""
    assistant_id, fields = _assistant_id(request), await read_body(request)
    limit = fields.get("limit", 5)
    if not isinstance(limit, int) or not 1 <= limit <= 50:
        raise invalid("body", "limit", "Input should be between 1 and 50", "out_of_range")
    found = context(request).store.memories.search(assistant_id, body_text(fields, "query"), limit=limit)
    return _listed(request, {"memories": found, "total_count": len(found)})


async def stats(request: Request) -> JSONResponse:
    """Return how much an assistant remembers."""
    memories = context(request).store.memories.all_of(_assistant_id(request))
    last = max((memory["updated_at"] for memory in memories), default=None)
    return JSONResponse({"total_memories": len(memories), "last_updated": last, "limits": {}})


async def insights(request: Request) -> JSONResponse:
    """Return an overview; what Backboard puts inside its four parts is not known."""
    memories = context(request).store.memories.all_of(_assistant_id(request))
    return JSONResponse(
        {"snapshot": {"total_memories": len(memories)}, "contentSignals": {}, "breakdown": {}, "operations": []}
    )


async def operation(request: Request) -> JSONResponse:
    """Return the state of a background write."""
    found = context(request).store.memories.operation(account(request), path_uuid(request, "operation_id"))
    if found is None:
        raise not_found("Memory operation")
    return JSONResponse(found)


ROUTES = [
    Route("/assistants/memories/operations/{operation_id}", operation, methods=["GET"]),
    Route("/assistants/{assistant_id}/memories", find, methods=["GET"]),
    Route("/assistants/{assistant_id}/memories", add, methods=["POST"]),
    Route("/assistants/{assistant_id}/memories", delete_all, methods=["DELETE"]),
    Route("/assistants/{assistant_id}/memories/search", search, methods=["POST"]),
    Route("/assistants/{assistant_id}/memories/stats", stats, methods=["GET"]),
    Route("/assistants/{assistant_id}/memories/insights", insights, methods=["GET"]),
    Route("/assistants/{assistant_id}/memories/{memory_id}", get, methods=["GET"]),
    Route("/assistants/{assistant_id}/memories/{memory_id}", update, methods=["PUT"]),
    Route("/assistants/{assistant_id}/memories/{memory_id}", delete, methods=["DELETE"]),
]
