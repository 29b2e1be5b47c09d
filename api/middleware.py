"""What happens at every request: it is counted, and a mistake of ours is answered in a sentence."""

import time

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.problems import too_large, unexpected

MAX_BODY_BYTES = 2 * 1024 * 1024


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
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        async def note(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"].append((b"x-content-type-options", b"nosniff"))
                route = getattr(scope.get("route"), "path", "other")
                self._metrics.count(
                    method=scope["method"] if route != "other" else "other",
                    route=route,
                    status=message["status"],
                    seconds=time.perf_counter() - begin,
                )
            await send(message)

        try:
            if _told_size(scope) > MAX_BODY_BYTES:
                await too_large()(scope, receive, note)
            else:
                await self._app(scope, limited, note)
        except Exception as error:  # the last stop: whatever it is, the answer is a sentence
            answer = unexpected(error)
            if not started:
                await answer(scope, receive, note)


def _told_size(scope: Scope) -> int:
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return int(told) if told.isdigit() else 0
