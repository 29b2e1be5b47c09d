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
    """Something that the assistant remembers about a user; *source* None: not known, or written by hand."""

    id: str
    text: str
    created_at: datetime | None
    source: MemorySource | None


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
