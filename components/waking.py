"""Runs pages again that wait for something, and costs nothing meanwhile: one thread looks for all of them.

A fragment that runs by itself costs the server milliseconds each time, for every open page, and seldom runs in a tab
that nobody looks at. Streamlit offers nothing else; so a tab's session is told what its browser would tell it.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from streamlit import runtime
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

log = logging.getLogger("travelbot")

LOOK_EVERY_S = 0.5
_GONE_AFTER = 300  # looks; Streamlit keeps a tab that lost its connection for two minutes
_REST_AT_MOST = 60  # looks between two runs of a fragment that does not wait anew
_AT_ONCE = 2  # tabs that are run: of fifty, all would be as late as the last
_TURN_S = 0.3  # how long the others wait for one of them: some runs last for minutes
_IN_ONE_GO_S = 30.0  # how long tabs are run before others have their half of the time
_TURN_OVER_S = 0.005  # between two looks whether it is over
_BEGUN_S = 5.0  # until when the server's loop has begun a run; where it is busy, more of them help nobody


def _never() -> bool:
    return False


def _always() -> bool:
    return True


def once_in(seconds: float, look: Callable[[], bool] = _always) -> Callable[[], bool]:
    """Return what is to be waited for with `Waker.wake_here`: that *look* finds something, which looks so seldom.

    In place of `run_every` of Streamlit's fragments. With that the browser asks, also while a click of its planner
    leads to another page: the server then takes the page that is left for the one that is shown, and empties it.
    """
    due, has_come = time.monotonic() + seconds, False

    def look_in_turn() -> bool:
        nonlocal due, has_come
        if not has_come and time.monotonic() >= due:
            due, has_come = time.monotonic() + seconds, look()
        return has_come

    return look_in_turn


@dataclass(slots=True)
class _Waiting:
    tab: str
    fragment_id: str
    has_come: Callable[[], bool]
    is_urgent: Callable[[], bool] = _never
    note: str | None = None  # what a run of the whole page finds in `st.session_state`
    run: int = 0  # times that it was run, or could not be
    rests_until: float = 0.0
    missed_since: float | None = None  # since when the tab is not there

    def was_run(self, now: float, every_s: float) -> None:
        """Let it rest, ever longer: a run may be lost, and some never come to where they would wait anew."""
        self.run += 1
        self.rests_until = now + every_s * min(2**self.run, _REST_AT_MOST)


class Waker:
    """Tabs of this process that wait for something. Safe to use from any thread."""

    def __init__(self, every_s: float = LOOK_EVERY_S, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._monotonic = monotonic
        self._waiting: dict[tuple[str, str], _Waiting] = {}  # by tab and fragment; whoever waits longest is first
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._running: list[tuple[AppSession, float]] = []  # tabs, and until when the others wait for them
        self._owed_s = 0.0  # to others, for what it took to run tabs
        self._ended_at = 0.0  # when it ran the last one

    def wake_here(
        self, has_come: Callable[[], bool], *, is_urgent: Callable[[], bool] = _never, note: str | None = None
    ) -> None:
        """Run the fragment that calls this once more, as soon as *has_come* says so; before others if *is_urgent*.

        Both are called twice a second and more in another thread, where nothing of Streamlit's is at hand. With a
        *note*, the whole page is run, which finds True under that name in `st.session_state`.
        """
        context, fragment_id = get_script_run_ctx(), ThreadState.get().fragment_id
        if context is None or fragment_id is None or not _is_served():
            return
        with self._lock:
            tab = context.session_id
            self._waiting.pop((tab, fragment_id), None)  # behind the others, which so have their turn too
            self._waiting[tab, fragment_id] = _Waiting(tab, fragment_id, has_come, is_urgent, note)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look_forever, name="waker", daemon=True)
                self._thread.start()

    def wait_no_more_here(self) -> None:
        """Run nothing of this tab any more: what it shows now waits for nothing."""
        context = get_script_run_ctx()
        if context is not None:
            with self._lock:
                self._waiting = {key: one for key, one in self._waiting.items() if one.tab != context.session_id}

    def close(self) -> None:
        """Wake nobody any more."""
        self._closed.set()

    def _look_forever(self) -> None:
        while not self._closed.wait(self._every_s):
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
            self._look()

    def _look(self) -> None:
        """Run what has come, one after the other, and look anew each time: what is urgent overtakes a long row.

        Where there is ever more of it, half of the time is left for whatever else people do.
        """
        while not self._closed.is_set():
            begin = self._monotonic()
            self._owed_s = max(0.0, self._owed_s - (begin - self._ended_at))
            self._ended_at = begin
            found = self._next(urgent_only=self._owed_s > _IN_ONE_GO_S)
            if found is None:
                return
            self._ask(*found)
            self._wait_for_a_turn()
            self._ended_at = self._monotonic()
            self._owed_s += self._ended_at - begin

    def _next(self, *, urgent_only: bool) -> tuple[_Waiting, AppSession] | None:
        with self._lock:
            waiting = list(self._waiting.values())
        first = None
        for one in waiting:
            try:
                session = self._tab(one)
                if session is None or not one.has_come() or session._scriptrunner is not None:
                    continue
                if one.is_urgent():
                    return one, session
                if first is None and not urgent_only:
                    first = one, session
            except Exception:  # of one tab; the others still wait, and so does this
                log.exception("a tab was not woken")
                one.was_run(self._monotonic(), self._every_s)
        return first

    def _tab(self, one: _Waiting) -> AppSession | None:
        """Return a tab that does not rest; forget it where it is gone, or its page has become another."""
        now = self._monotonic()
        session = runtime.get_instance().get_app_session(one.tab) if _is_served() else None
        if session is None:
            if one.missed_since is None:
                one.missed_since = now
            if now - one.missed_since >= _GONE_AFTER * self._every_s:
                self._forget(one)
            return None
        one.missed_since = None
        if not session.has_fragment(one.fragment_id):
            self._forget(one)
            return None
        return session if now >= one.rests_until else None

    def _ask(self, one: _Waiting, session: AppSession) -> None:
        begun = threading.Event()
        one.rests_until = self._monotonic() + self._every_s  # also where it is not run now
        try:
            session._call_soon_on_event_loop(partial(self._run_fragment, session, one, begun))
        except Exception:  # the server ends
            log.exception("a tab was not woken")
            return
        begun.wait(_BEGUN_S)
        self._running.append((session, time.monotonic() + _TURN_S))

    def _run_fragment(self, session: AppSession, one: _Waiting, begun: threading.Event) -> None:
        """Run a fragment or its page with what the tab holds here: its address, its page, its widgets.

        While a run goes on, nothing is asked for: Streamlit notes address and page at its end, and a run that ends
        by `st.stop()` would swallow it. A later look finds the tab at rest, or its fragment waits anew.
        """
        try:
            if _may_run(session, one.fragment_id):
                one.was_run(self._monotonic(), self._every_s)
                _run_again(session, one)
        finally:
            begun.set()

    def _wait_for_a_turn(self) -> None:
        while True:
            now = time.monotonic()
            self._running = [(tab, until) for tab, until in self._running if tab._scriptrunner and now < until]
            if len(self._running) < _AT_ONCE or self._closed.wait(_TURN_OVER_S):
                return

    def _forget(self, one: _Waiting) -> None:
        with self._lock:
            if self._waiting.get((one.tab, one.fragment_id)) is one:
                del self._waiting[one.tab, one.fragment_id]


def run_at_rest(tab: str) -> None:
    """Run a tab's page as its browser asked for it last, where no script runs for it. Called in the server's loop."""
    session = runtime.get_instance().get_app_session(tab) if _is_served() else None
    if session is None or session._scriptrunner is not None or session._state is AppSessionState.SHUTDOWN_REQUESTED:
        return
    session.request_rerun(session._client_state)


def _is_served() -> bool:
    """Whether there is a server; a test of a page has something that looks like one."""
    return runtime.exists() and type(runtime.get_instance()) is runtime.Runtime  # a mock says it is an instance


def _run_again(session: AppSession, one: _Waiting) -> None:
    last = session._client_state
    if one.note:
        session.session_state._new_session_state[one.note] = True  # its own way asks which script runs in this thread
    session._create_scriptrunner(
        RerunData(
            query_string=last.query_string,
            page_script_hash=last.page_script_hash,
            fragment_id=None if one.note else one.fragment_id,
            is_auto_rerun=not one.note,
            context_info=last.context_info,
        )
    )


def _may_run(session: AppSession, fragment_id: str) -> bool:
    """Whether a tab is at rest, shows the fragment still, and is not closed: it would begin to live again."""
    is_closed = session._state is AppSessionState.SHUTDOWN_REQUESTED
    return session._scriptrunner is None and session.has_fragment(fragment_id) and not is_closed
