"""What Backboard keeps: assistants, threads, messages, documents, memories, models.

Parsed leniently: fields come and go.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = Mapping[str, Any]
_MAX_MODEL_CHARS = 255


class MemoryMode(StrEnum):
    """Whether a message searches the assistant's memories and adds to them (AUTO), only searches, or neither."""

    AUTO = "Auto"
    READONLY = "Readonly"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Assistant:
    """Holds the prompt, the tools and the memories."""

    assistant_id: str
    name: str
    system_prompt: str | None


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A message in a thread. *status* is upper case; *metadata* is what was sent with it, or names the run."""

    message_id: str | None
    role: str
    content: str | None
    status: str | None
    metadata: Json
    model: str | None  # provider/name
    input_tokens: int | None
    output_tokens: int | None


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation at Backboard, oldest message first."""

    thread_id: str
    messages: tuple[ThreadMessage, ...]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model asks for; *arguments* is JSON as the model wrote it, which may be broken."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a tool gave back; *output* is a string, JSON for anything else."""

    tool_call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class MessageResult:
    """The answer to a message that was not streamed. *status* is upper case; *text* may be empty."""

    thread_id: str
    run_id: str | None
    status: str
    text: str
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    tool_calls: tuple[ToolCall, ...]
    memory_operation_id: str | None
    cost_usd: float | None = None  # Backboard does not always say it


@dataclass(frozen=True, slots=True)
class Document:
    """A file that an assistant can look things up in once it is indexed. *status* is lower case."""

    document_id: str
    filename: str
    status: str
    status_message: str | None  # why it failed

    @property
    def indexed(self) -> bool:
        """True when it can be looked up in."""
        return self.status in {"indexed", "completed"}

    @property
    def failed(self) -> bool:
        """True when it never will be."""
        return self.status in {"error", "failed"}


@dataclass(frozen=True, slots=True)
class Memory:
    """Something that an assistant remembers; *score* only in searches."""

    memory_id: str
    content: str
    metadata: Json
    score: float | None
    created_at: str | None


@dataclass(frozen=True, slots=True)
class MemoryPage:
    """Part of the memories of an assistant, and how many there are in all."""

    memories: tuple[Memory, ...]
    total: int


