"""What a colleague's own assistant has heard, or a customer's, is never told to one's own.

Whatever becomes of the session and its trip before the next message: the trip gets a customer, the session goes out
of it, or through a file.
"""

import pytest
from sqlalchemy import select

from db.models import BackboardThread
from services.transfer.transfer import ExportKind
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import Emulator
from tests.helpers.sides import given, say
from tests.helpers.trips import Team, team  # noqa: F401 - a fixture

pytestmark = ON_SQLITE

SECRET = "I am called Bobsmark"


def told(emulator: Emulator, user_id: int) -> str:
    return given(emulator).get(f"travelbot-user-{user_id}", "")


def test_session_of_who_left_the_trip_is_not_told_to_its_owners_assistant(services, emulator, team: Team):
    services.trips.change(team.trip_id, customer_id=None, user_id=team.ada)
    session_id = services.sessions.create(user_id=team.bob, trip_id=team.trip_id).id
    say(services, SECRET, session_id, user_id=team.bob)
    services.trips.change(team.trip_id, customer_id=team.customer_id, user_id=team.ada)

    services.trip_members.remove(team.trip_id, team.bob, user_id=team.ada)
    services.trip_sessions.move([session_id], None, user_id=team.ada)
    say(services, "Three nights in Lisbon", session_id, user_id=team.ada)

    assert "Three nights" in told(emulator, team.ada)
    assert SECRET not in told(emulator, team.ada)


def test_fork_of_a_colleagues_session_is_not_told_to_ones_own_assistant(services, emulator, team: Team):
    services.trips.change(team.trip_id, customer_id=None, user_id=team.ada)
    session_id = services.sessions.create(user_id=team.bob, trip_id=team.trip_id).id
    reply_id = say(services, SECRET, session_id, user_id=team.bob).reply_id
    services.trips.change(team.trip_id, customer_id=team.customer_id, user_id=team.ada)

    fork_id = services.versions.fork(reply_id, user_id=team.ada)
    services.trip_sessions.move([fork_id], None, user_id=team.ada)
    say(services, "Three nights in Lisbon", fork_id, user_id=team.ada)

    assert "Three nights" in told(emulator, team.ada)
    assert SECRET not in told(emulator, team.ada)


@pytest.mark.parametrize("way", ["moved out", "moved out and written to", "moved out once it is here again"])
def test_session_from_a_file_is_not_told_to_ones_own_assistant_where_a_customers_heard_it(
    services, emulator, team: Team, way
):
    session_id = services.sessions.create(user_id=team.ada, trip_id=team.trip_id).id
    say(services, SECRET, session_id, user_id=team.ada)
    if way != "moved out once it is here again":
        services.trip_sessions.move([session_id], None, user_id=team.ada)
    if way == "moved out and written to":
        say(services, "A weekend in Rome", session_id, user_id=team.ada)
    file = services.transfer.export(session_id, user_id=team.ada, kind=ExportKind.JSON)
    services.sessions.delete([session_id], user_id=team.ada)

    (imported,) = services.transfer.import_file(file.content, user_id=team.ada).imported
    services.trip_sessions.move([imported], None, user_id=team.ada)
    say(services, "Three nights in Lisbon", imported, user_id=team.ada)

    assert "Three nights" in told(emulator, team.ada)
    assert SECRET not in told(emulator, team.ada)


def test_thread_of_who_left_that_nothing_was_said_in_is_not_taken_for_the_owner(
    services, database, emulator, team: Team
):
    services.trips.change(team.trip_id, customer_id=None, user_id=team.ada)
    session_id = services.sessions.create(user_id=team.bob, trip_id=team.trip_id).id
    say(services, "Hello", session_id, user_id=team.bob)
    with database.begin() as db_session:
        db_session.scalars(select(BackboardThread)).one().tip_id = None  # as if the message had not arrived
    services.trips.change(team.trip_id, customer_id=team.customer_id, user_id=team.ada)
    say(services, "A weekend in Rome", session_id, user_id=team.bob)

    services.trip_members.remove(team.trip_id, team.bob, user_id=team.ada)
    services.trips.change(team.trip_id, customer_id=None, user_id=team.ada)
    say(services, SECRET, session_id, user_id=team.ada)

    assert SECRET in told(emulator, team.ada)
    assert SECRET not in told(emulator, team.bob)
