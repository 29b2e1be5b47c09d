"""What waits to be sent, as plain data."""

from dataclasses import dataclass
from datetime import datetime

from services.sessions.records import FileInfo


@dataclass(frozen=True, slots=True)
class Waiting:
    """A planner's message that waits for the reply before it to end."""

    id: int
    session_id: int
    text: str
    created_at: datetime
    files: tuple["FileInfo", ...] = ()
    author: str | None = None  # the name of who wrote it, if that is not who looks
