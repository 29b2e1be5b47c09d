"""The app in a browser: the server, and what a person does and sees there."""

import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, Locator, Page, expect

from tests.helpers.services import until
from tests.helpers.streamlit_process import StreamlitProcess

# What will do, the best first: the headless shell needs a third less CPU than the browser it is made of.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium makes hidden pages for each window's address bar: a quarter of the CPU of opening one. The last two are
    # what touches pages in Playwright's own list, which this one replaces.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,HttpsUpgrades,PaintHolding",
]
COOKIE = "travelbot_sign_in"
PASSWORD = "a long enough phrase"
# What Streamlit says of its connection and its script.
STATES = "app => JSON.stringify({...app.dataset})"
DRAWN = "document.querySelector('[data-test-script-state=notRunning] [data-testid=stElementContainer]')"
# The same, or a reply that is being written: the script runs for as long as that takes.
DRAWN_OR_ANSWERING = f"{DRAWN} || document.querySelector('[data-testid=stChatMessage]')"
TOOK = re.compile(r"(tokens|Demo assistant, \w+) · ")  # the line below a reply that has ended
# How much wider a page is than the screen, and what on it is too small for fingers.
WIDER_THAN_SCREEN = "document.documentElement.scrollWidth - window.innerWidth"
TOO_SMALL = """
    () => [...document.querySelectorAll("button, summary, input:not([type=file]), [data-testid=stPageLink-NavLink]")]
        .map((touched) => touched.closest("label") ?? touched)
        .filter((touched) => touched.checkVisibility({ visibilityProperty: true }))
        .map((touched) => [touched.textContent, touched.getBoundingClientRect()])
        .filter(([, box]) => box.width && box.left < innerWidth && box.right > 0)  // in sight
        .filter(([, box]) => Math.min(box.width, box.height) < 43.5)
        .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
"""


def chromium() -> str:
    """Return the path of the browser that the tests drive."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert found, "No Chromium is installed; `make test` installs Debian's."
    return found


@dataclass
class App:
    """A running server: where it is, its settings, and its log."""

    url: str
    process: StreamlitProcess | subprocess.Popen[bytes]
    log: Path
    env: dict[str, str]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """End the server as a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def terminate(self) -> int:
        """Ask the server to end; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def wait_until(page: Page, expression: str, arg: object = None) -> None:
    """Wait until JavaScript is true of the page. Playwright's own `wait_for_function` needs `unsafe-eval` there."""
    deadline = time.monotonic() + 30
    while not _is_true(page, expression, arg):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


def _is_true(page: Page, expression: str, arg: object) -> bool:
    try:
        return bool(page.evaluate(expression, arg))
    except Error as error:
        if "Execution context was destroyed" not in error.message:  # the page is on its way to another
            raise
        return False


def wait_until_at_rest(page: Page) -> None:
    """Wait until the page's scripts have come, which keep what is sent, and the run of the app is over."""
    wait_until(page, "window.travelbotReady && document.querySelector('[data-test-script-state=notRunning]')")


def scroll_up(page: Page) -> None:
    """Scroll to the top as a person does, and anew while the page is still on its way to its end."""
    wait_until_at_rest(page)
    page.mouse.move(700, 300)

    def is_up() -> bool:
        page.mouse.wheel(0, -20_000)
        page.wait_for_timeout(300)
        return bool(page.evaluate("document.querySelector('.stMain').scrollTop === 0"))

    until(lambda: is_up() and is_up(), what="the page is scrolled up")


def wait_for_cookie(page: Page, *, there: bool) -> None:
    """Wait until the browser has written the sign-in cookie, or deleted it; a script does it, a while after."""
    has = f"document.cookie.includes('{COOKIE}=')"
    wait_until(page, has if there else f"!{has}")


def sign_up(page: Page, url: str, username: str = "ada") -> None:
    fill_sign_up(page, url, username)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
    wait_for_cookie(page, there=True)


def fill_sign_up(page: Page, url: str, username: str = "ada") -> None:
    page.goto(url)
    page.get_by_text("Create an account").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Ada Lovelace")
    page.get_by_role("textbox", name="E-mail").fill(f"{username}@example.com")
    page.get_by_role("textbox", name="Username").fill(username)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()


QUESTION = "5 days in Lisbon in May for two, one is vegetarian, about $2,000"


def open_app(page: Page, app: App, path: str = "") -> None:
    page.goto(app.url + path)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()


@contextmanager
def soon(page: Page, within_s: float = 4.0) -> Iterator[None]:
    """Let what is waited for be there within four seconds or so; a machine that does nothing else needs two.

    Where it took longer it may have taken as long as three loads of the page take just then: a machine that is busy
    is slow, not wrong.
    """
    begin = time.monotonic()
    yield
    took_s = time.monotonic() - begin
    if took_s > within_s:
        begin = time.monotonic()
        with closing(page.context.new_page()) as another:
            another.goto(page.url)
            wait_until(another, DRAWN_OR_ANSWERING)
        load_s = time.monotonic() - begin
        assert took_s < max(within_s, 3 * load_s), f"after {took_s:.1f} s, where a load takes {load_s:.1f} s"


def session_row(page: Page, title: str) -> Locator:
    """Find what opens a session in the sidebar; beside it is its menu."""
    return page.locator('[class*="st-key-sidebar_session_"] button').filter(has_text=title, visible=True)


def ask(page: Page, text: str = QUESTION) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(text)
    box.press("Enter")


def expect_streaming(page: Page) -> None:
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("Day 1")


def expect_finished(page: Page) -> None:
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text(TOOK)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def replies(tmp_path: Path) -> list[tuple[str, str]]:
    """Return the status and the text of each reply in a test's own database, oldest first."""
    query = "SELECT status, content FROM messages WHERE role = 'assistant' ORDER BY id"
    with closing(sqlite3.connect(tmp_path / "travelbot.db")) as connection:
        return connection.execute(query).fetchall()
