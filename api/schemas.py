"""What goes in and out, as JSON. Ids are strings: JavaScript cannot hold 64-bit numbers."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from api.ui_parts import metadata, ui_parts
from services.records import FileInfo, HeldFile, MessageView, ModelInfo, SearchHit, SessionSummary
from services.texts import MAX_MESSAGE_CHARS, MAX_MODEL_CHARS, MAX_TITLE_CHARS, MODEL_PATTERN

ID_PATTERN = "^[0-9]{1,19}$"
Id = Annotated[str, Field(pattern=ID_PATTERN, examples=["249712407203954688"])]
Instant = Annotated[
    datetime,
    PlainSerializer(lambda at: at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")),
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-05-01T09:30:00.000Z"]),
]
Cursor = Annotated[str | None, Field(description="Where the next page begins; null: there is none.")]
Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE_CHARS, examples=["Lisbon in May"])]
Model = Annotated[str, Field(pattern=MODEL_PATTERN, max_length=MAX_MODEL_CHARS, examples=["openai/gpt-4o"])]
Content = Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_CHARS, examples=["Three nights in Lisbon?"])]


class _Given(BaseModel):
    """What goes in: the types as they are, so that 0 is no boolean."""

    model_config = ConfigDict(strict=True)


class SessionIn(_Given):
    """A new session."""

    title: Title | None = None
    model: Model | None = None
    memory: bool = True
    web_search: bool = False


class SessionChange(_Given):
    """What of a session is to change; the rest stays."""

    title: Title | None = None
    pinned: bool | None = None
    archived: bool | None = None
    model: Model | None = None
    memory: bool | None = None
    web_search: bool | None = None


class SessionOut(BaseModel):
    """One conversation."""

    session_id: Id
    title: str
    model: str
    memory: bool = Field(description="Whether the assistant may use and keep memories here.")
    web_search: bool = Field(description="Whether the assistant may look things up in the web here.")
    pinned: bool
    archived: bool
    message_count: int
    total_tokens: int
    last_message_preview: str
    answering: bool = Field(description="Whether a reply is being written.")
    unseen: bool = Field(description="Whether a reply ended that nobody has looked at on a screen.")
    created_at: Instant
    updated_at: Instant
    last_message_at: Instant

    @classmethod
    def of(cls, session: SessionSummary) -> "SessionOut":
        """Return a session as JSON shows it."""
        return cls(**_session(session))


def _session(session: SessionSummary) -> dict[str, Any]:
    return {
        "session_id": str(session.id),
        "title": session.title,
        "model": session.model,
        "memory": session.memory,
        "web_search": session.web_search,
        "pinned": session.pinned,
        "archived": session.archived,
        "message_count": session.message_count,
        "total_tokens": session.total_tokens,
        "last_message_preview": session.preview,
        "answering": session.answering,
        "unseen": session.unseen,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "last_message_at": session.last_message_at,
    }


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

    @classmethod
    def with_messages(cls, session: SessionSummary, messages: tuple[MessageView, ...]) -> "SessionWithMessages":
        """Return a session as JSON shows it, with messages."""
        return cls(**_session(session), messages=[MessageOut.of(one) for one in messages])


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


class SessionIds(_Given):
    """Sessions to delete."""

    session_ids: list[str] = Field(max_length=1000, examples=[["249712407203954688"]])


class Deleted(BaseModel):
    """What was really deleted."""

    deleted: int
    session_ids: list[Id]


class MessageIn(_Given):
    """A message to keep without asking the model."""

    role: Literal["user", "assistant", "system"]
    content: Content
    id: str | None = Field(
        default=None, min_length=1, max_length=100, description="Made by the caller: a repeat stores nothing new."
    )


class ChatIn(_Given):
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
    message_id: str | None = Field(
        default=None, min_length=1, max_length=100, description="Of `content`: an id made by the caller."
    )
    messages: list[Any] | None = Field(default=None, description="UI messages, the latest last.")
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    messageId: str | None = Field(default=None, max_length=100)  # noqa: N815 - the package's name
    model: Model | None = Field(default=None, description="Of a new session.")
    memory: bool = Field(default=True, description="Of a new session.")
    web_search: bool = Field(default=False, description="Of a new session.")


class NamedChatIn(ChatIn):
    """A message to send to a session that `id` names: its id, or a name that the caller made up."""

    id: str | None = Field(default=None, min_length=1, max_length=100)
    sessionId: str | None = Field(default=None, min_length=1, max_length=100)  # noqa: N815 - as programs write it


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


class ModelOut(BaseModel):
    """A model that Backboard offers; prices are US dollars per million tokens, null where not known."""

    id: str = Field(examples=["openai/gpt-4o"])
    provider: str
    name: str
    context_tokens: int | None
    input_price: float | None
    output_price: float | None

    @classmethod
    def of(cls, model: ModelInfo) -> "ModelOut":
        """Return a model as JSON shows it."""
        return cls(
            id=model.id,
            provider=model.provider,
            name=model.name,
            context_tokens=model.context_tokens,
            input_price=model.input_price,
            output_price=model.output_price,
        )


class ModelList(BaseModel):
    """Every model, by name."""

    models: list[ModelOut]
    count: int
    next_cursor: Cursor


class TokenOut(BaseModel):
    """The token that this request came with."""

    name: str
    read_only: bool
    expires_at: Instant | None


class Me(BaseModel):
    """Whose token this is."""

    user_id: Id
    username: str
    name: str
    email: str
    token: TokenOut


class Health(BaseModel):
    """Whether this process is alive, and whether it can serve."""

    live: bool
    ready: bool
    database: Literal["ok", "away"]
    demo: bool | None = Field(description="Whether replies come from the demo assistant; null while not known.")
