"""Ids only grow, whatever the clock does."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from db.ids import SnowflakeIds, made_at


def test_ids_grow_when_the_clock_steps_back():
    times = iter([1_800_000_000.5, 1_800_000_000.5, 1_799_999_000.0, 1_800_000_000.6])
    make = SnowflakeIds(worker=3, clock=lambda: next(times))

    made = [make() for _ in range(4)]

    assert made == sorted(set(made))


def test_more_ids_than_fit_a_millisecond_stay_unique_and_ordered():
    make = SnowflakeIds(worker=3, clock=lambda: 1_800_000_000.0)

    made = [make() for _ in range(10_000)]

    assert made == sorted(set(made))


def test_threads_never_get_the_same_id():
    make = SnowflakeIds(worker=3)

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: make(), range(20_000)))

    assert len(set(made)) == 20_000


def test_an_id_says_when_it_was_made_and_fits_63_bits():
    made = SnowflakeIds(worker=1023, clock=lambda: 1_800_000_000.25)()

    assert made_at(made) == datetime.fromtimestamp(1_800_000_000.25, tz=UTC)
    assert made < 2**63


def test_forked_processes_make_ids_of_their_own():
    code = """
import os
from db.ids import new_id
for _ in range(8):
    if not (child := os.fork()):
        print(new_id() >> 12 & 1023, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""
    workers = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert len(workers) == 8
    assert len({*workers}) > 1
