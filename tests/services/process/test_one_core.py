"""A busy server keeps to one core, and leaves it where others crowd in."""

import os
import subprocess
import sys

import pytest

from services.process.one_core import choose
from settings import ROOT

SEVERAL = sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1

# Prints on how many cores each may run: a thread from before, one from after, and one that works outside of Python.
KEEPS = """
import os, threading, time
from services.process.one_core import any_core, keep_to_one_core
cores = lambda: len(os.sched_getaffinity(0))
over, seen = threading.Event(), []
before = threading.Thread(target=lambda: (over.wait(), seen.append(cores())))
before.start()
keep_to_one_core()
while cores() > 1:
    time.sleep(0.05)
time.sleep(0.1)
over.set()
before.join()
after = threading.Thread(target=lambda: seen.append(cores()))
after.start()
after.join()
with any_core():
    seen.append(cores())
seen.append(cores())
print(*seen)
"""


@pytest.mark.parametrize(
    ("busy", "given", "kept", "own", "chosen"),
    [
        pytest.param([80, 3, 40], {0, 1, 2}, None, 0, 1, id="the idlest at first"),
        pytest.param([100, 0, 0], {0, 1, 2}, 0, 100, 0, id="we are what keeps it busy"),
        pytest.param([100, 10, 30], {0, 1, 2}, 0, 50, 1, id="others crowd in"),
        pytest.param([100, 40], {0, 1}, 0, 50, 1, id="another process of ours keeps to it too"),
        pytest.param([60, 10, 10], {0, 1, 2}, 0, 35, 0, id="not for a little"),
        pytest.param([100, 80], {0, 1}, 0, 50, 0, id="nor for a core that is hardly idler"),
        pytest.param([100, 100, 100], {0, 1, 2}, 0, 30, 0, id="nowhere is better"),
        pytest.param([50, 0, 9], {0, 2}, 0, 10, 2, id="only to a core that we were given"),
    ],
)
def test_core_is_chosen(busy, given, kept, own, chosen):
    assert choose(busy, given, kept=kept, own=own) == chosen


@pytest.mark.skipif(not SEVERAL, reason="nothing to choose from")
def test_all_threads_keep_to_one_core_but_for_work_outside_of_python():
    ran = subprocess.run([sys.executable, "-c", KEEPS], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert ran.stdout.split() == ["1", "1", str(len(os.sched_getaffinity(0))), "1"], ran.stderr
