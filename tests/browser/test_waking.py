"""A tab of a real server is woken: in the run that draws it, or at rest, it stays the page that its address names."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection

from tests.helpers.browser import App
from tests.helpers.services import until
from tests.helpers.tab import ask, elements, heard, open_tab

pytestmark = pytest.mark.browser
WITHIN_S = 30.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder in which a test tells the page of tests/helpers/pages/held.py what to do."""
    made = tmp_path / "held"
    made.mkdir()
    return made


@pytest.fixture
def tab(start_app: Callable[..., App], folder: Path) -> Iterator[ClientConnection]:
    """Give a tab whose page is on its way: it came by its address, and its run is held."""
    (folder / "hold").touch()
    app = start_app(script="tests/helpers/pages/held.py", HELD_FOLDER=str(folder))
    with open_tab(app) as opened:
        go(opened, "abc")
        wait_for(opened, "Going")
        yield opened


def go(tab: ClientConnection, link: str) -> None:
    ask(tab, "review", query=f"link={link}", timezone="Europe/Warsaw")


def wait_for(tab: ClientConnection, text: str) -> None:
    """Read until a text is drawn. What is drawn before it is of the same address."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:  # what is drawn again and again is heard for ever
        for one in elements([heard(tab)]):
            if one.HasField("text"):
                if one.text.body == text:
                    return
                assert one.text.body in ("Going", text.replace("1", "0"), text.replace("2", "1"))
    pytest.fail(f"{text!r} was not drawn")


def wait_for_looks(folder: Path, number: int) -> None:
    """Wait until it was seen so often that the page is behind."""
    until(lambda: len(list(folder.glob("look-*"))) >= number, what="the tab was looked at")


@pytest.mark.parametrize("end", ["", "stop"])
def test_what_comes_in_mid_run_is_drawn_after_it_with_the_address_that_the_tab_came_by(
    tab: ClientConnection, folder: Path, end: str
) -> None:
    if end:
        (folder / end).touch()
    (folder / "comment-1").touch()
    wait_for_looks(folder, 10)

    (folder / "hold").unlink()

    wait_for(tab, "link abc of Europe/Warsaw: 1")
    (folder / "comment-2").touch()
    wait_for(tab, "link abc of Europe/Warsaw: 2")


def test_tab_that_goes_elsewhere_meanwhile_is_woken_there(tab: ClientConnection, folder: Path) -> None:
    (folder / "hold").unlink()
    wait_for(tab, "link abc of Europe/Warsaw: 0")
    (folder / "hold").touch()
    go(tab, "xyz")
    wait_for(tab, "Going")
    (folder / "comment-1").touch()
    wait_for_looks(folder, 10)

    (folder / "hold").unlink()

    wait_for(tab, "link xyz of Europe/Warsaw: 1")
