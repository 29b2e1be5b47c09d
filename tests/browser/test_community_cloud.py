"""The app as Streamlit Community Cloud shows it: in a frame of the same site, below a path that a proxy takes off.

That proxy hands on the cookies that Streamlit itself has, and no others (source: the comment on cookie names in
Streamlit 1.67's `starlette_server_config.py`). The disk is empty at each start; the database lies elsewhere.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.helpers.browser import PASSWORD, TOOK, App, wait_for_cookie
from tests.helpers.processes import STREAMLITS_COOKIES, started_path_proxy

pytestmark = pytest.mark.browser


@pytest.fixture
def cloud(tmp_path: Path, front_port: int) -> Iterator[Callable[[App], str]]:
    """Give a function that puts the proxy before an app; it returns the address of the page with the frame."""
    with ExitStack() as started:

        def show(app: App) -> str:
            return started.enter_context(
                started_path_proxy(tmp_path, front_port, app.port, path="/~/+", cookies=STREAMLITS_COOKIES)
            )

        yield show


def framed(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=app]")


def sign_up(page: Page) -> None:
    frame = framed(page)
    frame.get_by_text("Create an account").click()
    frame.get_by_label("Name", exact=True).fill("Maria")
    frame.get_by_label("E-mail").fill("maria@example.com")
    frame.get_by_label("Username").fill("maria")
    frame.get_by_label("Password", exact=True).fill(PASSWORD)
    frame.get_by_role("button", name="Create account").click()
    expect_signed_in(page)
    wait_for_cookie(page, there=True)


def sign_in(page: Page) -> None:
    frame = framed(page)
    frame.get_by_label("Username").fill("maria")
    frame.get_by_label("Password", exact=True).fill(PASSWORD)
    frame.get_by_role("button", name="Sign in").click()
    expect_signed_in(page)
    wait_for_cookie(page, there=True)


def sign_out(page: Page) -> None:
    framed(page).get_by_test_id("stSidebar").get_by_role("button", name="Sign out").click()
    expect(framed(page).get_by_role("button", name="Sign in")).to_be_visible()
    wait_for_cookie(page, there=False)


def ask(page: Page, number: int) -> None:
    box = framed(page).get_by_test_id("stChatInputTextArea")
    box.fill("5 days in Lisbon in May for two")
    box.press("Enter")
    expect(framed(page).get_by_text(TOOK)).to_have_count(number)


def expect_signed_in(page: Page) -> None:
    expect(framed(page).get_by_test_id("stSidebar").get_by_role("button", name="Sign out")).to_be_visible()


def test_it_works_in_the_frame_of_community_cloud_and_when_server_py_takes_over(
    start_app: Callable[..., App], cloud: Callable[[App], str], page: Page, tmp_path: Path
) -> None:
    app = start_app(script="app.py", COOKIE_KEY="k" * 40)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    address = cloud(app)
    page.goto(address)
    sign_up(page)
    ask(page, 1)
    page.reload()  # the server sees no cookie of ours; the browser tells it
    expect_signed_in(page)
    expect(framed(page).get_by_text(TOOK)).to_be_visible()
    sign_out(page)
    sign_in(page)

    app.kill()
    for beside in tmp_path.glob("*emulator.db*"):
        beside.unlink()
    start_app(script="server.py", COOKIE_KEY="k" * 40)
    page.goto(address)
    expect_signed_in(page)
    ask(page, 2)
    sign_out(page)
    page.reload()
    expect(framed(page).get_by_role("button", name="Sign in")).to_be_visible()
    assert [text for text in wrong if "Content Security Policy" in text or "script" in text] == []
