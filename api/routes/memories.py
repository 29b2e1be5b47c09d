"""What the assistant remembers about the caller."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api.dependencies import CallerDep, GuardedRoute, MemoryId, MessageId, WriterDep
from api.problems import declared
from api.schemas import WITHOUT_NUL, Forgotten, MemoryIn, MemoryList, MemoryOut
from services.errors import NotFoundError
from services.memory.memories import MAX_FOUND, MAX_PAGE_SIZE
from services.memory.records import Memory

router = APIRouter(tags=["Memories"], route_class=GuardedRoute)
WRITE = declared(401, 403, 404, 413, 422, 429, 503)


@router.get("/memories", responses=declared(401, 422, 429, 503))
def list_memories(
    caller: CallerDep,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 25,
    cursor: Annotated[
        str | None, Query(pattern="^[0-9]{1,6}$|^$", description="`next_cursor` of the page before.")
    ] = None,
) -> MemoryList:
    """List what is remembered: newest first where there are at most a hundred, else in Backboard's order."""
    page = caller.services.memories.page(user_id=caller.user_id, page=int(cursor or 1), page_size=limit)
    return _listed(page.memories, page.total, str(page.page + 1) if page.page < page.pages else None)


@router.post("/memories", status_code=201, responses=declared(401, 403, 413, 422, 429, 503))
def add_memory(caller: WriterDep, body: MemoryIn) -> MemoryOut:
    """Remember something."""
    return MemoryOut.of(caller.services.memories.add(body.content, user_id=caller.user_id))


@router.delete("/memories", responses=declared(401, 403, 413, 422, 429, 503))
def forget_all_memories(
    caller: WriterDep, confirm: Annotated[Literal["all"], Query(description="Say that you mean it.")]
) -> Forgotten:
    """Forget everything about the caller. This cannot be undone."""
    return Forgotten(forgotten=caller.services.memories.forget_all(user_id=caller.user_id))


@router.get("/memories/search", responses=declared(401, 422, 429, 503))
def search_memories(
    caller: CallerDep,
    q: Annotated[
        str,
        Query(max_length=400, pattern=WITHOUT_NUL, description="Words, or a question.", examples=["what do I eat"]),
    ],
    limit: Annotated[int, Query(ge=1, le=MAX_FOUND)] = 20,
) -> MemoryList:
    """Find the memories nearest to *q*, best first. No list of all that fit: some can be left out."""
    found = caller.services.memories.search(q, user_id=caller.user_id, limit=limit)
    return _listed(found, len(found), None)


@router.patch("/memories/{memory_id}", responses=WRITE)
def correct_memory(caller: WriterDep, memory_id: MemoryId, body: MemoryIn) -> MemoryOut:
    """Replace the text of a memory."""
    return MemoryOut.of(caller.services.memories.correct(memory_id, body.content, user_id=caller.user_id))


@router.delete("/memories/{memory_id}", status_code=204, response_class=Response, responses=WRITE)
def forget_memory(caller: WriterDep, memory_id: MemoryId) -> None:
    """Forget one memory."""
    if not caller.services.memories.forget([memory_id], user_id=caller.user_id):
        raise NotFoundError("There is no such memory.")


@router.get("/messages/{message_id}/memories", responses=declared(401, 404, 422, 429, 503))
def list_memories_of_message(caller: CallerDep, message_id: MessageId) -> MemoryList:
    """List what is remembered from one of the caller's messages; what a reply used is among its `parts`."""
    found = caller.services.memories.memories_of_message(message_id, user_id=caller.user_id)
    return _listed(found, len(found), None)


def _listed(memories: Sequence[Memory], total: int, next_cursor: str | None) -> MemoryList:
    shown = [MemoryOut.of(one) for one in memories]
    return MemoryList(memories=shown, count=len(shown), total=total, next_cursor=next_cursor)
