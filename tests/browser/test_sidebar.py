"""A row's menu, and the theme that a person chooses."""

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import ask, expect_finished, open_app, session_row
from tests.helpers.planners import Planner

pytestmark = pytest.mark.browser

LIGHT, DARK = "rgb(253, 250, 244)", "rgb(16, 26, 29)"


def test_menu_of_a_row_is_seen_where_it_is_pointed_at_and_can_be_read(planner: Planner, page: Page) -> None:
    open_app(page, planner.app)
    ask(page)
    expect_finished(page)
    page.get_by_role("button", name="New chat").first.click()
    page.get_by_text("Where to next").wait_for()
    menu = page.locator('[class*="st-key-sidebar_menu_"]')
    expect(menu).to_have_css("opacity", "0")

    session_row(page, "Lisbon").hover()
    expect(menu).to_have_css("opacity", "1")
    menu.get_by_role("button", name="More for 5 days in Lisbon in May").click()
    pin = page.get_by_role("menuitem", name="Pin")
    expect(pin).to_have_css("color", "rgb(246, 239, 223)")  # as Streamlit has it, ink on ink
    pin.click()
    expect(page.locator(".st-key-sidebar_list")).to_contain_text("Pinned")
    session_row(page, "Lisbon").hover()
    menu.get_by_role("button").click()
    page.get_by_role("menuitem", name="Rename").click()
    expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    page.keyboard.type("A week of fado")  # in place of the title, which is selected
    page.keyboard.press("Enter")
    expect(session_row(page, "A week of fado")).to_be_visible()


def test_theme_is_chosen_for_every_page(planner: Planner, page: Page) -> None:
    ground = page.get_by_test_id("stApp")
    page.goto(f"{planner.app.url}/settings")
    expect(page.get_by_role("button", name="System", pressed=True)).to_be_visible()
    expect(ground).to_have_css("background-color", LIGHT)
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("button", name="Dark", pressed=True)).to_be_visible()
    expect(ground).to_have_css("background-color", DARK)

    open_app(page, planner.app)
    expect(ground).to_have_css("background-color", DARK)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("button", name="Dark", pressed=True)).to_be_visible()
    page.evaluate("localStorage.setItem('stActiveTheme-/-v2', 'no theme')")  # whoever wrote that
    page.get_by_role("button", name="System").click()
    expect(page.get_by_role("button", name="System", pressed=True)).to_be_visible()
    expect(ground).to_have_css("background-color", LIGHT)
