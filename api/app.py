"""The REST API: the same services as the screens, for programs."""

from collections.abc import Callable
from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles

from api.limits import RequestLimit
from api.metrics import Metrics
from api.middleware import EveryRequest
from api.problems import MEDIA_TYPE, Problem, add_handlers
from api.routes import (
    account,
    chat,
    customers,
    files,
    memories,
    messages,
    operations,
    public_review,
    ratings,
    reviews,
    session_members,
    sessions,
    slides,
    templates,
    transfer,
    trips,
    usage,
)
from api.visitors import KEY_HEADER, PASSCODE_HEADER
from services.wiring import Services

_DESCRIPTION = """
Everything the screens can do, for programs: start a session, send a message, read the reply while it is written.

Every route but `/health` wants a personal token (`Authorization: Bearer tbt_…`), made on the screen *Settings*, or
where it is set up, an access token of your company; those below `/review/` want what stands in the address of a link
instead, and no account.
What changes something is refused to a viewer, whose role it is to read: a 403 with the code `read_only_role`.
Errors are problem documents (RFC 9457) with a stable `code`.
"""

# FastAPI's own page holds a script, and the server's content security policy has none run that stands in a page.
_DOCS_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Travel-Bot API</title>
<link rel="icon" href="../app/static/icon.png">
<link rel="stylesheet" href="docs-assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs-assets/swagger-ui-bundle.js"></script>
<script src="docs.js"></script>
</body>
</html>
"""
_DOCS_SCRIPT = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
  layout: "BaseLayout",
});
"""


def create_app(get_services: Callable[[], Services], base_path: Callable[[], str] = lambda: "") -> FastAPI:
    """Return the API. *get_services* is asked at every request: what it holds may be built anew meanwhile.

    *base_path* returns what stands before the paths of the screens, such as `/plans`; empty where nothing does.
    """
    metrics = Metrics()
    app = FastAPI(
        title="Backboard Travel-Bot",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        middleware=[
            Middleware(EveryRequest, metrics=metrics),
            Middleware(
                CORSMiddleware,  # any page may ask, with a token or a link: there is no cookie that it could misuse
                allow_origins=["*"],
                allow_methods=["*"],
                allow_headers=["Authorization", "Content-Type", "Idempotency-Key", KEY_HEADER, PASSCODE_HEADER],
                expose_headers=["X-Session-Id", "X-Message-Id", "Retry-After", KEY_HEADER],
                max_age=3600,
            ),
        ],
    )
    app.state.get_services = get_services
    app.state.base_path = base_path
    app.state.request_limit = RequestLimit()
    app.state.metrics = metrics
    add_handlers(app)
    conversations = (sessions, session_members, transfer, chat, files, messages, ratings)
    work = (*conversations, trips, customers, slides, memories, templates, reviews, public_review)
    for part in (*work, account, usage, operations):
        app.include_router(part.router)
    _add_docs(app)
    _name_problem(app)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _add_docs(app: FastAPI) -> None:
    """Serve the page of documentation with files of our own server."""
    assets = Path(fastapi_offline.__file__).parent / "static"
    app.mount("/docs-assets", StaticFiles(directory=assets), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(_DOCS_PAGE)

    @app.get("/docs.js", include_in_schema=False)
    async def docs_script() -> Response:
        return Response(_DOCS_SCRIPT, media_type="text/javascript")


def _name_problem(app: FastAPI) -> None:
    """Put the problem document into the OpenAPI document, and take FastAPI's own error out."""
    generate = app.openapi

    def openapi() -> dict[str, object]:
        if app.openapi_schema is None:
            schema = generate()
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs", {}) | {"Problem": problem}
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            for operations_ in schema["paths"].values():
                for operation in operations_.values():
                    if "422" in operation["responses"]:
                        operation["responses"]["422"]["content"] = {
                            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
                        }
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
