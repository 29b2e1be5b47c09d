"""What somebody's own assistant has heard, in a trip without a customer, is never told to a colleague's own one.

Whatever becomes of the trip meanwhile: here it gets a customer before the session is somebody else's.
"""

from tests.helpers.services import Emulator
from tests.helpers.sides import given, say
from tests.helpers.trips import Team, team  # noqa: F401 - a fixture

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
