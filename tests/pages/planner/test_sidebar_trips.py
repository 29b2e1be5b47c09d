"""Trips in the sidebar, chats in a trip, and sessions that move."""

from collections import Counter
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import db.participants
from components.labels import escape_label
from components.state import SESSIONS_PAGE
from db.models import ChatSession, Participant
from services.accounts.records import User
from services.trips.records import Trip
from services.wiring import Services
from tests.helpers.asked import asked
from tests.helpers.screens import begin_at, load_at


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> None:
    at.button(key=key).click()
    run(at)


def keys(at: AppTest) -> list[str]:
    return [str(button.key) for button in at.button]


def trips_drawn(at: AppTest) -> list[str]:
    return [key.removeprefix("sidebar_trip_") for key in keys(at) if key.startswith("sidebar_trip_")]


def texts(at: AppTest) -> list[str]:
    return [line.value for line in at.markdown]


def links(at: AppTest) -> list[tuple[str, str]]:
    return [(link.proto.label, link.proto.query_string) for link in at.get("page_link")]


@pytest.fixture
def trip(services: Services, planner: User) -> Trip:
    """Make a trip for a customer."""
    customer = services.customers.create("Weber", user_id=planner.id)
    return services.trips.create("Lisbon in *May*", user_id=planner.id, customer_id=customer.id)


@pytest.fixture
def put_into(app_database) -> Callable[..., None]:
    """Return a function that puts sessions into a trip."""

    def put(trip_id: int | None, *session_ids: int) -> None:
        with app_database.begin() as db_session:
            for session_id in session_ids:
                db_session.get_one(ChatSession, session_id).trip_id = trip_id
            db.participants.settle(db_session, session_ids)

    return put


def test_without_trips_nothing_is_drawn_of_them(app, add_session):
    add_session()
    run(app)

    assert trips_drawn(app) == []
    assert "All trips" not in [label for label, _ in links(app)]


def test_latest_trips_stand_above_the_sessions(app, services, planner, add_session):
    add_session()
    ids = [services.trips.create(f"Trip {number}", user_id=planner.id).id for number in range(6)]
    run(app)

    assert trips_drawn(app) == [str(trip_id) for trip_id in ids[:0:-1]]
    captions = [caption.value for caption in app.sidebar.caption]
    assert captions[:2] == ["Trips", "Today"]
    assert ("All trips", "") in links(app)


def test_trip_opens_with_its_latest_session_and_closes(app, trip, add_session, put_into):
    older, newer, outside = add_session("Older"), add_session("Newer"), add_session("Outside")
    put_into(trip.id, older, newer)
    load_at(app, outside)
    assert app.button(key=f"sidebar_trip_{trip.id}").label.startswith(f"**{escape_label('Lisbon in *May*')}**")
    click(app, f"sidebar_trip_{trip.id}")

    assert app.session_state["chat_session_id"] == newer
    assert {f"sidebar_session_trip_{one}" for one in (older, newer)} <= set(keys(app))
    assert f"sidebar_session_trip_{outside}" not in keys(app)
    assert not {f"sidebar_session_{one}" for one in (older, newer)} & set(keys(app))
    assert f"sidebar_session_{outside}" in keys(app)
    click(app, f"sidebar_session_trip_{older}")
    assert app.session_state["chat_session_id"] == older
    click(app, f"sidebar_trip_{trip.id}")
    assert f"sidebar_session_trip_{older}" not in keys(app)
    assert {f"sidebar_session_{one}" for one in (older, newer)} <= set(keys(app))
    assert app.session_state["chat_session_id"] == older


def test_trip_of_the_open_session_is_marked(app, services, planner, trip, add_session, put_into):
    inside, outside = add_session("Inside"), add_session("Outside")
    other = services.trips.create("Rome", user_id=planner.id)
    put_into(trip.id, inside)

    def marked() -> list[int]:
        return [one.id for one in (trip, other) if app.button(key=f"sidebar_trip_{one.id}").proto.type == "secondary"]

    load_at(app, inside)
    assert marked() == [trip.id]
    click(app, f"sidebar_session_{outside}")
    assert marked() == []


def test_trip_without_sessions_opens_a_new_chat_in_it(app, trip, services, planner, add_session):
    add_session()
    run(app)
    click(app, f"sidebar_trip_{trip.id}")

    assert app.query_params["trip"] == str(trip.id)
    assert "session" not in app.query_params
    assert (escape_label("Lisbon in *May*") + " · Weber", f"trip={trip.id}") in links(app)
    app.chat_input(key="chat_input").set_value("Four days, please")
    run(app)

    session = services.sessions.get(app.session_state["chat_session_id"], user_id=planner.id)
    assert session.trip_id == trip.id
    assert "trip" not in app.query_params
    assert app.query_params["session"] == str(session.id)
    click(app, "sidebar_new_chat")
    assert "trip" not in app.query_params
    app.chat_input(key="chat_input").set_value("Something else")
    run(app)
    assert services.sessions.get(app.session_state["chat_session_id"], user_id=planner.id).trip_id is None


