"""Memories as plain data."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MemorySource:
    """The message that something is remembered from, and when it was written."""

    session_id: int
    session_title: str
    message_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """Something that an assistant remembers; *source* None: not known, not shown, or written by hand.

    About a customer, or about the user. *by*: who added it by hand about a customer, where that is known.
    """

    id: str
    text: str
    created_at: datetime | None
    source: MemorySource | None
    customer_id: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class MemoryPage:
    """Part of what is remembered, how much there is in all, and whether the newest come first.

    Backboard does not say in which order it lists: they do as long as there are at most a hundred.
    """

    memories: tuple[Memory, ...]
    total: int
    page: int
    pages: int
    newest_first: bool
