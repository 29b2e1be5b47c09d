"""Starts the servers that a measurement needs, and ends them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
_START_S = 60.0
_ARGUMENTS = ("--server.headless", "true", "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false")


class Servers(ExitStack):
    """Processes of this measurement; all are ended when the `with` ends."""

    def __init__(self, bench: Path) -> None:
        super().__init__()
        self._bench = bench
        self.pids: dict[int, int] = {}  # of what listens on a port

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def fake_backboard(self, *, tokens: int, pace_s: float) -> int:
        """Start a Backboard of fixed pace; return its port."""
        port = free_port()
        script = str(self._bench / "fake_backboard.py")
        self._start(
            [script, str(port), "--tokens", str(tokens), "--pace", str(pace_s)], {}, f"http://127.0.0.1:{port}/runs"
        )
        return port

    def lean_backboard(self, *, words: int, pace_s: float) -> int:
        """Start a Backboard of fixed pace that costs little; return its port."""
        port = free_port()
        arguments = ["-m", "benchmarks.lean_backboard", str(port), "--words", str(words), "--pace", str(pace_s)]
        self.pids[port] = self._start(arguments, {}, f"http://127.0.0.1:{port}/runs", ROOT)
        return port

    def peer(self, backboard_port: int) -> int:
        """Start the textbook chat; return its port."""
        return self._streamlit(self._bench / "peer_streamlit.py", self._bench, _backboard(backboard_port))

    def travelbot(self, backboard_port: int, database_url: str, **settings: str) -> int:
        """Start this app with these settings; return its port."""
        settings |= {"DATABASE_URL": database_url}
        return self._streamlit(ROOT / "server.py", ROOT, _backboard(backboard_port) | settings)

    def plain_review(self, text: Path) -> int:
        """Start plain Streamlit that draws the snapshot in a file; return its port."""
        settings = {"PLAIN_REVIEW": str(text), "PYTHONPATH": str(ROOT)}
        return self._streamlit(ROOT / "benchmarks" / "plain_review.py", ROOT, settings)

    def bare_api(self, database: Path) -> int:
        """Start a FastAPI app of one route, which reads one row; return its port."""
        port = free_port()
        arguments = ["-m", "uvicorn", "benchmarks.bare_api:app", "--port", str(port), "--log-level", "warning"]
        self._start(arguments, {"DATABASE_URL": f"sqlite:///{database}"}, f"http://127.0.0.1:{port}/", ROOT)
        return port

    def _streamlit(self, script: Path, folder: Path, settings: Mapping[str, str]) -> int:
        port = free_port()
        arguments = ["-m", "streamlit", "run", str(script), "--server.port", str(port), *_ARGUMENTS]
        self.pids[port] = self._start(arguments, settings, f"http://127.0.0.1:{port}/_stcore/health", folder)
        return port

    def _start(
        self, arguments: Sequence[str], settings: Mapping[str, str], health: str, folder: Path | None = None
    ) -> int:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, env={**os.environ, **settings}, stdout=subprocess.DEVNULL
        )
        self.callback(_end, process)
        wait_until_up(health)
        return process.pid


def wait_until_up(address: str) -> None:
    """Return when *address* answers. Raises TimeoutError."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(f"{address} did not answer within {_START_S:.0f} s.")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def backboard_address(port: int) -> str:
    """Return what BACKBOARD_BASE_URL has to be."""
    return f"http://127.0.0.1:{port}/api"


def _backboard(port: int) -> dict[str, str]:
    return {"BACKBOARD_BASE_URL": backboard_address(port), "TITLE_MODEL": "off"}  # which would be counted as replies


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
