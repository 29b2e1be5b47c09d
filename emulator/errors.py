"""The errors that the emulator answers with, in Backboard's shapes."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from emulator.faults import Status


class ApiError(Exception):
    """An answer with an error status. *detail* is a sentence, or a list of objects for schema errors."""

    def __init__(self, status: int, detail: object) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


class InjectedError(Exception):
    """An answer that a fault asked for."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"injected {status.code}")
        self.status = status


def not_found(what: str) -> ApiError:
    """Return the error for something that this account has not: ``not_found("Thread")``."""
    return ApiError(404, f"{what} not found")


def invalid(where: str, name: str, message: str, kind: str = "value_error") -> ApiError:
    """Return a schema error: *where* is ``body``, ``query`` or ``path``."""
    return ApiError(422, [{"loc": [where, name], "msg": message, "type": kind}])


async def show_api_error(_request: Request, exc: Exception) -> Response:
    """Answer with an `ApiError`."""
    assert isinstance(exc, ApiError)
    return JSONResponse({"detail": exc.detail}, exc.status)


async def show_http_error(_request: Request, exc: Exception) -> Response:
    """Answer for a path or method that is not there, in JSON."""
    assert isinstance(exc, HTTPException)
    return JSONResponse({"detail": exc.detail}, exc.status_code, headers=dict(exc.headers or {}))


_DETAILS = {
    401: "Invalid or missing API key",
    402: "Insufficient credits. Please add credits to your account.",
    403: "Forbidden",
    429: "Rate limit exceeded. Please slow down.",
}


async def show_injected_error(_request: Request, exc: Exception) -> Response:
    """Answer as a fault asked for."""
    assert isinstance(exc, InjectedError)
    status = exc.status
    if status.html:
        return HTMLResponse(f"<html><body><h1>{status.code}</h1><p>gateway</p></body></html>", status.code)
    headers = {} if status.retry_after is None else {"Retry-After": status.retry_after}
    detail = _DETAILS.get(status.code, "The service is not available at the moment.")
    return JSONResponse({"detail": detail}, status.code, headers=headers)
