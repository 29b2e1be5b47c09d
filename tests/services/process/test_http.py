"""A connection that breaks in the moment that it is made is a connection that was not made."""

import asyncio

import httpcore
import pytest

from services.process.http import Network


class Broken(httpcore.AsyncMockStream):
    """What uvloop has of such a connection."""

    def __init__(self) -> None:
        super().__init__([])
        self.closed = False

    def get_extra_info(self, info: str) -> None:
        raise AttributeError("'NoneType' object has no attribute 'getpeername'")

    async def aclose(self) -> None:
        self.closed = True


class Breaks(httpcore.AsyncMockBackend):
    """A network on which every connection breaks as it is made."""

    def __init__(self) -> None:
        super().__init__([])
        self.made: list[Broken] = []

    async def connect_tcp(self, *_: object, **__: object) -> Broken:
        self.made.append(Broken())
        return self.made[-1]


def test_connection_that_breaks_as_it_is_made_is_refused_and_closed():
    network = Breaks()

    with pytest.raises(httpcore.ConnectError):
        asyncio.run(Network(network).connect_tcp("127.0.0.1", 9))
    assert [stream.closed for stream in network.made] == [True]
