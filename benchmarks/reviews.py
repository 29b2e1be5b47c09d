"""What a review costs whoever opens its link, and the server while it is open.

    python -m benchmarks.reviews [--rounds 9] [--open 50] [--rest 20]

Measured in one run: the first view in a browser that was never here, beside the same messages drawn by plain
Streamlit; how long the server takes to open a link with 500 comments of 50 people in a session of 100 links, beside
one with none; what pages at rest cost; and when a comment of one is seen by all. Ends with 1 when an aim is missed.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

import db.participants
from benchmarks.servers import Servers
from benchmarks.streamlit_page import StreamlitPage
from db.engine import Database
from db.migrate import migrate
from db.models import ChatSession, Message, User
from exports.reviews.records import snapshot_text
from services.reviews.comments import CommentService
from services.reviews.files import ReviewFiles
from services.reviews.records import LinkSettings, Thing
from services.reviews.reviews import ReviewService
from services.reviews.visits import VisitService, new_reader_key
from services.sessions.shared import SharedSessions
from tests.helpers.browser import chromium

LINKS, COMMENTS, PEOPLE = 100, 500, 50
_VIEW_AT_MOST = 1.1
_FULL_AT_MOST = 1.5
_REST_AT_MOST = 0.10  # of a core
_SEEN_AT_MOST_S = 5.0
_REPLY = """## Day {day}: the old town

- **Morning:** walk up to the castle and look over the river.
- **Afternoon:** the tile museum, then a tram to the market.
- **Evening:** dinner in Alfama.

