"""Several servers on one database, behind the nginx of deploy/nginx.conf."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import ROOT
from tests.helpers.processes import Cluster, free_port, nginx, wait_until_up
from tests.helpers.services import Emulator


@pytest.fixture
def cluster(database_url: str, emulator: Emulator, tmp_path: Path) -> Iterator[Cluster]:
    """Start three servers on PostgreSQL or two on one SQLite file, and nginx."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("STREAMLIT_")}
    environment |= {
        "DATABASE_URL": database_url,
        "BACKBOARD_BASE_URL": emulator.base_url,
        "REQUESTS_PER_MINUTE": "9999",
    }
    started = Cluster(environment, tmp_path, proxy_port=free_port())
    ports = [free_port() for _ in range(3 if database_url.startswith("postgresql") else 2)]
    started.start(*ports)
    configuration = _configured(tmp_path, started.proxy_port, ports)
    proxy = subprocess.Popen(
        [nginx(), "-p", str(tmp_path), "-c", str(configuration), "-e", str(tmp_path / "nginx.log")],
    )
    wait_until_up(f"{started.address}/health", started.log)
    yield started
    proxy.terminate()
    proxy.wait(10)
    for server in started.servers.values():
        if server.poll() is None:
            server.kill()
            server.wait(10)


def _configured(folder: Path, port: int, servers: list[int]) -> Path:
    """Write deploy/nginx.conf for servers on this machine: other addresses, and files in a folder of the test's."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    here = "\n".join(f"        server 127.0.0.1:{server} max_fails=1 fail_timeout=5s;" for server in servers)
    text, upstreams = re.subn(r"(?:^        server app\d:8501.*;\n)+", f"{here}\n", text, flags=re.MULTILINE)
    text, listens = re.subn(r"listen 80;", f"listen 127.0.0.1:{port};", text)
    assert (upstreams, listens) == (2, 1)
    ours = [f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    text = text.replace("http {\n", "\n".join(["http {", "access_log off;", *ours, ""]))
    file = folder / "nginx.conf"
    file.write_text(f"daemon off;\npid {folder / 'nginx.pid'};\n{'user root;' if os.geteuid() == 0 else ''}\n{text}")
    return file
