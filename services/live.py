"""A reply while it is being written, in the memory of the process that writes it."""

import threading
from dataclasses import replace
from datetime import datetime

from db.models import utc_now
from services.records import MessageStatus, Part, ReplySnapshot


class LiveReply:
    """The text so far, written by one task and read by any number of threads.

    `changes` counts up with every change, so that a reader can wait for the next one.
    """

    def __init__(self, reply_id: int, *, text: str, parts: tuple[Part, ...]) -> None:
        self.first_text_at: datetime | None = None
        self.run_id: str | None = None
        self.saved_changes = 0
        self._snapshot = ReplySnapshot(reply_id, MessageStatus.RUNNING, text, parts, note=None)
        self._changed = threading.Condition()
        self._readers = 0
        self.changes = 0

    @property
    def snapshot(self) -> ReplySnapshot:
        """Return the reply at this moment."""
        return self._snapshot

    def add_text(self, delta: str) -> None:
        """Append to the text."""
        self.first_text_at = self.first_text_at or utc_now()
        self._set(replace(self._snapshot, text=self._snapshot.text + delta, note=None))

    def set_text(self, text: str) -> None:
        """Replace the text by what Backboard says is the whole of it."""
        self._set(replace(self._snapshot, text=text, note=None))

    def add_reasoning(self, delta: str) -> None:
        """Append to the reasoning, or begin a new stretch of it after a tool step."""
        parts = self._snapshot.parts
        if parts and parts[-1].kind == "reasoning":
            parts = (*parts[:-1], Part("reasoning", parts[-1].text + delta))
        else:
            parts = (*parts, Part("reasoning", delta))
        self._set(replace(self._snapshot, parts=parts, note=None))

    def add_part(self, part: Part) -> None:
        """Append a tool step or a notice."""
        self._set(replace(self._snapshot, parts=(*self._snapshot.parts, part)))

    def set_note(self, note: str | None) -> None:
        """Say what the reply waits for."""
        self._set(replace(self._snapshot, note=note))

    def end(self, status: MessageStatus) -> None:
        """Say that the reply has ended and is saved."""
        self._set(replace(self._snapshot, status=status, note=None))

    def wait(self, seen_changes: int, timeout_s: float) -> bool:
        """Wait for a change after *seen_changes*; return whether there was one."""
        with self._changed:
            self._readers += 1
            try:
                return self._changed.wait_for(lambda: self.changes != seen_changes, timeout_s)
            finally:
                self._readers -= 1

    def _set(self, snapshot: ReplySnapshot) -> None:
        self._snapshot = snapshot
        with self._changed:
            self.changes += 1
            if self._readers:
                self._changed.notify_all()