def test_address_begins_a_chat_in_a_trip(app, trip, services, planner, add_session):
    add_session()
    app.query_params["trip"] = str(trip.id)
    run(app)

    assert app.session_state["chat_session_id"] is None
    assert app.button(key="chat_suggestion_0").label.startswith("**Plan this trip**")
    click(app, "chat_suggestion_0")
    session_id = app.session_state["chat_session_id"]
    assert services.sessions.get(session_id, user_id=planner.id).trip_id == trip.id
    asked = services.sessions.history(session_id, user_id=planner.id, limit=10).messages[0]
    assert asked.text.startswith("Please plan “Lisbon in *May*” day by day, as its brief says")


@pytest.mark.parametrize("address", ["7", "x", "-1", "9" * 30])
def test_address_of_no_trip_says_so(app, address):
    app.query_params["trip"] = address
    run(app)

    assert [warning.value for warning in app.warning] == ["There is no such trip."]
    click(app, "chat_instead")
    assert not app.warning
    assert "trip" not in app.query_params


def test_who_only_reads_a_trip_begins_no_chat_in_it(app, services, planner, stranger):
    theirs = services.trips.create("Theirs", user_id=stranger.id)
    services.trip_members.add(theirs.id, planner.username, user_id=stranger.id, access="view")
    run(app)
    click(app, f"sidebar_trip_{theirs.id}")

    assert f"sidebar_trip_new_{theirs.id}" not in keys(app)
    assert "No sessions yet." in [caption.value for caption in app.sidebar.caption]
    app.query_params["trip"] = str(theirs.id)
    del app.session_state["chat_session_id"]
    run(app)
    assert [warning.value for warning in app.warning] == ["You can read this trip, but not change it."]


def test_chat_says_its_trip_to_those_who_see_it(app, trip, services, planner, stranger, add_session, put_into):
    inside = add_session()
    put_into(trip.id, inside)
    load_at(app, inside)
    assert (escape_label("Lisbon in *May*") + " · Weber", f"trip={trip.id}") in links(app)

    theirs = services.trips.create("Theirs", user_id=stranger.id).id
    put_into(theirs, inside)
    load_at(app, inside)
    assert not [label for label, query in links(app) if query == f"trip={theirs}"]


def test_marks_of_a_trip_are_those_of_all_its_sessions(app, trip, app_database, planner, add_session, put_into):
    shown = add_session("Shown")
    unseen = add_session("Unseen")
    put_into(trip.id, unseen)
    with app_database.begin() as db_session:
        db_session.get_one(Participant, (planner.id, unseen)).unseen = True
    load_at(app, shown)
    assert sum(":green-badge[New]" in text for text in texts(app)) == 2

    answered = add_session("Answered", status="running")
    put_into(trip.id, answered)
    run(app)
    assert sum("writing…" in text for text in texts(app)) == 2


def test_sidebar_asks_no_more_with_more_trips(app, services, planner, add_session, put_into):
    session_id = add_session()

    def counted() -> Counter[str]:
        with asked(services) as statements:
            run(app)
        return Counter(one for one in statements if "participants" in one or "trip_members" in one)

    ids = [services.trips.create("Rome", user_id=planner.id).id]
    load_at(app, session_id)
    counted()  # the first time it is noted that the session was opened
    one_trip = counted()
    ids += [services.trips.create(f"Trip {number}", user_id=planner.id).id for number in range(30)]
    put_into(ids[-1], *(add_session(f"Session {number}") for number in range(30)))
    many = counted()
    app.session_state["sidebar_trip"] = ids[-1]
    opened = counted()

    assert many == one_trip
    assert [(number, "participants.trip_id = ?" in one) for one, number in (opened - one_trip).items()] == [(1, True)]


def test_hit_by_the_title_of_a_trip_says_so(app, trip, services, planner, add_session):
    session_id = add_session("Hotels")
    services.trip_sessions.move([session_id], trip.id, user_id=planner.id)
    run(app)
    app.text_input(key="sidebar_search").set_value("lisb")
    run(app)

    assert "In :yellow-background[Lisb]on in" in app.button(key=f"sidebar_hit_{session_id}_title").label


# Moving


def choose_trip(at: AppTest, trip_id: int) -> None:
    at.selectbox(key="session_move_trip").set_value(trip_id)
    run(at)


def begin_move(at: AppTest, session_id: int) -> None:
    at.menu_button(key=f"session_menu_{session_id}").click(":material/drive_file_move: Move to a trip…")
    run(at)


def test_session_moves_into_a_trip_of_a_customer(app, trip, services, planner, add_session):
    session_id = add_session("Hotels")
    load_at(app, session_id)
    begin_move(app, session_id)
    assert app.button(key="session_move_go").disabled
    choose_trip(app, trip.id)

    told = "What your own memory holds from this session stays there: it does not come along."
    assert told in texts(app)
    app.radio(key="session_move_carry").set_value("Carry the conversation over")
    click(app, "session_move_go")

    assert services.sessions.get(session_id, user_id=planner.id).trip_id == trip.id
    assert [toast.value for toast in app.toast] == [f"Moved “Hotels” to “{escape_label('Lisbon in *May*')}”."]
    assert not app.selectbox


