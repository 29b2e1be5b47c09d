"""How often one user may ask, in this process."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.problems import ApiError


class RequestLimit:
    """Counts each user's requests of the last minute."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def count(self, user_id: int, *, per_minute: int) -> None:
        """Count one more request. Raises ApiError 429, which says when to come again."""
        limit = RateLimitItemPerMinute(per_minute)
        if self._window.hit(limit, str(user_id)):
            return
        wait_s = max(1, math.ceil(self._window.get_window_stats(limit, str(user_id)).reset_time - time.time()))
        raise ApiError(
            429,
            "too_many_requests",
            f"More than {per_minute} requests in a minute. Try again in {wait_s} s.",
            headers={"Retry-After": str(wait_s)},
        )
