"""One background thread with one event loop: it owns the HTTP client and every running reply."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop  # cheaper reads than asyncio

T = TypeVar("T")
log = logging.getLogger("travelbot")


async def in_thread(executor: Executor, function: Callable[[], T]) -> T:
    """Return what *function* returns on a thread of *executor*, without holding up the event loop.

    Cancels the calling task when the interpreter is ending: there are no more threads then.
    """
    try:
        result = asyncio.get_running_loop().run_in_executor(executor, function)
    except RuntimeError as exc:
        raise asyncio.CancelledError from exc
    return await result


class Tasks:
    """Tasks of an event loop that nobody waits for; kept here, so that none is collected before it is done."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin *work*; on the loop."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def cancel(self) -> None:
        """Cancel all, and wait until they are over."""
        tasks = tuple(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class BackgroundLoop:
    """An event loop on a thread of its own, used from any other thread.

    A daemon thread, so that it never keeps the process alive; `close` ends it cleanly.
    """

    def __init__(self) -> None:
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=_run, args=(started,), name="travelbot-loop", daemon=True)
        self._thread.start()
        self._loop, self._over = started.result()

    @property
    def closed(self) -> bool:
        """True once `close` was called."""
        return self._loop.is_closed()

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start *work* and return at once."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T], *, timeout_s: float) -> T:
        """Return the result of *work*; cancels it and raises TimeoutError after *timeout_s*."""
        future = self.start(work)
        try:
            return future.result(timeout_s)
        except TimeoutError:
            future.cancel()
            raise

    def call(self, function: Any, *args: Any) -> None:
        """Call *function* on the loop soon; does nothing once the loop is closed."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *args)

    def close(self) -> None:
        """Cancel what still runs, and wait for the thread's end."""
        self.call(self._over.set)
        self._thread.join(5)


def _run(started: "Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]") -> None:
    async def until_over() -> None:
        over = asyncio.Event()
        started.set_result((asyncio.get_running_loop(), over))
        await over.wait()

    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(until_over())
    except OSError:  # uvloop keeps a connection that broke as it was made until the garbage is collected
        log.warning("A connection was still open at the end.")
