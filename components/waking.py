"""Runs pages again that wait for something, and costs nothing meanwhile: one thread looks for all of them.

A fragment that runs by itself costs the server milliseconds each time, for every open page, and seldom runs in a tab
that nobody looks at. Streamlit offers nothing else; so a tab's session is told what its browser would tell it.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

log = logging.getLogger("travelbot")

LOOK_EVERY_S = 0.5
_GONE_AFTER = 300  # looks; Streamlit keeps a tab that lost its connection for two minutes
_AGAIN_AFTER = 3  # looks
_WOKEN_AT_MOST = 60  # looks


@dataclass(slots=True)
class _Waiting:
    fragment_id: str
    page_hash: str  # of the page that it is on; a browser that came by an address has not told it yet
    has_come: Callable[[], bool]
    missed: int = 0  # looks since the tab was there last
    woken: int = 0  # looks since it was woken, till it waits anew


class Waker:
    """Tabs of this process that wait for something. Safe to use from any thread."""

    def __init__(self, every_s: float = LOOK_EVERY_S) -> None:
        self._every_s = every_s
        self._waiting: dict[str, _Waiting] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def wake_here(self, has_come: Callable[[], bool]) -> None:
        """Run the fragment that calls this once more, as soon as *has_come* says so, of this tab's the last one.

        *has_come* is called twice a second in another thread, where nothing of Streamlit's is at hand.
        """
        context, fragment_id = get_script_run_ctx(), ThreadState.get().fragment_id
        if context is None or fragment_id is None or not _is_served():
            return
        with self._lock:
            self._waiting[context.session_id] = _Waiting(fragment_id, context.page_script_hash, has_come)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look_forever, name="waker", daemon=True)
                self._thread.start()

    def wait_no_more_here(self) -> None:
        """Run nothing of this tab any more: what it shows now waits for nothing."""
        context = get_script_run_ctx()
        if context is not None:
            with self._lock:
                self._waiting.pop(context.session_id, None)

    def close(self) -> None:
        """Wake nobody any more."""
        self._closed.set()

    def _look_forever(self) -> None:
        while not self._closed.wait(self._every_s):
            with self._lock:
                waiting = list(self._waiting.items())
                if not waiting:
                    self._thread = None
                    return
            for tab, one in waiting:
                try:
                    self._look(tab, one)
                except Exception:  # of one tab; the others still wait
                    log.exception("a tab was not woken")
                    self._forget(tab, one)

    def _look(self, tab: str, one: _Waiting) -> None:
        session = runtime.get_instance().get_app_session(tab) if _is_served() else None
        one.missed = 0 if session else one.missed + 1
        if session is None:
            if one.missed >= _GONE_AFTER:
                self._forget(tab, one)
        elif not one.has_come():
            one.woken = 0
        elif one.woken and (one.woken > _WOKEN_AT_MOST or not session.has_fragment(one.fragment_id)):
            self._forget(tab, one)  # the page has become another
        else:
            if (
                one.woken % _AGAIN_AFTER == 0
            ):  # a run that ends by `st.stop()` swallows what was asked of it meanwhile
                session._call_soon_on_event_loop(partial(_run_fragment, session, one.fragment_id, one.page_hash))
            one.woken += 1

    def _forget(self, tab: str, one: _Waiting) -> None:
        with self._lock:
            if self._waiting.get(tab) is one:
                del self._waiting[tab]


def _is_served() -> bool:
    """Whether there is a server; a test of a page has something that looks like one."""
    return runtime.exists() and isinstance(runtime.get_instance(), runtime.Runtime)


def _run_fragment(session: AppSession, fragment_id: str, page_hash: str) -> None:
    """Run a fragment with what the tab's widgets hold here, behind whatever its browser has asked for already."""
    if not session.has_fragment(fragment_id):  # the page has become another
        return
    last = session._client_state
    asked = RerunData(
        query_string=last.query_string,
        page_script_hash=page_hash,
        fragment_id=fragment_id,
        is_auto_rerun=True,
        context_info=last.context_info,
    )
    runner = session._scriptrunner
    if runner is None or not runner.request_rerun(asked):
        session._create_scriptrunner(asked)
