"""The app as Streamlit Community Cloud shows it: in a frame of the same site, below a path that a proxy takes off.

That proxy hands on the cookies that Streamlit itself has, and no others (source: the comment on cookie names in
Streamlit 1.67's `starlette_server_config.py`). The disk is empty at each start; the database lies elsewhere.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.helpers.browser import PASSWORD, TOOK, App, wait_for_cookie
from tests.helpers.processes import free_port, nginx, wait_until_up

pytestmark = pytest.mark.browser

_PROXY = """
daemon off;
pid {folder}/nginx.pid;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_header {{ default upgrade; "" ""; }}
    map $http_cookie $streamlits {{ default ""; "~(?<found>_streamlit_xsrf=[^;]*)" $found; }}
    server {{
        listen 127.0.0.1:{port};
        location = / {{
            default_type text/html;
            return 200 '<!DOCTYPE html><title>Shell</title><iframe title="app" src="/~/+/" width="1200" height="780"
                sandbox="allow-forms allow-modals allow-popups allow-same-origin allow-scripts allow-downloads">';
        }}
        location = /health {{ return 204; }}
        location /~/+/ {{
            proxy_pass http://127.0.0.1:{app_port}/;
            proxy_http_version 1.1;
            proxy_buffering off;
            proxy_set_header Host $http_host;
            proxy_set_header Cookie $streamlits;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_header;
        }}
        location / {{ return 404; }}
    }}
}}
"""


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Callable[[App], str]]:
    """Give a function that puts the proxy before an app; it returns the address of the page with the frame."""
    started: list[subprocess.Popen[bytes]] = []

    def show(app: App) -> str:
        port, configuration = free_port(), tmp_path / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        app_port = app.url.rpartition(":")[2]
        configuration.write_text(_PROXY.format(folder=tmp_path, user=user, port=port, app_port=app_port))
        log = tmp_path / "nginx.log"
        started.append(subprocess.Popen([nginx(), "-p", str(tmp_path), "-c", str(configuration), "-e", str(log)]))
        address = f"http://127.0.0.1:{port}"
        wait_until_up(f"{address}/health", log.read_text)
        return address

    yield show
    for proxy in started:
        proxy.terminate()
        proxy.wait(10)


def framed(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=app]")


def sign_up(page: Page) -> None:
    frame = framed(page)
    frame.get_by_text("Create an account").click()
    frame.get_by_label("Name", exact=True).fill("Maria")
    frame.get_by_label("E-mail").fill("maria@example.com")
    frame.get_by_label("Username").fill("maria")
    frame.get_by_label("Password", exact=True).fill(PASSWORD)
    frame.get_by_role("button", name="Create account").click()
    expect_signed_in(page)
    wait_for_cookie(page, there=True)


def sign_in(page: Page) -> None:
    frame = framed(page)
    frame.get_by_label("Username").fill("maria")
    frame.get_by_label("Password", exact=True).fill(PASSWORD)
    frame.get_by_role("button", name="Sign in").click()
    expect_signed_in(page)
    wait_for_cookie(page, there=True)


def sign_out(page: Page) -> None:
    framed(page).get_by_test_id("stSidebar").get_by_role("button", name="Sign out").click()
    expect(framed(page).get_by_role("button", name="Sign in")).to_be_visible()
    wait_for_cookie(page, there=False)


def ask(page: Page, number: int) -> None:
    box = framed(page).get_by_test_id("stChatInputTextArea")
    box.fill("5 days in Lisbon in May for two")
    box.press("Enter")
    expect(framed(page).get_by_text(TOOK)).to_have_count(number)


def expect_signed_in(page: Page) -> None:
    expect(framed(page).get_by_test_id("stSidebar").get_by_role("button", name="Sign out")).to_be_visible()


def test_it_works_in_the_frame_of_community_cloud_and_when_server_py_takes_over(
    start_app: Callable[..., App], cloud: Callable[[App], str], page: Page, tmp_path: Path
) -> None:
    app = start_app(script="app.py", COOKIE_KEY="k" * 40)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    address = cloud(app)
    page.goto(address)
    sign_up(page)
    ask(page, 1)
    page.reload()  # the server sees no cookie of ours; the browser tells it
    expect_signed_in(page)
    expect(framed(page).get_by_text(TOOK)).to_be_visible()
    sign_out(page)
    sign_in(page)

    app.kill()
    for beside in tmp_path.glob("*emulator.db*"):
        beside.unlink()
    start_app(script="server.py", COOKIE_KEY="k" * 40)
    page.goto(address)
    expect_signed_in(page)
    ask(page, 2)
    sign_out(page)
    page.reload()
    expect(framed(page).get_by_role("button", name="Sign in")).to_be_visible()
    assert [text for text in wrong if "Content Security Policy" in text or "script" in text] == []
