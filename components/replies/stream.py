"""Follows a reply and draws it while it is written; the reply does not notice who follows it."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.labels import escape_label
from components.replies.blocks import REPLY_MS, block_ms, blocks
from components.replies.model_text import safe_markdown
from components.replies.plain_text import PlainText
from components.replies.steps import THINKING, ReplySteps
from services.process.clock import utc_now
from services.replies.live import interval_s
from services.replies.readers import ReplyWatch
from services.replies.records import ReplySnapshot

_LOOK_EVERY_S = 0.1
_MEANWHILE_EVERY = 20  # updates of the text
_SHARE = 2.0  # times as long as a browser needs to draw a block, until it gets more of it
_SAY_WAITING_AFTER_S = 2.0
_MAY_CHANGE = re.compile(r"(?<![:!\[`\\<$])[:!\[`\\<$]+$")  # what comes next decides how these are written


class ReplyStream:
    """Draws one reply into *place* until it ends.

    *asked_at* is when the reply was asked for (UTC); *meanwhile* draws what else may change, at most once in as many
    seconds as it is given, as nothing else of the page runs until then.
    """

    def __init__(
        self,
        watch: ReplyWatch,
        place: DeltaGenerator,
        *,
        asked_at: datetime,
        readers: Callable[[], int],
        meanwhile: Callable[[float], None],
    ) -> None:
        self._watch = watch
        self._steps = ReplySteps(place)
        self._body = place.container(key=f"chat_text_{watch.snapshot.reply_id}")
        self.end_place = place.empty()  # for what stands below the text
        self._slots: list[DeltaGenerator] = []  # one for each block ever drawn
        self._asked_at = asked_at
        self._readers = readers
        self._meanwhile = meanwhile
        self._snapshot = watch.snapshot
        self._saw_beginning = not watch.snapshot.text
        self._closed: list[str] = []  # blocks that are whole
        self._left_ms = REPLY_MS  # that a browser may still spend on what follows
        self._block_ms = 0.0  # what it spends on the block that is being written
        self._too_much = False  # what follows is plain text
        self._drawn_whole = False
        self._drawn_at = 0.0
        self._text_after_s: float | None = None
        self._waiting: str | None = None

    def follow(self) -> ReplySnapshot:
        """Draw until the reply has ended and return its end.

        Any click ends the run of the script, and with it this, without a trace.
        """
        self._take(self._snapshot)
        while not self._drawn_whole:
            if self._too_much:
                self._draw_plain(PlainText(self._slot))
            else:
                self._slot.write_stream(self._open_block())
        for slot in self._slots[len(self._closed) + bool(self._snapshot.text) :]:
            slot.empty()
        return self._snapshot

    @property
    def _slot(self) -> DeltaGenerator:
        """The place of the block that is being written."""
        if len(self._slots) == len(self._closed):
            self._slots.append(self._body.empty())
        return self._slots[len(self._closed)]

    def _open_block(self) -> Iterator[str]:
        """Yield the block that is being written as it grows, until it is whole.

        Returns early where what was handed over is no longer right; the next call begins the block again.
        """
        handed = ""
        while True:
            text = self._snapshot.text.replace("\r", "")
            closed = "".join(self._closed)
            if not text.startswith(closed):  # replaced by what Backboard said at the end
                self._begin_again()
                return
            block, *later = blocks(text[len(closed) :])
            self._block_ms = block_ms(block, most=self._left_ms)
            if self._block_ms > self._left_ms:
                self._too_much = True
                return
            ended = not self._snapshot.status.unfinished
            whole = bool(later) or ended
            safe = safe_markdown(block if whole else _MAY_CHANGE.sub("", block))
            if not safe.startswith(handed):
                return
            if safe != handed:
                yield safe[len(handed) :]
                handed = safe
            if later:
                self._closed.append(block)
                self._left_ms -= self._block_ms
                return
            if ended:
                self._drawn_whole = True
                return
            self._wait()

    def _draw_plain(self, plain: PlainText) -> None:
        """Draw all that follows what is drawn as it is written, until the reply has ended."""
        self._block_ms = 0.0
        before = "".join(self._closed)
        begin = len(before)
        while True:
            text = self._snapshot.text.replace("\r", "")
            if not text.startswith(before):  # replaced
                self._begin_again()
                return
            plain.draw(text[begin:])
            before = text
            if not self._snapshot.status.unfinished:
                self._drawn_whole = True
                return
            self._wait()

    def _begin_again(self) -> None:
        self._closed.clear()
        self._left_ms, self._too_much = REPLY_MS, False

    def _wait(self) -> None:
        """Wait for something new, and at least for one interval; a click ends the run here.

        The browser draws the block that is being written anew with each update, and needs time for that, too.
        """
        interval = interval_s(self._readers())
        until = self._drawn_at + max(interval, _SHARE * self._block_ms / 1000)
        while (pause_s := until - time.monotonic()) > 0:
            time.sleep(min(pause_s, _LOOK_EVERY_S))
            st.session_state.get("chat_session_id")  # Streamlit lets a click through wherever its state is read
        while True:
            st.session_state.get("chat_session_id")
            self._meanwhile(_MEANWHILE_EVERY * interval)
            snapshot = self._watch.next(_LOOK_EVERY_S)
            if snapshot != self._snapshot:
                self._take(snapshot)
                break
            self._say_waiting()
        self._drawn_at = time.monotonic()

    def _take(self, snapshot: ReplySnapshot) -> None:
        self._snapshot = snapshot
        if snapshot.text and self._saw_beginning and self._text_after_s is None:
            self._text_after_s = self._waited_s
        thinking = snapshot.status.unfinished and not snapshot.text
        self._steps.draw(snapshot.parts, thinking=thinking, seconds=self._text_after_s)
        self._say_waiting()

    @property
    def _waited_s(self) -> float:
        return (utc_now() - self._asked_at).total_seconds()

    def _say_waiting(self) -> None:
        """Say what the reply waits for, in the place of its first words."""
        if self._snapshot.text or not self._snapshot.status.unfinished:
            return
        waited_s = int(self._waited_s)
        if self._snapshot.note:
            waiting = f":shimmer[{escape_label(self._snapshot.note)}]"
        elif waited_s >= _SAY_WAITING_AFTER_S:
            waiting = f":shimmer[Waiting for the first words … {waited_s} s]"
        else:
            waiting = "" if self._snapshot.parts else THINKING
        if waiting != self._waiting:
            self._waiting = waiting
            if waiting:
                self._slot.caption(waiting)
            else:
                self._slot.empty()
