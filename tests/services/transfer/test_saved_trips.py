"""Trips and customers leave and come back with their sessions; nobody joins a trip of somebody else's by a file."""

import json
from typing import Any

import pytest

from services.transfer.transfer import ExportKind
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import make_user

BRIEF = {"where": ["Lisbon"], "start": "2027-05-03", "end": "2027-05-07", "notes_private": "They book late"}


@pytest.fixture
def session_id(services, user_id) -> int:
    """Make a session in a trip for a customer."""
    customer = services.customers.create("Familie Weber", user_id=user_id, language="de", notes="Pays late")
    trip = services.trips.create("Lisbon in May", user_id=user_id, customer_id=customer.id, brief=BRIEF)
    made: int = services.sessions.create(user_id=user_id, title="Hotels", trip_id=trip.id).id
    return made


@pytest.fixture
def eve(database) -> int:
    """Make another planner."""
    return make_user(database, "eve")


def exported(services, session_id: int, user_id: int) -> bytes:
    content: bytes = services.transfer.export(session_id, user_id=user_id, kind=ExportKind.JSON).content
    return content


def imported(services, file: bytes, user_id: int) -> Any:
    result = services.transfer.import_file(file, user_id=user_id)
    assert result.refused == ()
    return services.sessions.get(result.imported[0], user_id=user_id)


def trips(services, user_id: int) -> list[tuple[str, str | None]]:
    return [(one.title, one.customer_name) for one in services.trips.page(user_id=user_id, limit=10).trips]


def test_trip_and_customer_come_along_to_somebody_else_as_their_own(services, session_id, user_id, eve):
    session = imported(services, exported(services, session_id, user_id), eve)

    trip = services.trips.get(session.trip_id, user_id=eve)
    assert (trip.title, trip.customer_name, trip.access) == ("Lisbon in May", "Familie Weber", "owner")
    assert trip.brief.where == ("Lisbon",)
    assert trip.brief.notes_private == "They book late"
    customer = services.customers.get(trip.customer_id, user_id=eve)
    assert (customer.language, customer.notes) == ("de", "Pays late")
    assert trip.id != services.sessions.get(session_id, user_id=user_id).trip_id
    assert trips(services, user_id) == [("Lisbon in May", "Familie Weber")]


def test_trip_that_is_here_is_joined_and_made_once(services, session_id, user_id, eve):
    trip_id = services.sessions.get(session_id, user_id=user_id).trip_id
    other_id = services.sessions.create(user_id=user_id, title="Trains", trip_id=trip_id).id
    files = [exported(services, one, user_id) for one in (session_id, other_id)]
    services.sessions.delete([session_id], user_id=user_id)
    changed = files[0].replace(f"travelbot:{session_id}".encode(), b"travelbot:1")

    assert imported(services, changed, user_id).trip_id == trip_id
    first, second = (imported(services, file, eve).trip_id for file in files)
    assert first == second
    assert trips(services, eve) == [("Lisbon in May", "Familie Weber")]


@ON_SQLITE
def test_file_does_not_join_a_trip_of_somebody_elses(services, session_id, user_id, eve):
    trip_id = services.sessions.get(session_id, user_id=user_id).trip_id
    file = exported(services, session_id, user_id)
    services.trip_members.add(trip_id, "eve", user_id=user_id, access="view")

    session = imported(services, file, eve)
    assert session.trip_id != trip_id
    assert services.trips.get(session.trip_id, user_id=eve).access == "owner"
    assert services.sessions.latest(user_id=user_id, limit=9).sessions[0].id == session_id
    assert len(services.sessions.latest(user_id=user_id, limit=9).sessions) == 1


@ON_SQLITE
def test_who_sees_the_session_alone_gets_nothing_of_its_trip(services, session_id, user_id, eve):
    services.sharing.add(session_id, "eve", user_id=user_id, access="view")

    (session,) = json.loads(exported(services, session_id, eve))["sessions"]
    assert "trip" not in session
    (mine,) = json.loads(exported(services, session_id, user_id))["sessions"]
    assert mine["trip"]["customer"]["notes"] == "Pays late"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"brief": {"start": "2027-05-09", "end": "2027-05-01"}}, "end"),
        ({"brief": {"where": [1]}}, "destination"),
        ({"title": "\u200b"}, "title"),
    ],
)
def test_trip_that_cannot_be_is_refused_in_a_sentence(services, session_id, user_id, eve, change, sentence):
    document = json.loads(exported(services, session_id, user_id))
    document["sessions"][0]["trip"] |= change

    result = services.transfer.import_file(json.dumps(document).encode(), user_id=eve)
    assert result.imported == ()
    assert sentence in result.refused[0].lower()
    assert trips(services, eve) == []


@ON_SQLITE
def test_what_a_file_says_of_a_customer_is_made_fit_to_be_kept(services, session_id, user_id, eve):
    document = json.loads(exported(services, session_id, user_id))
    document["sessions"][0]["trip"] |= {"status": "lost"}
    document["sessions"][0]["trip"]["customer"] |= {
        "name": "  Web\u0000er\n",
        "language": "klingon",
        "notes": "a\u0000b",
    }

    session = imported(services, json.dumps(document).encode(), eve)
    trip = services.trips.get(session.trip_id, user_id=eve)
    customer = services.customers.get(trip.customer_id, user_id=eve)
    assert (trip.status, customer.name, customer.language, customer.notes) == ("draft", "Weber", None, "ab")
