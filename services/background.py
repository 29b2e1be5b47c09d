"""One background thread with one event loop: it owns the HTTP client and every running reply."""

import asyncio
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


async def in_thread(executor: Executor, function: Callable[[], T]) -> T:
    """Return what *function* returns on a thread of *executor*, without holding up the event loop.

    Cancels the calling task when the interpreter is ending: there are no more threads then.
    """
    try:
        result = asyncio.get_running_loop().run_in_executor(executor, function)
    except RuntimeError as exc:
        raise asyncio.CancelledError from exc
    return await result


class BackgroundLoop:
    """An event loop on a thread of its own, used from any other thread.

    A daemon thread, so that it never keeps the process alive; `close` ends it cleanly.
    """

    def __init__(self) -> None:
        self._loop = new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="travelbot-loop", daemon=True)
        self._thread.start()

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
        """Stop the loop and wait for its thread."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
