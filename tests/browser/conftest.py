"""A freshly started real server for each test that asks for one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Error, Page

from settings import ROOT
from tests.services.conftest import emulator  # noqa: F401 - a Backboard that outlives the app
from tests.streamlit_process import COMMAND, StreamlitProcess

COOKIE = "travelbot_sign_in"
PASSWORD = "a long enough phrase"
_LAST_OF_LOG = 6_000


@dataclass
class App:
    """A running server: where it is, its settings, and its log."""

    url: str
    process: StreamlitProcess | subprocess.Popen[bytes]
    log: Path
    env: dict[str, str]

    def make_admin(self, username: str) -> None:
        """Make somebody with an account an admin, as whoever runs the server does."""
        command = [sys.executable, "-m", "api", "admins", "add", username]
        subprocess.run(command, cwd=ROOT, env=self.env, check=True, timeout=60)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def terminate(self) -> int:
        """Ask the server to end; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def wait_until(page: Page, expression: str, arg: object = None) -> None:
    """Wait until JavaScript is true of the page. Playwright's own `wait_for_function` needs `unsafe-eval` there."""
    deadline = time.monotonic() + 30
    while not _is_true(page, expression, arg):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


def _is_true(page: Page, expression: str, arg: object) -> bool:
    try:
        return bool(page.evaluate(expression, arg))
    except Error as error:
        if "Execution context was destroyed" not in error.message:  # the page is on its way to another
            raise
        return False


def wait_for_cookie(page: Page, *, there: bool) -> None:
    """Wait until the browser has written the sign-in cookie, or deleted it; a script does it, a while after."""
    has = f"document.cookie.includes('{COOKIE}=')"
    wait_until(page, has if there else f"!{has}")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Give a function that starts the app on this test's own database; settings as keywords.

    *by_command* starts it as a person would: for tests that look at how the process ends. *script* is server.py, or
    app.py for the screens alone.
    """
    apps: list[App] = []
    port = free_port()

    def start(*, by_command: bool = False, script: str = "server.py", **settings: str) -> App:
        log = tmp_path / f"server-{len(apps)}.log"
        env = {key: value for key, value in os.environ.items() if not key.startswith("STREAMLIT_")}
        env |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'travelbot.db'}", "DEMO_PACE_S": "0.01"} | settings
        process = _by_command(port, env, log) if by_command else StreamlitProcess(port, env, log, script=script)
        app = App(f"http://localhost:{port}", process, log, env)
        apps.append(app)
        deadline = time.monotonic() + 30
        while True:
            try:
                if httpx.get(f"{app.url}/_stcore/health", trust_env=False).is_success:
                    return app
            except httpx.TransportError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)

    yield start
    for app in apps:
        if app.process.poll() is None:
            app.kill()
        print(app.log.read_text()[-_LAST_OF_LOG:])  # pytest shows it where the test failed


def _by_command(port: int, env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, *COMMAND, str(port)], cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT
        )
