"""What goes in and out, as JSON. Ids are strings: JavaScript cannot hold 64-bit numbers."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from api.session_settings import (
    Model,
    changes_settings,
    shows_settings,
    takes_settings,
)
from api.ui_parts import metadata, ui_parts
from services.messages.ratings import MAX_REASON_CHARS
from services.messages.records import Waiting
from services.sessions.records import FileInfo, HeldFile, MessageView, SearchHit, SessionSummary
from services.texts import (
    MAX_MESSAGE_CHARS,
    MAX_NAME_CHARS,
)
from services.usage.costs import MICROS

ID_PATTERN = "^[0-9]{1,19}$"
Id = Annotated[str, Field(pattern=ID_PATTERN, examples=["249712407203954688"])]
Instant = Annotated[
    datetime,
    PlainSerializer(lambda at: at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")),
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-05-01T09:30:00.000Z"]),
]
# A name that a caller made up, or an id of somebody else's: PostgreSQL keeps no text with a NUL in it.
WITHOUT_NUL = r"^[^\x00]*$"
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS, pattern=WITHOUT_NUL)]
Cursor = Annotated[str | None, Field(description="Where the next page begins; null: there is none.")]
Content = Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_CHARS, examples=["Three nights in Lisbon?"])]


Carry = Annotated[
    bool,
    Field(
        description="Of a move to another customer: whether the assistant there is told what was said so far. What "
        "the first customer's memory holds stays there."
    ),
]


class Given(BaseModel):
    """What goes in: the types as they are, so that 0 is no boolean."""

    model_config = ConfigDict(strict=True)


@takes_settings(but=("pinned", "archived"))
class _NewSession(Given):
    pass


class SessionIn(_NewSession):
    """A new session."""

    trip_id: Id | None = Field(default=None, description="The trip that it is in; null: none.")


@changes_settings
class _ChangedSession(Given):
    pass


class SessionChange(_ChangedSession):
    """What of a session is to change; the rest stays. Empty instructions are none."""

    trip_id: Id | None = Field(
        default=None,
        description="The trip that it is to be in. Null: none any more; where it is not named, it stays where it is.",
    )
    carry: Carry = False


@shows_settings
class _SessionHead(BaseModel):
    session_id: Id


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


class SessionOut(_SessionHead):
    """One conversation."""

    trip_id: Id | None = Field(
        default=None, description="The trip that it is in; null: none, or none that the caller works on."
    )
    message_count: int
    total_tokens: int
    cost_usd: float = Field(description="Of its replies and its title: the sum of what is known.")
    unpriced: int = Field(description="Replies, or its title, of which the cost is not known.")
    last_message_preview: str
    answering: bool = Field(description="Whether a reply is being written.")
    unseen: bool = Field(description="Whether a reply ended that nobody has looked at on a screen.")
    sample: bool = Field(description="Whether it only shows what can be done here.")
    created_at: Instant
    updated_at: Instant
    last_message_at: Instant

    @classmethod
    def of(cls, session: SessionSummary, **more: Any) -> Self:
        """Return a session as JSON shows it, with what there is *more* of it."""
        known = {name: getattr(session, name) for name in cls.model_fields if hasattr(session, name)}
        known["trip_id"] = _id(session.shown_trip_id)
        return cls(session_id=str(session.id), cost_usd=session.cost_micros / MICROS, **known, **more)


class MessageFile(BaseModel):
    """A file that came with a message."""

    file_id: Id
    name: str
    media_type: str
    size: int = Field(description="Bytes.")


class FileOut(MessageFile):
    """A file of a session, and how far the assistant has it: it gets it with the next message."""

    session_id: Id
    message_id: Id | None = Field(description="The message that it came with; null: it was added by itself.")
    state: Literal["kept", "reading", "ready", "failed"]
    problem: str | None = Field(description="Why it failed.")
    created_at: Instant

    @classmethod
    def of(cls, held: HeldFile) -> "FileOut":
        """Return a file as JSON shows it."""
        file = held.info
        return cls(
            **_file(file),
            session_id=str(file.session_id),
            message_id=str(file.message_id) if file.message_id else None,
            state=held.state.value,
            problem=held.problem,
            created_at=file.created_at,
        )


class FileList(BaseModel):
    """The files of a session, oldest first; there is no next page."""

    files: list[FileOut]
    count: int
    next_cursor: Cursor


def _file(file: FileInfo) -> dict[str, Any]:
    return {"file_id": str(file.id), "name": file.name, "media_type": file.media_type, "size": file.size}


class MessageOut(BaseModel):
    """One turn: an AI SDK UI message, with its plain text beside."""

    id: Id
    role: Literal["user", "assistant", "system", "tool"]
    parts: list[dict[str, Any]] = Field(examples=[[{"type": "text", "text": "Three nights in Lisbon?"}]])
    metadata: dict[str, Any] = Field(examples=[{"status": "complete", "session_id": "249712407203954688"}])
    content: str
    files: list[MessageFile] = Field(description="That came with it.")
    timestamp: Instant

    @classmethod
    def of(cls, message: MessageView) -> "MessageOut":
        """Return a message as JSON shows it."""
        return cls(
            id=str(message.id),
            role=message.role,  # type: ignore[arg-type]  # checked by pydantic
            parts=ui_parts(message),
            metadata=metadata(message),
            content=message.text,
            files=[MessageFile(**_file(one)) for one in message.files],
            timestamp=message.created_at,
        )


class SessionWithMessages(SessionOut):
    """One conversation with its latest messages, oldest first."""

    messages: list[MessageOut]


class SessionList(BaseModel):
    """A page of sessions; *count* is how many are on it."""

    sessions: list[SessionOut]
    count: int
    next_cursor: Cursor


class MessageList(BaseModel):
    """A page of messages, oldest first; *next_cursor* is the `before` of the page before it."""

    messages: list[MessageOut]
    count: int
    next_cursor: Cursor


class SessionIds(Given):
    """Sessions to delete."""

    session_ids: list[str] = Field(max_length=1000, examples=[["249712407203954688"]])


class Deleted(BaseModel):
    """What was really deleted."""

    deleted: int
    session_ids: list[Id]


class Imported(BaseModel):
    """What became of a file's sessions; *refused* says of each that could not be imported why.

    *customers*, *trips* and *templates* are how many were made of those that the zip of somebody's data holds.
    """

    imported: int
    session_ids: list[Id]
    already_here: int
    refused: list[str]
    customers: int = 0
    trips: int = 0
    templates: int = 0


class Added(BaseModel):
    """Sessions that were made."""

    added: int
    session_ids: list[Id]


class MessageIn(Given):
    """A message to keep without asking the model."""

    role: Literal["user", "assistant", "system"]
    content: Content
    id: Name | None = Field(default=None, description="Made by the caller: a repeat stores nothing new.")


def _no_boolean(value: object) -> object:
    if isinstance(value, bool):  # it would pass for 1
        raise ValueError("Send 1 or -1.")
    return value


class RatingIn(Given):
    """What somebody thinks of a reply."""

    value: Annotated[Literal[1, -1], BeforeValidator(_no_boolean)] = Field(description="1: good; -1: not good.")
    reason: str | None = Field(default=None, max_length=MAX_REASON_CHARS)


class ChatIn(Given):
    """A message to send: as plain `content`, or as the body of the npm `ai` package's default transport.

    Of `messages` only the last one is used; to ask for a reply anew, the user's last one. Fields that are not named
    here are ignored.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"content": "Three nights in Lisbon?", "message_id": "crm-7-1"},
                {
                    "id": "dV3Yx81mQp2LkTz0",
                    "trigger": "submit-message",
                    "messages": [
                        {"id": "m1", "role": "user", "parts": [{"type": "text", "text": "Three nights in Lisbon?"}]}
                    ],
                },
            ]
        }
    )

    content: Content | None = None
    message_id: Name | None = Field(default=None, description="Of `content`: an id made by the caller.")
    messages: list[Any] | None = Field(default=None, description="UI messages, the latest last.")
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    messageId: Annotated[str, Field(max_length=MAX_NAME_CHARS, pattern=WITHOUT_NUL)] | None = None  # noqa: N815 - the package's name
    model: Model | None = Field(default=None, description="Of a new session.")
    memory: bool = Field(default=True, description="Of a new session.")
    web_search: bool = Field(default=False, description="Of a new session.")
    trip_id: Id | None = Field(default=None, description="Of a new session: the trip that it is in.")


