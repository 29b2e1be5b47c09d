"""What companies and proxies say of somebody: which user that is, whether they come in, and what never joins what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

import db.models
from db.engine import Database
from services.accounts.identities import IdentityService, Said
from services.accounts.records import SignIn, User
from services.errors import NotFoundError, NotInvitedError, NotPossibleError
from tests.helpers.accounts import SETTINGS, StoppedClock
from tests.helpers.databases import ON_SQLITE

Enter = Callable[..., SignIn]


@pytest.fixture
def identities(database: Database, clock: StoppedClock) -> IdentityService:
    return IdentityService(database, SETTINGS, clock)


@pytest.fixture
def said(clock: StoppedClock) -> Said:
    return Said(
        issuer="https://id.example.com",
        subject="00u1",
        issued_at=clock().replace(microsecond=0),
        email="Ada@Example.com",
        email_verified=True,
        name="Ada Lovelace",
        groups=("Planners",),
    )


def with_settings(database: Database, clock: StoppedClock, **changed: object) -> IdentityService:
    return IdentityService(database, SETTINGS.model_copy(update=changed), clock)


def test_first_time_makes_the_user_and_later_ones_find_it(identities, sign_ins, clock, said):
    first = identities.enter(said)
    clock.now += timedelta(days=1)
    again = identities.enter(replace(said, issued_at=clock(), email="new@example.com"))

    assert (first.user.username, first.user.email, first.user.name) == ("ada", "ada@example.com", "Ada Lovelace")
    assert again.user.id == first.user.id
    assert again.at > first.at
    assert all(sign_ins.current(one.user.id, one.at) for one in (first, again))


def test_same_answer_is_the_same_sign_in_and_ends_once(identities, sign_ins, clock, said):
    first = identities.enter(said)
    clock.now += timedelta(days=3)
    assert identities.enter(said).at == first.at

    sign_ins.sign_out(first.user.id, first.at)

    assert sign_ins.current(first.user.id, identities.enter(said).at) is None
    fresh = identities.enter(replace(said, issued_at=clock()))
    assert sign_ins.current(first.user.id, fresh.at)


@ON_SQLITE
@pytest.mark.parametrize("minutes", [-11, 11])
def test_answer_of_another_time_lets_nobody_in(identities, said, minutes):
    with pytest.raises(NotInvitedError, match="too old"):
        identities.enter(replace(said, issued_at=said.issued_at + timedelta(minutes=minutes)))


@pytest.mark.parametrize("changed", [{"issuer": "https://other.example.com"}, {"subject": "00U1"}])
def test_no_address_and_no_other_subject_joins_an_account(identities, said, changed):
    first = identities.enter(said)

    second = identities.enter(replace(said, **changed))

    assert second.user.id != first.user.id
    assert second.user.email == ""
    assert second.user.username.startswith("ada-")


@pytest.mark.parametrize("verified", [False, True])
def test_nobody_takes_over_an_account_with_a_password(identities, said, maria: User, verified):
    entered = identities.enter(replace(said, email=maria.email, email_verified=verified))

    assert entered.user.id != maria.id
    assert entered.user.email != maria.email


def test_who_is_in_joins_and_then_comes_in_that_way(identities, said, maria: User):
    identities.join(maria.id, said)
    identities.join(maria.id, said)

    assert identities.enter(said).user.id == maria.id
    assert identities.user_of(said) == identities.enter(said).user
    (kept,) = identities.all(maria.id)
    identities.remove(kept.id, user_id=maria.id)
    assert identities.user_of(said) is None


@ON_SQLITE
def test_what_is_somebody_elses_is_not_joined_and_the_only_way_in_stays(identities, said, maria: User):
    ada = identities.enter(said).user
    (only,) = identities.all(ada.id)

    with pytest.raises(NotPossibleError, match="Somebody else"):
        identities.join(maria.id, said)
    with pytest.raises(NotPossibleError, match="only way"):
        identities.remove(only.id, user_id=ada.id)
    with pytest.raises(NotFoundError):
        identities.remove(only.id, user_id=maria.id)


@ON_SQLITE
def test_only_way_in_stays_though_there_is_a_password_where_those_are_off(database, clock, said, maria: User):
    identities = with_settings(database, clock, passwords="off")
    identities.join(maria.id, said)
    (only,) = identities.all(maria.id)

    with pytest.raises(NotPossibleError, match="only way"):
        identities.remove(only.id, user_id=maria.id)


@ON_SQLITE
def test_disabled_user_stays_outside(identities, database, said):
    user = identities.enter(said).user
    with database.begin() as db_session:
        db_session.execute(update(db.models.User).values(disabled=True))

    with pytest.raises(NotInvitedError, match="disabled"):
        identities.enter(said)
    assert identities.user_of(said) is None
    assert user


@ON_SQLITE
@pytest.mark.parametrize(
    ("changed", "is_let_in"),
    [
        ({}, True),
        ({"email": "ada@sub.example.com"}, False),
        ({"email": "ada@example.com.evil.test"}, False),
        ({"email": ""}, False),
        ({"email_verified": False}, False),
    ],
)
def test_only_verified_addresses_of_named_domains_begin(database, clock, said, changed, is_let_in):
    identities = with_settings(database, clock, company_domains=("example.com",))
    if is_let_in:
        assert identities.enter(replace(said, **changed)).user.username == "ada"
        return
    with pytest.raises(NotInvitedError):
        identities.enter(replace(said, **changed))


@ON_SQLITE
def test_only_members_of_named_groups_begin(database, clock, said):
    identities = with_settings(database, clock, company_groups=("planners",))

    with pytest.raises(NotInvitedError):
        identities.enter(replace(said, groups=("Sales",)))
    assert identities.enter(said).user.username == "ada"


def test_groups_give_the_role_each_time_where_they_are_named(database, clock, said):
    identities = with_settings(database, clock, company_admins=("it",), company_viewers=("guests",))

    def role(*groups: str) -> str:
        clock.now += timedelta(minutes=1)
        return identities.enter(replace(said, issued_at=clock(), groups=groups)).user.role

    assert [role("IT"), role("Guests"), role(), role("it", "guests")] == ["admin", "viewer", "planner", "admin"]


@ON_SQLITE
def test_answer_that_is_shown_again_gives_no_role_back(database, clock, said, sign_ins):
    identities = with_settings(database, clock, company_admins=("it",))
    before = replace(said, groups=("IT",))
    kept = identities.enter(before)
    sign_ins.sign_out(kept.user.id, kept.at)
    clock.now += timedelta(minutes=1)
    assert identities.enter(replace(said, issued_at=clock(), groups=())).user.role == "planner"

    assert identities.enter(before).user.role == "planner"
