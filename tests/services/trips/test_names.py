"""What is shown of trips beside something else, and that their sessions are found by their titles."""

import pytest

import db.participants
import db.session_members
from db.engine import Database
from db.models import Participant
from services.errors import NotFoundError
from services.sessions.records import SessionFilter
from services.trips.records import TripAccess, WithSessions
from services.wiring import Services
from tests.helpers.asked import asked
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import until
from tests.helpers.trips import Team, team  # noqa: F401 - a fixture


def new_session(services: Services, team: Team, title: str = "Hotels", *, trip_id: int | None = None) -> int:
    session_id = services.sessions.create(user_id=team.ada, title=title).id
    services.trip_sessions.move([session_id], trip_id or team.trip_id, user_id=team.ada)
    return session_id


def found(services: Services, words: str, user_id: int) -> list[int]:
    return [hit.session_id for hit in services.sessions.search(words, user_id=user_id)]


def listed(services: Services, words: str, user_id: int) -> list[int]:
    table = services.sessions.table(SessionFilter(words=words), user_id=user_id, limit=10)
    return [session.id for session in table.sessions]


def mark_unseen(database: Database, session_id: int, user_id: int) -> None:
    with database.begin() as db_session:
        db_session.get_one(Participant, (user_id, session_id)).unseen = True


def share(database: Database, session_id: int, user_id: int) -> None:
    with database.begin() as db_session:
        db.session_members.put(db_session, session_id, user_id, access="view")
        db.participants.settle(db_session, [session_id])


def test_name_has_customer_and_what_a_member_may_do(services, team):
    name = services.trip_names.get(team.trip_id, user_id=team.cleo)

    assert (name.title, name.customer_name, name.access) == ("Lisbon in May", "Weber", TripAccess.VIEW)
    assert services.trip_names.find(team.trip_id, user_id=team.eve) is None
    assert services.trip_names.find(None, user_id=team.ada) is None
    assert services.trip_names.titles([team.trip_id], user_id=team.eve) == {}
    with pytest.raises(NotFoundError):
        services.trip_names.get(team.trip_id, user_id=team.eve)


def test_latest_trips_say_what_is_new_in_them_beside_the_session_looked_at(services, team, database):
    other = services.trips.create("Rome", user_id=team.ada).id
    session_id = new_session(services, team)
    mark_unseen(database, session_id, team.ada)

    def unseen(user_id: int, beside: int | None = None) -> dict[str, bool]:
        trips = services.trip_names.latest(user_id=user_id, limit=5, beside=beside)
        return {trip.title: trip.unseen for trip in trips}

    assert unseen(team.ada) == {"Rome": False, "Lisbon in May": True}
    assert unseen(team.ada, beside=session_id) == {"Rome": False, "Lisbon in May": False}
    assert unseen(team.bob) == {"Lisbon in May": False}
    assert unseen(team.eve) == {}
    services.trips.set_archived([team.trip_id], True, user_id=team.ada)
    assert unseen(team.ada) == {"Rome": False}
    assert len(services.trip_names.latest(user_id=team.ada, limit=1)) == 1
    assert services.trip_names.titles([team.trip_id, other], user_id=team.ada) == {
        team.trip_id: "Lisbon in May",
        other: "Rome",
    }


@ON_SQLITE
def test_latest_trips_say_where_a_reply_is_being_written(services, team, emulator):
    session_id = new_session(services, team)
    emulator.hold_reply(1)
    accepted = services.replies.send("Hello", user_id=team.ada, client_message_id="m1", session_id=session_id)

    def answering(user_id: int, beside: int | None = None) -> list[tuple[bool, bool]]:
        trips = services.trip_names.latest(user_id=user_id, limit=5, beside=beside)
        return [(trip.answering, trip.answering_elsewhere) for trip in trips]

    assert answering(team.ada) == answering(team.cleo) == [(True, True)]
    assert answering(team.ada, beside=session_id) == [(True, False)]
    services.replies.stop(accepted.reply_id, user_id=team.ada)
    until(lambda: answering(team.ada) == [(False, False)])


@ON_SQLITE
def test_latest_trips_are_one_statement_however_many_there_are(services, team, database):
    for number in range(7):
        trip_id = services.trips.create(f"Trip {number}", user_id=team.ada).id
        new_session(services, team, trip_id=trip_id)
    with asked(services) as statements:
        services.trip_names.latest(user_id=team.ada, limit=5)
        services.sessions.in_trip(team.trip_id, user_id=team.ada, limit=5)

    assert len([one for one in statements if one.startswith("SELECT")]) == 2, statements


