"""The emulator as an ASGI app: Backboard's endpoints under ``/api``, its own beside them."""

import re
from secrets import compare_digest

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from emulator.catalogue import VENDORS, Catalogue
from emulator.context import Context
from emulator.conversation import Demo
from emulator.errors import (
    ApiError,
    InjectedError,
    show_api_error,
    show_http_error,
    show_injected_error,
)
from emulator.routes import assistants, control, documents, memories, messages, models, threads
from emulator.runner import Runner
from emulator.store import Store

PACE_S = 0.02
MEMORY_DELAY_S = 0.2
DOCUMENT_DELAY_S = 0.6
REFUSED_KEY = "wrong"

_ID = re.compile(r"/([0-9a-fA-F-]{32,36}|(?:run|mem)_[0-9a-f]+)(?=/|$)")


class _Door:
    """Counts requests under ``/api`` and lets only those in that carry a key.

    With a key of its own nobody else gets at the emulator's endpoints either; ``/health`` is open to all.
    """

    def __init__(self, app: ASGIApp, context: Context, api_key: str | None) -> None:
        self._app = app
        self._context = context
        self._api_key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            below_api = scope["path"].startswith("/api/")
            if below_api:
                asked = f"{scope['method']} {_ID.sub('/{id}', scope['path'].removeprefix('/api'))}"
                self._context.requests[asked] = self._context.requests.get(asked, 0) + 1
            closed = below_api or (self._api_key is not None and scope["path"] != "/health")
            if closed and not self._fits(Headers(scope=scope).get("x-api-key", "")):
                await JSONResponse({"detail": "Invalid or missing API key"}, 401)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _fits(self, key: str) -> bool:
        if self._api_key is None:
            return key not in ("", REFUSED_KEY)
        return compare_digest(key.encode(), self._api_key.encode())


def create_app(
    store: Store,
    demo: Demo,
    catalogue: Catalogue = VENDORS,
    *,
    pace_s: float = PACE_S,
    memory_delay_s: float = MEMORY_DELAY_S,
    document_delay_s: float = DOCUMENT_DELAY_S,
    api_key: str | None = None,
) -> Starlette:
    """Return the app over *store*, which the caller closes; *demo* writes the answers of *catalogue*'s models.

    *pace_s* is the pause in seconds between the chunks of an answer (0: as fast as it goes); *memory_delay_s* is
    how long a background write of memories takes, *document_delay_s* how long a document is being indexed. Any API
    key but ``wrong`` is let in, and has data of its own; or only *api_key* if given, which may be another one next
    time: the data stays. What the app does with connections needs `emulator.server`.
    """
    runner = Runner(store, demo, catalogue, pace_s=pace_s, memory_delay_s=memory_delay_s)
    context = Context(store, runner, catalogue, document_delay_s, one_account=api_key is not None)
    # Fixed paths come before those with an id in the same place.
    api = [*messages.ROUTES, *memories.ROUTES, *documents.ROUTES, *threads.ROUTES, *assistants.ROUTES, *models.ROUTES]
    app = Starlette(
        routes=[*control.ROUTES, Mount("/api", routes=api)],
        middleware=[Middleware(_Door, context=context, api_key=api_key)],
        exception_handlers={
            ApiError: show_api_error,
            InjectedError: show_injected_error,
            HTTPException: show_http_error,
        },
    )
    app.state.context = context
    return app
