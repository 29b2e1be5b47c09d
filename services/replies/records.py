"""A reply that is being written, as plain data."""

from dataclasses import dataclass
from datetime import datetime

from db.assistants import Whose
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


@dataclass(frozen=True, slots=True)
class TripBrief:
    """What a reply is told of its trip, as *text*, with the *hash* of that, and of what the session's last one knew.

    *changed* is the sentence that says so where they differ.
    """

    text: str
    hash: str
    known_hash: str | None = None
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed reply, with all that is needed to write it."""

    reply_id: int
    fence: int
    session_id: int
    user_id: int  # who asked for it
    owner_id: int  # of the session
    whose: Whose  # assistant answers
    trip_id: int | None
    in_trip: bool  # the session: who owns it may change while this is written
    brief: TripBrief | None
    question_id: int
    question: str
    has_files: bool  # the session or its trip, for the assistant to look things up in
    asked_at: datetime
    model: str
    instead_of: str | None  # the model that was asked for and is not there now
    memory: bool
    instructions: str | None
    web_search: bool
    sent: bool  # the call may have been paid for
    taken_over: bool  # from a process that did not hand it over: it died, or stood still
    earlier_ids: frozenset[int]  # of replies to the same question that are not whole: their answer may still be found
    run_id: str | None
    text: str
    parts: tuple[Part, ...]
    stop_requested: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """How a reply ended."""

    status: MessageStatus
    error_code: str | None = None
    error_text: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_micros: int | None = None  # millionths of a US dollar; None: not known
    memory_operation_id: str | None = None  # at Backboard: what it remembers from the question