def test_who_moves_a_session_is_told_who_else_will_see_it(app, trip, services, planner, stranger, add_session):
    services.trip_members.add(trip.id, stranger.username, user_id=planner.id)
    session_id = add_session("Hotels")
    load_at(app, session_id)
    begin_move(app, session_id)
    assert "will see" not in "\n".join(texts(app))
    choose_trip(app, trip.id)

    told = ":material/group: Bob Stranger will see this session, with everything that was said so far."
    assert told in texts(app)


@pytest.mark.parametrize(("choice", "carried"), [("Begin afresh", False), ("Carry the conversation over", True)])
def test_choice_of_what_is_carried_over_is_obeyed(
    app, trip, app_database, services, planner, add_session, choice, carried
):
    session_id = add_session("Hotels")
    load_at(app, session_id)
    begin_move(app, session_id)
    choose_trip(app, trip.id)
    app.radio(key="session_move_carry").set_value(choice)
    click(app, "session_move_go")

    with app_database.read() as db_session:
        told = db_session.get_one(ChatSession, session_id).told_customer_id
    assert (told == trip.customer_id) == carried


def test_move_within_one_memory_asks_nothing(app, services, planner, add_session):
    rome = services.trips.create("Rome", user_id=planner.id)
    session_id = add_session("Hotels")
    load_at(app, session_id)
    begin_move(app, session_id)
    choose_trip(app, rome.id)

    assert not app.radio
    click(app, "session_move_go")
    begin_move(app, session_id)
    assert app.selectbox(key="session_move_trip").options == ["No trip"]
    choose_trip(app, 0)
    click(app, "session_move_go")
    assert services.sessions.get(session_id, user_id=planner.id).trip_id is None
    assert [toast.value for toast in app.toast] == ["Moved “Hotels” out of its trip."]


def test_several_move_from_all_sessions_but_for_what_others_started(
    app, trip, services, planner, stranger, add_session, monkeypatch
):
    own = add_session("One"), add_session("Two")
    theirs = add_session("Theirs", user_id=stranger.id)
    services.sharing.add(theirs, planner.username, user_id=stranger.id)
    monkeypatch.setattr("components.sessions.table.session_table", lambda sessions, *_, **__: list(sessions))
    begin_at(app, SESSIONS_PAGE)
    run(app)
    assert "3 sessions selected" in texts(app)
    click(app, "sessions_move")
    assert "2 sessions" in texts(app)
    choose_trip(app, trip.id)
    click(app, "session_move_go")

    moved = services.sessions.latest(user_id=planner.id, limit=9, trip_id=trip.id).sessions
    assert {one.id for one in moved} == set(own)
    assert [toast.value for toast in app.toast] == [f"Moved 2 sessions to “{escape_label('Lisbon in *May*')}”."]


def test_move_without_any_trip_says_where_to_make_one(app, add_session):
    session_id = add_session("Hotels")
    load_at(app, session_id)
    begin_move(app, session_id)

    assert "There is no other trip that you can change." in texts(app)
    assert app.button(key="session_move_go").disabled
    click(app, "session_move_cancel")
    assert "session_move_go" not in keys(app)


def test_what_others_started_is_not_offered_to_be_moved(app, services, planner, stranger, add_session, put_into):
    theirs = services.trips.create("Theirs", user_id=stranger.id)
    services.trip_members.add(theirs.id, planner.username, user_id=stranger.id, access="edit")
    session_id = add_session("Hotels", user_id=stranger.id)
    put_into(theirs.id, session_id)
    load_at(app, session_id)

    assert not [one for one in app.menu_button(key=f"session_menu_{session_id}").options if "Move" in one]


def test_table_shows_trips_and_lets_through_those_of_one(app, trip, services, planner, add_session):
    inside, _ = add_session("Inside"), add_session("Outside")
    services.trip_sessions.move([inside], trip.id, user_id=planner.id)
    begin_at(app, SESSIONS_PAGE)
    run(app)
    (table,) = app.dataframe
    trips = dict(zip(table.value["Title"], table.value["Trip"], strict=True))
    assert trips["Inside"] == "Lisbon in *May*"
    assert trips["Outside"] != trips["Outside"]  # there is nothing
    assert escape_label("Lisbon in *May*") in app.button(key=f"sessions_row_{inside}").label

    app.selectbox(key="sessions_trip").set_value(trip.id)
    run(app)
    assert list(app.dataframe[0].value["Title"]) == ["Inside"]
    app.text_input(key="sessions_words").set_value("inside lisbon")
    run(app)
    assert list(app.dataframe[0].value["Title"]) == ["Inside"]
