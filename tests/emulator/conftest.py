"""A running emulator with an obedient demo assistant, and clients for it."""

import uuid
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from emulator.server import EmulatorServer
from tests.helpers.caller import Caller
from tests.helpers.doubles import ObedientDemo


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """Serve an emulator as fast as it goes; every test has a key, and with it data, of its own."""
    server = EmulatorServer(":memory:", ObedientDemo(), pace_s=0, memory_delay_s=0.05)
    yield server.start()
    server.stop()


@pytest.fixture
async def caller(base_url: str, anyio_backend: str) -> AsyncIterator[Caller]:
    """Give a caller with a key of its own."""
    headers = {"X-API-Key": uuid.uuid4().hex}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60, verify=False) as http:
        yield Caller(http)
