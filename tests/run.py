"""What `make test` and `make soak` run after format and lint: the tests side by side, and the types beside them.

    python -m tests.run [options of pytest, but no tests]

A browser or several processes lose a race now and then on a machine that is busy. So where tests of theirs failed,
and nothing else did, those run a second time, one after the other and with nothing beside them: what passes then is
*flaky*, and the last lines say so. Nothing else is ever run again.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # files of it are in memory, on Linux
ROOM = 3 << 30  # bytes; a run takes about a third of it
RUN_AGAIN = ("tests/browser/", "tests/processes/")


@dataclass(eq=False)  # pytest keeps its plugins in a set
class Seen:
    """What became of a run's tests, as a plugin of pytest sees it. Of workers' tests, too."""

    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    broken: bool = False  # more went wrong than tests that failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.passed and report.when == "call":
            self.passed.add(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.broken |= report.failed

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object, error: object | None) -> None:
        """Called by xdist at the end of each worker; *error* where it crashed."""
        self.broken |= error is not None

    @property
    def may_run_again(self) -> bool:
        return bool(self.failed) and not self.broken and all(name.startswith(RUN_AGAIN) for name in self.failed)


@contextmanager
def files_in_memory() -> Iterator[None]:
    """Keep the files of all tests in memory, where there is room: thousands of databases would wait for a disk."""
    if "PYTEST_DEBUG_TEMPROOT" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="travelbot-tests-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        yield
        del os.environ["PYTEST_DEBUG_TEMPROOT"]


def run_tests(options: Sequence[str]) -> tuple[int, Seen]:
    seen = Seen()
    return pytest.main(list(options), plugins=[seen]), seen


def main(options: Sequence[str]) -> int:
    """Run it all and return the exit code: 0 where everything passed, if need be at the second time."""
    workers = min(6, (os.cpu_count() or 1) + 2)  # many tests wait: two processes more than cores
    with tempfile.TemporaryFile() as said:
        types = subprocess.Popen([sys.executable, "-m", "mypy"], stdout=said, stderr=subprocess.STDOUT)
        tested, seen = run_tests(["--numprocesses", str(workers), "--dist", "worksteal", *options])
        checked = types.wait()
        said.seek(0)
        print("mypy:", said.read().decode(), sep="\n", end="", flush=True)
    if tested != pytest.ExitCode.TESTS_FAILED or checked or not seen.may_run_again:
        return tested or checked
    print(f"\nOnly browsers and processes failed. Once more, alone: {len(seen.failed)} of them", flush=True)
    tested, again = run_tests([*options, "--numprocesses", "0", *sorted(seen.failed)])
    flaky = sorted((seen.failed & again.passed) - again.failed)
    if flaky:
        print("\nFlaky (failed, then passed alone):", *flaky, sep="\n  ")
    return tested or int(len(flaky) < len(seen.failed))


if __name__ == "__main__":
    with files_in_memory():
        code = main(sys.argv[1:])
    sys.exit(code)