| What | EUR |
| --- | ---: |
| Tickets | €{day}4 |
| Meals | €{day}8 |
"""


class Reviews:
    """A planner with two sessions of the same messages: *empty* has one link, *full* as many as there may be."""

    def __init__(self, url: str) -> None:
        database = Database(url)
        migrate(database)
        files = ReviewFiles()
        self._links = ReviewService(database, {("session", False): SharedSessions(database)}, files)
        self._comments = CommentService(database)
        self._visits = VisitService(database, files, compare=lambda *_: False)
        self._user_id = _planner(database)
        self.empty = self._share(_session(database, self._user_id))
        session_id = _session(database, self._user_id)
        self.full = self._share(session_id)
        for _ in range(LINKS - 1):
            self._share(session_id)
        self._fill(self.full)

    def text(self) -> str:
        """Return what the links show, as it is kept."""
        return snapshot_text(self._visits.look(self.empty, None).snapshot)

    def say(self, text: str) -> None:
        """Let somebody comment on the empty link."""
        self._visits.comment(self.empty, new_reader_key(), text, name="Anna")

    def _share(self, session_id: int) -> str:
        return self._links.share(
            Thing("session", session_id), LinkSettings(audience="Customer"), user_id=self._user_id
        ).token

    def _fill(self, token: str) -> None:
        blocks = self._visits.look(token, None).snapshot.blocks
        review_id = self._visits.find(token)
        keys = [new_reader_key() for _ in range(PEOPLE)]
        for number in range(COMMENTS):
            anchor = blocks[number % len(blocks)].anchor
            if number < 100:  # more than that in five minutes is too fast for people
                self._visits.comment(token, keys[number % PEOPLE], f"Comment {number}", name="Bo", anchor=anchor)
            else:
                self._comments.add(review_id, f"Comment {number}", user_id=self._user_id, anchor=anchor)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--open", type=int, default=50)
    parser.add_argument("--rest", type=float, default=20.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Servers(Path()) as servers:
        url = f"sqlite:///{folder}/travelbot.db"
        reviews = Reviews(url)
        text = Path(folder) / "plain.json"
        text.write_text(reviews.text(), "utf-8")
        backboard = servers.lean_backboard(words=1, pace_s=0)
        port = servers.travelbot(backboard, url)
        plain = servers.plain_review(text)
        missed = _first_views(port, plain, reviews.empty, options.rounds)
        missed |= asyncio.run(_openings(port, reviews, options.rounds))
        server = psutil.Process(servers.pids[port])
        missed |= asyncio.run(_at_rest(port, reviews, server, options.open, options.rest))
    return 1 if missed else 0


def _first_views(port: int, plain: int, token: str, rounds: int) -> bool:
    seen: dict[str, list[float]] = {"plain": [], "ours": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        for number in range(rounds + 1):  # the first of each is not counted: the server draws its first page
            ours_s = _view_s(browser, f"http://127.0.0.1:{port}/review?link={token}")
            plain_s = _view_s(browser, f"http://127.0.0.1:{plain}/")
            if number:
                seen["ours"].append(ours_s)
                seen["plain"].append(plain_s)
        browser.close()
    ours, others = statistics.median(seen["ours"]), statistics.median(seen["plain"])
    return _tell("first view", f"{ours:.2f} s, plain Streamlit {others:.2f} s", ours / others, _VIEW_AT_MOST)


def _view_s(browser: Browser, address: str) -> float:
    """Return how long a browser that was never here takes until the last message is on the screen."""
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        begin = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.get_by_role("heading", name="Day 9: the old town").wait_for()
        return time.perf_counter() - begin


async def _openings(port: int, reviews: Reviews, rounds: int) -> bool:
    seen: dict[str, list[float]] = {reviews.empty: [], reviews.full: []}
    for number in range(3 * rounds):
        for token, times in seen.items():
            begin = time.perf_counter()
            async with _page(port, token):
                if number:
                    times.append(time.perf_counter() - begin)
    empty, full = (statistics.median(times) for times in seen.values())
    told = f"{COMMENTS} comments, {LINKS} links: {1000 * full:.0f} ms, none: {1000 * empty:.0f} ms"
    return _tell("opening", told, full / empty, _FULL_AT_MOST)


async def _at_rest(port: int, reviews: Reviews, server: psutil.Process, number: int, rest_s: float) -> bool:
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(_page(port, reviews.empty)) for _ in range(number)]
        await asyncio.sleep(3)
        before = server.cpu_times()
        await asyncio.sleep(rest_s)
        after = server.cpu_times()
        share = (after.user + after.system - before.user - before.system) / rest_s
        missed = _tell("at rest", f"{number} open pages, of a core", share, _REST_AT_MOST)
        begin = time.perf_counter()

        async def seen_after_s(page: StreamlitPage) -> float:
            await page.until(b"comment")
            return time.perf_counter() - begin

        await asyncio.to_thread(reviews.say, "Now and here")
        seen_s = sorted(await asyncio.gather(*map(seen_after_s, pages)))
    told = f"by half of {number} after {statistics.median(seen_s):.1f} s, by all, seconds"
    return missed | _tell("a comment is seen", told, seen_s[-1], _SEEN_AT_MOST_S)


def _page(port: int, token: str) -> AbstractAsyncContextManager[StreamlitPage]:
    cookie = f"travelbot_reviewer={new_reader_key()}"
    return StreamlitPage.open_path(port, cookie, path="review", query=f"link={token}")


def _tell(what: str, told: str, figure: float, at_most: float) -> bool:
    missed = figure > at_most
    print(f"{what}: {told}: {figure:.2f}, at most {at_most:g}{'  MISSED' if missed else ''}")
    return missed


def _planner(database: Database) -> int:
    with database.begin() as db_session:
        user = User(username="planner", email="planner@example.com", name="Planner")
        db_session.add(user)
        db_session.flush()
        return user.id


def _session(database: Database, user_id: int) -> int:
    with database.begin() as db_session:
        session = ChatSession(user_id=user_id, title="Lisbon in May", model="openai/gpt-4o")
        db_session.add(session)
        db_session.flush()
        last_id = None
        for day in range(1, 10):
            for role, text in (("user", f"And day {day}?"), ("assistant", _REPLY.format(day=day))):
                message = Message(
                    session_id=session.id,
                    user_id=user_id,
                    parent_id=last_id,
                    role=role,
                    status="complete",
                    content=text,
                )
                db_session.add(message)
                db_session.flush()
                last_id = message.id
        db.participants.change(db_session, [session.id], user_id=user_id, last_message_id=last_id)
        return session.id


if __name__ == "__main__":
    sys.exit(main())
