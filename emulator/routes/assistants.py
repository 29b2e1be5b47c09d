"""``/assistants``: create, list, get, update, delete."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from emulator.context import account, context, faults_of, known_assistant
from emulator.errors import invalid, not_found
from emulator.fields import body_list, body_text, path_uuid, query_int, read_body, tool_names
from emulator.store import Json, now_iso

_TEXTS = ("description", "system_prompt", "custom_fact_extraction_prompt", "custom_update_memory_prompt")
_EMBEDDING = {"embedding_provider": str, "embedding_model_name": str, "embedding_dims": int}


def _config(fields: Json, *, creating: bool) -> Json:
    """Return the optional fields that were given; null counts as not given."""
    config: Json = {}
    for name in _TEXTS:
        if fields.get(name) is not None:
            if not isinstance(fields[name], str):
                raise invalid("body", name, "Input should be a valid string", "string_type")
            config[name] = fields[name]
    if (tools := body_list(fields, "tools")) is not None:
        tool_names(tools)
        config["tools"] = tools
    if (tok_k := fields.get("tok_k")) is not None:
        if not isinstance(tok_k, int) or not 1 <= tok_k <= 100:
            raise invalid("body", "tok_k", "Input should be between 1 and 100", "out_of_range")
        config["tok_k"] = tok_k
    for name, kind in _EMBEDDING.items():
        if creating and fields.get(name) is not None:
            if not isinstance(fields[name], kind):
                raise invalid("body", name, f"Input should be a valid {kind.__name__}")
            config[name] = fields[name]
    return config


async def create(request: Request) -> JSONResponse:
    """Make an assistant."""
    fields = await read_body(request)
    name, config = body_text(fields, "name", longest=255), _config(fields, creating=True)
    return JSONResponse(context(request).store.assistants.create(account(request), name, config))


async def find(request: Request) -> JSONResponse:
    """List assistants, all or those of exactly one name."""
    found = context(request).store.assistants.find(
        account(request),
        name=request.query_params.get("name"),
        skip=query_int(request, "skip", 0, low=0, high=10_000),
        limit=query_int(request, "limit", 100, low=1, high=200),
    )
    in_object = faults_of(request, "assistants_object").assistants_object
    return JSONResponse({"assistants": found} if in_object else found)


async def get(request: Request) -> JSONResponse:
    """Return one assistant."""
    return JSONResponse(known_assistant(request, path_uuid(request, "assistant_id")))


async def update(request: Request) -> JSONResponse:
    """Change the fields that are given."""
    assistant_id = path_uuid(request, "assistant_id")
    fields = await read_body(request)
    changes = _config(fields, creating=False)
    if fields.get("name") is not None:
        changes["name"] = body_text(fields, "name", longest=255)
    updated = context(request).store.assistants.update(account(request), assistant_id, changes)
    if updated is None:
        raise not_found("Assistant")
    return JSONResponse(updated)


async def delete(request: Request) -> JSONResponse:
    """Delete an assistant with its threads and memories."""
    assistant_id = path_uuid(request, "assistant_id")
    if not context(request).store.assistants.delete(account(request), assistant_id):
        raise not_found("Assistant")
    return JSONResponse(
        {"message": "Assistant deleted successfully", "assistant_id": assistant_id, "deleted_at": now_iso()}
    )


ROUTES = [
    Route("/assistants", create, methods=["POST"]),
    Route("/assistants", find, methods=["GET"]),
    Route("/assistants/{assistant_id}", get, methods=["GET"]),
    Route("/assistants/{assistant_id}", update, methods=["PUT"]),
    Route("/assistants/{assistant_id}", delete, methods=["DELETE"]),
]
