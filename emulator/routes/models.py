"""The catalogue of models."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from emulator.context import context
from emulator.errors import not_found
from emulator.fields import query_flag, query_int
from emulator.store import Json

_NO_LIMIT = 2**53


def _page(request: Request, models: list[Json]) -> JSONResponse:
    skip = query_int(request, "skip", 0, low=0, high=_NO_LIMIT)
    limit = query_int(request, "limit", 100, low=1, high=500)
    return JSONResponse({"models": models[skip : skip + limit], "total": len(models)})


async def find(request: Request) -> JSONResponse:
    """List models; every filter that is given must fit."""
    wanted = {name: request.query_params.get(name) for name in ("model_type", "provider")}
    tools = query_flag(request, "supports_tools", None)
    low = query_int(request, "min_context", 0, low=0, high=_NO_LIMIT)
    high = query_int(request, "max_context", _NO_LIMIT, low=0, high=_NO_LIMIT)
    found = [
        model
        for model in context(request).catalogue.models
        if all(value is None or model[name] == value for name, value in wanted.items())
        and tools in (None, model["supports_tools"])
        and low <= model["context_limit"] <= high
    ]
    return _page(request, found)


async def of_provider(request: Request) -> JSONResponse:
    """List the models of one provider."""
    provider = request.path_params["provider_name"]
    return _page(request, [model for model in context(request).catalogue.models if model["provider"] == provider])


async def providers(request: Request) -> JSONResponse:
    """List the providers."""
    names = list(dict.fromkeys(model["provider"] for model in context(request).catalogue.models))
    return JSONResponse({"providers": names, "total": len(names)})


async def get(request: Request) -> JSONResponse:
    """Return the first model of this name, in any case."""
    name = request.path_params["model_name"].lower()
    for model in context(request).catalogue.models:
        if model["name"].lower() == name:
            return JSONResponse(model)
    raise not_found("Model")


ROUTES = [
    Route("/models", find, methods=["GET"]),
    Route("/models/providers", providers, methods=["GET"]),
    Route("/models/provider/{provider_name}", of_provider, methods=["GET"]),
    Route("/models/{model_name:path}", get, methods=["GET"]),
]
