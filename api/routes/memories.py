"""What the assistant remembers about the caller, and what is remembered about customers."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api.dependencies import Caller, CallerDep, CustomerId, GuardedRoute, MemoryId, MessageId, WriterDep
from api.memory_schemas import Forgotten, MemoryIn, MemoryList, MemoryOut
from api.problems import declared
from api.schemas import WITHOUT_NUL
from services.errors import NotFoundError
from services.memory.memories import MAX_FOUND, MAX_PAGE_SIZE
from services.memory.records import Memory

router = APIRouter(tags=["Memories"], route_class=GuardedRoute)
WRITE = declared(401, 403, 404, 413, 422, 429, 503)
READ_OF_CUSTOMER = declared(401, 404, 422, 429, 503)
WRITE_OF_CUSTOMER = declared(401, 403, 404, 409, 413, 422, 429, 503)

PageSize = Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)]
PageCursor = Annotated[str | None, Query(pattern="^[0-9]{1,6}$|^$", description="`next_cursor` of the page before.")]
Confirm = Annotated[Literal["all"], Query(description="Say that you mean it.")]
Words = Annotated[
    str,
    Query(max_length=400, pattern=WITHOUT_NUL, description="Words, or a question.", examples=["what do I eat"]),
]
Most = Annotated[int, Query(ge=1, le=MAX_FOUND)]


@router.get("/memories", responses=declared(401, 422, 429, 503))
def list_memories(caller: CallerDep, limit: PageSize = 25, cursor: PageCursor = None) -> MemoryList:
    """List what is remembered: newest first where there are at most a hundred, else in Backboard's order."""
    return _page(caller, None, limit, cursor)


@router.post("/memories", status_code=201, responses=declared(401, 403, 413, 422, 429, 503))
def add_memory(caller: WriterDep, body: MemoryIn) -> MemoryOut:
    """Remember something."""
    return MemoryOut.of(caller.services.memories.add(body.content, user_id=caller.user_id))


@router.delete("/memories", responses=declared(401, 403, 413, 422, 429, 503))
def forget_all_memories(caller: WriterDep, confirm: Confirm) -> Forgotten:
    """Forget everything about the caller. This cannot be undone."""
    return Forgotten(forgotten=caller.services.memories.forget_all(user_id=caller.user_id))


@router.get("/memories/search", responses=declared(401, 422, 429, 503))
def search_memories(caller: CallerDep, q: Words, limit: Most = 20) -> MemoryList:
    """Find the memories nearest to *q*, best first. No list of all that fit: some can be left out."""
    return _found(caller, None, q, limit)


@router.patch("/memories/{memory_id}", responses=WRITE)
def correct_memory(caller: WriterDep, memory_id: MemoryId, body: MemoryIn) -> MemoryOut:
    """Replace the text of a memory."""
    return MemoryOut.of(caller.services.memories.correct(memory_id, body.content, user_id=caller.user_id))


@router.delete("/memories/{memory_id}", status_code=204, response_class=Response, responses=WRITE)
def forget_memory(caller: WriterDep, memory_id: MemoryId) -> None:
    """Forget one memory."""
    _forget(caller, None, memory_id)


@router.get("/customers/{customer_id}/memories", responses=READ_OF_CUSTOMER)
def list_memories_of_customer(
    caller: CallerDep, customer_id: CustomerId, limit: PageSize = 25, cursor: PageCursor = None
) -> MemoryList:
    """List what is remembered about a customer of the caller's, or of their trips; ordered as their own."""
    return _page(caller, customer_id, limit, cursor)


@router.post("/customers/{customer_id}/memories", status_code=201, responses=WRITE_OF_CUSTOMER)
def add_memory_of_customer(caller: WriterDep, customer_id: CustomerId, body: MemoryIn) -> MemoryOut:
    """Remember something about a customer. Who only views the customer's trips cannot."""
    memories = caller.services.memories
    return MemoryOut.of(memories.add(body.content, user_id=caller.user_id, customer_id=customer_id))


@router.delete("/customers/{customer_id}/memories", responses=WRITE_OF_CUSTOMER)
def forget_all_memories_of_customer(caller: WriterDep, customer_id: CustomerId, confirm: Confirm) -> Forgotten:
    """Forget everything about a customer. This cannot be undone."""
    number = caller.services.memories.forget_all(user_id=caller.user_id, customer_id=customer_id)
    return Forgotten(forgotten=number)


@router.get("/customers/{customer_id}/memories/search", responses=READ_OF_CUSTOMER)
def search_memories_of_customer(caller: CallerDep, customer_id: CustomerId, q: Words, limit: Most = 20) -> MemoryList:
    """Find the memories about a customer that are nearest to *q*, best first. Some can be left out."""
    return _found(caller, customer_id, q, limit)


@router.patch("/customers/{customer_id}/memories/{memory_id}", responses=WRITE_OF_CUSTOMER)
def correct_memory_of_customer(
    caller: WriterDep, customer_id: CustomerId, memory_id: MemoryId, body: MemoryIn
) -> MemoryOut:
    """Replace the text of a memory about a customer."""
    memories = caller.services.memories
    return MemoryOut.of(memories.correct(memory_id, body.content, user_id=caller.user_id, customer_id=customer_id))


@router.delete(
    "/customers/{customer_id}/memories/{memory_id}",
    status_code=204,
    response_class=Response,
    responses=WRITE_OF_CUSTOMER,
)
def forget_memory_of_customer(caller: WriterDep, customer_id: CustomerId, memory_id: MemoryId) -> None:
    """Forget one memory about a customer."""
    _forget(caller, customer_id, memory_id)


@router.get("/messages/{message_id}/memories", responses=declared(401, 404, 422, 429, 503))
def list_memories_of_message(caller: CallerDep, message_id: MessageId) -> MemoryList:
    """List what is remembered from one of the caller's messages; what a reply used is among its `parts`."""
    found = caller.services.memories.memories_of_message(message_id, user_id=caller.user_id)
    return _listed(found, len(found), None)


def _page(caller: Caller, customer_id: int | None, limit: int, cursor: str | None) -> MemoryList:
    page = caller.services.memories.page(
        user_id=caller.user_id, customer_id=customer_id, page=int(cursor or 1), page_size=limit
    )
    return _listed(page.memories, page.total, str(page.page + 1) if page.page < page.pages else None)


def _found(caller: Caller, customer_id: int | None, words: str, limit: int) -> MemoryList:
    memories = caller.services.memories
    found = memories.search(words, user_id=caller.user_id, customer_id=customer_id, limit=limit)
    return _listed(found, len(found), None)


def _forget(caller: Caller, customer_id: int | None, memory_id: str) -> None:
    if not caller.services.memories.forget([memory_id], user_id=caller.user_id, customer_id=customer_id):
        raise NotFoundError("There is no such memory.")


def _listed(memories: Sequence[Memory], total: int, next_cursor: str | None) -> MemoryList:
    shown = [MemoryOut.of(one) for one in memories]
    return MemoryList(memories=shown, count=len(shown), total=total, next_cursor=next_cursor)
