"""The way between the browser and the app breaks, or the tab sleeps; nobody reloads the page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.helpers.browser import (
    TOOK,
    App,
    ask,
    expect_finished,
    expect_streaming,
    open_app,
    replies,
    wait_until,
    wait_until_at_rest,
)
from tests.helpers.planners import Planner, add_planner
from tests.helpers.road import Road
from tests.helpers.services import Emulator
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser


def box(page: Page) -> Locator:
    return page.get_by_test_id("stChatInputTextArea")


def through(road: Road, app: App) -> App:
    """Return the app as it is reached over a road."""
    return App(f"http://localhost:{road.port}", app.process, app.log, app.env)


@pytest.fixture
def road_to(front_port: int) -> Callable[[App], Road]:
    """Give a function that makes a way to an app."""
    return lambda app: Road(app.port, port=front_port)


@pytest.mark.slow
@pytest.mark.soak(short=0, long=15)  # seconds in which nothing passes, and again in which there is no way
def test_network_lost_for_long_in_mid_reply_loses_nothing(
    planner: Planner, road_to, page: Page, shared_emulator: Emulator, lasts
):
    shared_emulator.hold_reply()
    so_far = len(shared_emulator.runs)
    with road_to(planner.app) as road:
        open_app(page, through(road, planner.app))
        page.evaluate("window.sameTab = true")
        ask(page)
        expect_streaming(page)
        box(page).fill("Also for a dog")
        road.freeze()
        shared_emulator.release()
        page.wait_for_timeout(lasts * 1_000)
        road.cut()
        page.wait_for_timeout(lasts * 1_000)
        road.open()

        expect_finished(page)
        expect(page.get_by_test_id("stChatMessage").last).to_contain_text(shared_emulator.runs[-1]["text"][-20:])
        expect(box(page)).to_have_value("Also for a dog")
        assert page.evaluate("window.sameTab")
    assert [status for status, _ in planner.replies()] == ["complete"]
    assert len(shared_emulator.runs) == so_far + 1


@IN_SOAK
@pytest.mark.slow
def test_tab_that_slept_while_the_server_forgot_it_goes_on(start_app, page: Page):
    app = start_app()
    add_planner(app).sign_in(page.context)
    open_app(page, app)
    ask(page)
    expect_finished(page)
    page.evaluate("window.sameTab = true")
    sleep = page.context.new_cdp_session(page)
    sleep.send("Page.setWebLifecycleState", {"state": "frozen"})
    app.kill()
    start_app()
    sleep.send("Page.setWebLifecycleState", {"state": "active"})
    sleep.detach()

    expect(page.get_by_test_id("stSidebar")).to_contain_text("Lisbon")
    box(page).fill("cheaper")
    expect(page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()
    page.get_by_test_id("stChatInputSubmitButton").click()
    expect(page.get_by_text(TOOK)).to_have_count(2)
    assert page.evaluate("window.sameTab")


@pytest.mark.soak(short=1, long=2)  # new chats
def test_message_sent_on_a_dead_connection_is_sent_once_the_tab_is_connected_again(
    planner: Planner, road_to, page: Page, lasts
):
    chats = ((0, 3), (3, 0))[: int(lasts)]  # after how many seconds it is noticed, in a new chat and in a session
    with road_to(planner.app) as road:
        open_app(page, through(road, planner.app))
        wait_until_at_rest(page)
        page.evaluate("window.sameTab = true")
        for noticed in chats:
            page.get_by_role("button", name="New chat").first.click()
            expect(page.get_by_text("Where to next")).to_be_visible()
            wait_until_at_rest(page)
            texts = "Three nights in Lisbon", "And by train"
            for so_far, (text, noticed_after_s) in enumerate(zip(texts, noticed, strict=True)):
                road.freeze()
                ask(page, text)
                expect(box(page)).to_have_value("")
                page.wait_for_timeout(noticed_after_s * 1_000)
                road.cut()
                page.wait_for_timeout(1_000)
                road.open()

                expect(page.get_by_text(TOOK)).to_have_count(so_far + 1)
                expect(box(page)).to_have_value("")
            wait_until(page, "!Object.keys(localStorage).some(name => name.startsWith('travelbot-draft'))")
        assert page.evaluate("window.sameTab")
    assert [status for status, _ in planner.replies()] == ["complete"] * 2 * len(chats)


@pytest.mark.parametrize(
    "at_rest",
    [True, pytest.param(False, marks=IN_SOAK)],
    ids=["at rest", "in mid-run, before its scripts have come"],
)
def test_message_whose_answer_was_lost_on_the_way_is_shown_and_not_sent_twice(
    planner: Planner, page: Page, shared_emulator: Emulator, at_rest: bool
):
    connections: list[WebSocketRoute] = []
    deaf: list[WebSocketRoute] = []  # for good: half of what a server says is more than a browser can make sense of

    def carry(near: WebSocketRoute) -> None:
        far = near.connect_to_server()
        connections.append(near)
        near.on_message(far.send)
        far.on_message(lambda data: hear(near, data))

    def hear(near: WebSocketRoute, data: str | bytes) -> None:
        assert isinstance(data, bytes)
        if not (at_rest or deaf) and ForwardMsg.FromString(data).WhichOneof("type") == "script_finished":
            deaf.append(near)
        if near not in deaf:
            near.send(data)

    so_far = len(shared_emulator.runs)
    page.route_web_socket("**/_stcore/stream", carry)
    if not at_rest:
        page.route("**/js/drafts.js*", lambda route: route.abort())
    open_app(page, planner.app)
    expect(page.get_by_text("Where to next")).to_be_visible()
    if at_rest:
        wait_until_at_rest(page)
        deaf.append(connections[-1])
    while not deaf:
        page.wait_for_timeout(20)
    ask(page)
    while not planner.replies():
        page.wait_for_timeout(20)
    deaf[0].close(code=1012)

    expect_finished(page)
    expect(box(page)).to_have_value("")
    assert [status for status, _ in planner.replies()] == ["complete"]
    assert len(shared_emulator.runs) == so_far + 1


@IN_SOAK
def test_message_that_went_to_a_server_which_never_took_it_is_in_the_box_again(
    start_app, road_to, page: Page, tmp_path
):
    app = start_app()
    with road_to(app) as road:
        add_planner(app).sign_in(page.context)
        open_app(page, through(road, app))
        ask(page, "Three nights in Lisbon")
        expect_finished(page)
        road.freeze()
        ask(page, "And by train")
        expect(box(page)).to_have_value("")
        app.kill()
        road.cut()
        start_app()
        road.open()

        expect(box(page)).to_have_value("And by train")
        box(page).press("Enter")
        expect(page.get_by_text(TOOK)).to_have_count(2)
    assert [status for status, _ in replies(tmp_path)] == ["complete", "complete"]


@IN_SOAK
def test_connection_that_a_proxy_cuts_at_rest_is_made_again(planner: Planner, road_to, page: Page):
    with road_to(planner.app) as road:
        open_app(page, through(road, planner.app))
        page.evaluate("window.sameTab = true")
        road.cut()
        road.idle_s = 1.0  # less than Streamlit's pings are apart, and than a session is watched
        before = road.carried
        road.open()
        while road.carried < before + 8:  # the tab comes again and again: each time it asks something first
            page.wait_for_timeout(50)
        road.idle_s = 10.0  # from the next one on: the answer of a busy machine takes longer than a second
        ask(page)

        expect_finished(page)
        assert page.evaluate("window.sameTab")
