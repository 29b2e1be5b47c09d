"""What the REST API costs beside a bare route, and how 100 streams at once keep pace with Backboard.

    python -m benchmarks.api BENCH [--n 500] [--streams 100] [--words 300] [--pace 0.02]

BENCH is the folder with fake_backboard.py. Our routes and the bare one are asked in turn by one client. A word's
delay is the time between Backboard's sending it and its arrival at the reader. Ends with 1 when an aim is missed.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.servers import Servers
from db.engine import Database
from db.models import User
from services.accounts.tokens import TokenService

_SLOWER_AT_MOST = 3.0  # times the bare route, at the median
_LATE_AT_MOST_S = 1.0  # 95th percentile of all words


@dataclass
class Arrivals:
    """The words of one reply as its reader got them, and when (seconds since 1970)."""

    words: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--pace", type=float, default=0.02)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Servers(options.bench.resolve()) as servers:
        file = Path(folder) / "travelbot.db"
        backboard = servers.fake_backboard(tokens=options.words, pace_s=options.pace)
        # More requests in a minute, and more replies at once, than one person may have otherwise.
        ours = servers.travelbot(
            backboard, f"sqlite:///{file}", REQUESTS_PER_MINUTE="1000000", REPLIES_PER_USER="1000"
        )
        http = httpx.Client(headers={"Authorization": f"Bearer {_token(file)}"}, timeout=60, trust_env=False)
        api = f"http://127.0.0.1:{ours}/api"
        session_id = http.post(f"{api}/chat", json={"content": "Hello"}).headers["x-session-id"]
        missed = _measure_routes(http, api, f"http://127.0.0.1:{servers.bare_api(file)}/", session_id, options.n)
        arrivals = asyncio.run(_read_streams(api, str(http.headers["authorization"]), options.streams))
        runs = http.get(f"http://127.0.0.1:{backboard}/runs").json()["times"][1:]
        return 1 if _judge_streams(arrivals, runs, words=options.words, pace_s=options.pace) or missed else 0


def _token(file: Path) -> str:
    database = Database(f"sqlite:///{file}")
    with database.begin() as db_session:
        user = User(username="ada", email="ada@example.com", name="Ada")
        db_session.add(user)
        db_session.flush()
        user_id = user.id
    secret = TokenService(database).create(user_id=user_id, name="benchmark").secret
    database.close()
    return secret


def _measure_routes(http: httpx.Client, api: str, bare: str, session_id: str, n: int) -> bool:
    routes = {
        "bare": bare,
        "/me": f"{api}/me",
        "/sessions/{id}": f"{api}/sessions/{session_id}?messages=0",
        "/sessions/{id} and messages": f"{api}/sessions/{session_id}",
        "/sessions": f"{api}/sessions",
        "/search": f"{api}/search?q=hello",
    }
    seconds: dict[str, list[float]] = {name: [] for name in routes}
    for turn in range(n + 20):
        for name, address in routes.items():
            begin = time.perf_counter()
            http.get(address).raise_for_status()
            if turn >= 20:  # the first ones warm up
                seconds[name].append(time.perf_counter() - begin)
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    missed = False
    for name, median in medians.items():
        ratio = median / medians["bare"]
        missed = missed or ratio > _SLOWER_AT_MOST
        note = "  MISSED" if ratio > _SLOWER_AT_MOST else ""
        print(f"{name:30} {1000 * median:6.2f} ms {ratio:6.2f} x  aim {_SLOWER_AT_MOST:.0f} x{note}")
    return missed


async def _read_streams(api: str, authorization: str, streams: int) -> list[Arrivals]:
    limits = httpx.Limits(max_connections=streams)
    async with httpx.AsyncClient(
        headers={"Authorization": authorization}, limits=limits, timeout=120, trust_env=False
    ) as http:
        return await asyncio.gather(*(_read(http, f"{api}/chat") for _ in range(streams)))


async def _read(http: httpx.AsyncClient, address: str) -> Arrivals:
    """Read one reply to its end."""
    arrivals, text = Arrivals(), ""
    async with http.stream("POST", address, json={"content": "Hello"}) as response:
        response.raise_for_status()
        async for line in response.aiter_lines():
            if not line.startswith('data: {"type":"text-delta"'):
                continue
            text += json.loads(line.removeprefix("data: "))["delta"]
            whole = text.split()[len(arrivals.words) :]
            if not text[-1].isspace():
                whole = whole[:-1]
            arrivals.words += whole
            arrivals.at += [time.time()] * len(whole)
    rest = text.split()[len(arrivals.words) :]
    arrivals.words += rest
    arrivals.at += [time.time()] * len(rest)
    return arrivals


def _judge_streams(arrivals: list[Arrivals], runs: list[list[float]], *, words: int, pace_s: float) -> bool:
    late: list[float] = []
    lost = 0
    for one in arrivals:
        run = int(one.words[0].removeprefix("r").partition("w")[0]) - 1  # the first reply came before
        lost += one.words != [f"r{run + 1}w{number}" for number in range(words)]
        begin, end = runs[run]
        pace = (end - begin) / (words - 1)  # as it was kept
        late += [at - (begin + number * pace) for number, at in enumerate(one.at)]
    slowest = max(end - begin for begin, end in runs) / (words - 1)
    p95 = statistics.quantiles(late, n=20)[-1]
    missed = bool(lost) or p95 > _LATE_AT_MOST_S
    print(f"{len(arrivals)} streams of {words} words, one every {pace_s:g} s (Backboard kept {slowest:.4f} s)")
    print(f"lost, doubled or out of order  {lost} of {len(arrivals)}  aim 0")
    print(f"delay, median                  {statistics.median(late):.3f} s")
    print(f"delay, 95th percentile         {p95:.3f} s  aim {_LATE_AT_MOST_S:g} s{'  MISSED' if missed else ''}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
