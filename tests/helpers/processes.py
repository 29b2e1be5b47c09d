"""Servers as processes of their own, and what is in front of them."""

import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from settings import ROOT
from tests.helpers.streamlit_process import StreamlitProcess


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_START_S = 60.0


@dataclass
class Cluster:
    """Servers by their port, and the proxy in front of them."""

    environment: dict[str, str]
    folder: Path
    proxy_port: int = 0
    servers: dict[int, StreamlitProcess] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.proxy_port}/api"

    def start(self, *ports: int) -> None:
        """Start a server on each of these ports, side by side, and wait until they answer."""
        for port in ports:
            self.servers[port] = StreamlitProcess(port, self.environment, self.folder / f"server-{port}.log")
        for port in ports:
            wait_until_up(f"http://127.0.0.1:{port}/api/health", self.log)

    def kill(self, port: int) -> None:
        """End a server as a power cut would."""
        self.servers[port].kill()
        self.servers[port].wait(10)

    def restart(self, port: int) -> None:
        """End a server as an operator would, and start it again."""
        self.servers[port].send_signal(signal.SIGTERM)
        assert self.servers[port].wait(20) in (0, -signal.SIGTERM), self.log()
        self.start(port)

    def log(self) -> str:
        """Return what all servers have said."""
        return "\n".join(file.read_text() for file in sorted(self.folder.glob("*.log")))


def wait_until_up(address: str, log: Callable[[], str]) -> None:
    """Return when an address answers well."""
    deadline = time.monotonic() + _START_S
    while True:
        try:
            if httpx.get(address, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, log()
        time.sleep(0.1)


def nginx() -> str:
    found = shutil.which(
        "nginx", path=f"{os.environ['PATH']}:/usr/sbin:{ROOT / '.venv-dev' / 'nginx' / 'usr' / 'sbin'}"
    )
    assert found, "No nginx is here; `make test` fetches Debian's."
    return found
