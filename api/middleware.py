"""What happens at every request: it is counted and logged, and a mistake of ours is answered in a sentence."""

import logging
import re
import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.problems import too_large, unexpected
from services.process.logs import request_id
from services.sessions.file_types import MAX_FILE_BYTES
from services.transfer.import_file import MAX_BYTES

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_PUBLIC_BYTES = 64 * 1024  # of whoever has no account
_FORM_BYTES = 64 * 1024  # what a form puts around a file
MAX_UPLOAD_BYTES = MAX_FILE_BYTES + _FORM_BYTES
MAX_IMPORT_BYTES = MAX_BYTES + _FORM_BYTES
_ID = re.compile(rb"[\w-]{1,64}")
_PUBLIC = "/review/"
# What only a link opens is in no cache and no index, and its address, the secret, is told to nobody.
_PUBLIC_HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex", "referrer-policy": "no-referrer"}
_SILENT = ("/health", "/metrics")  # asked every few seconds
log = logging.getLogger("travelbot.api")


class EveryRequest:
    """Counts answers by route, adds headers, refuses huge bodies, and answers what nobody expected in a sentence."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin, started = time.perf_counter(), False
        received = status = 0
        most, public = _most_bytes(scope), _path(scope).startswith(_PUBLIC)
        of_file = not public and _is_upload(scope)
        token = request_id.set(_request_id(scope))

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413, "file" if of_file else "public" if public else None)
            return message

        async def note(message: Message) -> None:
            nonlocal started, status
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                message["headers"].append((b"x-content-type-options", b"nosniff"))
                message["headers"].append((b"x-request-id", (request_id.get() or "").encode()))
                if public:
                    MutableHeaders(scope=message).update(_PUBLIC_HEADERS)
                self._metrics.count(
                    method=scope["method"],
                    route=_route(scope),
                    status=status,
                    seconds=time.perf_counter() - begin,
                )
            await send(message)

        try:
            if _told_size(scope) > most:
                await too_large(of_file=of_file, public=public)(scope, receive, note)
            else:
                await self._app(scope, limited, note)
        except Exception as error:  # the last stop: whatever it is, the answer is a sentence
            answer = unexpected(error)
            if not started:
                await answer(scope, receive, note)
        finally:
            if (route := _route(scope)) not in _SILENT:
                seconds = round(time.perf_counter() - begin, 4)
                about = {"method": scope["method"], "route": route or "other", "status": status, "seconds": seconds}
                log.info("request answered", extra=about)
            request_id.reset(token)


def _route(scope: Scope) -> str | None:
    """Return the route's path as declared, without what the caller put into it; None where there is no route."""
    path: str | None = getattr(scope.get("route"), "path", None)
    return path


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _most_bytes(scope: Scope) -> int:
    """Return how large the body of a request may be."""
    path = _path(scope)
    if path.startswith(_PUBLIC):
        return MAX_PUBLIC_BYTES
    if path == "/import":
        return MAX_IMPORT_BYTES
    return MAX_UPLOAD_BYTES if _is_upload(scope) else MAX_BODY_BYTES


def _is_upload(scope: Scope) -> bool:
    kind: bytes = dict(scope["headers"]).get(b"content-type", b"")
    return scope["path"].endswith(("/files", "/pictures", "/logo")) and kind.lower().startswith(
        b"multipart/form-data"
    )


def _told_size(scope: Scope) -> int:
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return int(told) if told.isdigit() else 0


def _request_id(scope: Scope) -> str:
    """Return the id that the caller or a proxy gave, else a new one."""
    given = dict(scope["headers"]).get(b"x-request-id", b"")
    return given.decode() if _ID.fullmatch(given) else uuid.uuid4().hex
