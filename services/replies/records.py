"""A reply that is being written, as plain data."""

from dataclasses import dataclass

from services.message_status import MessageStatus
from services.parts import Part


@dataclass(frozen=True, slots=True)
class ReplySnapshot:
    """A reply at one moment. *note* says in a sentence what it waits for, if it waits."""

    reply_id: int
    status: MessageStatus
    text: str
    parts: tuple[Part, ...]
    note: str | None
