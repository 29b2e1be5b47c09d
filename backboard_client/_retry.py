"""Which failed calls are made again: only those that cannot have been run twice."""

from collections.abc import Callable
from typing import Any

import stamina

from backboard_client._errors import (
    BackboardError,
    BackboardUnavailableError,
    RateLimitedError,
    ServerError,
)

ATTEMPTS = 3
LONGEST_WAIT_S = 30.0

OnWait = Callable[[float], None]


def never_run_twice(*, repeatable: bool, on_wait: OnWait | None = None) -> Any:
    """Return stamina's attempts for one call.

    A call that is not *repeatable* is made again only when the failed one was certainly not run: no connection,
    429, 503. A repeatable one also after 502, 504 and a broken connection. Retry-After is honoured up to 30 seconds;
    a longer one is not waited for. *on_wait* is told about each wait in seconds.
    """

    def decide(exc: Exception) -> bool | float:
        wait_s = _wait_s(exc, repeatable=repeatable)
        if wait_s is None:
            return False
        if on_wait is not None:
            on_wait(wait_s or 1.0)
        return wait_s or True

    return stamina.retry_context(
        on=decide, attempts=ATTEMPTS, timeout=None, wait_initial=0.4, wait_max=4.0, wait_jitter=0.6
    )


def _wait_s(exc: Exception, *, repeatable: bool) -> float | None:
    """Return how long to wait before another try, 0 for the usual backoff, None for no other try."""
    if not isinstance(exc, BackboardError) or (exc.may_have_run and not repeatable):
        return None
    match exc:
        case BackboardUnavailableError():
            return 0.0
        case RateLimitedError() | ServerError(status=502 | 503 | 504):
            asked_s = exc.retry_after_s or 0.0
            return asked_s if asked_s <= LONGEST_WAIT_S else None
    return None
