"""Tells readers how a reply goes on: from memory where this process writes it, else from its row.

Readers come and go; the reply does not notice.
"""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

import db.messages
import db.replies
from db.engine import Database
from services.errors import NotFoundError
from services.message_status import MessageStatus
from services.parts import MemoryPart, known_parts
from services.process.background import in_thread
from services.replies.live import LiveReply, interval_s
from services.replies.records import ReplySnapshot
from services.replies.running import RunningReplies
from services.sessions.memory_wall import MemoryWall

POLL_S = 0.5  # of a reply that this process does not write
_STILL_EVERY_S = 1.0  # is asked whether somebody may still read a session that is not their own
SILENCE_S = 15.0
_SAVED = (MessageStatus.COMPLETE, MessageStatus.STOPPED, MessageStatus.FAILED)  # as it was read here


class ReplyReaders:
    """Everybody in this process who follows a reply. Raises DatabaseUnavailableError when the database is away."""

    def __init__(self, database: Database, running: RunningReplies, *, executor: Executor) -> None:
        self.running = running
        self._db = database
        self._executor = executor
        self._followers: set[Callable[[], None]] = set()
        self._ending = False
        self._counting = threading.Lock()
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def live(self, reply_id: int, *, user_id: int) -> LiveReply | None:
        """Return a reply as it is being written here, or None. Raises NotFoundError where it is not for this user."""
        running = self.running.get(reply_id)
        if running is None:
            return None
        if not self.is_owner(reply_id, user_id=user_id):
            self.check(reply_id, user_id=user_id)
        return running.live

    def is_owner(self, reply_id: int, *, user_id: int) -> bool:
        """Return whether a reply is written here in a session of this user's own, which nobody takes from them."""
        running = self.running.get(reply_id)
        return running is not None and not running.work.in_trip and running.work.owner_id == user_id

    def check(self, reply_id: int, *, user_id: int) -> None:
        """Raise NotFoundError where this user may not read a reply, or not any more."""
        with self._db.read() as db_session:
            if not db.replies.is_visible(db_session, reply_id, user_id=user_id):
                raise NotFoundError("There is no such reply.")

    def snapshot(self, reply_id: int, *, user_id: int) -> ReplySnapshot:
        """Return a reply as the database has it. Raises NotFoundError."""
        with self._db.read() as db_session:
            reply = db.messages.read_visible(db_session, reply_id, user_id=user_id)
            if reply is None:
                raise NotFoundError("There is no such reply.")
            status = MessageStatus(reply.status)
            note = None
            if status is MessageStatus.QUEUED and reply.lease_owner is None and not self.running.free:
                note = "Many replies are being written right now; this one is waiting for its turn."
            parts = MemoryWall(db_session, user_id=user_id).shown(tuple(known_parts(reply.parts)), reply)
            return ReplySnapshot(reply.id, status, reply.content, parts, note)

    async def _walled(self, snapshot: ReplySnapshot, user_id: int) -> ReplySnapshot:
        """Return a reply as it is written here, without memories that are not for this user. Raises NotFoundError."""
        if not any(isinstance(part, MemoryPart) for part in snapshot.parts):
            return snapshot

        def shown() -> ReplySnapshot:
            with self._db.read() as db_session:
                reply = db.messages.read_visible(db_session, snapshot.reply_id, user_id=user_id)
                if reply is None:
                    raise NotFoundError("There is no such reply.")
                parts = MemoryWall(db_session, user_id=user_id).shown(snapshot.parts, reply)
                return replace(snapshot, parts=parts)

        return await in_thread(self._executor, shown)

    def watch(self, reply_id: int, *, user_id: int) -> "ReplyWatch":
        """Return a way to follow a reply while it is written, for use in a `with`. Raises NotFoundError."""
        return ReplyWatch(self, reply_id, user_id)

    async def follow(self, reply_id: int, *, user_id: int) -> AsyncGenerator[ReplySnapshot]:
        """Yield the reply as it is, each time that it has changed, and at its end; at least every 15 seconds.

        For event loops: nothing here blocks. Ends early when `end_following` is called. Raises NotFoundError.
        """
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def notify() -> None:
            with suppress(RuntimeError):  # the loop has ended, and its readers with it
                loop.call_soon_threadsafe(changed.set)

        self.count(1)
        self._followers.add(notify)
        try:
            while not self._ending:
                running, owner = self.running.get(reply_id), self.is_owner(reply_id, user_id=user_id)
                if running is not None and not owner:
                    await in_thread(self._executor, lambda: self.check(reply_id, user_id=user_id))
                if running is not None:
                    live, checked_at = running.live, loop.time()
                    with live.listening(notify):
                        while live.snapshot.status.unfinished and not self._ending:
                            changed.clear()
                            told = live.snapshot
                            yield await self._walled(told, user_id)
                            await _wait(changed, SILENCE_S if owner else _STILL_EVERY_S)
                            if not owner and loop.time() - checked_at >= _STILL_EVERY_S:
                                checked_at = loop.time()
                                await in_thread(self._executor, lambda: self.check(reply_id, user_id=user_id))
                            if told.text:
                                await asyncio.sleep(interval_s(len(self)))
                            elif told.parts:
                                await self._until_words(live, changed, interval_s(len(self)))
                    if live.snapshot.status in _SAVED:
                        yield await self._walled(live.snapshot, user_id)
                        return
                snapshot = await in_thread(self._executor, lambda: self.snapshot(reply_id, user_id=user_id))
                yield snapshot
                if not snapshot.status.unfinished:
                    return
                changed.clear()
                with self.running.awaiting(reply_id, notify):
                    if self.running.get(reply_id) is None:
                        await _wait(changed, POLL_S)
        finally:
            self._followers.discard(notify)
            self.count(-1)

    async def _until_words(self, live: LiveReply, changed: asyncio.Event, within_s: float) -> None:
        """Wait so long, but no longer than for the first words: they go out at once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                changed.clear()
                while live.snapshot.status.unfinished and not live.snapshot.text and not self._ending:
                    await changed.wait()
                    changed.clear()

    def end_following(self) -> None:
        """Let everybody who follows a reply go: the server ends. The replies do not notice."""
        self._ending = True
        for notify in tuple(self._followers):
            notify()

    def count(self, change: int) -> None:
        """Add to the number of readers, or take away."""
        with self._counting:
            self._number += change


class ReplyWatch:
    """Follows one reply, on the thread of a script."""

    def __init__(self, readers: ReplyReaders, reply_id: int, user_id: int) -> None:
        self._readers = readers
        self._reply_id = reply_id
        self._user_id = user_id
        self._live = readers.live(reply_id, user_id=user_id)
        self._is_owner = readers.is_owner(reply_id, user_id=user_id)
        self._seen = 0
        self._polled_at = time.monotonic()
        self.snapshot = self._live.snapshot if self._live else readers.snapshot(reply_id, user_id=user_id)

    def __enter__(self) -> Self:
        self._readers.count(1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._readers.count(-1)

    def next(self, timeout_s: float) -> ReplySnapshot:
        """Return the reply as soon as it changes, at the latest after *timeout_s*.

        Raises NotFoundError where it is not for this user any more.
        """
        if self._live is None:
            timeout_s -= self._wait_until_begun(timeout_s)
        if self._live is not None:
            if not self._is_owner and time.monotonic() - self._polled_at >= _STILL_EVERY_S:
                self._polled_at = time.monotonic()
                self._readers.check(self._reply_id, user_id=self._user_id)
            self._live.wait(self._seen, timeout_s)
            self._seen = self._live.changes
            self.snapshot = self._live.snapshot
        elif time.monotonic() - self._polled_at >= POLL_S:
            self._polled_at = time.monotonic()
            self.snapshot = self._readers.snapshot(self._reply_id, user_id=self._user_id)
        return self.snapshot

    def _wait_until_begun(self, timeout_s: float) -> float:
        """Wait until this process writes the reply, or its row is to be looked at; return how long that took."""
        begin, begun = time.monotonic(), threading.Event()
        running = self._readers.running
        with running.awaiting(self._reply_id, begun.set):
            self._live = self._readers.live(self._reply_id, user_id=self._user_id)
            if self._live is None and self.snapshot.status.unfinished:
                begun.wait(min(timeout_s, max(0.0, self._polled_at + POLL_S - begin)))
                self._live = self._readers.live(self._reply_id, user_id=self._user_id)
            self._is_owner = self._readers.is_owner(self._reply_id, user_id=self._user_id)
        return min(timeout_s, time.monotonic() - begin)


async def _wait(changed: asyncio.Event, timeout_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await changed.wait()
