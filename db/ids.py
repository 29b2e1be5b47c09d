"""Snowflake ids: 64-bit keys that sort by time and need no round trip to the database."""

import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

MAX_ID = 2**63 - 1  # what a column of the database holds
_EPOCH_MS = 1_735_689_600_000  # 2025-01-01T00:00:00Z
_WORKER_BITS = 10
_SEQUENCE_BITS = 12


class SnowflakeIds:
    """Makes ids of 41 bits of milliseconds since 2025, 10 of worker and 12 of sequence.

    Ids of one maker only grow. A clock that steps back is waited out by counting on from the last millisecond;
    two processes with the same worker number can collide, which the primary key refuses and the caller retries.
    """

    def __init__(self, worker: int | None = None, clock: Callable[[], float] = time.time) -> None:
        self._worker = secrets.randbelow(1 << _WORKER_BITS) if worker is None else worker
        self._clock = clock
        self._lock = threading.Lock()
        self._last_ms = 0
        self._sequence = 0

    def change_worker(self) -> None:
        """Take another worker number, at random: for a process that was forked off one that makes ids, too."""
        self._worker = secrets.randbelow(1 << _WORKER_BITS)

    def __call__(self) -> int:
        """Return the next id."""
        with self._lock:
            now_ms = int(self._clock() * 1000) - _EPOCH_MS
            if now_ms > self._last_ms:
                self._last_ms, self._sequence = now_ms, 0
            else:
                self._sequence += 1
                if self._sequence >> _SEQUENCE_BITS:  # full: borrow the next millisecond
                    self._last_ms, self._sequence = self._last_ms + 1, 0
            return (
                (self._last_ms << (_WORKER_BITS + _SEQUENCE_BITS)) | (self._worker << _SEQUENCE_BITS) | self._sequence
            )


new_id = SnowflakeIds()
if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=new_id.change_worker)


def made_at(snowflake: int) -> datetime:
    """Return when an id was made, UTC."""
    return datetime.fromtimestamp(((snowflake >> (_WORKER_BITS + _SEQUENCE_BITS)) + _EPOCH_MS) / 1000, tz=UTC)
