"""The way between the browser and the app breaks, or the tab sleeps; nobody reloads the page."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.test_sign_in import sign_up
from tests.browser.test_survival import (  # noqa: F401 - the emulator is a fixture
    ask,
    emulator,
    expect_finished,
    expect_streaming,
    open_app,
    replies,
    runs,
)
from tests.road import Road

pytestmark = pytest.mark.browser


def through(road: Road, app: App) -> App:
    """Return the app as it is reached over a road."""
    return App(f"http://localhost:{road.port}", app.process, app.log, app.env)


def road_to(app: App) -> Road:
    port = urlsplit(app.url).port
    assert port is not None
    return Road(port)


@pytest.mark.slow
def test_network_lost_for_half_a_minute_in_mid_reply_loses_nothing(start_app, page: Page, tmp_path, emulator):
    app = start_app(DEV_USER_ID="7", BACKBOARD_BASE_URL=emulator)
    with road_to(app) as road:
        open_app(page, through(road, app))
        page.evaluate("window.sameTab = true")
        ask(page)
        expect_streaming(page)
        page.get_by_test_id("stChatInputTextArea").fill("Also for a dog")
        road.freeze()
        page.wait_for_timeout(15_000)
        road.cut()
        page.wait_for_timeout(15_000)
        road.open()

        expect_finished(page)
        expect(page.get_by_test_id("stChatMessage").last).to_contain_text(runs(emulator)[-1]["text"][-20:])
        expect(page.get_by_test_id("stChatInputTextArea")).to_have_value("Also for a dog")
        assert page.evaluate("window.sameTab")
    assert [status for status, _ in replies(tmp_path)] == ["complete"]
    assert len(runs(emulator)) == 1


@pytest.mark.slow
def test_tab_that_slept_while_the_server_forgot_it_goes_on(start_app, page: Page):
    app = start_app()
    sign_up(page, app.url)
    ask(page)
    expect_finished(page)
    page.evaluate("window.sameTab = true")
    sleep = page.context.new_cdp_session(page)
    sleep.send("Page.setWebLifecycleState", {"state": "frozen"})
    app.kill()
    start_app()
    sleep.send("Page.setWebLifecycleState", {"state": "active"})

    expect(page.get_by_test_id("stSidebar")).to_contain_text("Lisbon", timeout=40_000)
    page.get_by_test_id("stChatInputTextArea").fill("cheaper")
    expect(page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled(timeout=40_000)
    page.get_by_test_id("stChatInputSubmitButton").click()
    expect(page.get_by_text("tokens ·")).to_have_count(2, timeout=40_000)
    assert page.evaluate("window.sameTab")


def test_connection_that_a_proxy_cuts_at_rest_is_made_again(start_app, page: Page):
    app = start_app(DEV_USER_ID="7", DEMO_PACE_S="0")
    with road_to(app) as road:
        open_app(page, through(road, app))
        page.evaluate("window.sameTab = true")
        road.cut()
        road.idle_s = 1.0  # less than Streamlit's pings are apart, and than a session is watched
        road.open()
        page.wait_for_timeout(8_000)
        ask(page)

        expect_finished(page)
        assert page.evaluate("window.sameTab")
