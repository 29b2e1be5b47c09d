"""What Backboard keeps: assistants, threads, messages, documents, memories, models.

Parsed leniently: fields come and go. Only an answer without the id of what it tells about is none: every parser
raises ValueError then, and in a list the others are read.
"""

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")
Json = Mapping[str, Any]
_MAX_NAME_CHARS = 255
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # no address takes one
_MAX_NOTICE_CHARS = 300
_NO_CREDIT = re.compile(
    r"\b(?:out of|insufficient|not enough|no more|no remaining) credits?\b|\bcredit balance\b", re.IGNORECASE
)


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
    model = f"{provider}/{name}" if isinstance(provider, str) and isinstance(name, str) else ""
    return model if provider and name and len(model) <= _MAX_NAME_CHARS else None


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


def named(data: Json, *keys: str) -> str | None:
    """Return the name or id that stands under the first of *keys* that has one, or None."""
    values = (text(data.get(key)) for key in keys)
    return next((value for value in values if 0 < len(value) <= _MAX_NAME_CHARS and not _CONTROL.search(value)), None)


def only_no_credit(said: str, model: str | None) -> bool:
    """Return whether an answer says nothing but that the account's credits are out: no model has written it."""
    return model is None and len(said) <= _MAX_NOTICE_CHARS and _NO_CREDIT.search(said) is not None


def parse_object(data: Any) -> Json:
    """Return what is an object."""
    if not isinstance(data, Mapping):
        raise ValueError("It is no object.")
    return data


def parse_rows(data: Any, key: str, parse: Callable[[Any], T]) -> tuple[T, ...]:
    """Return the rows of a list, which may come inside an object, under *key*; without those that are odd."""
    rows = data if isinstance(data, list) else parse_object(data).get(key) or []
    if not isinstance(rows, list):
        raise ValueError("It is no list.")
    found = []
    for row in rows:
        with suppress(ValueError):
            found.append(parse(row))
    return tuple(found)


def _required(data: Any, *keys: str) -> str:
    found = named(parse_object(data), *keys)
    if found is None:
        raise ValueError(f"It has no {keys[0]}.")
    return found


def parse_assistant(data: Any) -> Assistant:
    """Return an assistant."""
    assistant_id = _required(data, "assistant_id")
    return Assistant(assistant_id, text(data.get("name")), text(data.get("system_prompt")) or None)


def parse_thread(data: Any) -> Thread:
    """Return a thread with its messages."""
    return Thread(_required(data, "thread_id"), parse_rows(data, "messages", _thread_message))


def _thread_message(data: Any) -> ThreadMessage:
    """Return a message; what only says that credits are out has failed."""
    status, metadata = parse_object(data).get("status"), data.get("metadata_") or data.get("metadata")
    role, content = text(data.get("role")).lower(), text(data.get("content"))
    model = model_id(data.get("model_provider"), data.get("model_name"))
    if role == "assistant" and only_no_credit(content, model):
        status = "FAILED"
    return ThreadMessage(
        message_id=named(data, "message_id"),
        role=role,
        content=content or None,
        status=status.upper() if isinstance(status, str) else None,
        metadata=metadata if isinstance(metadata, Mapping) else {},
        model=model,
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


def parse_message_result(data: Any) -> MessageResult:
    """Return the answer of either response shape: flat, or an envelope whose last message it is."""
    rows = parse_object(data).get("messages")
    row: Json = parse_object(rows[-1]) if isinstance(rows, list) and rows else data
    return MessageResult(
        thread_id=named(row, "thread_id") or _required(data, "thread_id"),
        run_id=text(row.get("run_id")) or None,
        status=(text(row.get("status")) or "COMPLETED").upper(),
        text=text(row.get("content")),
        model=model_id(row.get("model_provider"), row.get("model_name")),
        input_tokens=count(row.get("input_tokens")),
        output_tokens=count(row.get("output_tokens")),
        tool_calls=parse_tool_calls(row.get("tool_calls")),
        memory_operation_id=text(row.get("memory_operation_id")) or None,
        cost_usd=amount(row.get("cost_usd")),
    )


def parse_document(data: Any) -> Document:
    """Return a document."""
    return Document(
        document_id=_required(data, "document_id"),
        filename=text(data.get("filename")),
        status=(text(data.get("status")) or "pending").lower(),
        status_message=text(data.get("status_message")) or None,
    )


def parse_memory(data: Any) -> Memory:
    """Return a memory; search results and answers to an addition name its fields differently."""
    return _memory(data, _required(data, "id", "memory_id"))


def parse_used_memory(data: Any) -> Memory:
    """Return a memory that an answer says it has used, which need not say its id."""
    return _memory(data, named(parse_object(data), "id", "memory_id") or "")


def _memory(data: Json, memory_id: str) -> Memory:
    metadata, score = data.get("metadata"), data.get("score")
    return Memory(
        memory_id=memory_id,
        content=text(data.get("content")) or text(data.get("memory")),
        metadata=metadata if isinstance(metadata, Mapping) else {},
        score=score if isinstance(score, int | float) else None,
        created_at=text(data.get("created_at")) or None,
    )


def parse_memory_page(data: Any) -> MemoryPage:
    """Return a page of memories."""
    memories = parse_rows(data, "memories", parse_memory)
    rows = parse_rows(data, "memories", lambda row: row)
    total = count(data.get("total_count")) if isinstance(data, Mapping) else None
    return MemoryPage(memories, total if total is not None and total > len(rows) else len(memories))


def parse_memory_operation(data: Any) -> MemoryOperation:
    """Return where a background write of memories is."""
    operation_id = _required(data, "operation_id")
    ids = parse_rows(data, "memory_ids", _text)
    return MemoryOperation(operation_id, text(data.get("status")).upper(), ids)


def parse_model(data: Any) -> Model:
    """Return a model."""
    tools = parse_object(data).get("supports_tools")
    return Model(
        name=_required(data, "name"),
        provider=_required(data, "provider"),
        model_type=text(data.get("model_type")) or "llm",
        context_limit=count(data.get("context_limit")),
        supports_tools=tools if isinstance(tools, bool) else None,
        input_cost_per_1m_tokens=amount(data.get("input_cost_per_1m_tokens")),
        output_cost_per_1m_tokens=amount(data.get("output_cost_per_1m_tokens")),
    )


def parse_model_page(data: Any) -> ModelPage:
    """Return a page of models."""
    models = parse_rows(data, "models", parse_model)
    total = count(data.get("total")) if isinstance(data, Mapping) else None
    return ModelPage(models, total or len(models))


def parse_providers(data: Any) -> tuple[str, ...]:
    """Return the names of the providers."""
    return parse_rows(data, "providers", _text)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("It is no text.")
    return value
