"""Many planners at once, each with a reply being written on the screen, and programs beside them.

    python -m benchmarks.screens BENCH [--planners 100] [--programs 0] [--over 5] [--words 300] [--pace 0.02] [--peer]

BENCH is the folder with fake_backboard.py. A planner here speaks Streamlit's WebSocket protocol, without a browser:
signs in by cookie, opens the app, sends one message, and reads what the server sends for the screen. They send one
after the other within --over seconds, so that all replies are being written at the end of it. With --peer the same
number of people read the textbook chat, peer_streamlit.py, in the same run. Ends with 1 when an aim is missed.
"""

import argparse
import asyncio
import re
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from benchmarks.people import COOKIE_KEY, sign_in
from benchmarks.servers import Servers
from benchmarks.streamlit_page import StreamlitPage

_WORD = re.compile(rb"r(\d+)w(\d+)\b")
_PATIENCE_S = 60.0
_FIRST_AT_MOST_S = 0.5  # first word after sending, at the median; Backboard's own 0.2 s are in it
_LATE_AT_MOST_S = 1.0  # last word behind Backboard's, 95th percentile
_CPU_AT_MOST_S = 0.10  # of the server, for each reply


@dataclass
class Seen:
    """What one reader saw of one reply: when it asked, and when each word was there (seconds since 1970)."""

    asked_at: float = 0.0
    words: dict[int, float] = field(default_factory=dict)
    run: int = -1

    def take(self, message: bytes) -> None:
        """Note the words that a message from the server holds."""
        now = time.time()
        for run, number in _WORD.findall(message):
            self.run = int(run)
            self.words.setdefault(int(number), now)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--planners", type=int, default=100)
    parser.add_argument("--programs", type=int, default=0)
    parser.add_argument("--over", type=float, default=5.0)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--pace", type=float, default=0.02)
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args()
    number = options.planners + options.programs
    with tempfile.TemporaryDirectory() as folder, Servers(options.bench.resolve()) as servers:
        file = Path(folder) / "travelbot.db"
        backboard = servers.fake_backboard(tokens=options.words, pace_s=options.pace)
        port = servers.travelbot(backboard, f"sqlite:///{file}", COOKIE_KEY=COOKIE_KEY, REQUESTS_PER_MINUTE="1000000")
        people = sign_in(f"sqlite:///{file}", number)
        server = psutil.Process(servers.pids[port])
        seen, cpu_s = asyncio.run(_all(port, people, options.planners, options.over, options.words, server))
        idle = _idle_cpu(server)
        runs = httpx.get(f"http://127.0.0.1:{backboard}/runs", trust_env=False).json()["times"]
        print(
            f"{options.planners} on screens, {options.programs} over the API, begun within {options.over:g} s; ",
            end="",
        )
        print(f"{options.words} words each, one every {options.pace:g} s")
        missed = _judge(seen, runs, options.words, cpu_s, idle)
    if options.peer:
        with Servers(options.bench.resolve()) as servers:
            backboard = servers.fake_backboard(tokens=options.words, pace_s=options.pace)
            port = servers.peer(backboard)
            server = psutil.Process(servers.pids[port])
            nobody = [("", "")] * number
            seen, peer_cpu_s = asyncio.run(_all(port, nobody, number, options.over, options.words, server))
            runs = httpx.get(f"http://127.0.0.1:{backboard}/runs", trust_env=False).json()["times"]
        print(f"The textbook chat, {number} on screens:")
        _judge(seen, runs, options.words, peer_cpu_s, 0.0)
        print(f"server CPU of this app beside it: {cpu_s / peer_cpu_s:.2f} x")
    return 1 if missed else 0


