"""The small marks beside the sidebar's rows: being answered, and an answer not yet seen."""

import time
from collections.abc import Mapping
from contextvars import ContextVar
from enum import StrEnum

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from db.engine import DatabaseUnavailableError
from services.sessions import SessionService

WATCH_EVERY_S = 1.5


class Mark(StrEnum):
    """What a mark says, in Markdown."""

    NONE = ""
    ANSWERING = ":shimmer[:small[writing…]]"
    UNSEEN = ":green-badge[New]"


class SidebarMarks:
    """The marks of the rows drawn in this run of the script.

    A script that follows a reply draws nothing else meanwhile: it calls `refresh` as often as it likes.
    """

    def __init__(self, sessions: SessionService, *, user_id: int, active_id: int | None) -> None:
        self._sessions = sessions
        self._user_id = user_id
        self._active_id = active_id
        self._slots: dict[int, DeltaGenerator] = {}
        self._drawn: dict[int, Mark] = {}
        self._looked_at = time.monotonic()

    def add(self, session_id: int, slot: DeltaGenerator, *, answering: bool, unseen: bool) -> None:
        """Take over the place beside a row, an `st.empty()`, and draw its mark."""
        self._slots[session_id] = slot
        self._draw(session_id, self._mark(session_id, answering=answering, unseen=unseen))

    def refresh(self, *, every_s: float = 0.0) -> None:
        """Look, at most once in *every_s* seconds, and redraw the marks that changed.

        Keeps them while the database is away.
        """
        if time.monotonic() - self._looked_at < every_s:
            return
        for session_id, mark in self._marks_now().items():
            self._draw(session_id, mark)
        self._looked_at = time.monotonic()

    @property
    def drawn(self) -> Mapping[int, Mark]:
        """The mark of every row, by session."""
        return self._drawn

    @property
    def waits_elsewhere(self) -> bool:
        """True when a reply is being written in a row that is not the session on the page."""
        return any(mark is Mark.ANSWERING and row != self._active_id for row, mark in self._drawn.items())

    def changed(self) -> bool:
        """Look now, and tell whether any mark is no longer right."""
        return self._marks_now() != self._drawn

    def _marks_now(self) -> dict[int, Mark]:
        try:
            answering, unseen = self._sessions.marks(user_id=self._user_id)
        except DatabaseUnavailableError:
            return dict(self._drawn)
        return {row: self._mark(row, answering=row in answering, unseen=row in unseen) for row in self._slots}

    def _mark(self, session_id: int, *, answering: bool, unseen: bool) -> Mark:
        if answering:
            return Mark.ANSWERING
        return Mark.UNSEEN if unseen and session_id != self._active_id else Mark.NONE

    def _draw(self, session_id: int, mark: Mark) -> None:
        if mark is self._drawn.get(session_id, Mark.NONE):
            self._drawn[session_id] = mark
            return
        self._drawn[session_id] = mark
        if mark is Mark.NONE:
            self._slots[session_id].empty()
        else:
            self._slots[session_id].markdown(mark, width="content")


_of_this_run: ContextVar[SidebarMarks | None] = ContextVar("sidebar_marks", default=None)


def keep_marks(marks: SidebarMarks) -> None:
    """Let the page of this run find the marks."""
    _of_this_run.set(marks)


def refresh_marks(*, every_s: float) -> None:
    """Refresh the marks that this run of the script drew, if it drew any; for whoever follows a reply."""
    if marks := _of_this_run.get():
        marks.refresh(every_s=every_s)


def refresh_marks_at_end() -> None:
    """Refresh the marks where one says that a reply is being written: one has ended."""
    marks = _of_this_run.get()
    if marks is not None and Mark.ANSWERING in marks.drawn.values():
        marks.refresh()


@st.fragment(run_every=WATCH_EVERY_S)
def watch_marks(marks: SidebarMarks) -> None:
    """Run the app again as soon as a mark is no longer right; draws nothing."""
    if marks.changed():
        st.rerun()
