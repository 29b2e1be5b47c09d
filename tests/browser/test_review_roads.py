"""A link opens whatever stands before the server: a path, a proxy that takes one off, a frame, no cookies at all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from db.migrate import migrate
from db.models import utc_now
from services.reviews.records import NewLink
from tests.helpers.browser import App
from tests.helpers.planners import add_planner, database_of
from tests.helpers.processes import (
    ALL_COOKIES,
    NO_COOKIES,
    STREAMLITS_COOKIES,
    free_port,
    started_nginx,
    started_path_proxy,
    wait_until_up,
)
from tests.helpers.reviews import Reviews

pytestmark = pytest.mark.browser

PATH = "/team/bot"


class Roads:
    """Starts servers, what stands before them, and a link on them."""

    def __init__(self, start_app: Callable[..., App], folder: Path, stack: ExitStack) -> None:
        self._start_app = start_app
        self._folder = folder
        self._stack = stack
        self.link: NewLink

    def app(self, **how: str) -> App:
        """Start a server with a link on it."""
        app = self._start_app(**how)
        database = self._stack.enter_context(database_of(app))
        migrate(database)  # `app.py` alone does so at the first visit
        planner, reviews = add_planner(app), Reviews(database, now=utc_now())
        self.link = reviews.share(reviews.session(planner.id), planner.id)
        return app

    def proxy(self, app: App, *, path: str, cookies: str = ALL_COOKIES) -> str:
        """Put a proxy before a server that takes a path off; return its address."""
        return self._stack.enter_context(started_path_proxy(self._folder, app.port, path=path, cookies=cookies))

    def shipped_proxy(self, app: App) -> str:
        """Put the nginx of deploy/nginx.conf before a server; return its address."""
        port = free_port()
        self._stack.enter_context(started_nginx(self._folder, port, [app.port]))
        wait_until_up(f"http://127.0.0.1:{port}/api/health", app.log.read_text)
        return f"http://127.0.0.1:{port}"


@pytest.fixture
def roads(start_app: Callable[..., App], tmp_path: Path) -> Iterator[Roads]:
    with ExitStack() as stack:
        yield Roads(start_app, tmp_path, stack)


def comes_comments_and_comes_back(page: Page, address: str, within: Page | FrameLocator) -> None:
    """Open a link, say something, and be known again after a reload."""
    page.goto(address)
    expect(within.get_by_role("heading", name="Lisbon in May")).to_be_visible()
    block = within.locator('[class*="st-key-review_block_"]').nth(1)
    block.get_by_role("button", name="Comment").click()
    block.get_by_label("Your name").fill("Carla")
    block.get_by_label("Your comment").fill("Is there a lift?")
    block.get_by_role("button", name="Send", exact=True).click()
    expect(block).to_contain_text("Is there a lift?")
    expect(block.get_by_label("Your comment")).to_have_count(0)

    page.reload()
    block.get_by_role("button", name="1 comment").click()
    expect(block).to_contain_text("Is there a lift?")
    expect(block.get_by_role("button", name="Edit")).to_be_visible()  # it is theirs


def test_link_opens_below_a_path(roads: Roads, page: Page) -> None:
    app = roads.app(path=PATH)

    comes_comments_and_comes_back(page, f"{app.url}{PATH}/review?link={roads.link.token}", page)

    assert page.url.startswith(f"{app.url}{PATH}/review?of=")


def test_link_opens_behind_the_proxy_that_is_shipped(roads: Roads, page: Page) -> None:
    address = roads.shipped_proxy(roads.app())

    comes_comments_and_comes_back(page, f"{address}/review?link={roads.link.token}", page)

    assert page.url.startswith(f"{address}/review?of=")


def test_link_opens_behind_a_proxy_that_takes_a_path_off(roads: Roads, page: Page) -> None:
    address = roads.proxy(roads.app(), path="/plans")

    comes_comments_and_comes_back(page, f"{address}/plans/review?link={roads.link.token}", page)

    assert page.url.startswith(f"{address}/plans/review?of=")


def test_link_opens_where_no_cookie_gets_through(roads: Roads, page: Page) -> None:
    address = roads.proxy(roads.app(), path="/plans", cookies=NO_COOKIES)

    comes_comments_and_comes_back(page, f"{address}/plans/review?link={roads.link.token}", page)

    assert page.url == f"{address}/plans/review?link={roads.link.token}&again=1"


@pytest.mark.parametrize("script", ["server.py", "app.py"])
def test_link_opens_in_the_frame_of_community_cloud(roads: Roads, page: Page, script: str) -> None:
    address = roads.proxy(roads.app(script=script), path="/~/+", cookies=STREAMLITS_COOKIES)
    within = page.frame_locator("iframe[title=app]")

    comes_comments_and_comes_back(page, f"{address}/review?link={roads.link.token}", within)
