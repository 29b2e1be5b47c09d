"""What can go wrong in talking to Backboard.

Each error answers two questions: does trying again help, and may the call have been run (and paid for) all the same?
"""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from backboard_client._json import parse_json

_MAX_DETAIL = 500


class BackboardError(Exception):
    """The base; `message` is a plain sentence, `may_have_run` says whether the call may have been applied."""

    retry_helps = False
    may_have_run = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BackboardRejectedError(BackboardError):
    """Backboard answered with a 4xx or 5xx status; `detail` is what it said, which may be empty."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail or f"Backboard responded with status {status}.")
        self.status = status
        self.detail = detail


class AuthenticationError(BackboardRejectedError):
    """401, 402 or 403: the key is refused, or the account has no credit."""


class NotFoundError(BackboardRejectedError):
    """404: there is no such thing, or it belongs to another account."""


class RequestInvalidError(BackboardRejectedError):
    """Any other 4xx: the request itself cannot be accepted."""


class RateLimitedError(BackboardRejectedError):
    """429: too many requests; `retry_after_s` is how long Backboard asks to wait, if it says."""

    retry_helps = True

    def __init__(self, status: int, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(status, detail)
        self.retry_after_s = retry_after_s


class ServerError(BackboardRejectedError):
    """5xx: something is broken there. Only a 503 says for sure that nothing was run."""

    retry_helps = True

    def __init__(self, status: int, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(status, detail)
        self.may_have_run = status != httpx.codes.SERVICE_UNAVAILABLE
        self.retry_after_s = retry_after_s


class BackboardUnavailableError(BackboardError):
    """No connection could be made (then nothing was run), or it broke or fell silent."""

    retry_helps = True

    def __init__(self, message: str, *, may_have_run: bool) -> None:
        super().__init__(message)
        self.may_have_run = may_have_run


class StreamInterruptedError(BackboardError):
    """A stream broke off, or ended without its terminal event."""

    retry_helps = True
    may_have_run = True


class AnswerTooLargeError(BackboardError):
    """Backboard sends more than any answer can need; the rest was not read."""

    may_have_run = True

    def __init__(self) -> None:
        super().__init__("Backboard’s response is too large for this app.")


class RunFailedError(BackboardError):
    """Backboard ran the message and says that it failed; `message` is what it said."""

    retry_helps = True
    may_have_run = True


class OutOfCreditsError(RunFailedError):
    """Backboard's answer only says that the account's credits are out; `message` is that text, which is no answer."""

    retry_helps = False


def rejection(response: httpx.Response, body: str) -> BackboardRejectedError:
    """Return the error that a response with this body stands for."""
    status, detail = response.status_code, _detail(body)
    if status in (401, 402, 403):
        return AuthenticationError(status, detail)
    if status == httpx.codes.NOT_FOUND:
        return NotFoundError(status, detail)
    retry_after_s = _retry_after_s(response.headers.get("Retry-After"))
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return RateLimitedError(status, detail, retry_after_s)
    if status >= 500:
        return ServerError(status, detail, retry_after_s)
    return RequestInvalidError(status, detail)


def transport_error(exc: httpx.TransportError | httpx.InvalidURL) -> BackboardError:
    """Return the error that a failed connection stands for, or an id that no address can hold."""
    if isinstance(exc, httpx.InvalidURL):
        return NotFoundError(404, "There is nothing of that name at Backboard.")
    if isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return BackboardUnavailableError("Backboard cannot be reached.", may_have_run=False)
    return BackboardUnavailableError("The connection to Backboard broke or fell silent.", may_have_run=True)


def _detail(body: str) -> str:
    """Return what an error body says; gateways send HTML, and FastAPI a list for schema errors."""
    try:
        said = parse_json(body)
    except ValueError:
        return ""
    detail = said.get("detail") if isinstance(said, dict) else None
    if isinstance(detail, list):
        detail = "; ".join(str(one.get("msg", one)) if isinstance(one, dict) else str(one) for one in detail)
    if detail is not None and not isinstance(detail, str):
        detail = json.dumps(detail)
    return (detail or "")[:_MAX_DETAIL]


def _retry_after_s(header: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, given as seconds or as a date."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