class NamedChatIn(ChatIn):
    """A message to send to a session that `id` names: its id, or a name that the caller made up."""

    id: Name | None = None
    sessionId: Name | None = None  # noqa: N815 - as programs write it


class MessageEdit(Given):
    """Another version of a message."""

    content: Content
    message_id: Name | None = Field(default=None, description="An id made by the caller.")


class FollowUpIn(MessageEdit):
    """A message that waits for the reply being written."""


class FollowUpChange(Given):
    """What a message that waits says now."""

    content: Content


class FollowUp(BaseModel):
    """A message that waits for the reply being written."""

    follow_up_id: Id
    session_id: Id
    content: str
    files: list[MessageFile] = Field(description="That wait with it.")
    timestamp: Instant

    @classmethod
    def of(cls, waiting: Waiting) -> "FollowUp":
        """Return a message that waits as JSON shows it."""
        return cls(
            follow_up_id=str(waiting.id),
            session_id=str(waiting.session_id),
            content=waiting.text,
            files=[MessageFile(**_file(one)) for one in waiting.files],
            timestamp=waiting.created_at,
        )


class FollowUpList(BaseModel):
    """What waits, the next one first."""

    follow_ups: list[FollowUp]
    count: int


class FollowUpAdded(BaseModel):
    """What waits now; or, where no reply was being written, the ids of the message that was sent and of its reply."""

    waiting: FollowUp | None
    message_id: Id | None
    reply_id: Id | None


class Stopped(BaseModel):
    """The reply that was asked to stop; null where none was being written."""

    stopped: bool
    message_id: Id | None


class Hit(BaseModel):
    """A session whose title matches (*message_id* null), or a message whose text does."""

    session_id: Id
    session_title: str
    message_id: Id | None
    excerpt: str
    timestamp: Instant

    @classmethod
    def of(cls, hit: SearchHit) -> "Hit":
        """Return a hit as JSON shows it."""
        return cls(
            session_id=str(hit.session_id),
            session_title=hit.session_title,
            message_id=str(hit.message_id) if hit.message_id else None,
            excerpt=hit.excerpt,
            timestamp=hit.at,
        )


class HitList(BaseModel):
    """What was found, latest first."""

    hits: list[Hit]
    count: int
    next_cursor: Cursor
