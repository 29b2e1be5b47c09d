"""A tab is run again once what it waits for has come, and nothing is asked of it before."""

import ast
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSessionState
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.state import SessionState

from components.waking import Waker, once_in
from settings import ROOT
from tests.helpers.services import until


class Tab:
    """What Streamlit holds of a tab, on an event loop that runs everything at once."""

    def __init__(self) -> None:
        self._client_state = ClientState(query_string="of=1", page_script_hash="abc")
        self._scriptrunner: object | None = None  # nothing runs
        self._state = AppSessionState.APP_NOT_RUNNING
        self.session_state = SessionState()
        self.asked: list[RerunData] = []

    def _call_soon_on_event_loop(self, callback: Callable[[], None]) -> None:
        callback()

    def has_fragment(self, fragment_id: str) -> bool:
        return fragment_id.startswith("fragment of")

    def _create_scriptrunner(self, asked: RerunData) -> None:
        self.asked.append(asked)


class Busy(Tab):
    """A tab whose runs go on until somebody ends them."""

    def _create_scriptrunner(self, asked: RerunData) -> None:
        super()._create_scriptrunner(asked)
        self._scriptrunner = object()


@pytest.fixture
def tabs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Tab]:
    """Give the tabs of a server that runs."""
    there: dict[str, Tab] = {}
    served: Any = object.__new__(Runtime)
    served.get_app_session = there.get
    monkeypatch.setattr(Runtime, "_instance", served)
    return there


@pytest.fixture
def waker() -> Iterator[Waker]:
    made = Waker(every_s=0.001)
    yield made
    made.close()


def wait(
    waker: Waker,
    monkeypatch: pytest.MonkeyPatch,
    tab: str,
    has_come: Callable[[], bool],
    which: str = "",
    **options: Any,
) -> None:
    """Let a fragment of a tab wait."""
    monkeypatch.setattr("components.waking.get_script_run_ctx", lambda: SimpleNamespace(session_id=tab))
    monkeypatch.setattr(
        "components.waking.ThreadState.get", lambda: SimpleNamespace(fragment_id=f"fragment of {tab}{which}")
    )
    waker.wake_here(has_come, **options)


def still_waker(monkeypatch: pytest.MonkeyPatch, monotonic: Callable[[], float] = lambda: 0.0) -> Waker:
    """Return one that looks when it is told to, for which it is as late as *monotonic* says."""
    made = Waker(monotonic=monotonic)
    monkeypatch.setattr(made, "_look_forever", lambda: None)
    return made


def told(event: threading.Event) -> Callable[[], bool]:
    """Return what says that nothing has come, and that it was asked."""

    def has_come() -> bool:
        event.set()
        return False

    return has_come


