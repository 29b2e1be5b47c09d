"""Servers as processes of their own, and what is in front of them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from settings import ROOT
from tests.helpers.streamlit_process import StreamlitProcess


def free_port(last: int = 0) -> int:
    """Return a port that nobody listens on: the *last* one again, unless somebody has it now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what was closed a moment ago is in nobody's way
        try:
            probe.bind(("127.0.0.1", last))
        except OSError:
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
        assert self.servers[port].wait(60) in (0, -signal.SIGTERM), self.log()
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


@contextmanager
def started_nginx(folder: Path, port: int, servers: Sequence[int]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the nginx of deploy/nginx.conf on *port*, in front of servers of this machine."""
    configuration = _configured(folder, port, servers)
    command = [nginx(), "-p", str(folder), "-c", str(configuration), "-e", str(folder / "nginx.log")]
    with subprocess.Popen(command) as proxy:
        try:
            yield proxy
        finally:
            proxy.terminate()


_PATH_PROXY = """
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
        location = /health {{ return 204; }}
        location {path}/ {{
            proxy_pass http://127.0.0.1:{server}/;
            proxy_http_version 1.1;
            proxy_buffering off;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_header;
            {cookies}
        }}
        location / {{
            default_type text/html;
            return 200 '<!DOCTYPE html><title>Shell</title>
                <iframe title="app" src="{path}$request_uri" width="1200" height="780"
                sandbox="allow-forms allow-modals allow-popups allow-same-origin allow-scripts allow-downloads">';
        }}
    }}
}}
"""
ALL_COOKIES = ""
STREAMLITS_COOKIES = "proxy_set_header Cookie $streamlits;"
NO_COOKIES = 'proxy_set_header Cookie ""; proxy_hide_header Set-Cookie;'


@contextmanager
def started_path_proxy(
    folder: Path, port: int, server: int, *, path: str, cookies: str = ALL_COOKIES
) -> Iterator[str]:
    """Start an nginx on *port* that takes a path off, in front of a server of this machine; give its address.

    Every other address is a page that shows the one below the path in a frame, as on Community Cloud.
    """
    configuration, log = folder / "path.conf", folder / "path.log"
    user = "user root;" if os.geteuid() == 0 else ""
    about = {"folder": folder, "user": user, "port": port, "server": server, "path": path, "cookies": cookies}
    configuration.write_text(_PATH_PROXY.format(**about))
    with subprocess.Popen([nginx(), "-p", str(folder), "-c", str(configuration), "-e", str(log)]) as proxy:
        try:
            wait_until_up(f"http://127.0.0.1:{port}/health", log.read_text)
            yield f"http://127.0.0.1:{port}"
        finally:
            proxy.terminate()


def _configured(folder: Path, port: int, servers: Sequence[int]) -> Path:
    """Write deploy/nginx.conf for servers on this machine: other addresses, and files in *folder*."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    here = "\n".join(f"        server 127.0.0.1:{server} max_fails=1 fail_timeout=5s;" for server in servers)
    text, upstreams = re.subn(r"(?:^        server app\d:8501.*;\n)+", f"{here}\n", text, flags=re.MULTILINE)
    text, listens = re.subn(r"listen 80;", f"listen 127.0.0.1:{port};", text)
    assert (upstreams, listens) == (2, 1)
    ours = [f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    text = text.replace("http {\n", "\n".join(["http {", *ours, ""])).replace("/var/log/nginx/", f"{folder}/nginx-")
    file = folder / "nginx.conf"
    file.write_text(f"daemon off;\npid {folder / 'nginx.pid'};\n{'user root;' if os.geteuid() == 0 else ''}\n{text}")
    return file
