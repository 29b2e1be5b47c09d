from datetime import UTC, datetime, timedelta

import pytest

import db.users
from db.engine import Database
from db.models import SignInFailures, User

NOON = datetime(2026, 3, 1, 12, 0, 0, 5_000, tzinfo=UTC)
MS = timedelta(milliseconds=1)


@pytest.fixture
def user_id(database: Database) -> int:
    with database.begin() as db_session:
        user = User(username="maria", email="maria@example.com", name="Maria", sessions_valid_from=NOON)
        db_session.add(user)
        db_session.flush()
        return user.id


@pytest.mark.parametrize(("at", "holds"), [(NOON - MS, False), (NOON, True), (NOON + MS, True)])
def test_sign_in_holds_from_the_instant_on(database: Database, user_id: int, at: datetime, holds: bool) -> None:
    with database.read() as db_session:
        by_id = db.users.active_signed_in(db_session, at=at, user_id=user_id)
        by_name = db.users.active_signed_in(db_session, at=at, username="maria")

    assert [by_id is not None, by_name is not None] == [holds, holds]


def test_instant_within_a_millisecond_holds_from_that_millisecond_on(database: Database, user_id: int) -> None:
    with database.begin() as db_session:
        db_session.get_one(User, user_id).sessions_valid_from = NOON + timedelta(microseconds=999)

    with database.read() as db_session:
        assert db.users.active_signed_in(db_session, at=NOON, user_id=user_id) is not None


def test_signed_out_sign_in_ends_and_others_of_the_user_do_not(database: Database, user_id: int) -> None:
    with database.begin() as db_session:
        for _ in range(2):  # in two tabs
            db.users.sign_out(db_session, user_id, at=NOON + MS)

    with database.read() as db_session:
        assert db.users.active_signed_in(db_session, at=NOON + MS, user_id=user_id) is None
        assert db.users.active_signed_in(db_session, at=NOON + 2 * MS, user_id=user_id) is not None


def test_disabled_user_is_not_signed_in_and_not_found(database: Database, user_id: int) -> None:
    with database.begin() as db_session:
        db_session.get_one(User, user_id).disabled = True

    with database.read() as db_session:
        assert db.users.active_signed_in(db_session, at=NOON, user_id=user_id) is None
        assert db.users.get_active(db_session, user_id) is None


def test_taken_names_each_side(database: Database, user_id: int) -> None:
    with database.read() as db_session:
        assert db.users.taken(db_session, username="maria", email="new@example.com") == (True, False)
        assert db.users.taken(db_session, username="new", email="maria@example.com") == (False, True)
        assert db.users.taken(db_session, username="new", email="new@example.com") == (False, False)


def test_failures_are_one_row_per_name_and_old_ones_are_pruned(database: Database) -> None:
    for hours in (0, 1):
        with database.begin() as db_session:
            db.users.failures_of(db_session, "old", now=NOON + timedelta(hours=hours)).failures += 1
    with database.begin() as db_session:
        db.users.failures_of(db_session, "new", now=NOON + timedelta(hours=2))
        db.users.prune_failures(db_session, before=NOON + timedelta(minutes=30), most=9)
        assert db_session.get_one(SignInFailures, "old").failures == 2

    with database.begin() as db_session:
        db.users.prune_failures(db_session, before=NOON + timedelta(hours=2), most=9)

    with database.read() as db_session:
        assert [row.username for row in db_session.query(SignInFailures)] == ["new"]


def test_only_the_latest_failures_are_kept(database: Database) -> None:
    with database.begin() as db_session:
        for number in range(5):
            db.users.failures_of(db_session, f"made up {number}", now=NOON + timedelta(minutes=number))

        db.users.prune_failures(db_session, before=NOON, most=3)

        kept = {row.username for row in db_session.query(SignInFailures)}
    assert kept == {"made up 2", "made up 3", "made up 4"}
