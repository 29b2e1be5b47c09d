"""Messages, tool outputs and cancelling: everything that asks the model."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator.context import account, context, faults_of, known_assistant
from emulator.errors import ApiError, InjectedError, invalid, not_found
from emulator.faults import Faults
from emulator.fields import (
    body_flag,
    body_list,
    body_object,
    body_optional_text,
    body_text,
    body_uuid,
    path_uuid,
    query_flag,
    read_body,
    tool_names,
)
from emulator.live import LiveRun
from emulator.responses import EventStream, WholeReply
from emulator.runner import UNANSWERED_CALLS
from emulator.shapes import envelope, reply, stored_reply
from emulator.store import Json, RunSettings

_MODES = {"auto": "Auto", "readonly": "Readonly", "off": "off"}
_SEARCH = {"auto": "Auto", "off": "off"}


def _faults(request: Request) -> Faults:
    """Return the faults of this request. Raises those that are answers."""
    faults = faults_of(request)
    if faults.status is not None:
        raise InjectedError(faults.status)
    return faults


def _answer(request: Request, live: LiveRun, faults: Faults, *, stream: bool, tool_run: bool = False) -> Response:
    if faults.lost_reply is not None:
        raise InjectedError(faults.lost_reply)
    closed = context(request).runner.closed
    if stream:
        return EventStream(live, faults, closed)
    return WholeReply(live, faults, closed, envelope if faults.envelope and not tool_run else reply)


def _place(request: Request, fields: Json) -> tuple[str, Json]:
    """Return the thread to write to, made now if none is named, and its assistant."""
    store = context(request).store
    if "thread_id" in request.path_params:
        thread_id: str | None = path_uuid(request, "thread_id")
    else:
        thread_id = body_uuid(fields, "thread_id")
    if thread_id is not None:
        assistant_id = store.threads.assistant_of(account(request), thread_id)
        if assistant_id is None:
            raise not_found("Thread")
        return thread_id, known_assistant(request, assistant_id)
    named = body_uuid(fields, "assistant_id")
    assistant = known_assistant(request, named) if named else store.assistants.default(account(request))
    return store.threads.create(assistant["assistant_id"])["thread_id"], assistant


def _memory_mode(fields: Json) -> str:
    if body_optional_text(fields, "memory") and body_optional_text(fields, "memory_pro"):
        raise ApiError(400, "memory and memory_pro cannot be combined.")
    name = "memory_pro" if fields.get("memory_pro") else "memory"
    mode = _MODES.get((body_optional_text(fields, name) or "off").lower())
    if mode is None:
        raise invalid("body", name, "Input should be 'Auto', 'Readonly' or 'off'", "enum")
    return mode


def _web_search(fields: Json) -> str:
    mode = _SEARCH.get((body_optional_text(fields, "web_search") or "off").lower())
    if mode is None:
        raise invalid("body", "web_search", "Input should be 'Auto' or 'off'", "enum")
    return mode


def _asked(request: Request, fields: Json) -> RunSettings:
    """Return what the message itself says."""
    wanted = (body_optional_text(fields, name) for name in ("llm_provider", "model_name"))
    provider, model = context(request).catalogue.answering(*wanted)
    return RunSettings(
        provider=provider,
        model=model,
        memory=_memory_mode(fields),
        system_prompt=body_optional_text(fields, "system_prompt"),
        tools=tool_names(body_list(fields, "tools")),
        metadata=body_object(fields, "metadata"),
        web_search=_web_search(fields),
    )


def _with_defaults(asked: RunSettings, fields: Json, assistant: Json, faults: Faults) -> RunSettings:
    """Fill in the assistant's instructions and tools where the message has none of its own."""
    if faults.no_credit:
        asked = replace(asked, provider=None, model=None)
    return replace(
        asked,
        system_prompt=asked.system_prompt or assistant["system_prompt"],
        tools=tool_names(assistant["tools"]) if fields.get("tools") is None else asked.tools,
    )


