"""The emulator on a port, in a thread of its own."""

import asyncio
import contextlib
import socket
import threading
from pathlib import Path
from typing import Any, cast

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from emulator.app import DOCUMENT_DELAY_S, MEMORY_DELAY_S, PACE_S, create_app
from emulator.catalogue import VENDORS, Catalogue
from emulator.context import Context
from emulator.conversation import Demo
from emulator.responses import BREAK_CONNECTION
from emulator.store import Store

_START_TIMEOUT_S = 30
_STOP_TIMEOUT_S = 10


class _BreakableProtocol(H11Protocol):
    """HTTP/1.1 whose app may close the connection in the middle of a response, without an error in the log."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its parent does
        super().connection_made(transport)
        # asyncio does this only for sockets that name their protocol; without it each chunk may wait 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        served: Any = self.app

        async def with_break(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = {**scope.get("extensions", {}), BREAK_CONNECTION: transport.close}
            await served({**scope, "extensions": extensions}, receive, send)

        self.app = with_break


class _Server(uvicorn.Server):
    """Tells when it listens, and ends the runs before it waits for the connections to close."""

    def __init__(self, config: uvicorn.Config, context: Context, listening: threading.Event) -> None:
        super().__init__(config)
        self._context = context
        self._listening = listening

    @property
    def connections(self) -> set[_BreakableProtocol]:
        """Those that are open."""
        return cast(set[_BreakableProtocol], self.server_state.connections)

    async def main_loop(self) -> None:
        self._listening.set()  # not before: one that is told to exit while it starts up leaves its connections open
        await super().main_loop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._context.runner.close()
        for listener in sockets or ():
            asyncio.get_running_loop().remove_reader(listener)
        for _ in range(3):  # whoever was let in comes in: asyncio forgets to close them once its server is closed
            await asyncio.sleep(0)
        await self._abort(only_paused=True)
        await super().shutdown(sockets)
        await self._abort()

    async def _abort(self, *, only_paused: bool = False) -> None:
        """End connections whose other side reads no more: one that is only closed waits for that."""
        for connection in [*self.connections]:
            if not only_paused or connection.flow.write_paused:
                connection.transport.abort()
        await asyncio.sleep(0)  # in which they are told


class EmulatorServer:
    """An emulator over the state at *state_path*. Start it once, stop it once; stopping twice does no harm."""

    def __init__(
        self,
        state_path: Path | str,
        demo: Demo,
        catalogue: Catalogue = VENDORS,
        *,
        pace_s: float = PACE_S,
        memory_delay_s: float = MEMORY_DELAY_S,
        document_delay_s: float = DOCUMENT_DELAY_S,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
    ) -> None:
        """Say what to serve: *port* 0 takes a free one, ``":memory:"`` keeps nothing, the rest is `create_app`'s."""
        self._state_path, self._demo, self._catalogue = state_path, demo, catalogue
        self._options: dict[str, Any] = {
            "pace_s": pace_s,
            "memory_delay_s": memory_delay_s,
            "document_delay_s": document_delay_s,
            "api_key": api_key,
        }
        self._address = (host, port)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Serve, and return the base URL (``http://127.0.0.1:PORT/api``) when requests are answered.

        Raises OSError when the port is taken, sqlite3.Error when the state file cannot be used.
        """
        listener = socket.create_server(self._address)
        store = None
        try:
            store = Store(self._state_path)
            app = create_app(store, self._demo, self._catalogue, **self._options)
        except BaseException:
            listener.close()
            if store is not None:
                store.close()
            raise
        config = uvicorn.Config(
            app,
            http=_BreakableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=5,
        )
        listening = threading.Event()
        self._server = _Server(config, app.state.context, listening)
        self._thread = threading.Thread(
            target=self._serve, args=(self._server, store, listener), name="backboard-emulator", daemon=True
        )
        self._thread.start()
        if not listening.wait(_START_TIMEOUT_S):
            self.stop()
            raise OSError("The emulator did not start.")
        host, port = listener.getsockname()[:2]
        return f"http://{host}:{port}/api"

    @staticmethod
    def _serve(server: _Server, store: Store, listener: socket.socket) -> None:
        with contextlib.closing(store), contextlib.closing(listener):
            asyncio.run(server.serve(sockets=[listener]))

    def stop(self, *, wait: bool = True) -> None:
        """Fail the runs that are being written, close every connection and the state file; without *wait*, soon."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            if wait:
                self._thread.join(_STOP_TIMEOUT_S)
