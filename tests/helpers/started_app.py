"""The app as a real server on a port."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from settings import ROOT
from tests.helpers.browser import App
from tests.helpers.streamlit_process import COMMAND, StreamlitProcess


def started_app(
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
    deadline = time.monotonic() + (120 if by_command else 30)  # its imports alone take seconds of CPU
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
