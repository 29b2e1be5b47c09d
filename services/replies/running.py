"""The replies that this process writes at this moment."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.backboard.threads import Question
from services.replies.live import LiveReply
from services.replies.records import Work
from services.usage.costs import RunUse


class Running:
    """A reply in this process: what it is, what is written of it, and what ends it early."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.live = LiveReply(work.reply_id, text=work.text, parts=work.parts)
        self.live.run_id = work.run_id
        self.thread_id: str | None = None
        self.asked = Question(
            work.question_id,
            work.session_id,
            work.owner_id,
            whose=work.whose,
            trip_id=work.trip_id,
            reply_ids=work.earlier_ids | {work.reply_id},
        )
        self.sent = work.sent  # the call may have been paid for
        self.used: dict[str, RunUse] = {}  # by run: each round of tools is one
        self.text_before = work.text  # this round of tools
        self.tools_pending = False  # Backboard waits for what our tools say
        self.stop = asyncio.Event()
        self.lost = asyncio.Event()
        if work.stop_requested:
            self.stop.set()


class RunningReplies:
    """All of them, *at_once* at most. They come and go on the background loop; any thread may look."""

    def __init__(self, *, at_once: int = 256) -> None:
        self._at_once = at_once
        self._by_id: dict[int, Running] = {}
        self._awaited: dict[int, set[Callable[[], None]]] = {}  # by reply: who wants to know that it has begun here
        self._awaiting = threading.Lock()

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Running]:
        return iter(tuple(self._by_id.values()))

    @property
    def free(self) -> int:
        """How many more may be written."""
        return max(0, self._at_once - len(self._by_id))

    def get(self, reply_id: int) -> Running | None:
        """Return a reply if it is being written here, or None."""
        return self._by_id.get(reply_id)

    def add(self, running: Running) -> None:
        """Note that a reply has begun, and tell who waits for that."""
        self._by_id[running.work.reply_id] = running
        with self._awaiting:
            listeners = tuple(self._awaited.get(running.work.reply_id, ()))
        for listener in listeners:
            listener()

    def remove(self, running: Running) -> None:
        """Note that a reply is over, or another process's."""
        self._by_id.pop(running.work.reply_id, None)

    @contextmanager
    def awaiting(self, reply_id: int, listener: Callable[[], None]) -> Iterator[None]:
        """Call *listener* when this process begins to write a reply, on the thread that does: it must not block."""
        with self._awaiting:
            self._awaited.setdefault(reply_id, set()).add(listener)
        try:
            yield
        finally:
            with self._awaiting:
                listeners = self._awaited[reply_id]
                listeners.discard(listener)
                if not listeners:
                    del self._awaited[reply_id]