async def _all(
    port: int, people: list[tuple[str, str]], planners: int, over_s: float, words: int, server: psutil.Process
) -> tuple[list[Seen], float]:
    """Return what each reader saw, and the seconds of CPU that the server took for each."""
    begin = asyncio.Event()
    ready: list[asyncio.Future[None]] = []
    tasks = []
    for place, (signed_in, token) in enumerate(people):
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ready.append(opened)
        wait_s = over_s * place / len(people)
        # Planners and programs take turns, so that both are spread over the whole time.
        on_screen = (place + 1) * planners // len(people) > place * planners // len(people)
        if on_screen:
            tasks.append(asyncio.create_task(_planner(port, signed_in, opened, begin, wait_s, words)))
            await opened  # one page after the other
        else:
            opened.set_result(None)
            tasks.append(asyncio.create_task(_program(port, token, begin, wait_s)))
    print("All pages are open.", file=sys.stderr)
    await asyncio.sleep(2)
    before = server.cpu_times()
    begin.set()
    seen = await asyncio.gather(*tasks)
    after = server.cpu_times()
    return list(seen), (after.user + after.system - before.user - before.system) / len(people)


async def _planner(
    port: int, signed_in: str, opened: "asyncio.Future[None]", begin: asyncio.Event, wait_s: float, words: int
) -> Seen:
    async with StreamlitPage.open(port, signed_in) as page:
        opened.set_result(None)
        await begin.wait()
        await asyncio.sleep(wait_s)
        seen = Seen(asked_at=time.time())
        with suppress(TimeoutError):  # what is missing then counts as lost
            async with asyncio.timeout(_PATIENCE_S):
                async for message in page.send("Hello"):
                    seen.take(message)
                    if words - 1 in seen.words:
                        break
    return seen


async def _program(port: int, token: str, begin: asyncio.Event, wait_s: float) -> Seen:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=120, trust_env=False) as http:
        await begin.wait()
        await asyncio.sleep(wait_s)
        seen = Seen(asked_at=time.time())
        address = f"http://127.0.0.1:{port}/api/chat"
        async with http.stream("POST", address, json={"content": "Hello"}) as response:
            response.raise_for_status()
            async for piece in response.aiter_bytes():
                seen.take(piece)
    return seen


def _judge(seen: list[Seen], runs: list[list[float]], words: int, cpu_s: float, idle: float) -> bool:
    lost = sum(one.words.keys() != set(range(words)) for one in seen)
    first = [one.words[0] - one.asked_at for one in seen if 0 in one.words]
    last = [one.words[words - 1] - runs[one.run][1] for one in seen if words - 1 in one.words]
    late = [
        at - (begin + number * (end - begin) / (words - 1))
        for one in seen
        for begin, end in [runs[one.run]]
        for number, at in one.words.items()
    ]
    figures = (
        ("readers who lost a word", lost, 0, ""),
        ("first word, median", statistics.median(first), _FIRST_AT_MOST_S, " s"),
        ("first word, 95th percentile", _p95(first), None, " s"),
        ("last word late, median", statistics.median(last), None, " s"),
        ("last word late, 95th percentile", _p95(last), _LATE_AT_MOST_S, " s"),
        ("any word late, 95th percentile", _p95(late), None, " s"),
        ("server CPU for a reply", cpu_s, _CPU_AT_MOST_S, " s"),
        ("server CPU afterwards, nobody asking", idle, None, " of a core"),
    )
    missed = False
    for name, figure, most, unit in figures:
        reached = most is None or figure <= most
        missed = missed or not reached
        aim = "" if most is None else f"  aim {most:g}{unit}{'' if reached else '  MISSED'}"
        print(f"{name:38} {figure:8.3f}{unit}{aim}")
    return missed


def _p95(figures: list[float]) -> float:
    return statistics.quantiles(figures, n=20)[-1]


def _idle_cpu(server: psutil.Process) -> float:
    """Return the share of a core that the server takes while nobody does anything."""
    time.sleep(2)
    return float(server.cpu_percent(interval=3)) / 100


if __name__ == "__main__":
    sys.exit(main())
