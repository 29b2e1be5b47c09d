"""What was just done, and what can be done about it, stands where one looks; what is gone is gone."""

import re

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from tests.helpers.browser import TOOK, ask, open_app, scroll_up
from tests.helpers.planners import Planner
from tests.helpers.services import Emulator

pytestmark = pytest.mark.browser


def choose(page: Page, choice: str) -> None:
    """Choose from the session's menu; a page that scrolls to its end, or is drawn again, closes it."""
    for _ in range(5):
        page.locator('[class*="st-key-session_menu_"] button').first.click()
        page.mouse.move(0, 0)  # the menu button's own tooltip may lie over it
        try:
            page.get_by_role("menuitem", name=choice).click(timeout=4_000)
        except TimeoutError:
            page.keyboard.press("Escape")
        else:
            return
    raise AssertionError(f"The menu did not stay open for {choice}")


def test_reply_is_announced_undo_is_in_sight_deleting_is_red_and_signing_out_leaves_no_reply(
    planner: Planner, shared_emulator: Emulator, page: Page
) -> None:
    shared_emulator.hold_reply()
    open_app(page, planner.app)
    ask(page)
    announced = page.locator("body > [role=status]")
    expect(announced).to_have_text("The assistant is answering.")
    shared_emulator.release()
    expect(page.get_by_text(TOOK)).to_be_visible()
    scroll_up(page)
    bar = page.locator(".st-key-session_undo_bar")
    for choice in ("Archive", "Bring back"):
        choose(page, choice)
        expect(bar).to_contain_text("Archived" if choice == "Archive" else "Brought back")
        expect(bar).to_be_in_viewport(ratio=1)
        expect(page.locator(".st-key-chat_header")).to_be_in_viewport()
    bar.get_by_role("button", name="Undo").click()
    expect(bar).to_be_hidden()

    choose(page, "Delete")
    expect(page.locator(".st-key-session_delete_confirm button")).to_have_css("background-color", "rgb(179, 56, 44)")
    page.get_by_role("button", name="Cancel").click()

    expect(announced).to_contain_text("Reply: I am a demo assistant")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("textbox", name="Username").wait_for()
    expect(announced).to_have_text("")
    expect(page.get_by_text(re.compile("Lisbon"))).to_have_count(0)
