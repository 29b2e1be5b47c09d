"""A server that speaks TLS itself: what the browser does there, as it does behind a proxy that speaks it."""

import os
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, Page, WebSocket

from tests.helpers.browser import COOKIE, App, sign_up
from tests.helpers.processes import free_port
from tests.helpers.streamlit_process import StreamlitProcess

pytestmark = pytest.mark.browser


def certificate(folder: Path) -> Path:
    """Make a certificate for localhost, and return the file that holds it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "localhost.pem"
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, private, serialization.NoEncryption()))
    return file


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Start a server with a certificate of its own."""
    pem, port, log = certificate(tmp_path), free_port(), tmp_path / "server.log"
    env = {key: value for key, value in os.environ.items() if not key.startswith("STREAMLIT_")}
    env |= {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'travelbot.db'}",
        "STREAMLIT_SERVER_SSL_CERT_FILE": str(pem),
        "STREAMLIT_SERVER_SSL_KEY_FILE": str(pem),
    }
    started = App(f"https://localhost:{port}", StreamlitProcess(port, env, log), log, env)
    trusted = ssl.create_default_context(cafile=pem)
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"{started.url}/_stcore/health", verify=trusted, trust_env=False, timeout=60).raise_for_status()
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    yield started
    started.kill()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page that takes the certificate."""
    with browser.new_context(ignore_https_errors=True) as context:
        context.set_default_timeout(20_000)
        yield context.new_page()


def test_nothing_of_the_app_and_no_cookie_leaves_tls(app: App, page: Page) -> None:
    asked: list[str] = []
    sockets: list[WebSocket] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: sockets.append(socket))

    sign_up(page, app.url)
    with page.expect_websocket():
        answer = page.reload()

    assert answer is not None
    assert answer.header_value("strict-transport-security") == "max-age=31536000"
    assert len(sockets) >= 2  # the first visit's, and the one after it was loaded again
    addresses = [*asked, *(socket.url for socket in sockets)]
    own = app.url.removeprefix("https://")
    assert {url.partition(own)[0] for url in addresses if not url.startswith(("data:", "blob:"))} == {
        "https://",
        "wss://",
    }
    cookies = {one["name"]: one for one in page.context.cookies()}
    assert {COOKIE, "_streamlit_xsrf"} <= cookies.keys()
    assert [name for name, cookie in cookies.items() if not cookie["secure"]] == []
