"""What a tab is told of its first run, and what if it is connected again in the middle of one."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import whole_runs
from whole_runs import first_run_in_one, only_whole_runs


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Return the tabs for which a run is asked for."""
    tabs: list[str] = []
    monkeypatch.setattr(whole_runs, "run_at_rest", tabs.append)
    monkeypatch.setattr(whole_runs, "_ASKS_ITSELF_S", 0)
    return tabs


def begun(*fragment_ids: str) -> ForwardMsg:
    """Return how a run begins, or one of fragments alone."""
    said = ForwardMsg()
    said.new_session.name = "begun"
    said.metadata.run.fragment_ids.extend(fragment_ids)
    return said


def drawn(text: str) -> ForwardMsg:
    said = ForwardMsg()
    said.delta.new_element.text.body = text
    return said


def ended() -> ForwardMsg:
    return ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)


def status() -> ForwardMsg:
    said = ForwardMsg()
    said.session_status_changed.run_on_save = False
    return said


async def heard(*said: ForwardMsg) -> list[ForwardMsg]:
    """Return what a tab hears that is connected again, and accepts that first."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    through = only_whole_runs("ours", send)
    await through({"type": "websocket.accept"})
    for one in said:
        await through({"type": "websocket.send", "bytes": one.SerializeToString()})
    await anyio.wait_all_tasks_blocked()
    assert sent[0] == {"type": "websocket.accept"}
    return [ForwardMsg.FromString(message["bytes"]) for message in sent[1:]]


@pytest.mark.anyio
async def test_the_rest_of_a_run_is_left_out_and_the_next_is_heard_whole(asked):
    whole = [begun(), drawn("a"), begun("fragment"), drawn("b"), ended()]

    assert await heard(drawn("rest"), status(), ended(), begun("fragment"), drawn("part"), *whole) == [
        status(),
        *whole,
    ]


@pytest.mark.anyio
async def test_a_tab_that_does_not_ask_for_a_run_itself_gets_one(asked):
    await heard(drawn("rest"), ended())
    await anyio.lowlevel.checkpoint()

    assert asked == ["ours"]


@pytest.mark.anyio
@pytest.mark.parametrize("said", [[], [status()], [drawn("rest"), begun(), drawn("a")]])
async def test_no_run_is_asked_for_where_nothing_is_missing_or_one_has_begun(asked, said):
    await heard(*said)
    await anyio.lowlevel.checkpoint()

    assert asked == []


class NewTab:
    """A tab that has just connected: what was said to it, and what of that it has heard."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.say = first_run_in_one(self._send)
        self.gone = False

    async def _send(self, message: Any) -> None:
        if self.gone:
            raise BrokenPipeError
        self.heard.append(message)

    async def says(self, *said: ForwardMsg) -> int:
        """Say this; return how much was heard by then."""
        for one in said:
            await self.say({"type": "websocket.send", "bytes": one.SerializeToString()})
        return len(self.heard)


@pytest.mark.anyio
async def test_first_run_is_heard_in_one_piece_and_what_follows_at_once():
    tab = NewTab()
    await tab.say({"type": "websocket.accept"})
    assert tab.heard == [{"type": "websocket.accept"}]

    assert await tab.says(status(), begun()) == 3  # with which come the theme and the typefaces
    assert await tab.says(drawn("a"), drawn("b")) == 3
    assert await tab.says(ended()) == 6
    assert await tab.says(begun()) == 7
    assert [ForwardMsg.FromString(one["bytes"]) for one in tab.heard[1:]] == [
        *(status(), begun(), drawn("a"), drawn("b")),
        *(ended(), begun()),
    ]


@pytest.mark.anyio
async def test_first_run_that_takes_long_is_heard_as_it_goes_on(monkeypatch):
    monkeypatch.setattr(whole_runs, "_IN_ONE_WITHIN_S", 0)
    tab = NewTab()
    assert await tab.says(begun(), drawn("a")) == 1
    await anyio.wait_all_tasks_blocked()

    assert len(tab.heard) == 2
    assert await tab.says(drawn("b")) == 3


@pytest.mark.anyio
async def test_end_of_the_connection_is_told_after_what_was_kept():
    tab = NewTab()
    await tab.says(begun(), drawn("a"))
    await tab.say({"type": "websocket.close"})

    assert [one["type"] for one in tab.heard] == ["websocket.send", "websocket.send", "websocket.close"]


@pytest.mark.anyio
async def test_who_sends_next_learns_that_nobody_listens_any_more(monkeypatch):
    monkeypatch.setattr(whole_runs, "_IN_ONE_WITHIN_S", 0)
    tab = NewTab()
    await tab.says(begun())
    tab.gone = True
    await tab.says(drawn("a"))
    await anyio.wait_all_tasks_blocked()

    with pytest.raises(BrokenPipeError):
        await tab.says(drawn("b"))