@dataclass(frozen=True, slots=True)
class MemoryOperation:
    """Memories being written in the background; *done* also when it failed."""

    operation_id: str
    status: str
    memory_ids: tuple[str, ...]

    @property
    def done(self) -> bool:
        """True when nothing more will come of it."""
        return self.status in {
            "COMPLETED", "SUCCESS", "SUCCEEDED", "DONE", "FAILED", "ERROR", "CANCELLED",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be asked for as `provider/name`; prices are US dollars per million tokens."""

    name: str
    provider: str
    model_type: str
    context_limit: int | None
    supports_tools: bool | None = field(default=None)
    input_cost_per_1m_tokens: float | None = field(default=None)
    output_cost_per_1m_tokens: float | None = field(default=None)


@dataclass(frozen=True, slots=True)
class ModelPage:
    """Part of the list of models, and how many match in all."""

    models: tuple[Model, ...]
    total: int


def split_model(model: str) -> tuple[str, str]:
    """Return provider and name of `provider/name`; the name may hold further slashes."""
    provider, _, name = model.partition("/")
    return provider, name


def model_id(provider: object, name: object) -> str | None:
    """Return `provider/name`, or None when Backboard did not say both, or what no name can be."""
    named = f"{provider}/{name}" if isinstance(provider, str) and isinstance(name, str) else ""
    return named if provider and name and len(named) <= _MAX_MODEL_CHARS else None


def text(value: object) -> str:
    """Return a text; what is none is empty."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """Return a number of something, or None where *value* cannot be one."""
    return value if type(value) is int and 0 <= value < 2**53 else None


def amount(value: object) -> float | None:
    """Return an amount of US dollars, or None where *value* cannot be one ("it varies" is -1 in some lists)."""
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 <= number < 1_000_000 else None


def parse_assistant(data: Json) -> Assistant:
    """Return an assistant."""
    return Assistant(str(data["assistant_id"]), data.get("name") or "", data.get("system_prompt"))


def parse_thread(data: Json) -> Thread:
    """Return a thread with its messages."""
    return Thread(str(data["thread_id"]), tuple(_thread_message(row) for row in data.get("messages") or ()))


def _thread_message(data: Json) -> ThreadMessage:
    status, metadata = data.get("status"), data.get("metadata_") or data.get("metadata")
    return ThreadMessage(
        message_id=text(data.get("message_id")) or None,
        role=str(data.get("role") or "").lower(),
        content=text(data.get("content")) or None,
        status=status.upper() if isinstance(status, str) else None,
        metadata=metadata if isinstance(metadata, Mapping) else {},
        model=model_id(data.get("model_provider"), data.get("model_name")),
        input_tokens=count(data.get("input_tokens")),
        output_tokens=count(data.get("output_tokens")),
    )


def parse_tool_calls(data: Any) -> tuple[ToolCall, ...]:
    """Return the tool calls that can be understood; none when *data* is not a list of them."""
    calls = []
    for row in data if isinstance(data, list) else ():
        function = row.get("function") if isinstance(row, Mapping) else None
        if isinstance(function, Mapping) and row.get("id") and function.get("name"):
            calls.append(ToolCall(str(row["id"]), str(function["name"]), str(function.get("arguments") or "")))
    return tuple(calls)


def parse_message_result(data: Json) -> MessageResult:
    """Return the answer of either response shape: flat, or an envelope whose last message it is."""
    rows = data.get("messages")
    row: Json = rows[-1] if isinstance(rows, list) and rows else data
    return MessageResult(
        thread_id=str(row.get("thread_id") or data.get("thread_id") or ""),
        run_id=text(row.get("run_id")) or None,
        status=str(row.get("status") or "COMPLETED").upper(),
        text=text(row.get("content")),
        model=model_id(row.get("model_provider"), row.get("model_name")),
        input_tokens=count(row.get("input_tokens")),
        output_tokens=count(row.get("output_tokens")),
        tool_calls=parse_tool_calls(row.get("tool_calls")),
        memory_operation_id=text(row.get("memory_operation_id")) or None,
        cost_usd=amount(row.get("cost_usd")),
    )


def parse_document(data: Json) -> Document:
    """Return a document."""
    return Document(
        document_id=str(data["document_id"]),
        filename=str(data.get("filename") or ""),
        status=str(data.get("status") or "pending").lower(),
        status_message=text(data.get("status_message")) or None,
    )


def parse_memory(data: Json) -> Memory:
    """Return a memory; search results and answers to an addition name its fields differently."""
    metadata = data.get("metadata")
    return Memory(
        memory_id=str(data.get("id") or data.get("memory_id") or ""),
        content=text(data.get("content")) or text(data.get("memory")),
        metadata=metadata if isinstance(metadata, Mapping) else {},
        score=data.get("score"),
        created_at=text(data.get("created_at")) or None,
    )


def parse_memory_page(data: Json) -> MemoryPage:
    """Return a page of memories."""
    memories = tuple(parse_memory(row) for row in data.get("memories") or ())
    return MemoryPage(memories, count(data.get("total_count")) or len(memories))


def parse_memory_operation(data: Json) -> MemoryOperation:
    """Return where a background write of memories is."""
    ids = tuple(str(one) for one in data.get("memory_ids") or ())
    return MemoryOperation(str(data.get("operation_id") or ""), str(data.get("status") or "").upper(), ids)


def parse_model(data: Json) -> Model:
    """Return a model."""
    return Model(
        name=str(data["name"]),
        provider=str(data["provider"]),
        model_type=str(data.get("model_type") or "llm"),
        context_limit=count(data.get("context_limit")),
        supports_tools=data.get("supports_tools"),
        input_cost_per_1m_tokens=amount(data.get("input_cost_per_1m_tokens")),
        output_cost_per_1m_tokens=amount(data.get("output_cost_per_1m_tokens")),
    )


def parse_model_page(data: Json) -> ModelPage:
    """Return a page of models."""
    models = tuple(parse_model(row) for row in data.get("models") or ())
    return ModelPage(models, int(data.get("total") or len(models)))
