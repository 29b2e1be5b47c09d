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
_TURN_OVER_S = 0.005  # between two looks whether it is over


@dataclass(slots=True)
class _Waiting:
    tab: str
    fragment_id: str
    has_come: Callable[[], bool]
    missed: int = 0  # looks since the tab was there last
    run: int = 0  # times that it was run again, or could not be
    rest: int = 0  # looks until it may be run once more

    def was_run(self) -> None:
        """Let it rest, ever longer: a run may be lost, and some never come to where they would wait anew."""
        self.run += 1
        self.rest = min(2**self.run, _REST_AT_MOST) - 1


class Waker:
    """Tabs of this process that wait for something. Safe to use from any thread."""

    def __init__(self, every_s: float = LOOK_EVERY_S) -> None:
        self._every_s = every_s
        self._waiting: dict[tuple[str, str], _Waiting] = {}  # by tab and fragment
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._running: list[tuple[AppSession, float]] = []  # tabs, and until when the others wait for them

    def wake_here(self, has_come: Callable[[], bool]) -> None:
        """Run the fragment that calls this once more, as soon as *has_come* says so.

        *has_come* is called twice a second in another thread, where nothing of Streamlit's is at hand.
        """
        context, fragment_id = get_script_run_ctx(), ThreadState.get().fragment_id
        if context is None or fragment_id is None or not _is_served():
            return
        with self._lock:
            tab = context.session_id
            self._waiting.pop((tab, fragment_id), None)  # behind the others, which so have their turn too
            self._waiting[tab, fragment_id] = _Waiting(tab, fragment_id, has_come)
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
                waiting = list(self._waiting.values())
                if not waiting:
                    self._thread = None
                    return
            for one in waiting:
                self._look_safely(one)

    def _look_safely(self, one: _Waiting) -> None:
        try:
            self._look(one)
        except Exception:  # of one tab; the others still wait, and so does this
            log.exception("a tab was not woken")
            one.was_run()

    def _look(self, one: _Waiting) -> None:
        session = runtime.get_instance().get_app_session(one.tab) if _is_served() else None
        one.missed = 0 if session else one.missed + 1
        if one.missed >= _GONE_AFTER:
            self._forget(one)
        elif session is None:
            return
        elif not session.has_fragment(one.fragment_id):  # the page has become another
            self._forget(one)
        elif one.rest:
            one.rest -= 1
        elif one.has_come() and session._scriptrunner is None:
            self._wait_for_a_turn()
            was_asked = threading.Event()
            session._call_soon_on_event_loop(partial(_run_fragment, session, one, was_asked))
            was_asked.wait(_TURN_S)
            self._running.append((session, time.monotonic() + _TURN_S))

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


def _run_fragment(session: AppSession, one: _Waiting, was_asked: threading.Event) -> None:
    """Run a fragment with what the tab holds here: its address, its page, its widgets.

    While a run goes on, nothing is asked for: Streamlit notes address and page at its end, and a run that ends by
    `st.stop()` would swallow it. The next look finds the tab at rest, or its fragment waits anew.
    """
    if _may_run(session, one.fragment_id):
        last = session._client_state
        one.was_run()
        session._create_scriptrunner(
            RerunData(
                query_string=last.query_string,
                page_script_hash=last.page_script_hash,
                fragment_id=one.fragment_id,
                is_auto_rerun=True,
                context_info=last.context_info,
            )
        )
    was_asked.set()


def _may_run(session: AppSession, fragment_id: str) -> bool:
    """Whether a tab is at rest, shows the fragment still, and is not closed: it would begin to live again."""
    is_closed = session._state is AppSessionState.SHUTDOWN_REQUESTED
    return session._scriptrunner is None and session.has_fragment(fragment_id) and not is_closed
