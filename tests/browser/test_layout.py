"""On a large screen: how wide the pages are, what stays in sight, and the table of sessions."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.browser import QUESTION, TOOK, ask, open_app, scroll_up
from tests.helpers.planners import Planner
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

ROW_PX, LINE_PX = 35, 24


def width(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["width"]


@IN_SOAK
def test_session_opened_from_the_wide_table_is_narrow_and_keeps_its_header_and_its_end_in_reach(
    page: Page, planner: Planner
):
    page.set_viewport_size({"width": 1280, "height": 800})
    header, replies = page.locator(".st-key-chat_header"), page.get_by_text(TOOK)
    open_app(page, planner.app)
    page.locator('.st-key-chat_header [class*="st-key-chat_model_menu"] button:visible').click()
    page.get_by_test_id("stPopoverBody").get_by_text("Web search").click()
    page.keyboard.press("Escape")
    for number in (1, 2):
        ask(page)
        expect(replies).to_have_count(number)
    narrow = width(header)
    for asked in page.get_by_text(QUESTION, exact=True).all():
        box = asked.bounding_box()
        assert box is not None
        assert box["height"] < LINE_PX * 2  # there is room for it on one line

    page.get_by_role("link", name="All sessions").click()
    table = page.get_by_test_id("stDataFrame")
    expect(table.locator("canvas").first).to_be_visible()
    assert width(page.get_by_test_id("stMainBlockContainer")) > narrow + 100
    grid = table.bounding_box()
    assert grid is not None
    assert page.evaluate(SCROLLER) <= 0  # no column is cut off
    page.mouse.dblclick(grid["x"] + grid["width"] - 40, grid["y"] + 1.5 * ROW_PX)
    expect(page.locator("#portal textarea")).to_be_attached()
    expect(page.locator("#portal textarea")).to_be_hidden()
    toolbar = page.get_by_test_id("stElementToolbar").bounding_box()
    export = page.locator(".st-key-sessions_export_all").bounding_box()
    assert toolbar is not None
    assert export is not None
    assert export["y"] + export["height"] < toolbar["y"]

    page.mouse.click(grid["x"] + 80, grid["y"] + 1.5 * ROW_PX)
    expect(replies).to_have_count(2)
    assert width(header) == narrow
    latest = page.get_by_role("button", name="Latest")
    expect(replies.last).to_be_in_viewport()
    expect(latest).to_be_hidden()
    scroll_up(page)
    expect(latest).to_be_visible()
    expect(replies.last).not_to_be_in_viewport()
    expect(header).to_be_in_viewport(ratio=1)
    expect(header).to_contain_text("travel_explore")  # web search is on
    latest.click()
    expect(replies.last).to_be_in_viewport()
    expect(latest).to_be_hidden()
    expect(header).to_be_in_viewport(ratio=1)


SCROLLER = """
    (() => {
        const scroller = document.querySelector('[data-testid="stDataFrame"] .dvn-scroller');
        return scroller.scrollWidth - scroller.clientWidth;
    })()
"""
