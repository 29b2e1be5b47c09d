"""Who works on a trip: let in by username, taken off, handed over to."""

import pytest
from sqlalchemy import select

import db.trips
from db.models import AuditAction, AuditEntry, AuditTarget, Trip, User
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError
from services.trips import members
from services.trips.records import TripAccess
from tests.helpers.services import make_user
from tests.helpers.trips import team  # noqa: F401 - a fixture


def who(services, team, user_id=None):
    return {
        one.username: one.access.value
        for one in services.trip_members.list(team.trip_id, user_id=user_id or team.ada)
    }


def test_members_are_listed_to_each_other_the_owner_first(services, team):
    assert list(who(services, team, team.cleo).items()) == [("ada", "owner"), ("bob", "edit"), ("cleo", "view")]
    with pytest.raises(NotFoundError):
        services.trip_members.list(team.trip_id, user_id=team.eve)


def test_new_member_is_named_as_typed_and_sees_the_trip(services, team):
    found = services.trip_members.add(team.trip_id, " Eve ", user_id=team.ada, access="view")

    assert found[-1].username == "eve"
    assert services.trips.get(team.trip_id, user_id=team.eve).access is TripAccess.VIEW


@pytest.mark.parametrize(
    ("username", "access", "field", "says"),
    [
        ("nobody", "edit", "username", "“nobody” is nobody's here"),
        ("gone", "edit", "username", "“gone” is nobody's here"),
        ("x" * 5_000, "edit", "username", "nobody's here"),
        ("ada", "edit", "username", "your own"),
        ("BOB", "view", "username", "works on this trip already"),
        ("eve", "owner", "access", "edit or view"),
        ("eve", "", "access", "edit or view"),
    ],
)
def test_who_cannot_be_let_in_is_told_at_the_field(services, database, team, username, access, field, says):
    gone = make_user(database, "gone")
    with database.begin() as db_session:
        db_session.get_one(User, gone).disabled = True
    before = who(services, team)

    with pytest.raises(InvalidFieldsError, match=says) as refused:
        services.trip_members.add(team.trip_id, username, user_id=team.ada, access=access)
    assert list(refused.value.problems) == [field]
    assert who(services, team) == before


def test_no_more_than_fit_are_let_in(services, team, monkeypatch):
    monkeypatch.setattr(members, "MAX_MEMBERS", 3)
    with pytest.raises(NotPossibleError, match="3 members"):
        services.trip_members.add(team.trip_id, "eve", user_id=team.ada)


def test_only_the_owner_lets_in_and_takes_off(services, team):
    for attempt in (
        lambda by: services.trip_members.add(team.trip_id, "eve", user_id=by),
        lambda by: services.trip_members.change(team.trip_id, team.cleo, user_id=by, access="edit"),
        lambda by: services.trip_members.remove(team.trip_id, team.ada, user_id=by),
        lambda by: services.trip_members.hand_over(team.trip_id, team.bob, user_id=by),
    ):
        with pytest.raises(NotPossibleError, match="Only the owner"):
            attempt(team.bob)
        with pytest.raises(NotFoundError):
            attempt(team.eve)
    assert who(services, team) == {"ada": "owner", "bob": "edit", "cleo": "view"}


def test_member_may_do_more_and_is_taken_off(services, team):
    services.trip_members.change(team.trip_id, team.cleo, user_id=team.ada, access="edit")
    services.trips.change(team.trip_id, user_id=team.cleo, title="Porto")
    services.trip_members.remove(team.trip_id, team.cleo, user_id=team.ada)

    with pytest.raises(NotFoundError):
        services.trips.get(team.trip_id, user_id=team.cleo)
    with pytest.raises(NotFoundError):
        services.customers.get(team.customer_id, user_id=team.cleo)
    assert who(services, team) == {"ada": "owner", "bob": "edit"}
    for attempt in (
        lambda: services.trip_members.remove(team.trip_id, team.eve, user_id=team.ada),
        lambda: services.trip_members.change(team.trip_id, team.eve, user_id=team.ada, access="view"),
        lambda: services.trip_members.hand_over(team.trip_id, team.eve, user_id=team.ada),
    ):
        with pytest.raises(NotFoundError, match="member"):
            attempt()


def test_member_leaves_and_the_owner_hands_over_first(services, database, team):
    for attempt in (
        lambda: services.trip_members.leave(team.trip_id, user_id=team.ada),
        lambda: services.trip_members.remove(team.trip_id, team.ada, user_id=team.ada),
        lambda: services.trip_members.change(team.trip_id, team.ada, user_id=team.ada, access="view"),
    ):
        with pytest.raises(NotPossibleError, match="Hand it over"):
            attempt()
    with pytest.raises(NotPossibleError, match="already"):
        services.trip_members.hand_over(team.trip_id, team.ada, user_id=team.ada)

    services.trip_members.change(team.trip_id, team.bob, user_id=team.ada, access="owner")
    assert who(services, team) == {"bob": "owner", "ada": "edit", "cleo": "view"}
    services.trip_members.leave(team.trip_id, user_id=team.ada)
    services.trip_members.remove(team.trip_id, team.cleo, user_id=team.cleo)

    assert who(services, team, team.bob) == {"bob": "owner"}
    with database.read() as db_session:
        assert db_session.get_one(Trip, team.trip_id).user_id == team.bob
    with pytest.raises(NotFoundError):
        services.trip_members.leave(team.trip_id, user_id=team.ada)


def test_nothing_is_handed_to_who_cannot_come_in(services, database, team):
    with database.begin() as db_session:
        db_session.get_one(User, team.bob).disabled = True
    with pytest.raises(NotPossibleError, match="disabled"):
        services.trip_members.hand_over(team.trip_id, team.bob, user_id=team.ada)


def test_sessions_are_settled_whenever_members_change(services, team, monkeypatch):
    session = services.sessions.create(user_id=team.ada)
    services.trip_sessions.move([session.id], team.trip_id, user_id=team.ada)
    settled: list[list[int]] = []
    monkeypatch.setattr(db.participants, "settle", lambda _, ids: settled.append(list(ids)))

    services.trip_members.add(team.trip_id, "eve", user_id=team.ada)
    services.trip_members.change(team.trip_id, team.eve, user_id=team.ada, access="view")
    services.trip_members.remove(team.trip_id, team.eve, user_id=team.ada)
    services.trip_members.leave(team.trip_id, user_id=team.cleo)
    services.trip_members.hand_over(team.trip_id, team.bob, user_id=team.ada)
    services.trip_sessions.move([session.id], None, user_id=team.ada)

    assert settled == [[session.id]] * 6


def test_audit_says_who_let_whom_in(services, database, team):
    services.trip_members.hand_over(team.trip_id, team.bob, user_id=team.ada)
    services.trip_members.remove(team.trip_id, team.cleo, user_id=team.bob)

    with database.read() as db_session:
        query = select(AuditEntry).where(AuditEntry.target_kind == AuditTarget.TRIP).order_by(AuditEntry.id)
        rows = db_session.scalars(query).all()
    assert {row.target_id for row in rows} == {team.trip_id}
    assert [(row.user_id, row.action, row.detail) for row in rows][1:] == [
        (team.ada, AuditAction.SHARE_TRIP, f"edit {team.bob}"),
        (team.ada, AuditAction.SHARE_TRIP, f"view {team.cleo}"),
        (team.ada, AuditAction.HAND_OVER_TRIP, f"to {team.bob}"),
        (team.bob, AuditAction.UNSHARE_TRIP, str(team.cleo)),
    ]
