"""What only a browser shows: that the cookie is really written, read after a reload, and deleted."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from services.accounts.sign_ins import SignInService
from settings import Settings
from tests.helpers.accounts import AllWrong, answer
from tests.helpers.browser import COOKIE, PASSWORD, App, sign_up, wait_for_cookie, wait_until
from tests.helpers.planners import Planner, add_planner, database_of
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

NEW_PASSWORD = "another long enough phrase"


def fill_sign_in(page: Page, planner: Planner, password: str = PASSWORD) -> None:
    page.get_by_label("Username").fill(planner.username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_in(page: Page, planner: Planner) -> None:
    page.goto(planner.app.url)
    fill_sign_in(page, planner)
    wait_for_cookie(page, there=True)


def sign_out(page: Page) -> None:
    page.get_by_test_id("stSidebar").get_by_role("button", name="Sign out").click()
    expect_signed_out(page)
    wait_for_cookie(page, there=False)


def expect_signed_in(page: Page) -> None:
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Sign out")).to_be_visible()


def expect_signed_out(page: Page) -> None:
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_sign_in_outlives_reload_and_restart_in_a_cookie_for_this_site_only_until_it_is_ended(
    page: Page, start_app: Callable[..., App]
) -> None:
    before = start_app()
    sign_up(page, before.url)
    [cookie] = [cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE]
    page.reload()
    expect_signed_in(page)

    before.terminate()
    after = start_app()
    page.goto(after.url)
    expect_signed_in(page)

    sign_out(page)
    page.reload()
    expect_signed_out(page)
    assert (cookie["sameSite"], cookie["path"]) == ("Strict", "/")
    logs = before.log.read_text() + after.log.read_text()
    assert PASSWORD not in logs
    assert "Traceback" not in logs


@IN_SOAK
def test_cookie_is_written_on_a_phone_with_the_sidebar_closed(page: Page, shared_app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 800})

    sign_in(page, add_planner(shared_app))

    page.reload()
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in")).to_have_count(0)


def test_signed_out_planner_stays_out_in_every_tab(page: Page, planner: Planner) -> None:
    page.goto(planner.app.url)
    second_tab = page.context.new_page()
    second_tab.goto(planner.app.url)
    expect_signed_in(second_tab)

    sign_out(page)

    page.reload()
    expect_signed_out(page)
    expect_signed_out(second_tab)


@IN_SOAK
def test_changed_password_ends_another_browser_and_keeps_this_one(
    page: Page, elsewhere: Page, planner: Planner
) -> None:
    planner.sign_in(elsewhere.context)
    elsewhere.goto(planner.app.url)
    expect_signed_in(elsewhere)
    page.goto(f"{planner.app.url}/settings")
    before = page.evaluate("document.cookie")

    page.get_by_label("Current password", exact=True).fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    wait_until(page, "before => document.cookie !== before", before)

    expect_signed_out(elsewhere)
    elsewhere.reload()
    expect_signed_out(elsewhere)
    page.reload()
    expect_signed_in(page)


@IN_SOAK
def test_stranger_locks_the_name_and_the_browser_that_was_signed_in_before_gets_in(
    page: Page, elsewhere: Page, shared_app: App
) -> None:
    planner = add_planner(shared_app)
    sign_in(page, planner)
    wait_until(page, "document.cookie.includes('travelbot_known_')")
    sign_out(page)
    with database_of(shared_app) as database:  # four from another process, the fifth and sixth from a browser
        sign_ins = SignInService(database, Settings(), compare=AllWrong())
        assert [answer(sign_ins, planner.username) for _ in range(4)] == ["wrong_password"] * 4
    elsewhere.goto(shared_app.url)
    for told in ("do not match", "Too many wrong passwords for this name"):
        fill_sign_in(elsewhere, planner, "wrong password")
        expect(elsewhere.get_by_role("alert")).to_contain_text(told)

    page.goto(shared_app.url)  # a new tab, as it were: nothing but the cookie is left
    sign_in(page, planner)

    expect_signed_in(page)
