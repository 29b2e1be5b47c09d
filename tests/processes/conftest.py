"""Several servers on one database, behind the nginx of deploy/nginx.conf."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.processes import Cluster, free_port, started_nginx, wait_until_up
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
    with started_nginx(tmp_path, started.proxy_port, ports):
        wait_until_up(f"{started.address}/health", started.log)
        yield started
    for server in started.servers.values():
        if server.poll() is None:
            server.kill()
            server.wait(10)
