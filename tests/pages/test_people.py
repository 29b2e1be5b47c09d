"""Several people see a session: it is shared from its menu, each is offered what they may do, others are named."""

import pytest
from streamlit.testing.v1 import AppTest

from services.accounts.records import User
from services.sessions.sharing import EDIT, VIEW
from services.wiring import Services
from settings import ROOT
from tests.helpers.screens import SIGNED_IN_AT, AddSession, load_at
from tests.helpers.services import until_ended

PEOPLE, WHO, REVIEW = (
    ":material/group_add: Share with colleagues",
    ":material/group: Who sees this",
    "Share for review",
)


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.markdown, *at.text, *at.caption, *at.warning, *at.error))


def keys(at: AppTest) -> set[str]:
    return {one.key.rstrip("0123456789") for one in at.button if one.key}


def options(at: AppTest, session_id: int, menu: str = "session") -> list[str]:
    return [one.rpartition(": ")[2] for one in at.menu_button(key=f"{menu}_menu_{session_id}").options]


def choose(at: AppTest, session_id: int, option: str) -> None:
    at.menu_button(key=f"session_menu_{session_id}").click(option)
    run(at)


@pytest.fixture
def session_id(add_session: AddSession) -> int:
    return add_session("Lisbon")


@pytest.fixture
def bob(stranger: User) -> AppTest:
    """Return the app as a colleague opens it."""
    at = AppTest.from_file(ROOT / "app.py")
    at.session_state["auth_user"] = {"id": stranger.id, "signed_in_at": int(SIGNED_IN_AT.timestamp() * 1000)}
    return at


@pytest.fixture
def share(services: Services, planner: User, session_id: int):
    """Return a function that shares the session with Bob."""

    def add(access: str = EDIT) -> None:
        services.sharing.add(session_id, "bob", user_id=planner.id, access=access)

    return add


def last_ids(services: Services, session_id: int, user_id: int) -> tuple[int, int]:
    question, reply = services.sessions.history(session_id, user_id=user_id).messages[-2:]
    return question.id, reply.id


def test_owner_adds_changes_and_removes_a_colleague(app, services, planner, stranger, session_id):
    load_at(app, session_id)
    assert f"chat_people_{session_id}" not in {one.key for one in app.button}
    choose(app, session_id, PEOPLE)
    assert "Ada Planner" in said(app)

    app.text_input(key="people_username").set_value("Bob ")
    app.selectbox(key="people_access").set_value(VIEW)
    app.button(key="people_add").click()
    run(app)
    assert services.sessions.get(session_id, user_id=stranger.id).access == VIEW
    assert "Bob Stranger" in said(app)
    assert app.text_input(key="people_username").value == ""

    app.selectbox(key=f"people_access_{stranger.id}").set_value(EDIT)
    run(app)
    assert services.sessions.get(session_id, user_id=stranger.id).access == EDIT
    assert app.button(key=f"chat_people_{session_id}").label == "People (2)"

    app.button(key=f"people_remove_{stranger.id}").click()
    run(app)
    assert services.sessions.recent(user_id=stranger.id).sessions == ()
    assert "Bob Stranger" not in said(app)


def test_who_cannot_be_added_is_said_and_stays_in_the_field(app, session_id, stranger):
    load_at(app, session_id)
    choose(app, session_id, PEOPLE)
    app.text_input(key="people_username").set_value("robert")
    app.button(key="people_add").click()
    run(app)

    assert [one.value.replace("\\", "") for one in app.error] == ["The username “robert” is nobody's here."]
    assert app.text_input(key="people_username").value == "robert"


def test_each_is_offered_what_they_may_do(app, bob, services, planner, stranger, session_id, share):
    load_at(app, session_id)
    assert {"Rename", "Share with colleagues", REVIEW, "Delete"} <= set(options(app, session_id))
    assert "Leave" not in options(app, session_id)

    share()
    load_at(bob, session_id)
    offered = options(bob, session_id)
    assert {"Rename", "Who sees this", "Instructions", "Leave"} <= set(offered)
    assert not {"Share with colleagues", REVIEW, "Delete"} & set(offered)
    assert "chat_edit_begin_" in keys(bob)
    assert bob.chat_input(key="chat_input")

    services.sharing.change(session_id, stranger.id, user_id=planner.id, access=VIEW)
    run(bob)
    assert options(bob, session_id) == [
        "Who sees this",
        "Save as template",
        "Pin",
        "Archive",
        "Cost",
        "Slides",
        "Export",
        "Leave",
    ]
    assert options(bob, session_id, "sidebar") == ["Pin", "Archive", "Leave"]


