"""Something happens to a link while a tab that came by its address is drawn: the tab shows it once it is drawn."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

from db.models import utc_now
from services.reviews.records import NewLink
from services.reviews.visits import new_reader_key
from tests.helpers.browser import App
from tests.helpers.planners import add_planner, database_of
from tests.helpers.reviews import Reviews
from tests.helpers.services import until
from tests.helpers.soak import IN_SOAK
from tests.helpers.tab import ask, drawn, elements, heard, is_drawn, open_tab

pytestmark = pytest.mark.browser

MESSAGES = 480
PLACES = ("opened", "draw_head", "draw_blocks", "draw_decision", "snapshot_button")  # of helpers/pages/held_server.py
REPLY = "## Day\n\nWalk up to the **castle**, then [dinner](https://example.com) in Alfama.\n\n- Cost: $120\n"


@dataclass
class Shared:
    """A long session of a planner's on a running server, and tabs that open links to it."""

    app: App
    folder: Path
    reviews: Reviews
    planner_id: int
    open: ExitStack
    session_id: int = field(init=False)

    def __post_init__(self) -> None:
        texts = tuple(f"And {number}?" if number % 2 == 0 else REPLY for number in range(MESSAGES))
        self.session_id = self.reviews.session(self.planner_id, texts)

    def link(self) -> NewLink:
        return self.reviews.share(self.session_id, self.planner_id, download=True)

    def tab(self) -> ClientConnection:
        """Open a tab of a browser that has opened links before."""
        key = f"travelbot_reviewer={new_reader_key()}"
        return self.open.enter_context(open_tab(self.app, headers={"Cookie": key}))

    def happens_in_mid_run(self, happens: Callable[[NewLink], object]) -> list[tuple[ClientConnection, NewLink]]:
        """Let something happen to links whose pages are held, each at another place; return the tabs."""
        (self.folder / "hold").touch()
        tabs = [(self.tab(), self.link()) for _ in PLACES]
        for place, (tab, link) in zip(PLACES, tabs, strict=True):
            ask(tab, "review", query=f"link={link.token}&at={place}")
        self._until("held", len(tabs))
        for _, link in tabs:
            happens(link)
        self._until("woken", len(tabs) - 1)  # the first one does not wait yet
        (self.folder / "hold").unlink()
        return tabs

    def _until(self, what: str, number: int) -> None:
        until(lambda: len(list(self.folder.glob(f"{what}-*"))) == number, timeout_s=30, what=f"{number} are {what}")


@pytest.fixture
def shared(start_app: Callable[..., App], tmp_path: Path) -> Iterator[Shared]:
    folder = tmp_path / "held"
    folder.mkdir()
    app = start_app(script="tests/helpers/pages/held_server.py", HELD_FOLDER=str(folder))
    with database_of(app) as database, ExitStack() as open_tabs:
        yield Shared(app, folder, Reviews(database, now=utc_now()), add_planner(app).id, open_tabs)


def told(tab: ClientConnection, is_there: Callable[[ForwardMsg], bool]) -> list[ForwardMsg]:
    """Return what a tab is told until something is there and the run that draws it is over."""
    said: list[ForwardMsg] = []
    while not any(is_there(one) for one in said):
        said.append(heard(tab))
    while not is_drawn(said[-1]):
        said.append(heard(tab))
    return said


def says_closed(said: ForwardMsg) -> bool:
    return any(one.heading.body == "Nothing to see here" for one in elements([said]))


def asks_to_sign_in(said: ForwardMsg) -> bool:
    return any(one.text_input.label == "Password" for one in elements([said]))


def counts_one_comment(said: ForwardMsg) -> bool:
    return any(one.button.label.startswith("1 comment") for one in elements([said]))


def is_told_a_file(said: ForwardMsg) -> bool:
    return any("travelbot-told-download" in one.html.body for one in elements([said]))


def test_link_that_is_revoked_in_mid_run_closes_and_gives_no_file(shared: Shared) -> None:
    link, tab = shared.link(), shared.tab()
    said = drawn(tab, "review", query=f"link={link.token}")
    [pdf] = [one.button.id for one in elements(said) if one.button.id.endswith("-review_pdf")]
    assert any(map(is_told_a_file, drawn(tab, "review", query=f"link={link.token}", pressed=pdf)))

    tabs = shared.happens_in_mid_run(
        lambda link: shared.reviews.links.revoke(link.review.id, user_id=shared.planner_id)
    )

    for tab, link in tabs:
        said = told(tab, says_closed)
        assert not any(map(asks_to_sign_in, said))
        pressed = drawn(tab, "review", query=f"link={link.token}", pressed=pdf)
        assert any(map(says_closed, pressed))
        assert not any(map(is_told_a_file, pressed))


@IN_SOAK
def test_comment_in_mid_run_is_shown_after_it(shared: Shared) -> None:
    tabs = shared.happens_in_mid_run(
        lambda link: shared.reviews.visits.comment(link.token, new_reader_key(), "Is there a lift?", name="Bob")
    )

    for tab, _ in tabs:
        said = told(tab, counts_one_comment)
        assert not any(says_closed(one) or asks_to_sign_in(one) for one in said)
