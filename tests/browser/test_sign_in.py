"""Who comes in and who does not, on a freshly started server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import db.tries
from db.engine import Database
from settings import ROOT
from tests.helpers.browser import PASSWORD, fill_sign_up, sign_up

pytestmark = pytest.mark.browser

SCRIPTS = sorted((ROOT / "pages" / "planner").glob("*.py"))


@pytest.mark.parametrize("address", ["?session=1", *(script.stem for script in SCRIPTS)])
def test_cold_server_shows_a_stranger_no_planners_page(start_app, page: Page, address):
    app = start_app()
    page.goto(f"{app.url}/{address}")

    expect(page.locator("input[autocomplete=username]")).to_be_visible(timeout=30_000)
    if address in ("chat", "operations"):  # one's screen has another address, the other's is for admins only
        page.keyboard.press("Escape")  # Streamlit says "Page not found", over the start page
    expect(page.get_by_role("textbox", name="Username")).to_be_enabled()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.get_by_test_id("stChatInputTextArea").count() == 0
    assert page.get_by_test_id("stSidebar").count() == 0


def test_planner_who_comes_for_a_page_sees_it_after_signing_in(start_app, browser: Browser, page: Page):
    app = start_app()
    sign_up(page, app.url)
    with browser.new_context() as elsewhere:
        page = elsewhere.new_page()
        page.goto(f"{app.url}/sessions")
        page.get_by_role("textbox", name="Username").fill("ada")
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

        expect(page.get_by_role("heading", name="All sessions")).to_be_visible(timeout=20_000)
        expect(page).to_have_url(f"{app.url}/sessions")


def test_page_for_admins_is_no_page_for_a_planner(start_app, page: Page):
    app = start_app()
    sign_up(page, app.url)
    page.goto(f"{app.url}/operations")
    expect(page.get_by_role("dialog")).to_contain_text("Page not found")
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
    assert page.get_by_role("link", name="Operations").count() == 0

    app.make_admin("ada")
    page.goto(f"{app.url}/operations")
    expect(page.get_by_role("heading", name="Operations")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_role("link", name="Operations")).to_be_visible()
    page.get_by_test_id("stMain").get_by_text("Replies running").wait_for()


def test_planner_stays_signed_in_over_reload_and_restart_and_signs_out(start_app, page: Page):
    app = start_app()
    sign_up(page, app.url)
    page.wait_for_timeout(1000)  # the browser writes the cookie
    page.reload()
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
    app.kill()
    app = start_app()
    page.goto(app.url)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible(timeout=30_000)

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("textbox", name="Username")).to_be_visible()
    page.wait_for_timeout(1000)
    page.reload()
    expect(page.get_by_role("textbox", name="Username")).to_be_visible()


@pytest.mark.slow
def test_five_wrong_passwords_lock_the_name_also_after_a_restart(start_app, page: Page):
    app = start_app()
    page.goto(app.url)
    for _ in range(5):
        page.get_by_role("textbox", name="Username").fill("nobody")
        page.get_by_role("textbox", name="Password").fill("wrong password")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("do not match")).to_be_visible()
        page.reload()
    app.kill()
    page.goto(start_app().url)
    page.get_by_role("textbox", name="Username").fill("nobody")
    page.get_by_role("textbox", name="Password").fill("wrong password")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("Too many wrong passwords")).to_be_visible()


@pytest.mark.parametrize(("listed", "told"), [("", True), ("127.0.0.1", False)])
def test_visitor_who_makes_up_an_address_is_counted_all_the_same(start_app, browser: Browser, listed, told):
    app = start_app(TRUSTED_PROXIES=listed)
    database, now = Database(app.env["DATABASE_URL"]), datetime.now(UTC)
    with database.begin() as db_session:
        for _ in range(5):  # accounts that were made from here
            db.tries.count(db_session, "127.0.0.1", "sign_up", now=now, window=timedelta(hours=1))
    database.close()
    with browser.new_context(extra_http_headers={"X-Forwarded-For": "203.0.113.7"}) as elsewhere:
        page = elsewhere.new_page()
        fill_sign_up(page, app.url)

        if told:
            expect(page.get_by_text("Too many sign-ups from your network")).to_be_visible()
        else:  # a proxy on this machine said so, and is believed
            expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()


def test_no_password_is_in_the_log(start_app, page: Page):
    app = start_app()
    sign_up(page, app.url)

    log = Path(app.log).read_text()
    assert PASSWORD not in log
    assert "Traceback" not in log