def test_sessions_of_a_trip_are_those_that_the_planner_sees(services, team):
    inside = new_session(services, team)
    services.sessions.create(user_id=team.ada)

    def in_trip(user_id: int, limit: int = 5) -> list[int]:
        return [one.id for one in services.sessions.in_trip(team.trip_id, user_id=user_id, limit=limit).sessions]

    assert in_trip(team.ada) == in_trip(team.cleo) == [inside]
    assert in_trip(team.eve) == []
    new_session(services, team)
    assert services.sessions.in_trip(team.trip_id, user_id=team.ada, limit=1).next_cursor


def test_table_of_sessions_is_of_one_trip(services, team):
    inside = new_session(services, team)
    services.sessions.create(user_id=team.ada)
    wanted = SessionFilter(trip_id=team.trip_id)

    table = services.sessions.table(wanted, user_id=team.ada, limit=10)

    assert [session.id for session in table.sessions] == [inside]
    assert services.sessions.table(wanted, user_id=team.eve, limit=10).sessions == ()


def test_session_is_found_by_the_title_of_its_trip(services, team):
    session_id = new_session(services, team, "Hotels")

    for who in team.members:
        assert found(services, "hotels lisbon", who) == listed(services, "hotels lisbon", who) == [session_id]
    assert found(services, "lisbon", team.eve) == []
    (hit,) = services.sessions.search("lisbon", user_id=team.ada)
    assert (hit.session_title, hit.trip_title, hit.message_id) == ("Hotels", "Lisbon in May", None)


def test_search_follows_the_title_of_a_trip_and_the_moves_of_a_session(services, team):
    session_id = new_session(services, team)
    services.trips.change(team.trip_id, user_id=team.bob, title="Azores")
    assert (found(services, "azores", team.ada), found(services, "lisbon", team.ada)) == ([session_id], [])

    services.trip_revisions.restore(team.trip_id, 1, user_id=team.ada)
    assert (found(services, "azores", team.ada), found(services, "lisbon", team.ada)) == ([], [session_id])

    services.sessions.change(session_id, user_id=team.ada, title="Rooms")
    assert found(services, "rooms lisbon", team.ada) == [session_id]

    services.trip_sessions.move([session_id], None, user_id=team.ada)
    assert found(services, "lisbon", team.ada) == []
    assert found(services, "rooms", team.ada) == [session_id]


def test_search_knows_no_trip_that_was_deleted_without_its_sessions(services, team, database, monkeypatch):
    session_id = new_session(services, team)
    monkeypatch.setattr("services.trips.deleted.UNDO_S", -1)
    services.trip_deletion.delete(team.trip_id, user_id=team.ada, sessions=WithSessions.KEEP)

    until(lambda: services.sessions.get(session_id, user_id=team.ada).trip_id is None)
    assert found(services, "lisbon", team.ada) == []
    assert found(services, "hotels", team.ada) == [session_id]


def test_title_of_a_trip_is_not_to_be_guessed_by_whom_only_a_session_is_shared_with(services, team, database):
    session_id = new_session(services, team)
    share(database, session_id, team.eve)
    beside = new_session(services, team, "Trams")
    services.trips.change(team.trip_id, user_id=team.ada, title="Lisbon in June")

    assert found(services, "june", team.ada) == [beside]
    assert found(services, "hotels", team.eve) == [session_id]
    assert found(services, "lisbon", team.eve) == listed(services, "lisbon", team.eve) == []
    assert services.sessions.search("hotels", user_id=team.eve)[0].trip_title is None
    services.trip_members.add(team.trip_id, "eve", user_id=team.ada, access="view")
    assert found(services, "lisbon", team.eve) == [beside, session_id]


@ON_SQLITE
def test_trip_that_is_deleted_is_in_no_list_of_titles_also_while_it_can_be_brought_back(services, team):
    session_id = new_session(services, team)
    services.trip_deletion.delete(team.trip_id, user_id=team.ada, sessions=WithSessions.KEEP)

    assert services.trip_names.titles([team.trip_id], user_id=team.ada) == {}
    assert services.trip_names.all_titles(user_id=team.ada) == {}
    services.trip_deletion.bring_back(team.trip_id, user_id=team.ada)
    assert services.trip_names.titles([team.trip_id], user_id=team.ada) == {team.trip_id: "Lisbon in May"}
    assert services.sessions.get(session_id, user_id=team.ada).trip_id == team.trip_id


@ON_SQLITE
def test_memory_that_a_move_leaves_behind_is_named(services, team):
    inside = new_session(services, team)
    outside = services.sessions.create(user_id=team.ada).id
    other = services.trips.create("Rome", user_id=team.ada).id

    def left(session_ids: list[int], trip_id: int | None) -> tuple[tuple[str, ...], bool] | None:
        found = services.trip_names.left_behind(session_ids, trip_id, user_id=team.ada)
        return (found.customers, found.mine) if found else None

    assert left([inside], None) == left([inside], other) == (("Weber",), False)
    assert left([outside], team.trip_id) == left([inside, outside], team.trip_id) == ((), True)
    assert left([outside], other) is left([inside], team.trip_id) is None
