"""`server.py` behind a proxy that signs people in: the nginx of deploy/, and a hosting service that is described."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus

from services.accounts.proxies import OUR_HEADER
from tests.helpers.browser import App
from tests.helpers.oauth2_proxy import COOKIE, FROM, oauth2_proxy, started_in_front, two_ports
from tests.helpers.processes import Cluster, free_port
from tests.helpers.tab import drawn, elements, open_tab

FORGED = {"X-Forwarded-User": "ada", "X-Forwarded-Email": "ada@example.com", OUR_HEADER: "ada"}


@dataclass
class Proxied:
    """The addresses of an app behind nginx and oauth2-proxy, behind a hosting service, and of the app itself."""

    nginx: str
    hosted: str
    app: App


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    folder, ports, port = tmp_path_factory.mktemp("proxied"), two_ports(), free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("STREAMLIT_")}
    environment |= {
        "DATABASE_URL": f"sqlite:///{folder / 'travelbot.db'}",
        "DEMO_PACE_S": "0",
        "PROXY_SIGN_IN": "headers",
        "TRUSTED_PROXIES": FROM,
        "STREAMLIT_SERVER_ENABLE_CORS": "false",  # as hosting services set it
        "STREAMLIT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{ports[1]}",
    }
    cluster = Cluster(environment, folder)
    cluster.start(port)
    process = cluster.servers[port]
    with oauth2_proxy() as asked, started_in_front(folder, port, asked, ports=ports):
        app = App(f"http://127.0.0.1:{port}", process, Path(folder / f"server-{port}.log"), environment)
        yield Proxied(f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}", app)
    process.kill()
    process.wait(10)


@pytest.mark.browser
def test_whoever_signs_in_at_oauth2_proxy_is_in_and_the_next_person_is_another(page: Page, proxied: Proxied):
    page.goto(proxied.nginx)
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()

    page.context.add_cookies([{"name": COOKIE, "value": "ada", "url": proxied.nginx}])
    page.goto(proxied.nginx)
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Ada Lovelace")
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Sign out")).to_have_count(0)
    page.get_by_test_id("stChatInputTextArea").fill("Three nights in Lisbon")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("Day 1")
    assert not [one for one in page.context.cookies() if one["name"].startswith("travelbot_sign_in")]

    page.context.add_cookies([{"name": COOKIE, "value": "eve", "url": proxied.nginx}])
    page.goto(proxied.nginx)
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Eve")
    expect(page.get_by_test_id("stSidebar")).not_to_contain_text("Lisbon")


def names(said) -> str:
    return " ".join(one.markdown.body for one in elements(said) if one.HasField("markdown"))


def is_refused(app: App, headers: dict[str, str]) -> bool:
    """Tell whether no WebSocket is opened."""
    with pytest.raises(InvalidStatus) as refused:
        open_tab(app, headers=headers)
    return refused.value.response.status_code == 403


def test_nobody_but_the_proxy_says_who_somebody_is(proxied: Proxied):
    """Beside it, through it with headers of a browser's own, and through a hosting service that has another name."""
    paths = ("/", "/sessions", "/review", "/media/x", "/_stcore/host-config", "/static/js/x.js", "/api/me")
    for more in ({}, {"X-Forwarded-For": FROM}, {"X-Forwarded-For": f"{FROM}:4711"}):
        headers = FORGED | more
        with httpx.Client(base_url=proxied.app.url, headers=headers, trust_env=False) as http:
            assert {http.get(path).status_code for path in paths} == {403}
            assert http.post("/_stcore/agent/interact", json={}).status_code == 403
            assert http.put("/_stcore/upload_file/a/b", content=b"x").status_code == 403
            assert {http.get(path).status_code for path in ("/_stcore/health", "/api/health")} == {200}
        assert is_refused(proxied.app, headers)
    assert "TRUSTED_PROXIES does not list" in proxied.app.log.read_text()

    behind = App(proxied.nginx, proxied.app.process, proxied.app.log, {})
    eve = {"Cookie": f"{COOKIE}=eve"}
    odd = {"X_Forwarded_User": "ada", "X-Forwarded-User": "ada", "x-forwarded-groups": "admins", OUR_HEADER: "ada"}
    with open_tab(behind, headers=eve | odd) as tab:
        assert ":material/account_circle: Eve" in names(drawn(tab))
    assert is_refused(behind, odd)
    assert httpx.get(f"{proxied.nginx}/api/me", headers=eve | odd, trust_env=False).status_code == 401
    assert httpx.get(f"{proxied.nginx}/oauth2/auth", headers=eve, trust_env=False).status_code == 404

    hosted = App(proxied.hosted, proxied.app.process, proxied.app.log, {})
    signed_in = {"Cookie": f"{COOKIE}=ada", "Origin": proxied.hosted}
    with open_tab(hosted, headers=signed_in) as tab:
        assert "7474" in names(drawn(tab))
    assert httpx.get(proxied.hosted, trust_env=False).status_code == 403
    assert is_refused(hosted, {"Origin": proxied.hosted})
    assert is_refused(hosted, signed_in | {"Origin": "https://evil.example"})
