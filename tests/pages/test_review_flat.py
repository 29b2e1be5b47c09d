"""However much hangs on a link, its page is opened with as much work, or hardly more: counted, not timed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from db.engine import Database
from db.models import utc_now
from services.accounts.records import User
from services.reviews.records import NewLink
from services.reviews.visits import new_reader_key
from services.wiring import Services
from settings import ROOT
from tests.helpers.reviews import CROWD, TALK, Crowd, Reviews

MESSAGES = TALK * 5
A_FEW = len(MESSAGES)  # comments: one on each message, more than a page calls new
AT_MOST = 1.5


@pytest.fixture(autouse=True)
def no_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", {})


@pytest.fixture
def share(app_database: Database, planner: User, stranger: User) -> Callable[[Crowd], tuple[NewLink, list[str]]]:
    """Give a function that makes a link of a planner's, and keys of browsers that were here before its crowd was."""
    reviews, planners = Reviews(app_database, now=utc_now()), [planner, stranger]

    def make(crowd: Crowd) -> tuple[NewLink, list[str]]:
        owner = planners.pop()
        link = reviews.share(reviews.session(owner.id, MESSAGES), owner.id, download=True)
        keys = [new_reader_key() for _ in range(3)]
        for key in keys:
            reviews.visits.look(link.token, key)
        reviews.crowd(link, owner.id, crowd)
        return link, keys

    return make


def opened(link: NewLink, key: str) -> AppTest:
    """Open a link in a new tab of a browser that is known by this key."""
    at = AppTest.from_file(ROOT / "app.py", default_timeout=120)
    at.context = {"timezone": "Europe/Warsaw", "timezone_offset": -60}
    at.query_params["link"] = link.token
    at._page_hash = calc_hash("review")
    at.session_state["told_travelbot_reviewer"] = key
    at.run()
    assert not at.exception
    return at


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """Count the functions that are called in threads that begin meanwhile: a run of the page is one."""
    calls = [0]

    def count(_frame: object, what: str, _about: object) -> None:
        calls[0] += what in ("call", "c_call")

    threading.setprofile(count)
    try:
        yield calls
    finally:
        threading.setprofile(None)


@contextmanager
def counted_steps(services: Services) -> Iterator[list[int]]:
    """Count the steps of SQLite's machine, each of which looks at a row, a column or less."""
    steps, counted = [0], []

    def count() -> int:
        steps[0] += 1
        return 0

    def begin(connection: Any, *_about: object) -> None:
        connection.set_progress_handler(count, 1)
        counted.append(connection)

    engine = services._base.database.engine
    event.listen(engine, "checkout", begin)
    try:
        yield steps
    finally:
        event.remove(engine, "checkout", begin)
        for connection in counted:
            connection.set_progress_handler(None, 1)


def work(services: Services, link: NewLink, keys: list[str]) -> int:
    """Return how much there is to do when a link is opened, by browsers of these keys; the first is not counted."""
    warm, called, asked = keys
    opened(link, warm)
    with counted_calls() as calls:
        opened(link, called)
    with counted_steps(services) as steps:
        opened(link, asked)
    assert calls[0] > 10_000
    assert steps[0] > 100
    return calls[0] + steps[0]


def cells(link: NewLink, key: str) -> int:
    """Return how much is drawn."""
    return sum(1 for _ in opened(link, key)._tree)


def test_hundreds_of_comments_and_links_are_hardly_more_work(
    services: Services, share: Callable[[Crowd], tuple[NewLink, list[str]]]
) -> None:
    a_few, many = share(Crowd(links=1, readers=3, comments=A_FEW)), share(CROWD)

    coming_back = [work(services, link, keys) for link, keys in (a_few, many)]
    new_here = [work(services, link, [new_reader_key() for _ in keys]) for link, keys in (a_few, many)]

    assert coming_back[1] < AT_MOST * coming_back[0]
    assert new_here[1] < AT_MOST * new_here[0]


def test_hundreds_of_comments_and_links_are_as_many_cells(
    share: Callable[[Crowd], tuple[NewLink, list[str]]],
) -> None:
    links = share(Crowd(links=1, comments=A_FEW)), share(Crowd(links=20))

    coming_back = [cells(link, keys[0]) for link, keys in links]
    new_here = [cells(link, new_reader_key()) for link, _ in links]

    assert coming_back[0] == coming_back[1]
    assert new_here[0] == new_here[1]
