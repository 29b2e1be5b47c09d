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
    started_nginx,
    started_path_proxy,
    wait_until_up,
)
from tests.helpers.reviews import Reviews
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

PATH = "/team/bot"


class Roads:
    """Starts servers and what stands before them, and puts a link on them."""

    def __init__(
        self, shared_app: App, start_app: Callable[..., App], front_port: int, folder: Path, stack: ExitStack
    ) -> None:
        self._shared_app = shared_app
        self._start_app = start_app
        self._port = front_port
        self._folder = folder
        self._stack = stack
        self.link: NewLink

    def app(self, **how: str) -> App:
        """Put a link on a server: the one of all tests, or one that is started this way."""
        app = self._start_app(**how) if how else self._shared_app
        database = self._stack.enter_context(database_of(app))
        migrate(database)  # `app.py` alone does so at the first visit
        planner, reviews = add_planner(app), Reviews(database, now=utc_now())
        self.link = reviews.share(reviews.session(planner.id), planner.id)
        return app

    def proxy(self, app: App, *, path: str, cookies: str = ALL_COOKIES) -> str:
        """Put a proxy before a server that takes a path off; return its address."""
        proxy = started_path_proxy(self._folder, self._port, app.port, path=path, cookies=cookies)
        return self._stack.enter_context(proxy)

    def shipped_proxy(self, app: App) -> str:
        """Put the nginx of deploy/nginx.conf before a server; return its address."""
        self._stack.enter_context(started_nginx(self._folder, self._port, [app.port]))
        wait_until_up(f"http://127.0.0.1:{self._port}/api/health", app.log.read_text)
        return f"http://127.0.0.1:{self._port}"


@pytest.fixture
def roads(shared_app: App, start_app: Callable[..., App], front_port: int, tmp_path: Path) -> Iterator[Roads]:
    with ExitStack() as stack:
        yield Roads(shared_app, start_app, front_port, tmp_path, stack)


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


@IN_SOAK
def test_link_opens_below_a_path(roads: Roads, page: Page) -> None:
    app = roads.app(path=PATH)

    comes_comments_and_comes_back(page, f"{app.url}{PATH}/review?link={roads.link.token}", page)

    assert page.url.startswith(f"{app.url}{PATH}/review?of=")


def test_link_opens_behind_the_proxy_that_is_shipped(roads: Roads, page: Page) -> None:
    address = roads.shipped_proxy(roads.app())

    comes_comments_and_comes_back(page, f"{address}/review?link={roads.link.token}", page)

    assert page.url.startswith(f"{address}/review?of=")


@IN_SOAK
def test_link_opens_behind_a_proxy_that_takes_a_path_off(roads: Roads, page: Page) -> None:
    address = roads.proxy(roads.app(), path="/plans")

    comes_comments_and_comes_back(page, f"{address}/plans/review?link={roads.link.token}", page)

    assert page.url.startswith(f"{address}/plans/review?of=")


@IN_SOAK
def test_link_opens_where_no_cookie_gets_through(roads: Roads, page: Page) -> None:
    address = roads.proxy(roads.app(), path="/plans", cookies=NO_COOKIES)

    comes_comments_and_comes_back(page, f"{address}/plans/review?link={roads.link.token}", page)

    assert page.url == f"{address}/plans/review?link={roads.link.token}&again=1"


@pytest.mark.parametrize("how", [{}, pytest.param({"script": "app.py"}, marks=IN_SOAK)], ids=["server.py", "app.py"])
def test_link_opens_in_the_frame_of_community_cloud(roads: Roads, page: Page, how: dict[str, str]) -> None:
    address = roads.proxy(roads.app(**how), path="/~/+", cookies=STREAMLITS_COOKIES)
    within = page.frame_locator("iframe[title=app]")

    comes_comments_and_comes_back(page, f"{address}/review?link={roads.link.token}", within)
