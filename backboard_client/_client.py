"""The Backboard API over httpx. Source for all of it: Backboard's API documentation and its Python SDK 1.5."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from backboard_client._errors import (
    BackboardError,
    OutOfCreditsError,
)
from backboard_client._events import StreamEvent
from backboard_client._requests import given, memory_path, message_body, outputs_body
from backboard_client._resources import (
    Assistant,
    Document,
    Json,
    Memory,
    MemoryMode,
    MemoryOperation,
    MemoryPage,
    MessageResult,
    Model,
    ModelPage,
    Thread,
    ToolOutput,
    only_no_credit,
    parse_assistant,
    parse_document,
    parse_memory,
    parse_memory_operation,
    parse_memory_page,
    parse_message_result,
    parse_model,
    parse_model_page,
    parse_object,
    parse_providers,
    parse_rows,
    parse_thread,
)
from backboard_client._retry import OnWait
from backboard_client._transport import Transport

T = TypeVar("T")

_WHOLE_ANSWER = httpx.Timeout(180.0, connect=10.0, write=60.0, pool=10.0)
_UPLOAD = httpx.Timeout(90.0, connect=10.0, write=60.0, pool=10.0)
_MODELS_AT_ONCE = 500


class BackboardClient:
    """Every call of the Backboard API that this product makes.

    *http* is the caller's: pooled, shared by all calls, closed by the caller. *stream_silence_s* is the longest
    gap between two chunks of a stream. *on_error* is told of everything that fails, also where it is tried again.

    Every method raises BackboardRejectedError (answered with a 4xx or 5xx status) and BackboardUnavailableError (no
    connection, or silence beyond the timeout, in seconds). Calls that failed without being run are made again, at
    most three times in all; a message that may have been run is never sent again. An answer that is not understood,
    or does not name what it tells of, is a BackboardUnavailableError; such a row of a list is left out.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        api_key: str,
        stream_silence_s: float | None = None,
        on_error: Callable[[BackboardError], None] | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._transport = Transport(
            http, base_url=self._base_url, api_key=api_key, stream_silence_s=stream_silence_s, on_error=on_error
        )

    def __repr__(self) -> str:
        return f"BackboardClient({self._base_url!r})"

    # Assistants

    async def create_assistant(
        self, name: str, *, system_prompt: str | None = None, tools: Sequence[Json] | None = None
    ) -> Assistant:
        """Return a new assistant. Names are not unique: the same name twice makes two."""
        body = given(name=name, system_prompt=system_prompt, tools=tools)
        return await self._transport.call("POST", "/assistants", parse_assistant, json=body, repeatable=False)

    async def list_assistants(
        self, *, name: str | None = None, skip: int = 0, limit: int = 100
    ) -> tuple[Assistant, ...]:
        """Return assistants, at most 200; *name* is matched exactly, also where a server ignores it."""
        params, parse = given(name=name, skip=skip, limit=limit), _rows("assistants", parse_assistant)
        return tuple(
            one
            for one in await self._transport.call("GET", "/assistants", parse, params=params)
            if name in (None, one.name)
        )

    async def get_assistant(self, assistant_id: str) -> Assistant:
        """Return an assistant."""
        return await self._transport.call("GET", f"/assistants/{assistant_id}", parse_assistant)

    async def update_assistant(
        self,
        assistant_id: str,
        *,
        name: str | None = None,
        system_prompt: str | None = None,
        tools: Sequence[Json] | None = None,
    ) -> Assistant:
        """Change what is given; *tools* replaces the whole list."""
        body = given(name=name, system_prompt=system_prompt, tools=tools)
        return await self._transport.call("PUT", f"/assistants/{assistant_id}", parse_assistant, json=body)

    async def delete_assistant(self, assistant_id: str) -> None:
        """Delete an assistant with its threads and memories."""
        await self._transport.call("DELETE", f"/assistants/{assistant_id}", _nothing)

    # Threads

    async def create_thread(self, assistant_id: str) -> Thread:
        """Return a new, empty thread of an assistant."""
        path = f"/assistants/{assistant_id}/threads"
        return await self._transport.call("POST", path, parse_thread, json={}, repeatable=False)

    async def get_thread(self, thread_id: str) -> Thread:
        """Return a thread with all its messages, oldest first."""
        return await self._transport.call("GET", f"/threads/{thread_id}", parse_thread)

    async def list_threads(self, assistant_id: str, *, skip: int = 0, limit: int = 100) -> tuple[Thread, ...]:
        """Return threads of an assistant, at most 200."""
        path, params = f"/assistants/{assistant_id}/threads", {"skip": skip, "limit": limit}
        return await self._transport.call("GET", path, _rows("threads", parse_thread), params=params)

    async def delete_thread(self, thread_id: str) -> None:
        """Delete a thread."""
        await self._transport.call("DELETE", f"/threads/{thread_id}", _nothing)

    # Messages

    async def stream_message(
        self,
        thread_id: str,
        content: str,
        *,
        model: str,
        memory: MemoryMode,
        web_search: bool | None = None,
        system_prompt: str | None = None,
        metadata: Mapping[str, str] | None = None,
        on_wait: OnWait | None = None,
    ) -> AsyncGenerator[StreamEvent]:
        """Send a message and yield the reply while it is being written.

        *system_prompt* takes the place of the assistant's for this turn only; without *web_search* Backboard decides.
        Yields any number of events, the last of which is RunEnded, RunCancelled or ToolCallsRequired. *on_wait* is
        told the seconds before each further try. Not safe to repeat once it may have run: the message may be
        stored and billed even when this raises.

        Raises:
            StreamInterruptedError: the stream stopped before its last event.
            RunFailedError: Backboard says that the run failed.
            OutOfCreditsError: the text that came only says that the account's credits are out.
        """
        body = message_body(
            thread_id,
            content,
            model=model,
            memory=memory,
            web_search=web_search,
            system_prompt=system_prompt,
            metadata=metadata,
        ) | {"stream": True}
        async with aclosing(self._transport.stream("/threads/messages", body, on_wait=on_wait)) as events:
            async for event in events:
                yield event

    async def send_message(
        self,
        thread_id: str,
        content: str,
        *,
        model: str,
        memory: MemoryMode,
        web_search: bool | None = None,
        system_prompt: str | None = None,
        tools: Sequence[Json] | None = None,
        metadata: Mapping[str, str] | None = None,
        on_wait: OnWait | None = None,
    ) -> MessageResult:
        """Send a message and return the answer when it is whole; a failed run is a result with that status.

        *tools*, which may be none, take the place of the assistant's for this turn only. Raises OutOfCreditsError.
        """
        body = (
            given(tools=tools)
            | message_body(
                thread_id,
                content,
                model=model,
                memory=memory,
                web_search=web_search,
                system_prompt=system_prompt,
                metadata=metadata,
            )
            | {"stream": False}
        )
        return await self._post_message("/threads/messages", body, on_wait)

    async def add_message(
        self, thread_id: str, content: str, *, metadata: Mapping[str, str] | None = None
    ) -> MessageResult:
        """Store a message without asking the model."""
        body = given(thread_id=thread_id, content=content, send_to_llm="false", stream=False, metadata=metadata)
        path, parse = "/threads/messages", parse_message_result
        return await self._transport.call("POST", path, parse, json=body, limits=_WHOLE_ANSWER, repeatable=False)

    async def stream_tool_outputs(
        self, thread_id: str, run_id: str, outputs: Sequence[ToolOutput]
    ) -> AsyncGenerator[StreamEvent]:
        """Answer every pending tool call of a thread and yield what follows, as `stream_message` does."""
        body = outputs_body(thread_id, run_id, outputs) | {"stream": True}
        async with aclosing(self._transport.stream("/threads/tool-outputs", body)) as events:
            async for event in events:
                yield event

    async def submit_tool_outputs(self, thread_id: str, run_id: str, outputs: Sequence[ToolOutput]) -> MessageResult:
        """Answer every pending tool call of a thread and return the answer when it is whole."""
        body = outputs_body(thread_id, run_id, outputs) | {"stream": False}
        return await self._post_message("/threads/tool-outputs", body, None)

    async def cancel_run(self, thread_id: str, run_id: str) -> None:
        """Stop a run; does nothing when it has already ended."""
        await self._transport.call("POST", f"/threads/{thread_id}/runs/{quote(run_id, safe='')}/cancel", _nothing)

    # Documents

    async def upload_document(self, thread_id: str, name: str, media_type: str, content: bytes) -> Document:
        """Put a file into a thread and return it as a document, which is indexed in the background.

        Not safe to repeat: after an error that may have run, `list_thread_documents` tells whether it is there.
        """
        path, files = f"/threads/{thread_id}/documents", {"file": (name, content, media_type)}
        return await self._transport.call("POST", path, parse_document, files=files, limits=_UPLOAD, repeatable=False)

    async def list_thread_documents(self, thread_id: str) -> tuple[Document, ...]:
        """Return every document of a thread."""
        return await self._transport.call(
            "GET", f"/threads/{thread_id}/documents", _rows("documents", parse_document)
        )

    async def document_status(self, document_id: str) -> Document:
        """Return a document as it is now."""
        return await self._transport.call("GET", f"/documents/{quote(document_id, safe='')}/status", parse_document)

    async def delete_document(self, document_id: str) -> None:
        """Delete a document."""
        await self._transport.call("DELETE", f"/documents/{quote(document_id, safe='')}", _nothing)

    # Memories

    async def list_memories(
        self, assistant_id: str, *, page: int | None = None, page_size: int | None = None
    ) -> MemoryPage:
        """Return memories of an assistant: a page (from 1, of at most 100), or all."""
        params = given(page=page, page_size=page_size)
        return await self._transport.call(
            "GET", f"/assistants/{assistant_id}/memories", parse_memory_page, params=params
        )

    async def add_memory(
        self, assistant_id: str, content: str, *, metadata: Mapping[str, str] | None = None
    ) -> Memory:
        """Store a memory, at most 4,000 bytes. Backboard fails over *metadata* that is not text."""
        body = given(content=content, metadata=metadata)
        path = f"/assistants/{assistant_id}/memories"
        made = await self._transport.call("POST", path, parse_memory, json=body, repeatable=False)
        return replace(made, content=made.content or content)

    async def get_memory(self, assistant_id: str, memory_id: str) -> Memory:
        """Return a memory."""
        return await self._transport.call("GET", memory_path(assistant_id, memory_id), parse_memory)

    async def update_memory(
        self, assistant_id: str, memory_id: str, content: str, *, metadata: Mapping[str, str] | None = None
    ) -> Memory:
        """Change a memory."""
        body = given(content=content, metadata=metadata)
        return await self._transport.call("PUT", memory_path(assistant_id, memory_id), parse_memory, json=body)

    async def delete_memory(self, assistant_id: str, memory_id: str) -> None:
        """Delete a memory."""
        await self._transport.call("DELETE", memory_path(assistant_id, memory_id), _nothing)

    async def delete_all_memories(self, assistant_id: str) -> None:
        """Delete every memory of an assistant."""
        await self._transport.call("DELETE", f"/assistants/{assistant_id}/memories", _nothing)

    async def search_memories(self, assistant_id: str, query: str, *, limit: int = 5) -> tuple[Memory, ...]:
        """Return the memories nearest to *query*, at most 50; a cutoff can leave relevant ones out."""
        path = f"/assistants/{assistant_id}/memories/search"
        parse = _rows("memories", parse_memory)
        return await self._transport.call("POST", path, parse, json={"query": query, "limit": limit})

    async def memory_stats(self, assistant_id: str) -> Json:
        """Return Backboard's figures about an assistant's memories, as it gives them."""
        return await self._transport.call("GET", f"/assistants/{assistant_id}/memories/stats", parse_object)

    async def memory_operation(self, operation_id: str) -> MemoryOperation:
        """Return where a background write of memories is."""
        path = f"/assistants/memories/operations/{quote(operation_id, safe='')}"
        return await self._transport.call("GET", path, parse_memory_operation)

    # Models

    async def list_models(
        self, *, model_type: str | None = None, provider: str | None = None, skip: int = 0, limit: int = 100
    ) -> ModelPage:
        """Return a page of models, at most 500."""
        params = given(model_type=model_type, provider=provider, skip=skip, limit=limit)
        return await self._transport.call("GET", "/models", parse_model_page, params=params)

    async def all_models(self, *, model_type: str | None = None) -> tuple[Model, ...]:
        """Return every model, each once; pages through the whole list, which has thousands."""
        found: dict[tuple[str, str], Model] = {}
        skip = 0
        while True:
            page = await self.list_models(model_type=model_type, skip=skip, limit=_MODELS_AT_ONCE)
            found |= {(model.provider, model.name): model for model in page.models}
            skip += len(page.models)
            if not page.models or skip >= page.total:
                return tuple(found.values())

    async def get_model(self, name: str) -> Model:
        """Return a model by its name, without the provider."""
        return await self._transport.call("GET", f"/models/{quote(name)}", parse_model)

    async def list_providers(self) -> tuple[str, ...]:
        """Return the names of the providers."""
        return await self._transport.call("GET", "/models/providers", parse_providers)

    async def _post_message(self, path: str, body: Json, on_wait: OnWait | None) -> MessageResult:
        return await self._transport.call(
            "POST", path, _answer, json=body, limits=_WHOLE_ANSWER, repeatable=False, on_wait=on_wait
        )


def _rows(key: str, parse: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    return partial(parse_rows, key=key, parse=parse)


def _nothing(_answer: Any) -> None:
    """Ask nothing of an answer."""


def _answer(data: Any) -> MessageResult:
    """Return what the model answers. Raises OutOfCreditsError where none did."""
    result = parse_message_result(data)
    if only_no_credit(result.text, result.model):
        raise OutOfCreditsError(result.text)
    return result
