"""What changes in the sidebar's rows without a click: the small marks, and the title that a new session gets."""

import time
from contextvars import ContextVar
from enum import StrEnum

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.dialogs import dialog_is_open
from components.problems import unless_away
from components.resources import get_waker
from components.reviews.entry import refresh_reviews_entry
from components.waking import once_in
from services.process.clock import utc_now
from services.sessions.records import SessionSummary
from services.sessions.sessions import SessionService
from services.trips.names import TripNames
from services.trips.records import ListedTrip

WATCH_EVERY_S = 1.5
TITLE_WAIT_S = 15.0


class Mark(StrEnum):
    """What a mark says, in Markdown."""

    NONE = ""
    ANSWERING = ":shimmer[:small[writing…]]"
    UNSEEN = ":green-badge[New]"


class SidebarMarks:
    """The marks of the rows drawn in this run of the script.

    A script that follows a reply draws nothing else meanwhile: it calls `refresh` as often as it likes.
    """

    def __init__(
        self,
        sessions: SessionService,
        trips: TripNames,
        *,
        user_id: int,
        active_id: int | None,
        titles_come: bool = False,
    ) -> None:
        self._sessions = sessions
        self._trips = trips
        self._user_id = user_id
        self._active_id = active_id
        self._slots: dict[int, list[DeltaGenerator]] = {}  # of a session, which may have several rows
        self._drawn: dict[int, Mark] = {}
        self._trip_slots: dict[int, DeltaGenerator] = {}
        self._drawn_trips: dict[int, Mark] = {}
        self._trips_answered: set[int] = set()  # in another session than the one on the page
        self._titles_come = titles_come
        self._titles: dict[int, str] = {}  # of the rows that may get another one soon
        self._looked_at = time.monotonic()

    def add(self, session: SessionSummary, slot: DeltaGenerator) -> None:
        """Take over the place beside a row, an `st.empty()`, and draw its mark."""
        self._slots.setdefault(session.id, []).append(slot)
        mark = self._mark(session.id, answering=session.answering, unseen=session.unseen)
        self._drawn[session.id] = mark
        if mark is not Mark.NONE:
            _show(slot, mark)
        if self._titles_come and session.id != self._active_id and _just_answered(session):
            self._titles[session.id] = session.title

    def add_trip(self, trip: ListedTrip, slot: DeltaGenerator) -> None:
        """Take over the place beside a trip, an `st.empty()`, and draw the mark of all its sessions."""
        self._trip_slots[trip.id] = slot
        self._drawn_trips[trip.id] = mark = _mark_of_trip(trip)
        if trip.answering_elsewhere:
            self._trips_answered.add(trip.id)
        if mark is not Mark.NONE:
            _show(slot, mark)

    def refresh(self, *, every_s: float = 0.0) -> None:
        """Look, at most once in *every_s* seconds, and redraw the marks that changed.

        Keeps them while the database is away.
        """
        if time.monotonic() - self._looked_at < every_s:
            return
        for session_id, mark in self._marks_now().items():
            self._draw(session_id, mark)
        for trip_id, mark in self._trips_now().items():
            if mark is not self._drawn_trips[trip_id]:
                self._drawn_trips[trip_id] = mark
                _show(self._trip_slots[trip_id], mark)
        refresh_reviews_entry()
        self._looked_at = time.monotonic()

    @property
    def waits_elsewhere(self) -> bool:
        """True when a row that is not the session on the page is being answered, or may get its title."""
        answering = any(mark is Mark.ANSWERING and row != self._active_id for row, mark in self._drawn.items())
        return answering or bool(self._trips_answered) or bool(self._titles)

    @property
    def any_answering(self) -> bool:
        """True when a mark says that a reply is being written."""
        return Mark.ANSWERING in (*self._drawn.values(), *self._drawn_trips.values())

    def changed(self) -> bool:
        """Look now, and tell whether any row is no longer right, or no title has come in all the time it may take."""
        if self._titles and time.monotonic() - self._looked_at > TITLE_WAIT_S:
            return True
        if self._marks_now() != self._drawn or self._trips_now() != self._drawn_trips:
            return True
        return self._titles_now() != self._titles

    def _marks_now(self) -> dict[int, Mark]:
        marks = dict(self._drawn)
        with unless_away():
            answering, unseen = self._sessions.marks(user_id=self._user_id)
            marks = {row: self._mark(row, answering=row in answering, unseen=row in unseen) for row in self._slots}
        return marks

    def _trips_now(self) -> dict[int, Mark]:
        marks = dict(self._drawn_trips)
        if marks:
            with unless_away():
                latest = self._trips.latest(user_id=self._user_id, limit=len(marks), beside=self._active_id)
                now = {trip.id: _mark_of_trip(trip) for trip in latest}
                marks = {trip_id: now.get(trip_id, Mark.NONE) for trip_id in marks}
        return marks

    def _titles_now(self) -> dict[int, str]:
        titles = self._titles
        with unless_away():
            titles = self._sessions.titles(titles, user_id=self._user_id) if titles else {}
        return titles

    def _mark(self, session_id: int, *, answering: bool, unseen: bool) -> Mark:
        if answering:
            return Mark.ANSWERING
        return Mark.UNSEEN if unseen and session_id != self._active_id else Mark.NONE

    def _draw(self, session_id: int, mark: Mark) -> None:
        if mark is not self._drawn[session_id]:
            self._drawn[session_id] = mark
            for slot in self._slots[session_id]:
                _show(slot, mark)


def _mark_of_trip(trip: ListedTrip) -> Mark:
    if trip.answering:
        return Mark.ANSWERING
    return Mark.UNSEEN if trip.unseen else Mark.NONE


def _show(slot: DeltaGenerator, mark: Mark) -> None:
    if mark is Mark.NONE:
        slot.empty()
    else:
        slot.markdown(mark, width="content")


def _just_answered(session: SessionSummary) -> bool:
    """Return whether a session's first reply has ended a moment ago and no person has named it."""
    first = session.message_count == 2 and not session.answering and not session.title_chosen
    return first and (utc_now() - session.last_message_at).total_seconds() < TITLE_WAIT_S


_of_this_run: ContextVar[SidebarMarks | None] = ContextVar("sidebar_marks", default=None)


def keep_marks(marks: SidebarMarks) -> None:
    """Let the page of this run find the marks."""
    _of_this_run.set(marks)


def refresh_marks(every_s: float) -> None:
    """Refresh the marks that this run of the script drew, if it drew any; for whoever follows a reply."""
    if marks := _of_this_run.get():
        marks.refresh(every_s=every_s)


def refresh_marks_at_end() -> None:
    """Refresh the marks where one says that a reply is being written: one has ended."""
    marks = _of_this_run.get()
    if marks is not None and marks.any_answering:
        marks.refresh()


@st.fragment
def watch_marks(marks: SidebarMarks) -> None:
    """Run the app again as soon as a row is no longer right, and no dialog is open; draws nothing."""
    if not dialog_is_open() and marks.changed():
        st.rerun()
    get_waker().wake_here(once_in(WATCH_EVERY_S, marks.changed))
