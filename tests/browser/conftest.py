"""A freshly started real server for each test that asks for one."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from settings import ROOT
from tests.helpers.browser import App
from tests.helpers.processes import free_port
from tests.helpers.streamlit_process import COMMAND, StreamlitProcess

_LAST_OF_LOG = 6_000


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
