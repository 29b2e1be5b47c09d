"""Customers: kept by one planner, read by those who work on their trips, and forgotten whole."""

import pytest
from sqlalchemy import select

from db.models import Assistant, AuditAction, AuditEntry, BackboardThread, OutboxEntry
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import ask
from tests.helpers.trips import team  # noqa: F401 - a fixture


@ON_SQLITE
def test_customer_is_kept_as_it_was_given(services, user_id):
    made = services.customers.create(
        "  Familie\nWeber ", user_id=user_id, contact="a@b.example\n+49 30", language="PT-pt", notes="Pays late"
    )

    assert (made.name, made.contact, made.language, made.notes, made.mine) == (
        "Familie Weber", "a@b.example\n+49 30", "pt-PT", "Pays late", True,
    )  # fmt: skip
    changed = services.customers.change(made.id, user_id=user_id, language=None, notes="")
    assert (changed.name, changed.language, changed.notes) == ("Familie Weber", None, "")
    assert services.customers.get(made.id, user_id=user_id) == changed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "\n" * 1_000, "name"),
        ("name", "x" * 101, "name"),
        ("name", None, "name"),
        ("language", "xx-QQ", "language"),
        ("language", 5, "language"),
        ("contact", "x" * 501, "contact"),
        ("notes", "x" * 8_001, "notes"),
        ("notes", ["x"], "notes"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(services, user_id, field, value, says):
    made = services.customers.create("Weber", user_id=user_id)

    with pytest.raises(InvalidFieldsError, match=says) as refused:
        services.customers.change(made.id, user_id=user_id, **{"contact": "new", field: value})
    assert list(refused.value.problems) == [field]
    with pytest.raises(InvalidFieldsError):
        services.customers.create(**{"name": "x", field: value}, user_id=user_id)
    assert services.customers.get(made.id, user_id=user_id) == made


def test_members_of_a_trip_read_its_customer(services, team):
    seen = services.customers.get(team.customer_id, user_id=team.cleo)

    assert (seen.name, seen.mine) == ("Weber", False)
    assert [one.name for one in services.customers.page(user_id=team.bob).customers] == ["Weber"]
    assert services.customers.page(user_id=team.eve).customers == ()
    for attempt, says in (
        (lambda by: services.customers.change(team.customer_id, user_id=by, name="Mine"), "change"),
        (lambda by: services.customers.delete(team.customer_id, user_id=by), "delete"),
    ):
        with pytest.raises(NotPossibleError, match=says):
            attempt(team.bob)
        with pytest.raises(NotFoundError):
            attempt(team.eve)
    for attempt in (services.customers.get, services.customers.count_trips):
        with pytest.raises(NotFoundError):
            attempt(team.customer_id, user_id=team.eve)


def test_list_is_by_name_in_pages(services, user_id):
    for name in ("weber", "Abel", "Okafor"):
        services.customers.create(name, user_id=user_id)

    first = services.customers.page(user_id=user_id, limit=2)
    second = services.customers.page(user_id=user_id, limit=2, cursor=first.next_cursor)

    assert [one.name for one in (*first.customers, *second.customers)] == ["Abel", "Okafor", "weber"]
    assert second.next_cursor is None
    assert [one.name for one in services.customers.page(user_id=user_id, words="OKA").customers] == ["Okafor"]


def test_deleted_customer_is_forgotten_at_backboard_and_its_trips_go_on(services, emulator, database, team):
    accepted, _ = ask(services, team.ada)
    services.trip_sessions.move([accepted.session_id], team.trip_id, user_id=team.ada)
    emulator.go_away()  # so that what is to be done there stays where it can be seen
    with database.begin() as db_session:
        own = db_session.scalars(select(BackboardThread)).one()
        db_session.add(
            Assistant(user_id=team.ada, customer_id=team.customer_id, backend="b", assistant_id="a_1", brief_hash="")
        )
        db_session.add(
            BackboardThread(
                session_id=accepted.session_id,
                backend="b",
                thread_id="t_1",
                customer_id=team.customer_id,
            )
        )
        kept = own.thread_id

    assert services.customers.count_trips(team.customer_id, user_id=team.ada) == 1
    services.customers.delete(team.customer_id, user_id=team.ada)

    trip = services.trips.get(team.trip_id, user_id=team.cleo)
    assert (trip.title, trip.customer_id, trip.customer_name) == ("Lisbon in May", None, None)
    assert services.sessions.get(accepted.session_id, user_id=team.ada).message_count == 2
    with database.read() as db_session:
        rows = db_session.execute(select(OutboxEntry.kind, OutboxEntry.target_id))
        assert sorted(map(tuple, rows)) == [("assistant", "a_1"), ("thread", "t_1")]
        assert [one.thread_id for one in db_session.scalars(select(BackboardThread))] == [kept]
        assert [one.customer_id for one in db_session.scalars(select(Assistant))] == [None]
        last = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (last.action, last.target_id) == (AuditAction.DELETE_CUSTOMER, team.customer_id)
    changed = services.trips.change(team.trip_id, user_id=team.bob, rev=1, title="Porto")
    assert changed.customer_id is None


@ON_SQLITE
def test_who_works_on_a_trip_is_told_who_keeps_its_customer(services, team):
    for somebody in team.members:
        assert services.customers.keeper(team.customer_id, user_id=somebody) == "Ada"
    with pytest.raises(NotFoundError):
        services.customers.keeper(team.customer_id, user_id=team.eve)
