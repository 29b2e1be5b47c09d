"""What replies cost and what is kept, as plain data."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class UsageDay:
    """What was used of one model on one day (UTC); costs are millionths of a US dollar.

    *cost_micros* is the sum of what is known: of *unpriced* replies and titles it is not. *first_text_ms* is the
    sum of the times to the first word of *first_texts* replies.
    """

    day: date
    model: str
    sessions: int
    replies: int
    not_whole: int
    input_tokens: int
    output_tokens: int
    cost_micros: int
    unpriced: int
    first_text_ms: int
    first_texts: int
    liked: int
    disliked: int


@dataclass(frozen=True, slots=True)
class PersonUsage:
    """What one person used in a period; *limit_micros* is their own monthly limit, None: the setting's."""

    user_id: int
    username: str
    name: str
    sessions: int
    replies: int
    cost_micros: int
    unpriced: int
    limit_micros: int | None


class RoomOrder(StrEnum):
    """Whose comes first in the list of who keeps how much: the most files by size, files, sessions, or messages."""

    BYTES = "bytes"
    FILES = "files"
    SESSIONS = "sessions"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class PersonRoom:
    """What one person keeps in the database."""

    user_id: int
    username: str
    name: str
    file_bytes: int
    files: int
    sessions: int
    messages: int


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """What one person spent in this calendar month (UTC) and may spend, in millionths of a US dollar."""

    spent_micros: int
    unpriced: int  # replies and titles whose cost is not known
    limit_micros: int | None
    own_limit_micros: int | None  # None: the setting's holds
    renews_on: date

    @property
    def reached(self) -> bool:
        """True when nothing more may be sent."""
        return self.limit_micros is not None and self.spent_micros >= self.limit_micros

    @property
    def near(self) -> bool:
        """True from 80 % of the limit on."""
        return self.limit_micros is not None and self.spent_micros * 5 >= self.limit_micros * 4


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that Backboard offers; prices are US dollars per million tokens, 0: free, None: not known."""

    id: str  # provider/name
    provider: str
    name: str
    context_tokens: int | None
    input_price: float | None
    output_price: float | None

    @property
    def free(self) -> bool:
        """True where nothing is to be paid for it, whatever it writes."""
        return self.input_price == self.output_price == 0
