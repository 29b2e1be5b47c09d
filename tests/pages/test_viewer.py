"""What a viewer is shown: all that is shared with them, and nothing that changes anything."""

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from db.engine import Database
from db.models import VIEWER
from db.models import User as UserRow
from services.accounts.records import User
from services.accounts.roles import READS_ONLY
from services.decks.records import DeckOf
from services.reviews.records import LinkSettings, Thing
from services.wiring import Services
from tests.helpers.screens import AddSession, begin_at, load_at

_ICON = re.compile(r":material/\w+: ?")


@pytest.fixture
def set_role(app_database: Database, planner: User) -> Callable[[str], None]:
    def change(role: str) -> None:
        with app_database.begin() as db_session:
            db_session.get_one(UserRow, planner.id).role = role

    return change


@pytest.fixture
def things(services: Services, planner: User, stranger: User, add_session: AddSession) -> dict[str, int]:
    """Share a session and a trip of Bob's with Ada, with all that can be in them; another session is her own."""
    trip_id = services.trips.create("Lisbon", user_id=stranger.id, brief={"pace": "relaxed"}).id
    services.trip_members.add(trip_id, "ada", user_id=stranger.id)
    services.trip_files.add(trip_id, "brief.txt", b"Lisbon", user_id=stranger.id)
    session_id = add_session("Shared", user_id=stranger.id)
    services.sharing.add(session_id, "ada", user_id=stranger.id)
    services.files.add(session_id, "brief.txt", b"Lisbon", user_id=stranger.id)
    services.decks.make(DeckOf("session", session_id), user_id=stranger.id)
    own_id = add_session("Mine")
    link = services.reviews.share(Thing("session", own_id), LinkSettings(audience="Anna"), user_id=planner.id)
    services.comments.add(link.review.id, "Look at this", user_id=planner.id)
    services.reviews.share(Thing("trip", trip_id), LinkSettings(audience="Ben"), user_id=stranger.id)
    own_trip_id = services.trips.create("Rome", user_id=planner.id).id
    return {
        "session": session_id,
        "own": own_id,
        "trip": trip_id,
        "own_trip": own_trip_id,
        "review": link.review.id,
    }


def offered(app: AppTest) -> set[str]:
    """Return the labels of all that can be pressed on a page, beside those of its sidebar."""
    labels = set()
    for kind in ("button", "chat_input", "feedback", "menu_button", "download_button", "file_uploader", "toggle"):
        for one in app.main.get(kind):
            if getattr(one, "disabled", False):
                continue
            labels.add(_ICON.sub("", getattr(one, "label", "") or str(one.key)))
            labels |= {_ICON.sub("", option) for option in getattr(one, "options", ())}
    return {label for label in labels if not label.startswith("**")}  # what opens something of a list


_MESSAGES = {"Copy", "Link", "Run the page again"}
_MENU = {"Session", "Who sees this", "Pin", "Archive", "Cost", "Slides", "Export"}
PAGES: dict[str, tuple[str, dict[str, str], set[str]]] = {  # the page, its address, and what can be pressed there
    "chat": ("chat", {}, set()),
    "session": ("chat", {"session": "session"}, {"People (2)", "Leave", *_MESSAGES, *_MENU}),
    "own": ("chat", {"session": "own"}, _MESSAGES | _MENU),
    "sessions": ("sessions", {}, {"CSV", "Export all"}),
    "trips": ("trips", {}, {"Customers"}),
    "new trip": ("trips", {"form": "new"}, {"Customers"}),
    "trip": ("trips", {"trip": "trip"}, {"All trips", "Deck", "Download brief\\.txt", "More", "Archive", "Leave"}),
    "own trip": ("trips", {"trip": "own_trip"}, {"All trips", "Deck", "More", "Archive"}),
    "deck": (
        "deck",
        {"session": "session"},
        {"Present", "PowerPoint", "PDF", "Markdown", "JSON", "More", "Versions", "Next slide"},
    ),
    "no deck": ("deck", {"session": "own"}, set()),
    "reviews": ("reviews", {}, set()),
    "review": ("reviews", {"review": "review"}, {"All reviews", "What they see"}),
    "memory": ("memory", {}, set()),
    "templates": ("templates", {}, set()),
    "insights": ("insights", {}, set()),
    "settings": (
        "settings",
        {},
        {
            *("Create token", "System", "Light", "Dark", "Sign out", "Sign out everywhere else", "Become the admin"),
            *("Download my data", "Delete my account"),
        },
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_viewer_is_offered_nothing_that_they_cannot_do(
    app: AppTest, things: dict[str, int], set_role: Callable[[str], None], name: str
) -> None:
    page, address, labels = PAGES[name]
    set_role(VIEWER)
    app.session_state["chat_session_id"] = things.get(address.get("session", ""))
    for key, thing in address.items():
        app.query_params[key] = str(things.get(thing, thing))
    begin_at(app, f"pages/planner/{page}.py").run()

    assert not app.exception
    assert offered(app) == labels
    keys = {button.key for button in app.sidebar.button}
    assert not {"sidebar_new_chat", "top_new_chat"} & keys


def test_viewer_with_nothing_yet_is_told_what_to_do(app: AppTest, set_role: Callable[[str], None]) -> None:
    set_role(VIEWER)

    app.run()

    assert not app.exception
    assert [title.value for title in app.title] == ["Welcome, Ada"]
    assert READS_ONLY in [text.value for text in app.markdown]
    assert any("your username is **ada**" in text.value for text in app.markdown)
    for page, words in (("sessions", "Sessions that colleagues share"), ("trips", "Trips that colleagues share")):
        app.switch_page(f"pages/planner/{page}.py").run()
        assert any(text.value.startswith(words) for text in app.markdown), page


def test_page_that_was_open_refuses_what_it_still_offered(
    app: AppTest, things: dict[str, int], services: Services, planner: User, set_role: Callable[[str], None]
) -> None:
    load_at(app, things["own"])
    set_role(VIEWER)

    app.chat_input(key="chat_input").set_value("And in June?").run()

    assert not app.exception
    assert services.sessions.get(things["own"], user_id=planner.id).message_count == 2
    assert not app.get("chat_input")
    assert any("Ask an admin" in text.value for text in app.markdown)


def test_viewer_leaves_what_is_shared_with_them(
    app: AppTest, things: dict[str, int], services: Services, planner: User, set_role: Callable[[str], None]
) -> None:
    set_role(VIEWER)
    load_at(app, things["session"])
    app.menu_button(key=f"session_menu_{things['session']}").click(":material/logout: Leave").run()
    app.button(key="session_leave_confirm").click().run()
    assert not app.exception
    app.query_params["trip"] = str(things["trip"])
    app.switch_page("pages/planner/trips.py").run()
    app.menu_button(key=f"trips_menu_{things['trip']}").click(":material/logout: Leave").run()
    app.button(key="trip_leave_confirm").click().run()

    assert not app.exception
    assert [one.id for one in services.sessions.recent(user_id=planner.id).sessions] == [things["own"]]
    assert [one.title for one in services.trips.page(user_id=planner.id).trips] == ["Rome"]
