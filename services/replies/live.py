"""A reply while it is being written, in the memory of the process that writes it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from db.models import utc_now
from services.intake import kept_name, kept_part, kept_text
from services.message_status import MessageStatus
from services.parts import Part, ReasoningPart, ToolCallPart, texts
from services.replies.records import ReplySnapshot

SHORTEST_INTERVAL_S = 0.05  # between two updates: text that moves twenty times a second flows
LONGEST_INTERVAL_S = 0.3
_INTERVAL_PER_READER_S = 0.003  # a hundred readers in one process get three updates a second each
MAX_CHARS = 200_000  # of a reply, reasoning and tools included: some 30,000 words
MAX_PARTS = 1_000


def interval_s(readers: int) -> float:
    """Return how long to wait between two updates while so many read in this process."""
    return min(LONGEST_INTERVAL_S, max(SHORTEST_INTERVAL_S, readers * _INTERVAL_PER_READER_S))


class LiveReply:
    """The text so far, written by one task and read by any number of threads.

    What comes from Backboard is made fit to be kept as it comes in: readers see what will be stored.
    `changes` counts up with every change, so that a reader can wait for the next one. What is beyond the longest
    reply that there can be is left out, and `too_long` says so.
    """

    def __init__(self, reply_id: int, *, text: str, parts: tuple[Part, ...]) -> None:
        self.first_text_at: datetime | None = None
        self.run_id: str | None = None
        self.saved_changes = 0
        self._snapshot = ReplySnapshot(reply_id, MessageStatus.RUNNING, text, parts, note=None)
        self._added: list[str] = []  # to the text since; put there when somebody looks
        self._room = MAX_CHARS - len(text) - sum(map(_size, parts))
        self.too_long = False
        self._changed = threading.Condition()
        self._readers = 0
        self._listeners: set[Callable[[], None]] = set()
        self.changes = 0

    @property
    def snapshot(self) -> ReplySnapshot:
        """Return the reply at this moment."""
        with self._changed:
            if self._added:
                text = self._snapshot.text + "".join(self._added)
                self._added.clear()
                self._snapshot = replace(self._snapshot, text=text, note=None)
            return self._snapshot

    def add_text(self, delta: str) -> None:
        """Append to the text."""
        self.first_text_at = self.first_text_at or utc_now()
        delta = self._cut(kept_text(delta))
        with self._changed:
            self._added.append(delta)
            self._tell()

    def set_text(self, text: str) -> None:
        """Replace the text by what Backboard says is the whole of it."""
        self._room += len(self.snapshot.text)
        self._set(replace(self.snapshot, text=self._cut(kept_text(text)), note=None))

    def add_reasoning(self, delta: str) -> None:
        """Append to the reasoning, or begin a new stretch of it after a tool step."""
        parts, at = self.snapshot.parts, len(self.snapshot.text)
        delta = self._cut(kept_text(delta))
        match parts:
            case (*before, ReasoningPart(text, begun_at)) if begun_at == at:
                parts = (*before, ReasoningPart(text + delta, at))
            case _:
                parts = self._with(ReasoningPart(delta, at))
        self._set(replace(self.snapshot, parts=parts, note=None))

    def add_part(self, part: Part) -> None:
        """Append a part at the place that the text has reached."""
        part = kept_part(part)
        fitting: dict[str, Any] = {name: self._cut(text) for name, text in texts(part).items()}
        part = replace(part, **fitting, at=len(self.snapshot.text))
        self._set(replace(self.snapshot, parts=self._with(part)))

    def call_tool(self, call_id: str, name: str, arguments: str) -> None:
        """Say with what a tool was called, whether or not it was announced before."""
        parts = list(self.snapshot.parts)
        name, kept_id, arguments = kept_text(name), kept_name(call_id), kept_text(arguments)
        for place, part in enumerate(parts):
            match part:
                case ToolCallPart(announced, known_id, None) if announced == name and known_id in (kept_id, None):
                    parts[place] = replace(part, call_id=kept_id, input=self._cut(arguments))
                    self._set(replace(self.snapshot, parts=tuple(parts)))
                    return
        self.add_part(ToolCallPart(name, kept_id, arguments))

    def answer_tool(self, call_id: str, output: str) -> None:
        """Say what a tool answered."""
        output = self._cut(kept_text(output))
        parts = tuple(
            replace(part, output=output) if isinstance(part, ToolCallPart) and part.call_id == call_id else part
            for part in self.snapshot.parts
        )
        self._set(replace(self.snapshot, parts=parts))

    def set_note(self, note: str | None) -> None:
        """Say what the reply waits for."""
        self._set(replace(self.snapshot, note=note))

    def end(self, status: MessageStatus) -> None:
        """Say that the reply has ended and is saved."""
        self._set(replace(self.snapshot, status=status, note=None))

    def wait(self, seen_changes: int, timeout_s: float) -> bool:
        """Wait for a change after *seen_changes*; return whether there was one."""
        with self._changed:
            self._readers += 1
            try:
                return self._changed.wait_for(lambda: self.changes != seen_changes, timeout_s)
            finally:
                self._readers -= 1

    @contextmanager
    def listening(self, listener: Callable[[], None]) -> Iterator[None]:
        """Call *listener* at every change, on the thread that writes: it must not block."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    def _cut(self, text: str) -> str:
        """Return as much of what comes as there is room for, and take the room."""
        kept = text[: max(0, self._room)]
        self.too_long |= kept != text
        self._room -= len(kept)
        return kept

    def _with(self, part: Part) -> tuple[Part, ...]:
        parts = self.snapshot.parts
        if len(parts) >= MAX_PARTS:
            self.too_long = True
            return parts
        return (*parts, part)

    def _set(self, snapshot: ReplySnapshot) -> None:
        with self._changed:
            self._snapshot = snapshot
            self._tell()

    def _tell(self) -> None:
        self.changes += 1
        if self._readers:
            self._changed.notify_all()
        for listener in tuple(self._listeners):
            listener()


def _size(part: Part) -> int:
    return sum(map(len, texts(part).values()))
