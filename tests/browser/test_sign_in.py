"""Who comes in and who does not."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

import db.tries
from tests.helpers.browser import PASSWORD, App, fill_sign_up
from tests.helpers.planners import Planner, add_planner, database_of
from tests.helpers.soak import IN_SOAK
from tests.helpers.tab import drawn, is_the_door, open_tab

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("address", ["sessions", "operations"])  # a page of planners, and none
def test_cold_server_draws_a_stranger_nothing_but_the_door(start_app, address):
    with open_tab(start_app()) as tab:
        assert is_the_door(drawn(tab, address))


def test_stranger_sees_the_door_at_a_page_of_planners_and_at_none(shared_app: App, page: Page):
    for address in ("sessions", "operations"):
        page.goto(f"{shared_app.url}/{address}?session=1")
        expect(page.locator("input[autocomplete=username]")).to_be_visible()
        if address == "operations":  # for admins only
            page.keyboard.press("Escape")  # Streamlit says "Page not found", over the start page
        expect(page.get_by_role("textbox", name="Username")).to_be_enabled()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.get_by_test_id("stChatInputTextArea").count() == 0
        assert page.get_by_test_id("stSidebar").count() == 0


def test_planner_who_comes_for_a_page_sees_it_after_signing_in(shared_app: App, page: Page):
    page.goto(f"{shared_app.url}/sessions")
    page.get_by_role("textbox", name="Username").fill(add_planner(shared_app).username)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="All sessions")).to_be_visible()
    expect(page).to_have_url(f"{shared_app.url}/sessions")


@IN_SOAK
def test_page_for_admins_is_no_page_for_a_planner(planner: Planner, page: Page):
    page.goto(f"{planner.app.url}/operations")
    expect(page.get_by_role("dialog")).to_contain_text("Page not found")
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
    assert page.get_by_role("link", name="Operations").count() == 0

    planner.become_admin()
    page.goto(f"{planner.app.url}/operations")
    expect(page.get_by_role("heading", name="Operations")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_role("link", name="Operations")).to_be_visible()
    page.get_by_test_id("stMain").get_by_text("Replies running").wait_for()


@pytest.mark.parametrize(("listed", "told"), [("", True), ("127.0.0.1", False)])
def test_visitor_who_makes_up_an_address_is_counted_all_the_same(start_app, page: Page, listed, told):
    app = start_app(TRUSTED_PROXIES=listed)
    now = datetime.now(UTC)
    with database_of(app) as database, database.begin() as db_session:
        for _ in range(5):  # accounts that were made from here
            db.tries.count(db_session, "127.0.0.1", "sign_up", now=now, window=timedelta(hours=1))
    page.set_extra_http_headers({"X-Forwarded-For": "203.0.113.7"})
    fill_sign_up(page, app.url)

    if told:
        expect(page.get_by_text("Too many sign-ups from your network")).to_be_visible()
    else:  # a proxy on this machine said so, and is believed
        expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
