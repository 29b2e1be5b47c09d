"""The pace at which an answer is written."""

import asyncio

_FIRST_CHUNK_BEATS = 10  # the first chunk comes after as many paces
_YIELD_EVERY = 32  # chunks, when there is no pace to wait for


class Beat:
    """Waits by due times, not by pauses, so that many chunks keep their pace together."""

    def __init__(self, pace_s: float) -> None:
        self._pace_s = pace_s
        self._due = asyncio.get_running_loop().time() + pace_s * (_FIRST_CHUNK_BEATS - 1)
        self._late = 0

    async def next(self) -> None:
        """Wait until the next chunk is due; where it is overdue, only now and then for the others' sake."""
        self._due += self._pace_s
        wait_s = self._due - asyncio.get_running_loop().time()
        self._late = 0 if wait_s > 0 else self._late + 1
        if wait_s > 0 or self._late % _YIELD_EVERY == 0:
            await asyncio.sleep(max(0.0, wait_s))