def test_who_may_only_read_is_told_whom_to_ask_and_has_no_box_and_no_buttons(
    bob, services, planner, session_id, share
):
    services.sessions.change(session_id, user_id=planner.id, instructions="Answer in tables.")
    share(VIEW)
    load_at(bob, session_id)

    assert "You can read this session. Ask Ada Planner to let you write." in said(bob)
    assert not bob.chat_input
    question, reply = last_ids(services, session_id, planner.id)
    buttons = {one.key for one in bob.button}
    assert {f"chat_copy_{question}", f"chat_link_{question}", f"chat_copy_{reply}"} <= buttons
    assert not {f"chat_edit_begin_{question}", "chat_stop", f"chat_ask_{question}"} & buttons
    assert not [one for one in bob.menu_button if one.key.startswith("chat_menu_")]
    bob.button(key=f"chat_instructions_{session_id}").click()
    run(bob)
    assert "Answer in tables." in said(bob)
    assert not [one for one in bob.text_area if one.key.startswith("instructions")]


def test_messages_of_others_carry_their_name_and_ones_own_none(app, bob, services, planner, session_id, share):
    share()
    load_at(app, session_id)
    assert ":material/person:" not in said(app)
    load_at(bob, session_id)
    assert said(bob).count(":material/person: Ada Planner") == 1

    bob.chat_input(key="chat_input").set_value("With my parents")
    run(bob)
    run(app)
    assert said(app).count(":material/person: Bob Stranger") == 1
    assert said(bob).count(":material/person: Ada Planner") == 1


def test_row_in_the_sidebar_says_who_shares_it_or_with_how_many(app, bob, session_id, share):
    def row(at: AppTest):
        return at.button(key=f"sidebar_session_{session_id}")

    load_at(app, session_id)
    assert ":material/group:" not in row(app).label
    share()
    run(app)
    assert ":material/group:" in row(app).label
    assert row(app).help.endswith("shared with 1 person")
    load_at(bob, session_id)
    assert row(bob).help.endswith("shared by Ada Planner")


def test_version_of_a_colleague_is_told_and_gone_to(app, bob, services, planner, stranger, session_id, share):
    share()
    load_at(app, session_id)
    question, _ = last_ids(services, session_id, planner.id)
    edited = services.versions.edit(question, "In Porto", user_id=stranger.id, client_message_id="e")
    until_ended(services, edited.reply_id, stranger.id)

    run(app)
    assert "Bob Stranger wrote in another version" in said(app)
    assert "In Porto" not in said(app)
    app.button(key=f"chat_elsewhere_{edited.reply_id}").click()
    run(app)
    assert "In Porto" in said(app)
    assert "another version" not in said(app)
    load_at(bob, session_id)
    assert "another version" not in said(bob)


def test_who_is_taken_off_finds_a_new_chat_that_says_so(bob, services, planner, stranger, session_id, share):
    share()
    load_at(bob, session_id)
    services.sharing.remove(session_id, stranger.id, user_id=planner.id)

    run(bob)
    (notice,) = bob.warning
    assert notice.value.startswith("This session is no longer shared with you: **Lisbon**")
    assert "Ada Planner can share it again" in notice.value
    assert bob.chat_input(key="chat_input").placeholder == "Ask about a trip"
    assert "session" not in bob.query_params
    run(bob)
    assert bob.warning
    bob.button(key="sidebar_new_chat").click()
    run(bob)
    assert not bob.warning


def test_who_is_taken_off_the_trip_of_a_session_is_told_so(bob, services, planner, stranger, session_id):
    trip = services.trips.create("Portugal", user_id=planner.id)
    services.trip_sessions.move([session_id], trip.id, user_id=planner.id)
    services.trip_members.add(trip.id, stranger.username, user_id=planner.id)
    load_at(bob, session_id)
    services.trip_members.remove(trip.id, stranger.id, user_id=planner.id)

    run(bob)
    assert "the owner of the trip can add you again" in bob.warning[0].value


def test_stranger_at_its_address_is_told_that_there_is_none(bob, session_id):
    bob.query_params["session"] = str(session_id)
    run(bob)
    assert [one.value for one in bob.warning] == ["There is no such session."]


def test_colleague_leaves_once_they_have_confirmed(bob, services, planner, stranger, session_id, share):
    share()
    load_at(bob, session_id)
    choose(bob, session_id, ":material/logout: Leave")
    assert services.sessions.get(session_id, user_id=stranger.id)
    bob.button(key="session_leave_confirm").click()
    run(bob)

    assert services.sessions.recent(user_id=stranger.id).sessions == ()
    assert not bob.warning
    assert [one.value for one in bob.toast] == ["You left “Lisbon”."]
    assert not services.sessions.get(session_id, user_id=planner.id).is_shared


def test_who_sees_it_by_its_trip_is_told_so_and_cannot_leave_it(app, bob, services, planner, stranger, session_id):
    trip = services.trips.create("Portugal", user_id=planner.id)
    services.trip_sessions.move([session_id], trip.id, user_id=planner.id)
    services.trip_members.add(trip.id, "bob", user_id=planner.id)
    load_at(app, session_id)
    choose(app, session_id, PEOPLE)
    assert "Can edit  \n:small[works on the trip]" in said(app)
    assert f"people_remove_{stranger.id}" not in {one.key for one in app.button}

    load_at(bob, session_id)
    choose(bob, session_id, WHO)
    assert "people_username" not in {one.key for one in bob.text_input}
    for menu in ("session", "sidebar"):
        assert "Leave" not in options(bob, session_id, menu)
