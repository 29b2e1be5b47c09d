"""How often somebody may ask, in this process."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.problems import ApiError


class RequestLimit:
    """Counts the requests of the last minute: each user's; without an account, each address's and each link's."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def count(self, who: str, *, per_minute: int) -> None:
        """Count one more request. Raises ApiError 429, which says when to come again."""
        limit = RateLimitItemPerMinute(per_minute)
        if self._window.hit(limit, who):
            return
        wait_s = max(1, math.ceil(self._window.get_window_stats(limit, who).reset_time - time.time()))
        raise ApiError(
            429,
            "too_many_requests",
            f"More than {per_minute} requests in a minute. Try again in {wait_s} s.",
            headers={"Retry-After": str(wait_s)},
        )