async def send(request: Request) -> Response:
    """Store a message and answer it (M1, and M2 with the thread in the path)."""
    fields = await read_body(request)
    content = body_text(fields, "content")
    asked = _asked(request, fields)
    stream, ask = body_flag(fields, "stream", default=False), body_flag(fields, "send_to_llm", default=True)
    faults = _faults(request) if ask else Faults()
    store, runner = context(request).store, context(request).runner
    if faults.forget_thread and (forgotten := body_uuid({**fields, **request.path_params}, "thread_id")):
        store.threads.delete(forgotten)
    thread_id, assistant = _place(request, fields)
    settings = _with_defaults(asked, fields, assistant, faults)
    if not ask:
        message_id = store.threads.add_message(thread_id, "user", content, metadata=settings.metadata)
        return JSONResponse(stored_reply(thread_id, assistant["assistant_id"], message_id))
    pending = store.runs.pending(thread_id)
    refusal = None
    if pending is not None:
        calls = (call["id"] for call in store.runs.tool_calls(pending.run_id))
        refusal = UNANSWERED_CALLS.format(", ".join(calls))
    run = store.runs.begin(thread_id, assistant["assistant_id"], content, settings)
    return _answer(request, runner.start(run, faults, refusal=refusal), faults, stream=stream)


async def submit_tool_outputs(request: Request) -> Response:
    """Take the outputs of all tools that a run waits for, and go on (M3, and M4 with thread and run in the path)."""
    fields = await read_body(request)
    in_path = "run_id" in request.path_params
    thread_id = path_uuid(request, "thread_id") if in_path else body_uuid(fields, "thread_id")
    if thread_id is None:
        raise invalid("body", "thread_id", "Field required", "missing")
    outputs = _outputs(fields)
    faults = _faults(request)
    store, runner = context(request).store, context(request).runner
    if faults.forget_thread:
        store.threads.delete(thread_id)
    assistant_id = store.threads.assistant_of(account(request), thread_id)
    if assistant_id is None:
        raise not_found("Thread")
    pending = store.runs.pending(thread_id)
    if pending is None or (in_path and pending.run_id != request.path_params["run_id"]):
        raise ApiError(404, "No pending tool calls found for this thread")
    if outputs.keys() != {call["id"] for call in store.runs.tool_calls(pending.run_id)}:
        raise ApiError(400, "tool_outputs must answer every pending tool call, each once, and no other")
    assistant = known_assistant(request, assistant_id)
    # What was given for one turn is forgotten after it: the tools may be given again here.
    again = replace(pending.settings, system_prompt=None, tools=tool_names(body_list(fields, "tools")))
    settings = _with_defaults(again, fields, assistant, faults)
    run = store.runs.go_on(pending, outputs, settings)
    stream = body_flag(fields, "stream", default=False) or query_flag(request, "stream", False) is True
    return _answer(request, runner.start(run, faults), faults, stream=stream, tool_run=in_path)


def _outputs(fields: Json) -> dict[str, str]:
    """Return the outputs by the id of their call."""
    given = body_list(fields, "tool_outputs")
    if not given:
        raise invalid("body", "tool_outputs", "Field required", "missing")
    outputs = {}
    for one in given:
        call_id, output = one.get("tool_call_id"), one.get("output")
        if not isinstance(call_id, str) or not isinstance(output, str):
            raise invalid("body", "tool_outputs", "tool_call_id and output should be valid strings", "string_type")
        outputs[call_id] = output
    if len(outputs) != len(given):
        raise ApiError(400, "tool_outputs must answer every pending tool call, each once, and no other")
    return outputs


async def cancel(request: Request) -> JSONResponse:
    """Cancel a run. Also 200 when it has ended: ``cancelled`` says whether it is a cancelled one."""
    thread_id, run_id = path_uuid(request, "thread_id"), request.path_params["run_id"]
    if context(request).store.threads.assistant_of(account(request), thread_id) is None:
        raise not_found("Thread")
    cancelled = context(request).runner.cancel(thread_id, run_id)
    return JSONResponse({"thread_id": thread_id, "run_id": run_id, "cancelled": cancelled})


ROUTES = [
    Route("/threads/messages", send, methods=["POST"]),
    Route("/threads/tool-outputs", submit_tool_outputs, methods=["POST"]),
    Route("/threads/{thread_id}/messages", send, methods=["POST"]),
    Route("/threads/{thread_id}/runs/{run_id}/submit-tool-outputs", submit_tool_outputs, methods=["POST"]),
    Route("/threads/{thread_id}/runs/{run_id}/cancel", cancel, methods=["POST"]),
]
