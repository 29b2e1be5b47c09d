"""Every screen under the content security policy: nothing that the app does is refused, and nothing is missing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from settings import ROOT
from tests.browser.conftest import App, wait_until
from tests.browser.test_sign_in_cookie import sign_up

pytestmark = pytest.mark.browser

SCREENS = sorted(page.stem for page in (ROOT / "pages" / "planner").glob("*.py") if page.stem != "chat")


@pytest.fixture
def told(page: Page) -> list[str]:
    """Give what the console tells as wrong, but for Streamlit's look for its own base path below each page."""
    wrong: list[str] = []

    def note(message: ConsoleMessage) -> None:
        address = message.location["url"]
        if message.type in ("error", "warning") and not any(f"/{one}/_stcore/" in address for one in SCREENS):
            wrong.append(f"{message.type}: {message.text} ({address})")

    page.on("console", note)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return wrong


def refused(told: list[str]) -> list[str]:
    return [one for one in told if not one.startswith("warning:") or "Content Security Policy" in one]


def answer_is_whole(page: Page, number: int) -> None:
    expect(page.get_by_text("tokens ·")).to_have_count(number, timeout=40_000)


@pytest.mark.slow
def test_every_screen_works_under_the_policy(page: Page, start_app: Callable[..., App], told: list[str]) -> None:
    app = start_app(DEMO_PACE_S="0")
    sign_up(page, app)
    app.make_admin("maria")
    box = page.get_by_test_id("stChatInputTextArea")

    box.fill("Lisbon or Porto in May, as a table?")  # a chat with a table, and a file
    with page.expect_response("**/_stcore/upload_file/**") as uploaded:
        page.get_by_test_id("stChatInputFileUploadButton").locator("input").set_input_files(
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"One of them is vegetarian."}
        )
    assert uploaded.value.ok
    expect(page.get_by_test_id("stFileChip")).to_be_visible()
    box.press("Enter")
    answer_is_whole(page, 1)
    page.locator('[class*="st-key-session_menu_"] button').first.click()  # downloads, made when they are asked for
    page.get_by_role("menuitem", name="Export").or_(page.get_by_role("option", name="Export")).click()
    for kind in ("pdf", "markdown", "json"):
        with page.expect_download() as download:
            page.get_by_role("dialog").locator(f".st-key-session_export_{kind} button").first.click()
        assert download.value.path().stat().st_size > 100
    page.keyboard.press("Escape")

    for screen in SCREENS:
        page.goto(f"{app.url}/{screen}")
        expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
        wait_until(page, "window.travelbotReady")
        if screen == "insights":
            expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
        if screen == "sessions":
            expect(page.get_by_test_id("stDataFrame").locator("canvas").first).to_be_visible()
    page.goto(f"{app.url}/api/docs")
    expect(page.get_by_role("heading", name="Backboard Travel-Bot")).to_be_visible()

    assert refused(told) == []


def test_what_a_page_must_not_do_is_refused(page: Page, start_app: Callable[..., App]) -> None:
    """The test above looks at a console in which refusals are really told."""
    app = start_app(DEV_USER_ID="7")
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.goto(app.url)
    wait_until(page, "window.travelbotReady")

    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            const image = new Image();
            image.src = "https://elsewhere.example/pixel.png";
            document.body.append(image);
        }"""
    )

    while len([one for one in heard if "Content Security Policy" in one]) < 2:
        page.wait_for_event("console")
    assert not page.evaluate("window.ran")
