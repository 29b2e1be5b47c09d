"""A table's cells leave the app only as files that no spreadsheet runs."""

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import TOOK, open_app
from tests.helpers.planners import Planner
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

FORMULA = "=1+2"


@IN_SOAK
def test_table_of_sessions_offers_no_file_but_our_own(planner: Planner, page: Page):
    open_app(page, planner.app)
    asking = page.get_by_test_id("stChatInputTextArea")
    asking.fill(FORMULA)
    asking.press("Enter")
    expect(page.get_by_text(TOOK)).to_be_visible()

    page.goto(f"{planner.app.url}/sessions")
    grid = page.get_by_test_id("stDataFrame")
    grid.hover()
    expect(page.get_by_test_id("stElementToolbarButton").first).to_be_visible()  # its own buttons are there
    expect(page.get_by_role("button", name="Download as CSV")).to_have_count(0)

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('nothing')")
    grid.click(position={"x": 150, "y": 55})
    page.keyboard.press("Control+C")
    assert page.evaluate("navigator.clipboard.readText()") == "nothing"

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = download.value.path().read_text("utf-8-sig").splitlines()
    assert rows[1].startswith(f"'{FORMULA},")
