"""A session as it leaves the app and comes back: plain data, the same in every format.

Ids are strings and name things within one file only; who reads the file gives everything ids of its own.
"""

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, FailFast, Field

from exports.moments import when
from exports.sessions.settings import SessionSettings

FileId = Annotated[str, Field(min_length=1, max_length=100)]
Count = Annotated[int, Field(ge=0, le=10**10)]  # many of them can be added up in 64 bits
Role = Literal["user", "assistant", "system", "tool"]
Status = Literal["queued", "running", "complete", "stopped", "failed", "interrupted"]


@dataclass(frozen=True, slots=True)
class SavedMessage:
    """One turn. *parts* stand beside the text of a reply; *at* in each counts the characters before it.

    *leaf_id* is where the path below this message ended when who exports it chose another version. *author* is who
    wrote it where that is not the planner whose session it is.
    """

    id: FileId
    role: Role
    status: Status
    text: str
    created_at: AwareDatetime
    parent_id: FileId | None = None
    parts: list[dict[str, Any]] = field(default_factory=list)
    model: Annotated[str, Field(max_length=255)] | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cost_micros: Count | None = None  # millionths of a US dollar
    first_text_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    error_code: Annotated[str, Field(max_length=40)] | None = None
    error_text: Annotated[str, Field(max_length=1000)] | None = None
    rating: Literal[1, -1] | None = None
    rating_reason: Annotated[str, Field(max_length=1000)] | None = None
    retry_of: FileId | None = None
    leaf_id: FileId | None = None
    author: Annotated[str, Field(max_length=100)] | None = None

    def sources(self) -> list[tuple[str, str]]:
        """Return title and address of what a reply found in the web, in order."""
        found = [(part.get("text"), part.get("url")) for part in self.parts if part.get("kind") == "source"]
        return [(str(text or url), str(url)) for text, url in found if url]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCustomer:
    """Who a trip is planned for; *key* as that of a session."""

    key: Annotated[str, Field(min_length=1, max_length=120)]
    name: Annotated[str, Field(max_length=100)]
    contact: Annotated[str, Field(max_length=500)] = ""
    language: Annotated[str, Field(max_length=35)] | None = None
    notes: Annotated[str, Field(max_length=100_000)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedTrip:
    """The trip that a session is in, with its brief as `travel.brief` writes it; *key* as that of a session."""

    key: Annotated[str, Field(min_length=1, max_length=120)]
    title: Annotated[str, Field(min_length=1, max_length=100)]
    status: Annotated[str, Field(max_length=20)]
    brief: dict[str, Any] = field(default_factory=dict)
    customer: SavedCustomer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSession(SessionSettings):
    """One conversation with every version of its messages, each after the one that it answers.

    *key* names where the session came from first, so that nobody imports it twice. *last_message_id* is the end of
    the path shown.
    """

    key: Annotated[str, Field(min_length=1, max_length=120)]
    planner: Annotated[str, Field(max_length=100)]  # the name of whose session it is
    created_at: AwareDatetime
    last_message_at: AwareDatetime
    messages: Annotated[list[SavedMessage], FailFast()]
    last_message_id: FileId | None = None
    title_chosen: bool = False  # by a person
    sample: bool = False
    elsewhere: bool = False  # another's assistant than the planner's own heard it: their own is not told of it
    trip: SavedTrip | None = None

    def path(self) -> list[SavedMessage]:
        """Return the messages shown, oldest first."""
        by_id = {message.id: message for message in self.messages}
        found: list[SavedMessage] = []
        step = by_id.get(self.last_message_id or "")
        while step is not None and len(found) < len(self.messages):  # a file may name a circle
            found.append(step)
            step = by_id.get(step.parent_id or "")
        return found[::-1]

    def facts(self, zone: tzinfo) -> list[tuple[str, str]]:
        """Return what stands above the messages, names and values: models are those that wrote the replies shown."""
        models = list(dict.fromkeys(message.model for message in self.path() if message.model))
        return [
            ("Planner", self.planner),
            *([("Trip", self.trip.title)] if self.trip else []),
            *([("Model" if len(models) == 1 else "Models", ", ".join(models))] if models else []),
            ("Begun", when(self.created_at, zone)),
            ("Last message", when(self.last_message_at, zone)),
        ]

    def speaker(self, message: SavedMessage) -> str:
        """Return who says *message*, for people."""
        return {"user": message.author or self.planner or "Planner", "assistant": "Assistant"}.get(
            message.role, "Note"
        )


def ending(message: SavedMessage) -> str | None:
    """Return a sentence where a reply is not whole."""
    match message.status:
        case "complete":
            return None
        case "stopped":
            return "Stopped. The text so far is kept."
        case "queued" | "running":
            return "This reply was still being written."
    return message.error_text or "This reply could not be finished."
