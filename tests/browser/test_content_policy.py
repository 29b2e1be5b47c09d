"""Every screen under the content security policy: nothing that the app does is refused, and nothing is missing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from settings import ROOT
from tests.helpers.browser import PASSWORD, TOOK, App, sign_up, wait_until
from tests.helpers.services import Emulator

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
    expect(page.get_by_text(TOOK)).to_have_count(number, timeout=40_000)


@pytest.mark.slow
def test_every_screen_works_under_the_policy(
    page: Page, start_app: Callable[..., App], emulator: Emulator, told: list[str]
) -> None:
    app = start_app(BACKBOARD_BASE_URL=emulator.base_url)
    sign_up(page, app.url)
    app.make_admin("ada")
    samples(page)
    reply_with_everything(page)
    waiting_message(page, emulator)
    edited_message(page)
    exported_session(page)

    visits = {"insights": insights, "sessions": sessions, "settings": settings, "operations": operations}
    for screen in SCREENS:
        page.goto(f"{app.url}/{screen}")
        expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
        wait_until(page, "window.travelbotReady")
        if visit := visits.get(screen):
            visit(page)
    page.goto(f"{app.url}/api/docs")
    expect(page.get_by_role("heading", name="Backboard Travel-Bot")).to_be_visible()

    assert refused(told) == []


def samples(page: Page) -> None:
    """Add the sample sessions, and page between the versions of a message in one."""
    page.locator(".st-key-samples_add button").click()
    page.get_by_test_id("stSidebar").get_by_role("button", name="Rome or Athens").click()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    for name, place in (("Earlier version", "1 of 2"), ("Later version", "2 of 2")):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_text(place)).to_be_visible()


def reply_with_everything(page: Page) -> None:
    """Press a suggestion of a new chat that may search the web: a table, sources, and the reasoning, opened."""
    page.locator(".st-key-sidebar_new_chat button").click()
    expect(page.get_by_text("Where to next")).to_be_visible()
    page.locator(".st-key-chat_model_menu_None button").first.click()
    page.get_by_test_id("stPopoverBody").get_by_text("Web search").click()
    page.keyboard.press("Escape")
    page.locator(".st-key-chat_suggestion_2 button").click()
    answer_is_whole(page, 1)
    expect(page.get_by_test_id("stMarkdownContainer").locator("table")).to_be_visible()
    expect(page.get_by_text("Sources", exact=True)).to_be_visible()
    page.get_by_text("Thought for").click()
    expect(page.get_by_test_id("stExpanderDetails")).to_be_visible()


def waiting_message(page: Page, emulator: Emulator) -> None:
    """Send a message with a file; another waits for its reply, is edited, taken back, put back, and sent."""
    box, waiting = page.get_by_test_id("stChatInputTextArea"), page.locator(".st-key-chat_waiting")
    box.fill("Porto instead")
    with page.expect_response("**/_stcore/upload_file/**") as uploaded:
        page.get_by_test_id("stChatInputFileUploadButton").locator("input").set_input_files(
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"One of them is vegetarian."}
        )
    assert uploaded.value.ok
    expect(page.get_by_test_id("stFileChip")).to_be_visible()
    emulator.hold_reply(3)
    box.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    box.fill("Cheaper")
    box.press("Enter")
    waiting.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit your message").fill("As a table")
    page.get_by_role("button", name="Save").click()
    waiting.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").click()
    expect(waiting).to_contain_text("As a table")
    emulator.release()
    answer_is_whole(page, 3)


def edited_message(page: Page) -> None:
    page.locator('[class*="st-key-chat_menu_"] button:visible').nth(-2).click()
    page.mouse.move(0, 0)  # the menu button's own tooltip may lie over it
    page.get_by_role("menuitem", name="Edit").click()
    page.get_by_role("textbox", name="Edit your message").fill("As an e-mail")
    page.get_by_role("textbox", name="Edit your message").press("Control+Enter")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    answer_is_whole(page, 3)


def exported_session(page: Page) -> None:
    """Download a session as each kind of file, made when it is asked for."""
    page.locator('[class*="st-key-session_menu_"] button').first.click()
    page.get_by_role("menuitem", name="Export").or_(page.get_by_role("option", name="Export")).click()
    for kind in ("pdf", "markdown", "json"):
        downloaded(page, page.get_by_role("dialog").locator(f".st-key-session_export_{kind} button").first)
    page.keyboard.press("Escape")


def downloaded(page: Page, button: Locator) -> None:
    with page.expect_download() as download:
        button.click()
    assert download.value.path().stat().st_size > 100


def insights(page: Page) -> None:
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()


def sessions(page: Page) -> None:
    """Look for something in the grid, with its own buttons, and download what it shows."""
    grid = page.get_by_test_id("stDataFrame")
    expect(grid.locator("canvas").first).to_be_visible()
    grid.hover()
    page.get_by_role("button", name="Search").click()
    page.keyboard.press("Escape")
    downloaded(page, page.get_by_role("button", name="CSV"))


def settings(page: Page) -> None:
    """Make an API token."""
    page.get_by_role("textbox", name="Name").fill("CRM import")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Create token").click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Revoke")).to_be_visible()


def operations(page: Page) -> None:
    expect(page.get_by_test_id("stTable").last).to_contain_text("Ada Lovelace (ada)")


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
