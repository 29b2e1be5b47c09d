"""Pages that are open are told when a list that they show is another, for little."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert

from db.engine import Database, DatabaseUnavailableError
from db.models import ChatSession
from services.sessions.lists import LOOK_EVERY_S, ListWatch
from services.trips.records import WithSessions
from services.wiring import Services
from tests.helpers.asked import asked_of
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import ask
from tests.helpers.trips import Team, team  # noqa: F401 - a fixture

Told = Callable[[Callable[[], object]], set[int]]


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def watch(database: Database, clock: list[float]) -> ListWatch:
    return ListWatch(database, monotonic=lambda: clock[0])


@pytest.fixture
def told(watch: ListWatch, clock: list[float], team: Team) -> Told:
    """Return a function that does something and returns whose lists are another then."""
    people = (*team.members, team.eve)

    def do(change: Callable[[], object]) -> set[int]:
        seen = {one: watch.look(one) for one in people}
        change()
        clock[0] += 2 * LOOK_EVERY_S
        return {one for one in people if watch.now(one) != seen[one]}

    return do


def test_all_who_work_on_a_trip_are_told_what_others_do_to_it_and_nobody_else(
    services: Services, team: Team, told: Told
) -> None:
    ada: dict[str, Any] = {"user_id": team.ada}
    trip_id, everybody = team.trip_id, {*team.members}
    file = None

    def add_file() -> None:
        nonlocal file
        file = services.trip_files.add(trip_id, "visa.txt", b"none", user_id=team.bob)

    def remove_file() -> None:
        assert file is not None
        services.trip_files.remove(trip_id, file.id, **ada)

    assert told(lambda: None) == set()
    assert told(lambda: services.trips.change(trip_id, brief={"pace": "relaxed"}, user_id=team.bob)) == everybody
    assert told(lambda: services.trips.change(trip_id, title="Porto", **ada)) == everybody
    assert told(lambda: services.customers.change(team.customer_id, name="Webers", **ada)) == everybody
    assert told(add_file) == everybody
    assert told(remove_file) == everybody
    assert told(lambda: services.trip_members.change(trip_id, team.cleo, access="edit", **ada)) == everybody
    assert told(lambda: services.trip_members.add(trip_id, "eve", **ada)) == everybody | {team.eve}
    assert told(lambda: services.trip_members.remove(trip_id, team.eve, **ada)) == everybody | {team.eve}
    assert told(lambda: services.trip_members.leave(trip_id, user_id=team.cleo)) == everybody
    assert told(lambda: services.trip_deletion.delete(trip_id, sessions=WithSessions.DELETE, **ada)) == {
        team.ada, team.bob,
    }  # fmt: skip
    assert told(lambda: services.trip_deletion.bring_back(trip_id, **ada)) == {team.ada, team.bob}


@ON_SQLITE
def test_all_who_see_a_session_are_told_what_changes_in_their_lists(
    services: Services, team: Team, told: Told
) -> None:
    ada: dict[str, Any] = {"user_id": team.ada}
    both = {team.ada, team.eve}
    session_id, other_id = (ask(services, key=key, **ada)[0].session_id for key in "ab")

    assert told(lambda: services.sharing.add(session_id, "eve", **ada)) == {team.eve}
    assert told(lambda: ask(services, key="c", session_id=session_id, **ada)) == both
    assert told(lambda: services.sessions.change(session_id, title="Lisbon", **ada)) == both
    assert told(lambda: services.sharing.change(session_id, team.eve, access="view", **ada)) == {team.eve}
    assert told(lambda: services.sharing.remove(session_id, team.eve, **ada)) == {team.eve}
    assert told(lambda: services.trip_sessions.move([session_id], team.trip_id, **ada)) == {*team.members}
    assert told(lambda: services.trip_sessions.move([session_id], None, **ada)) == {*team.members}
    assert told(lambda: services.sharing.add(session_id, "eve", **ada)) == {team.eve}
    assert told(lambda: services.sessions.delete([session_id, other_id], **ada)) == both


def test_number_counts_a_transaction_once(services: Services, watch: ListWatch, team: Team) -> None:
    before = watch.look(team.bob)
    services.trip_members.remove(team.trip_id, team.bob, user_id=team.ada)

    after = watch.look(team.bob)
    assert before is not None
    assert after is not None
    assert after.changes == before.changes + 1


@ON_SQLITE
def test_open_pages_cost_one_statement_however_many_they_are_and_whatever_they_list(
    services: Services, database: Database, watch: ListWatch, clock: list[float], team: Team
) -> None:
    def cost() -> list[str]:
        clock[0] += 2 * LOOK_EVERY_S
        with asked_of(database) as statements:
            for _ in range(20):
                for one in (*team.members, team.eve):
                    watch.now(one)
        return [one for one in statements if one.startswith("SELECT")]

    for one in (*team.members, team.eve):
        watch.now(one)
    few = cost()
    with database.begin() as db_session:
        rows = [{"user_id": team.ada, "title": f"Session {number}", "model": "a/b"} for number in range(500)]
        db_session.execute(insert(ChatSession), rows)

    assert len(few) == 1
    assert cost() == few


def test_while_the_database_is_away_nothing_changes(
    database: Database, watch: ListWatch, clock: list[float], team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = watch.look(team.bob)

    def away() -> None:
        raise DatabaseUnavailableError("away")

    monkeypatch.setattr(database, "read", away)
    clock[0] += 2 * LOOK_EVERY_S
    assert watch.now(team.bob) == seen