def test_fragment_is_run_with_what_the_widgets_hold_until_it_waits_anew(
    tabs: dict[str, Tab], waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tabs["one"], tabs["other"] = Tab(), Tab()
    come, looked = threading.Event(), threading.Event()
    wait(waker, monkeypatch, "one", come.is_set)
    wait(waker, monkeypatch, "other", told(looked))
    assert looked.wait(5)
    assert not tabs["one"].asked

    come.set()

    until(lambda: len(tabs["one"].asked) > 1, what="the tab was run, and again: the first may be lost")
    again = threading.Event()
    wait(waker, monkeypatch, "one", told(again))
    assert again.wait(5)
    number = len(tabs["one"].asked)
    again.clear()
    assert again.wait(5)
    assert len(tabs["one"].asked) == number
    asked = tabs["one"].asked[0]
    assert (asked.fragment_id, asked.is_auto_rerun) == ("fragment of one", True)
    assert (asked.query_string, asked.page_script_hash) == ("of=1", "abc")
    assert asked.widget_states is None  # those that are held here: nothing that was typed since is undone
    assert not tabs["other"].asked


def test_whole_page_is_run_with_a_note_for_it(
    tabs: dict[str, Tab], waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = tabs["one"] = Tab()
    wait(waker, monkeypatch, "one", lambda: True, note="woken")

    until(lambda: bool(tab.asked), what="the tab was run")
    assert tab.session_state.filtered_state == {"woken": True}
    assert (tab.asked[0].fragment_id, tab.asked[0].is_auto_rerun) == (None, False)
    assert (tab.asked[0].query_string, tab.asked[0].page_script_hash) == ("of=1", "abc")
    assert tab.asked[0].widget_states is None


def test_nothing_is_asked_of_a_tab_before_its_run_is_over(
    tabs: dict[str, Tab], waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = tabs["one"] = Tab()
    tab._scriptrunner = object()
    looked = threading.Semaphore(0)

    def has_come() -> bool:
        looked.release()
        return True

    wait(waker, monkeypatch, "one", has_come)
    for _ in range(100):  # more often than it would be run
        assert looked.acquire(timeout=5)
    assert not tab.asked

    tab._scriptrunner = None

    until(lambda: bool(tab.asked), what="the tab was run")


@pytest.mark.parametrize("fails", [False, True], ids=["is run in vain", "cannot be asked"])
def test_tab_that_never_waits_anew_is_run_ever_more_seldom_and_never_let_go(
    tabs: dict[str, Tab], monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    tab = tabs["one"] = Tab()
    looks: list[int] = []

    def has_come() -> bool:
        looks.append(number)
        return not fails or bool(1 / 0)

    waker = still_waker(monkeypatch, lambda: number / 2)
    number = 0
    wait(waker, monkeypatch, "one", has_come)
    for number in range(1_000):  # noqa: B007 - `has_come` notes it
        waker._look()

    assert looks[:4] == [0, 2, 6, 14]
    assert len(tab.asked) == (0 if fails else len(looks))
    assert looks[-1] - looks[-2] <= 60


def test_tab_that_is_closed_is_not_begun_again(tabs: dict[str, Tab], monkeypatch: pytest.MonkeyPatch) -> None:
    tab = tabs["one"] = Tab()
    tab._state = AppSessionState.SHUTDOWN_REQUESTED
    waker = still_waker(monkeypatch)
    wait(waker, monkeypatch, "one", lambda: True)

    waker._look()

    assert not tab.asked


def test_tab_that_is_gone_is_forgotten_in_the_end(tabs: dict[str, Tab], monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    waker = still_waker(monkeypatch, lambda: now)
    wait(waker, monkeypatch, "one", lambda: True)
    waker._look()
    now = 149.0
    waker._look()
    assert waker._waiting

    now = 151.0
    waker._look()

    assert not waker._waiting


def test_tab_without_a_connection_is_run_when_it_is_back(
    tabs: dict[str, Tab], waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed = threading.Event()
    tabs["other"] = Tab()
    wait(waker, monkeypatch, "one", lambda: True)
    wait(waker, monkeypatch, "other", told(missed))
    assert missed.wait(5)

    tabs["one"] = Tab()

    until(lambda: bool(tabs["one"].asked), what="the tab was run")


def test_one_that_fails_keeps_nobody_waiting(
    tabs: dict[str, Tab], waker: Waker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tabs["broken"], tabs["one"] = Tab(), Tab()
    wait(waker, monkeypatch, "broken", lambda: 1 / 0 > 1)

    wait(waker, monkeypatch, "one", lambda: True)

    until(lambda: bool(tabs["one"].asked), what="the tab was run")
    assert not tabs["broken"].asked


def test_each_fragment_of_a_tab_waits_for_its_own(
    tabs: dict[str, Tab], waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = tabs["one"] = Tab()
    first, second = threading.Event(), threading.Event()
    wait(waker, monkeypatch, "one", first.is_set, which=", the first")
    wait(waker, monkeypatch, "one", second.is_set, which=", the second")

    first.set()
    until(lambda: bool(tab.asked), what="the first was run")
    assert {one.fragment_id for one in tab.asked} == {"fragment of one, the first"}
    second.set()
    until(lambda: len({one.fragment_id for one in tab.asked}) == 2, what="the second was run")

    waker.wait_no_more_here()
    assert not waker._waiting


def test_tabs_take_turns_so_that_the_first_are_not_as_late_as_the_last(
    tabs: dict[str, Tab], waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.waking._TURN_S", 60.0)
    most, come = 0, threading.Event()

    def once(tab: Tab) -> Callable[[], bool]:
        return lambda: come.is_set() and not tab.asked

    for number in range(6):
        tab = tabs[str(number)] = Busy()
        wait(waker, monkeypatch, str(number), once(tab))

    come.set()

    def all_were_run() -> bool:
        nonlocal most
        running = [tab for tab in tabs.values() if tab._scriptrunner]
        most = max(most, len(running))
        if len(running) == 2:
            running[0]._scriptrunner = None
        return sum(bool(tab.asked) for tab in tabs.values()) == 6

    until(all_were_run, what="each tab was run, as soon as another had ended")
    assert most == 2


def test_tab_whose_run_goes_on_keeps_the_others_waiting_for_its_turn_only(
    tabs: dict[str, Tab], waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.waking._TURN_S", 0.01)
    for number in range(6):
        tabs[str(number)] = Busy()
        wait(waker, monkeypatch, str(number), lambda: True)

    until(lambda: all(tab.asked for tab in tabs.values()), what="each tab was run, though no run has ended")


def test_what_is_urgent_overtakes_a_row_that_came_before_it(
    tabs: dict[str, Tab], monkeypatch: pytest.MonkeyPatch
) -> None:
    waker, order, ended = still_waker(monkeypatch), [], False
    for number in range(6):
        name = str(number)
        tabs[name] = Tab()
        monkeypatch.setattr(tabs[name], "_create_scriptrunner", lambda _, name=name: run(name))
        wait(waker, monkeypatch, name, lambda: True)

    def run(name: str) -> None:
        nonlocal ended
        order.append(name)
        ended |= len(order) == 2

    tabs["ended"] = Tab()
    monkeypatch.setattr(tabs["ended"], "_create_scriptrunner", lambda _: run("ended"))
    wait(waker, monkeypatch, "ended", lambda: ended, is_urgent=lambda: ended)

    waker._look()

    assert order == ["0", "1", "ended", "2", "3", "4", "5"]


def test_tabs_that_are_woken_all_the_time_leave_half_of_it_to_others(
    tabs: dict[str, Tab], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked = 0.0, []
    waker = still_waker(monkeypatch, lambda: now)

    def run(name: str) -> None:
        nonlocal now
        now += 1.0
        asked.append(now)
        wait(waker, monkeypatch, name, lambda: True)

    for number in range(10):
        name = str(number)
        tabs[name] = Tab()
        monkeypatch.setattr(tabs[name], "_create_scriptrunner", lambda _, name=name: run(name))
        wait(waker, monkeypatch, name, lambda: True)
    while now < 2_000:
        waker._look()
        now += 0.5

    assert 0.4 < len(asked) / now < 0.6
    assert asked[:10] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]  # what seldom comes is not kept waiting


def test_what_is_dear_is_looked_at_once_in_a_while_and_stays_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, looks = [100.0], [False, True]
    monkeypatch.setattr("components.waking.time.monotonic", lambda: seconds[0])
    has_come = once_in(2.0, lambda: looks.pop(0))

    assert not has_come()
    assert looks == [False, True]  # not even at first
    seconds[0] += 2.0
    assert [has_come(), has_come()] == [False, False]
    assert looks == [True]
    seconds[0] += 1.9
    assert not has_come()
    seconds[0] += 0.1
    assert [has_come(), has_come()] == [True, True]  # until it is run


def test_no_fragment_is_asked_for_by_the_browser_itself() -> None:
    """It would also ask while a click leads to another page: the server then empties that."""
    files = [ROOT / "app.py", *(ROOT / "components").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    calls = [one for file in files for one in ast.walk(ast.parse(file.read_text())) if isinstance(one, ast.Call)]
    names = {keyword.arg for call in calls for keyword in call.keywords}

    assert "on_click" in names  # it did look
    assert "run_every" not in names
