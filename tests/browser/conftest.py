"""A real server: one that a worker's tests share, or freshly started ones for a test that asks for them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from settings import ROOT
from tests.helpers.browser import App
from tests.helpers.planners import Planner, add_planner
from tests.helpers.processes import free_port
from tests.helpers.services import PACE_S, Emulator, until
from tests.helpers.streamlit_process import COMMAND, StreamlitProcess

_LAST_OF_LOG = 6_000


@pytest.fixture(scope="session")
def _shared_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    file: Path = tmp_path_factory.mktemp("shared") / "emulator.db"
    server = EmulatorServer(file, demo, pace_s=PACE_S)
    yield Emulator(server, server.start(), file)
    server.stop(wait=False)


@pytest.fixture(scope="session")
def _shared_server(_shared_emulator: Emulator) -> Iterator[App]:
    app = _started(_shared_emulator.state_path.parent, free_port(), BACKBOARD_BASE_URL=_shared_emulator.base_url)
    yield app
    app.kill()


@pytest.fixture
def shared_app(_shared_server: App) -> Iterator[App]:
    """Give the server of all tests that need nothing special: they neither stop it nor count what it holds."""
    so_far = _shared_server.log.stat().st_size
    yield _shared_server
    print(_shared_server.log.read_bytes()[so_far:].decode()[-_LAST_OF_LOG:])


@pytest.fixture
def shared_emulator(shared_app: App, _shared_emulator: Emulator) -> Iterator[Emulator]:
    """Give the emulator that `shared_app` talks to; nothing is wrong with it when a test begins."""
    yield _shared_emulator
    _shared_emulator.no_more_faults()


@pytest.fixture
def planner(shared_app: App, shared_emulator: Emulator, page: Page) -> Iterator[Planner]:
    """Give a planner of the test's own on `shared_app`, signed in in the browser of `page`."""
    added = add_planner(shared_app)
    added.sign_in(page.context)
    yield added
    shared_emulator.no_more_faults()
    shared_emulator.release_all()
    until(lambda: not added.answering(), timeout_s=30, what="the planner's last reply ended")


@pytest.fixture
def start_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Give a function that starts the app on this test's own database; as `_started`."""
    apps: list[App] = []
    port = free_port()

    def start(**how: Any) -> App:
        app = _started(tmp_path, port, name=f"server-{len(apps)}", **how)
        apps.append(app)
        return app

    yield start
    for app in apps:
        if app.process.poll() is None:
            app.kill()
        print(app.log.read_text()[-_LAST_OF_LOG:])  # pytest shows it where the test failed


def _started(
    folder: Path,
    port: int,
    *,
    name: str = "server",
    by_command: bool = False,
    script: str = "server.py",
    path: str = "",
    **settings: str,
) -> App:
    """Start a server on the database of a folder, and wait until it answers.

    *by_command* starts it as a person would: for tests that look at how the process ends. *script* is server.py, or
    app.py for the screens alone. The server is at a *path* of its address. *settings* are the environment's.
    """
    log = folder / f"{name}.log"
    env = {key: value for key, value in os.environ.items() if not key.startswith("STREAMLIT_")}
    env |= {"DATABASE_URL": f"sqlite:///{folder / 'travelbot.db'}", "DEMO_PACE_S": "0"} | settings
    if path:
        env["STREAMLIT_SERVER_BASE_URL_PATH"] = path
    process = _by_command(port, env, log) if by_command else StreamlitProcess(port, env, log, script=script)
    origin = f"http://localhost:{port}"
    deadline = time.monotonic() + 30
    while not _answers(f"{origin}{path}/_stcore/health"):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()  # nobody else knows of it, and at its end pytest would wait for it for ever
            pytest.fail(f"The server does not answer.\n{log.read_text()}")
        time.sleep(0.1)
    return App(origin, process, log, env)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _by_command(port: int, env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, *COMMAND, str(port)], cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT
        )
