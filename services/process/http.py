"""The HTTP client with which Backboard is asked."""

from typing import Any

import httpcore
import httpx

_LIMITS = {"max_connections": 400, "max_keepalive_connections": 50}


def http_client(*, keepalive_s: float) -> httpx.AsyncClient:
    """Return a client that never uses a connection again which has rested for longer than *keepalive_s*."""
    client = httpx.AsyncClient(limits=httpx.Limits(**_LIMITS, keepalive_expiry=keepalive_s))
    transport = client._transport  # httpx has no way to say how connections are made
    assert isinstance(transport, httpx.AsyncHTTPTransport)
    assert isinstance(transport._pool, httpcore.AsyncConnectionPool)
    transport._pool._network_backend = Network()
    return client


class Network(httpcore.AsyncNetworkBackend):
    """Makes connections, and says so where one broke in the moment that it was made.

    On uvloop such a connection has no socket any more: httpcore, which looks at it, would raise AttributeError and
    leave it open.
    """

    def __init__(self, network: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        stream = await self._network.connect_tcp(*args, **options)
        try:
            stream.get_extra_info("ssl_object")
        except AttributeError as exc:
            await stream.aclose()
            raise httpcore.ConnectError("The connection broke as it was made.") from exc
        return stream

    async def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        return await self._network.connect_unix_socket(*args, **options)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)
