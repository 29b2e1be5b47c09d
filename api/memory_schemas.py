"""What is remembered as JSON."""

from pydantic import BaseModel, Field

from api.schemas import Cursor, Given, Id, Instant
from services.memory.records import Memory, MemorySource
from services.texts import (
    MAX_MEMORY_BYTES,
)


class MemoryIn(Given):
    """Something to remember, of at most 4,000 bytes."""

    content: str = Field(min_length=1, max_length=MAX_MEMORY_BYTES, examples=["Prefers morning trains"])


class MemoryFrom(BaseModel):
    """The message that something is remembered from."""

    session_id: Id
    session_title: str
    message_id: Id
    timestamp: Instant

    @classmethod
    def of(cls, source: MemorySource) -> "MemoryFrom":
        """Return where a memory comes from as JSON shows it."""
        return cls(
            session_id=str(source.session_id),
            session_title=source.session_title,
            message_id=str(source.message_id),
            timestamp=source.at,
        )


class MemoryOut(BaseModel):
    """Something that an assistant remembers: about a customer, or else about the caller."""

    memory_id: str
    content: str
    created_at: Instant | None
    source: MemoryFrom | None = Field(
        description="Null: not known, written by hand, or in a session that the caller does not see."
    )
    customer_id: Id | None = None

    @classmethod
    def of(cls, memory: Memory) -> "MemoryOut":
        """Return a memory as JSON shows it."""
        source = MemoryFrom.of(memory.source) if memory.source else None
        return cls(
            memory_id=memory.id,
            content=memory.text,
            created_at=memory.created_at,
            source=source,
            customer_id=str(memory.customer_id) if memory.customer_id else None,
        )


class MemoryList(BaseModel):
    """A page of memories; *total* is how many there are in all."""

    memories: list[MemoryOut]
    count: int
    total: int
    next_cursor: Cursor


class Forgotten(BaseModel):
    """How much was forgotten."""

    forgotten: int
