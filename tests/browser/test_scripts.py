"""The scripts of `static/js` as a browser takes them: none stands in the page, and none is an old one."""

import json
from html import escape

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from settings import ROOT
from tests.helpers.browser import open_app, wait_until, wait_until_at_rest
from tests.helpers.planners import Planner

pytestmark = pytest.mark.browser


def test_no_script_stands_in_the_page_but_streamlits(planner: Planner, page: Page):
    open_app(page, planner.app)
    wait_until(page, "window.travelbotReady")

    assert page.evaluate("[...document.scripts].filter(script => !script.src).length") == 2
    assert page.evaluate("document.querySelectorAll('iframe').length") == 0


def test_tab_that_outlives_an_update_is_loaded_again_with_what_was_typed(planner: Planner, page: Page):
    page.goto(planner.app.url)
    wait_until(page, "window.travelbotReady")
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill("Rome or Athens")
    page.evaluate("window.sameTab = true")

    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.type = "module";
            script.src = "app/static/js/travelbot.js?v=another";
            document.body.append(script);
        }"""
    )

    wait_until(page, "!window.sameTab && window.travelbotReady")
    expect(box).to_have_value("Rome or Athens")


def test_page_that_streamlit_has_ended_is_loaded_again_with_what_was_typed(planner: Planner, page: Page):
    connections: list[WebSocketRoute] = []
    leaves: list[list[int]] = []  # places of what holds nothing

    def carry(near: WebSocketRoute) -> None:
        connections.append(near)
        far = near.connect_to_server()
        near.on_message(far.send)
        far.on_message(hear)

    def hear(data: str | bytes) -> None:
        assert isinstance(data, bytes)
        said = ForwardMsg.FromString(data)
        if said.delta.HasField("new_element"):
            leaves.append([*said.metadata.delta_path])
        connections[-1].send(data)

    page.route_web_socket("**/_stcore/stream", carry)
    open_app(page, planner.app)
    wait_until(page, "window.travelbotReady")
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill("Rome or Athens")
    wait_until_at_rest(page)
    page.evaluate("window.sameTab = true")

    within_a_leaf = ForwardMsg()
    within_a_leaf.metadata.delta_path.extend([*leaves[-1], 0])
    within_a_leaf.delta.new_element.text.body = "Half a run"
    connections[-1].send(within_a_leaf.SerializeToString())

    wait_until(page, "!window.sameTab && window.travelbotReady")
    expect(box).to_have_value("Rome or Athens")


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_cookie_is_for_tls_only_where_the_page_came_over_tls(page: Page, scheme: str, secure: bool):
    cookie = {"name": "travelbot_sign_in", "value": "a.b-c", "days": 30, "button": "written"}
    html = (
        '<div id="app" data-test-script-state="running"><div class="st-key-written">'
        '<button onclick="window.presses = (window.presses ?? 0) + 1"></button></div></div>'
        f'<div class="travelbot-told-cookie" data-values="{escape(json.dumps(cookie))}"></div>'
        '<script type="module" src="/js/cookies.js?v=1"></script>'
    )

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2].partition("?")[0]
        if name.endswith(".js"):
            route.fulfill(path=ROOT / "static" / "js" / name, content_type="text/javascript")
        else:
            route.fulfill(body=html, content_type="text/html")

    page.route("**/*", answer)
    page.goto(f"{scheme}://travel.example.com/")
    wait_until(page, "document.cookie")
    assert not page.evaluate("window.presses")  # a press as a run ends can take its last words away
    page.evaluate("document.querySelector('#app').dataset.testScriptState = 'notRunning'")
    wait_until(page, "window.presses > 1")  # the first may have been lost

    [written] = page.context.cookies()
    assert (written["name"], written["value"], written["secure"], written["sameSite"], written["path"]) == (
        "travelbot_sign_in",
        "a.b-c",
        secure,
        "Strict",
        "/",
    )
