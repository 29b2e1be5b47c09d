"""What a tab is told that is connected again in the middle of a run."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import whole_runs
from whole_runs import only_whole_runs


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
