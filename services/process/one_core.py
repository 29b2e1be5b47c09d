"""Keeps this process on one core of its machine, the idlest.

Python runs one thread at a time. With its threads on several cores, each that waits for a socket or the disk for a
moment loses its turn to one on another core: a hundred replies at once then take a third more CPU, and their first
words come many times as late (docs/benchmarks.md). What works outside of Python, such as hashing a password, may go
anywhere. Linux only; elsewhere nothing happens.
"""

import os
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager

import psutil

_FIRST_LOOK_S = 0.3
_LOOK_S = 5.0
_TURN_S = 0.02  # of a Python thread that others wait for: on one core, to take turns more often only wastes time
_ROOMIER = 25.0  # percent of a core; for less it is not left
_left: set[int] = set()  # the cores that this process was given, once it keeps to one of them


def keep_to_one_core() -> None:
    """Move to the idlest core soon, and to another one whenever others crowd in."""
    if sys.platform != "linux":
        return
    given = os.sched_getaffinity(0)
    if len(given) == 1:
        sys.setswitchinterval(_TURN_S)
    else:
        threading.Thread(target=_look_forever, args=(given,), name="travelbot-core", daemon=True).start()


@contextmanager
def any_core() -> Iterator[None]:
    """Let this thread run anywhere, for work outside of Python."""
    if sys.platform != "linux" or not _left:
        yield
        return
    kept = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _left)
    try:
        yield
    finally:
        os.sched_setaffinity(0, kept)


def choose(busy: Sequence[float], given: Set[int], *, kept: int | None, own: float) -> int:
    """Return the core to keep to.

    *busy* is how busy each core of the machine is, *own* how much of *kept* is our doing (percent of a core).
    """
    idlest = min(sorted(given), key=lambda core: busy[core])
    if kept is None:
        return idlest
    # What may run anywhere, the kernel spreads evenly. So where a core is much busier than another, and not by us
    # alone, somebody else keeps to it as well; and what runs on the other one makes room.
    crowded = busy[kept] - own > _ROOMIER and busy[kept] - busy[idlest] > _ROOMIER
    return idlest if crowded else kept


def _look_forever(given: set[int]) -> None:
    process, kept, pause_s = psutil.Process(), None, _FIRST_LOOK_S
    while True:
        process.cpu_percent()
        psutil.cpu_percent(percpu=True)
        time.sleep(pause_s)
        busy, own = psutil.cpu_percent(percpu=True), process.cpu_percent()
        if max(given) >= len(busy):  # cores are numbered in a way that we do not know
            return
        kept = choose(busy, given, kept=kept, own=own)
        for thread in os.listdir("/proc/self/task"):  # new ones keep to the core of the one that began them
            try:
                os.sched_setaffinity(int(thread), {kept})
            except ProcessLookupError:
                continue
            except OSError:  # not allowed here, or no longer
                return
        _left.update(given)
        sys.setswitchinterval(_TURN_S)
        pause_s = random.uniform(0.5, 1.5) * _LOOK_S  # two processes on one core do not both leave it
