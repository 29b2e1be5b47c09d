"""What only a browser shows: that the cookie is really written, read after a reload, and deleted."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.browser import COOKIE, PASSWORD, App, sign_up, wait_for_cookie, wait_until

pytestmark = pytest.mark.browser

NEW_PASSWORD = "another long enough phrase"


def sign_in(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    wait_for_cookie(page, there=True)


def sign_out(page: Page) -> None:
    page.get_by_test_id("stSidebar").get_by_role("button", name="Sign out").click()
    expect_signed_out(page)
    wait_for_cookie(page, there=False)


def expect_signed_in(page: Page) -> None:
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Sign out")).to_be_visible()


def expect_signed_out(page: Page) -> None:
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_sign_in_outlives_a_restart_in_a_cookie_for_this_site_only(page: Page, start_app: Callable[..., App]) -> None:
    app = start_app(by_command=True)
    sign_up(page, app.url)
    [cookie] = [cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE]

    app.terminate()
    page.goto(start_app().url)

    expect_signed_in(page)
    assert (cookie["sameSite"], cookie["path"]) == ("Strict", "/")


def test_cookie_is_written_on_a_phone_with_the_sidebar_closed(page: Page, start_app: Callable[..., App]) -> None:
    app = start_app()
    sign_up(page, app.url)
    sign_out(page)
    page.set_viewport_size({"width": 390, "height": 800})

    sign_in(page, app)

    page.reload()
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in")).to_have_count(0)


def test_signed_out_planner_stays_out_in_every_tab(page: Page, start_app: Callable[..., App]) -> None:
    app = start_app()
    sign_up(page, app.url)
    second_tab = page.context.new_page()
    second_tab.goto(app.url)
    expect_signed_in(second_tab)

    sign_out(page)

    page.reload()
    expect_signed_out(page)
    second_tab.get_by_test_id("stSidebar").get_by_role("button", name="New chat").click()
    expect_signed_out(second_tab)


def test_changed_password_ends_another_browser_and_keeps_this_one(
    page: Page, browser: Browser, start_app: Callable[..., App]
) -> None:
    app = start_app()
    sign_up(page, app.url)
    elsewhere = browser.new_context()
    elsewhere.set_default_timeout(20_000)
    other = elsewhere.new_page()
    sign_in(other, app)
    before = page.evaluate("document.cookie")

    page.get_by_test_id("stSidebar").get_by_role("link", name="Ada Lovelace").click()
    page.get_by_label("Current password", exact=True).fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    wait_until(page, "before => document.cookie !== before", before)

    other.get_by_test_id("stSidebar").get_by_role("button", name="New chat").click()
    expect_signed_out(other)
    other.reload()
    expect_signed_out(other)
    page.reload()
    expect_signed_in(page)
    elsewhere.close()


@pytest.mark.slow
def test_stranger_locks_the_name_and_the_browser_that_was_signed_in_before_gets_in(
    page: Page, browser: Browser, start_app: Callable[..., App]
) -> None:
    app = start_app()
    sign_up(page, app.url)
    wait_until(page, "document.cookie.includes('travelbot_known_')")
    sign_out(page)
    with browser.new_context() as elsewhere:
        stranger = elsewhere.new_page()
        stranger.goto(app.url)
        told = ""
        for _ in range(6):
            stranger.get_by_label("Username").fill("ada")
            stranger.get_by_label("Password", exact=True).fill("wrong password")
            stranger.get_by_role("button", name="Sign in").click()
            expect(stranger.get_by_text("do not match").or_(stranger.get_by_text("Too many wrong"))).to_be_visible()
            told = stranger.get_by_role("alert").inner_text()
            stranger.goto(app.url)
    assert "Too many wrong passwords for this name" in told

    page.goto(app.url)  # a new tab, as it were: nothing but the cookie is left
    sign_in(page, app)

    expect_signed_in(page)
