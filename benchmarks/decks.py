"""How long decks take to become files, and what that costs those who chat meanwhile.

    python -m benchmarks.decks [--rounds 5] [--planners 50] [--exports 20]

Measured in one run: files of 30 and of 100 slides, their time, size and memory; the first words of 50 planners while
20 others have decks exported, beside the same planners undisturbed; and opening a deck of 60 slides in a
browser beside one of 6. Ends with 1 when an aim is missed.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from benchmarks.lean_planner import Planner
from benchmarks.people import COOKIE_KEY, cookie, sign_in
from benchmarks.servers import ROOT, Servers
from db.engine import Database
from db.models import User
from exports.decks.pdf import deck_pdf
from exports.decks.pptx import deck_pptx
from exports.decks.records import Edition, PictureBlock, Slide
from services.decks.decks import DeckService
from services.decks.records import DeckOf
from services.sessions.sessions import SessionService
from tests.helpers.browser import chromium
from tests.helpers.decks import many

_KINDS: dict[str, Callable[[Edition], bytes]] = {"PPTX": deck_pptx, "PDF": deck_pdf}
_AT_MOST_S = {("PPTX", 30): 0.5, ("PDF", 30): 0.5, ("PPTX", 100): 1.5}
_SIZE_AT_MOST = 1.0  # MB
_MEMORY_AT_MOST = 100.0  # MB more, of 100 slides as PPTX
_FIRST_AT_MOST = 1.5  # times the first word of planners whom nothing disturbs
_OPENING_AT_MOST = 1.5  # times a deck of few slides
_FEW, _MANY = 6, 60
_OVER_S = 5.0  # planners ask one after the other

# Prints how many MB more a process has at most while it makes a file of 100 slides; Linux forgets the peak before.
_PEAK = """
from pathlib import Path
from exports.decks.pptx import deck_pptx
from tests.helpers.decks import many
def kilobytes(name):
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if name in line)
edition = many(100)
Path("/proc/self/clear_refs").write_text("5")
before = kilobytes("VmRSS")
deck_pptx(edition)
print((kilobytes("VmHWM") - before) / 1024)
"""


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--planners", type=int, default=50)
    parser.add_argument("--exports", type=int, default=20)
    options = parser.parse_args()
    missed = _files(options.rounds)
    with tempfile.TemporaryDirectory() as folder, Servers(Path()) as servers:
        url = f"sqlite:///{folder}/travelbot.db"
        backboard = servers.lean_backboard(words=20, pace_s=0.02)
        settings = {"COOKIE_KEY": COOKIE_KEY, "REQUESTS_PER_MINUTE": "1000000"}
        port = servers.travelbot(backboard, url, **settings)
        people = sign_in(url, options.planners + options.exports)
        tokens = [token for _, token in people]
        decks = [_deck(url, options.planners + number, 30) for number in range(options.exports)]
        exports = list(zip(decks, tokens[options.planners :], strict=True))
        missed |= asyncio.run(_beside(port, tokens[: options.planners], exports, options.rounds))
        opened = [_deck(url, 0, number) for number in (_FEW, _MANY)]
        missed |= _openings(port, opened, options.rounds)
    return 1 if missed else 0


def _files(rounds: int) -> bool:
    missed = False
    for (kind, slides), at_most in _AT_MOST_S.items():
        edition, make = many(slides), _KINDS[kind]
        size = len(make(edition))  # the first one reads fonts
        took = statistics.median(_seconds(make, edition) for _ in range(rounds))
        missed |= _tell(f"{kind} of {slides} slides", "seconds", took, at_most)
        missed |= _tell(f"{kind} of {slides} slides", "MB", size / 1e6, _SIZE_AT_MOST)
    told = subprocess.run([sys.executable, "-c", _PEAK], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return missed | _tell("PPTX of 100 slides", "MB of memory more", float(told), _MEMORY_AT_MOST)


def _seconds(make: Callable[[Edition], bytes], edition: Edition) -> float:
    begin = time.perf_counter()
    make(edition)
    return time.perf_counter() - begin


async def _beside(port: int, tokens: list[str], exports: list[tuple[int, str]], rounds: int) -> bool:
    """Let planners ask in turns of two kinds: alone, and while decks are exported all the time."""
    planners = [Planner(port, token) for token in tokens]
    await _first_words(planners)  # each begins a session
    alone: list[float] = []
    beside: list[float] = []
    took: list[float] = []
    statuses: list[int] = []
    limits = httpx.Limits(max_connections=len(exports))
    async with httpx.AsyncClient(limits=limits, timeout=120, trust_env=False) as http:
        for _ in range(rounds):
            alone += await _first_words(planners)
            over = asyncio.Event()
            running = [asyncio.create_task(_exporting(http, port, *one, over)) for one in exports]
            beside += await _first_words(planners)
            over.set()
            for seconds, answered in await asyncio.gather(*running):
                took += seconds
                statuses += answered
    refused = sum(status != 200 for status in statuses)
    print(f"exports: {len(statuses)}, {len(exports)} at once, each in {statistics.median(took):.1f} s at the median")
    ratio = statistics.median(beside) / statistics.median(alone)
    told = f"{len(planners)} planners: {statistics.median(beside):.3f} s, alone {statistics.median(alone):.3f} s"
    missed = _tell("first words beside exports", told, ratio, _FIRST_AT_MOST)
    print(f"first words, 95th percentile: {_p95(beside):.3f} s, alone {_p95(alone):.3f} s")
    return missed | _tell("exports", "refused", refused, 0)


async def _first_words(planners: list[Planner]) -> list[float]:
    """Return after how many seconds each planner had the first word of a reply."""

    async def ask(place: int, planner: Planner) -> float:
        await asyncio.sleep(_OVER_S * place / len(planners))
        reply = await planner.ask()
        planner.close()  # else the server does, at about the time of the next question
        if reply.first_at is None:
            raise RuntimeError("A planner got no reply.")
        return reply.first_at - reply.asked_at

    return await asyncio.gather(*(ask(place, one) for place, one in enumerate(planners)))


async def _exporting(
    http: httpx.AsyncClient, port: int, session_id: int, token: str, over: asyncio.Event
) -> tuple[list[float], list[int]]:
    """Have a deck exported again and again; return how long each took, and the statuses."""
    took, statuses = [], []
    while not over.is_set():
        begin = time.perf_counter()
        address = f"http://127.0.0.1:{port}/api/sessions/{session_id}/export"
        answer = await http.post(address, headers={"Authorization": f"Bearer {token}"})
        took.append(time.perf_counter() - begin)
        statuses.append(answer.status_code)
    return took, statuses


def _openings(port: int, session_ids: list[int], rounds: int) -> bool:
    """Open decks in a browser that was never here, until all their pages are on the screen."""
    seen: dict[int, list[float]] = {one: [] for one in session_ids}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        for number in range(rounds + 1):
            for (session_id, times), pages in zip(seen.items(), (_FEW, _MANY), strict=True):
                took = _opening_s(browser, port, session_id, pages)
                if number:  # the first time it is drawn, and kept
                    times.append(took)
        browser.close()
    few, full = (statistics.median(times) for times in seen.values())
    told = f"{_MANY} slides: {full:.2f} s, {_FEW}: {few:.2f} s"
    return _tell("opening", told, full / few, _OPENING_AT_MOST)


def _opening_s(browser: Browser, port: int, session_id: int, pages: int) -> float:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        address = f"http://127.0.0.1:{port}"
        context.add_cookies([{"name": "travelbot_sign_in", "value": cookie("planner0"), "url": address}])
        page = context.new_page()
        begin = time.perf_counter()
        page.goto(f"{address}/deck?session={session_id}", wait_until="commit")
        page.locator(".deck-stage section").wait_for()
        page.locator(f".deck-strip section >> nth={pages - 1}").wait_for(state="attached")
        return time.perf_counter() - begin


def _deck(url: str, number: int, slides: int) -> int:
    """Give a planner a session with a deck of so many slides; return the session's id."""
    database = Database(url)
    with database.read() as db_session:
        user_id = db_session.query(User.id).filter_by(username=f"planner{number}").scalar()
    session_id = SessionService(database, default_model="openai/gpt-4o").create(user_id=user_id).id
    DeckService(database).put(DeckOf("session", session_id), _without_pictures(slides), user_id=user_id, rev=None)
    database.close()
    return session_id


def _without_pictures(number: int) -> list[Slide]:
    return [
        replace(slide, blocks=tuple(block for block in slide.blocks if not isinstance(block, PictureBlock)))
        for slide in many(number).deck.slides
    ]


def _tell(what: str, told: str, figure: float, at_most: float) -> bool:
    missed = figure > at_most
    print(f"{what}: {told}: {figure:.2f}, at most {at_most:g}{'  MISSED' if missed else ''}", flush=True)
    return missed


def _p95(figures: list[float]) -> float:
    return statistics.quantiles(figures, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main())
