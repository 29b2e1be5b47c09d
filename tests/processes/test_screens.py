"""The screens of several servers behind nginx: a browser stays with one, and moves on when that is gone."""

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import sign_up
from tests.helpers.processes import Cluster
from tests.helpers.services import Emulator, until

pytestmark = pytest.mark.browser


def drawn_by(cluster: Cluster) -> int:
    """Return the port of the server that holds the browser's WebSocket."""
    open_at = {
        port
        for port, server in cluster.servers.items()
        for connection in psutil.Process(server.pid).net_connections("tcp")
        if connection.status == "ESTABLISHED" and connection.laddr.port == port
    }
    assert len(open_at) == 1, open_at
    return open_at.pop()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.slow
def test_tab_goes_on_with_another_server_when_its_own_is_killed(cluster: Cluster, emulator: Emulator, page: Page):
    emulator.hold_reply()
    sign_up(page, f"http://127.0.0.1:{cluster.proxy_port}")
    page.evaluate("window.sameTab = true")
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert {"travelbot_browser", "travelbot_sign_in"} <= names
    page.get_by_test_id("stChatInputTextArea").fill("5 days in Lisbon in May for two")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("Day 1")
    cluster.kill(drawn_by(cluster))
    emulator.release()

    until(lambda: emulator.runs[-1]["status"] == "COMPLETED", timeout_s=60, what="Backboard has the whole answer")
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text(emulator.runs[-1]["text"][-20:], timeout=60_000)
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Ada Lovelace")
    assert page.evaluate("window.sameTab")
    assert emulator.paid_calls == 1
