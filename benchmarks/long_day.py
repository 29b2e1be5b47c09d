"""What a long day leaves behind in one process: memory, threads, open files and connections.

    python -m benchmarks.long_day BENCH [--replies 2000] [--early 200] [--at-once 10]

BENCH is the folder with fake_backboard.py. Fifty planners come and go, some at a time: each opens the app, sends a
message in a new chat, reads the reply on the screen and closes the tab. Prints what the server holds after the first
*early* replies and after all, each time after half a minute of rest; ends with 1 when memory grew by more than 50 MB,
or anything else by more than a handful.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from itertools import cycle, islice
from pathlib import Path

import psutil

from benchmarks.people import COOKIE_KEY, sign_in
from benchmarks.servers import Servers
from benchmarks.streamlit_page import StreamlitPage

_PLANNERS = 50
_WORDS = 60
_REST_S = 30.0
_MB_AT_MOST = 50.0
_HANDFUL = 5


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds."""

    memory_mb: float
    threads: float
    files: float  # with sockets


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--replies", type=int, default=2000)
    parser.add_argument("--early", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Servers(options.bench.resolve()) as servers:
        url = f"sqlite:///{folder}/travelbot.db"
        backboard = servers.fake_backboard(tokens=_WORDS, pace_s=0.005)
        port = servers.travelbot(backboard, url, COOKIE_KEY=COOKIE_KEY)
        planners = [signed_in for signed_in, _ in sign_in(url, _PLANNERS)]
        server = psutil.Process(servers.pids[port])
        before = _held(server)
        early, late = asyncio.run(_day(port, planners, server, options.early, options.replies, options.at_once))
    rows = (("memory, MB", _MB_AT_MOST), ("threads", _HANDFUL), ("files and connections", _HANDFUL))
    missed = False
    print(f"{'':24}{'at start':>10}{options.early:>10,}{options.replies:>10,}   grew by   at most")
    for (name, most), first, then, last in zip(rows, astuple(before), astuple(early), astuple(late), strict=True):
        missed |= last - then > most
        print(f"{name:24}{first:10.0f}{then:10.0f}{last:10.0f}{last - then:10.0f}{most:10.0f}")
    return int(missed)


async def _day(
    port: int, planners: list[str], server: psutil.Process, early: int, replies: int, at_once: int
) -> tuple[Held, Held]:
    turns = cycle(planners)
    found = []
    done = 0
    for until in (early, replies):
        visits = islice(turns, until - done)
        await asyncio.gather(*(_visits(port, visits) for _ in range(at_once)))
        done = until
        await asyncio.sleep(_REST_S)
        found.append(_held(server))
    return found[0], found[1]


async def _visits(port: int, planners: Iterator[str]) -> None:
    """Open a tab for one planner after the other, as long as there are any."""
    for signed_in in planners:
        async with StreamlitPage.open(port, signed_in) as page:
            await page.click("sidebar_new_chat")
            seen = [message async for message in page.send("Hello")]
            assert any(f"w{_WORDS - 1}".encode() in message for message in seen), "a reply did not come whole"


def _held(server: psutil.Process) -> Held:
    return Held(server.memory_info().rss / 1e6, server.num_threads(), server.num_fds())


if __name__ == "__main__":
    sys.exit(main())
