"""Every shortcut in a real browser: while typing, in dialogs, and behind `?`."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import expect_streaming, open_app, wait_until
from tests.helpers.planners import Planner, add_planner
from tests.helpers.services import Emulator, until
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

BOX = "stChatInputTextArea"
PATIENCE_MS = 15_000


def ask(page: Page, text: str) -> None:
    page.get_by_test_id(BOX).fill(text)
    page.get_by_test_id(BOX).press("Enter")


def with_three_sessions(page: Page, planner: Planner) -> None:
    """Open a new chat beside three sessions, the latest first: Rome, Porto, Lisbon."""
    headers = {"Authorization": f"Bearer {planner.new_token()}"}
    with httpx.Client(base_url=planner.app.url, headers=headers, trust_env=False, timeout=60) as program:
        for place in ("Lisbon", "Porto", "Rome"):
            program.post("/api/sessions", json={"title": f"3 days in {place}"}).raise_for_status()
    open_app(page, planner.app)
    page.get_by_role("button", name="New chat").first.click()
    page.get_by_text("Where to next").wait_for()


def title(page: Page) -> str:
    return page.locator(".st-key-chat_header p").first.inner_text()


def expect_title(page: Page, text: str) -> None:
    expect(page.locator(".st-key-chat_header p").first).to_have_text(text, timeout=PATIENCE_MS)


def test_shortcuts_of_a_page_at_rest(page: Page, planner: Planner):
    """One test: to load the page takes longer than all of it."""
    with_three_sessions(page, planner)
    wait_until(page, "window.travelbotReady")
    question_mark_lists_them_and_does_nothing_else(page)
    next_previous_and_new_and_back_and_forward(page)
    typing_fires_nothing(page)
    search_is_focused_from_the_message_box_and_from_a_closed_sidebar(page)


def question_mark_lists_them_and_does_nothing_else(page: Page) -> None:
    page.get_by_text("Where to next").click()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Next session in the list")
    page.keyboard.press("?")
    expect(dialog).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def next_previous_and_new_and_back_and_forward(page: Page) -> None:
    page.get_by_text("Where to next").click()
    for key, expected in (
        ("Alt+ArrowDown", "3 days in Rome"),
        ("Alt+ArrowDown", "3 days in Porto"),
        ("Alt+ArrowDown", "3 days in Lisbon"),
        ("Alt+ArrowUp", "3 days in Porto"),
        ("Control+Shift+O", "New chat"),
    ):
        page.keyboard.press(key)
        expect_title(page, expected)
    page.go_back()
    expect_title(page, "3 days in Porto")
    page.get_by_role("link", name="All sessions").click()
    expect(page.get_by_role("heading", name="All sessions")).to_be_visible()
    page.go_back()
    expect_title(page, "3 days in Porto")
    page.go_back()
    expect_title(page, "3 days in Lisbon")
    page.go_forward()
    expect_title(page, "3 days in Porto")


def typing_fires_nothing(page: Page) -> None:
    before = title(page)
    typed = "Is it ok? Ox, kx; OXK ąćłśóńżź @€"
    page.get_by_test_id(BOX).click()
    page.keyboard.type(typed)
    for key in ("ArrowUp", "ArrowDown", "Shift+ArrowUp", "Control+ArrowLeft", "Control+ArrowUp", "Control+Alt+o"):
        page.keyboard.press(key)
    page.wait_for_timeout(1000)

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id(BOX)).to_have_value(typed)
    assert title(page) == before


def search_is_focused_from_the_message_box_and_from_a_closed_sidebar(page: Page) -> None:
    search = page.locator(".st-key-sidebar_search input")
    page.get_by_test_id(BOX).click()
    page.keyboard.press("Control+K")
    expect(search).to_be_focused()
    page.get_by_test_id(BOX).click()
    page.get_by_test_id("stSidebar").hover()
    page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    page.get_by_test_id("stExpandSidebarButton").wait_for()
    page.keyboard.press("Control+K")

    expect(search).to_be_focused()
    expect(search).to_be_in_viewport()


def test_enter_sends_shift_enter_begins_a_line_and_the_reply_stopped_from_the_message_box_keeps_its_text(
    page: Page, planner: Planner, shared_emulator: Emulator
):
    shared_emulator.hold_reply()
    open_app(page, planner.app)
    page.get_by_test_id(BOX).click()
    page.keyboard.type("5 days")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("in Lisbon")
    expect(page.get_by_test_id(BOX)).to_have_value("5 days\nin Lisbon")
    page.keyboard.press("Enter")

    expect_streaming(page)
    expect(page.get_by_test_id(BOX)).to_be_focused()
    page.keyboard.press("Control+Shift+X")
    page.get_by_text("Stopped. The text so far is kept.").wait_for()
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    until(lambda: not planner.answering(), what="the reply ended")
    ((status, text),) = planner.replies()
    assert status == "stopped"
    assert "Day 1" in text


@IN_SOAK
def test_title_by_the_model_comes_without_a_click(page: Page, start_app):
    app = start_app(TITLE_MODEL="openai/gpt-4o-mini")
    add_planner(app).sign_in(page.context)
    open_app(page, app)
    ask(page, "Please plan 5 days in Lisbon in May for two, one of them is vegetarian")

    expect_title(page, "5 days in Lisbon in May")
    expect(page.get_by_role("button", name="5 days in Lisbon in May just now")).to_be_visible(timeout=PATIENCE_MS)
