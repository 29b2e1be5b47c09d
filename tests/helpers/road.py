"""A way to a server that can break: between a browser and the app, or between the app and what it talks to."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any, Self

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: to close says "there is no such connection"


class Road:
    """Listens on `port` of this machine and passes everything on to another port, or to a Unix socket.

    With *idle_s* a connection on which nothing has passed for so long is closed at both ends, as many a proxy does.
    """

    def __init__(self, target: int | str, *, port: int = 0, idle_s: float | None = None) -> None:
        self._address = target if isinstance(target, str) else ("127.0.0.1", target)
        self.idle_s = idle_s
        self._carried: dict[asyncio.Task[None], _Quiet] = {}
        self._passing = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="road", daemon=True)
        self._thread.start()
        self.port = port
        self.carried = 0  # connections so far
        self.open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def open(self) -> None:
        """Let everything pass; what has waited first."""
        self._run(self._open())

    def freeze(self) -> None:
        """Let nothing pass and tell nobody: who sends or comes, waits."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def cut(self) -> None:
        """Reset every connection and refuse new ones."""
        self._run(self._cut())

    def give_up(self, *, forget: bool) -> None:
        """Give up every connection as a proxy does that finds it at rest for too long, and take new ones.

        They are closed at both ends. *forget* tells nobody, as a box with a table of connections: whoever sends next
        meets a reset.
        """
        self._run(self._give_up(forget))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        self._passing.set()
        if not self._tasks:
            listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
            listener.setblocking(False)
            self.port = int(listener.getsockname()[1])
            self._keep(self._listen(listener))

    async def _cut(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _give_up(self, forget: bool) -> None:
        given_up = dict(self._carried)
        for quiet in given_up.values():
            quiet.end(forget=forget)
        if not forget and given_up:
            await asyncio.wait(given_up)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda task: self._carried.pop(task, None))

    async def _listen(self, listener: socket.socket) -> None:
        with listener:
            while True:
                near, _ = await self._loop.sock_accept(listener)
                near.setblocking(False)
                self._keep(self._carry(near))

    async def _carry(self, near: socket.socket) -> None:
        self.carried += 1
        with near, self._far_end() as far:
            try:
                await self._passing.wait()
                await self._loop.sock_connect(far, self._address)
                async with asyncio.timeout(None) as rest, asyncio.TaskGroup() as ways:
                    quiet = self._carried[_current_task()] = _Quiet(rest, self.idle_s)
                    ways.create_task(self._pass_on(near, far, quiet))
                    ways.create_task(self._pass_on(far, near, quiet))
            except TimeoutError:
                return
            except (OSError, ExceptionGroup, asyncio.CancelledError):
                for end in (near, far):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    async def _pass_on(self, source: socket.socket, target: socket.socket, quiet: "_Quiet") -> None:
        while received := await self._loop.sock_recv(source, 65536):
            quiet.over()
            await self._passing.wait()
            await self._loop.sock_sendall(target, received)
        target.shutdown(socket.SHUT_WR)

    def _far_end(self) -> socket.socket:
        far = socket.socket(socket.AF_UNIX if isinstance(self._address, str) else socket.AF_INET)
        far.setblocking(False)
        return far


class _Quiet:
    """How long nothing may pass on a connection."""

    def __init__(self, rest: asyncio.Timeout, longest_s: float | None) -> None:
        self._rest = rest
        self._longest_s = longest_s
        self._forgotten = False
        self.over()

    def over(self) -> None:
        """Something passes. Raises ConnectionResetError where the connection is forgotten."""
        if self._forgotten:
            raise ConnectionResetError
        if self._longest_s is not None:
            self._rest.reschedule(asyncio.get_running_loop().time() + self._longest_s)

    def end(self, *, forget: bool) -> None:
        """It was too long."""
        self._forgotten = forget
        if not forget:
            self._rest.reschedule(asyncio.get_running_loop().time())


def _current_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task is not None
    return task
