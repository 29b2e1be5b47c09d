"""An invitation makes one account, with its role, also while sign-up is closed; whoever made it is an admin still."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

import db.models
from db.engine import Database
from db.models import AuditAction, AuditEntry
from services.accounts.records import User
from services.errors import (
    InvalidFieldsError,
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    ServiceError,
    TooManyGuessesError,
)
from services.people import invitations
from services.people.records import InvitationState
from tests.helpers.accounts import HERE, PASSWORD, answer
from tests.helpers.databases import ON_SQLITE


def invite(house: Any, admin: User, role: str = "planner", days: int = 7) -> str:
    made = house.invitations.make(role=role, note="Carol of Sales", days=days, admin_id=admin.id)
    return str(made.token)


def accept(house: Any, token: str, username: str = "carol") -> User:
    user: User = house.invitations.accept(
        token, name="Carol", email=f"{username}@example.com", username=username, password=PASSWORD
    )
    return user


def states(house: Any, admin: User) -> list[InvitationState]:
    return [one.state for one in house.invitations.page(admin_id=admin.id).invitations]


@pytest.mark.parametrize("role", ["viewer", "planner", "admin"])
def test_invited_person_gets_the_role_once(house: Any, admin: User, database: Database, role: str) -> None:
    token = invite(house, admin, role)
    assert house.invitations.check(token) == role

    assert accept(house, token).role == role

    assert answer(house.sign_ins, "carol", PASSWORD) == "in"
    for again in (lambda: house.invitations.check(token), lambda: accept(house, token, "dave")):
        with pytest.raises(NotPossibleError, match=r"^This invitation was used already\."):
            again()
    (listed,) = house.invitations.page(admin_id=admin.id).invitations
    assert (listed.state, listed.made_by, listed.used_by) == (InvitationState.USED, "ada", "carol")
    with database.read() as db_session:
        kept = db_session.scalars(select(db.models.Invitation.token_hash)).one()
        details = {row.action: row.detail for row in db_session.scalars(select(AuditEntry))}
    assert token not in kept
    assert details[AuditAction.INVITE] == f"{role}: Carol of Sales"
    assert details[AuditAction.SIGN_UP] == f"invited as {role}: Carol of Sales"
    with pytest.raises(NotPossibleError):
        house.invitations.revoke(listed.id, admin_id=admin.id)


@ON_SQLITE
def test_link_of_an_account_that_is_gone_opens_nothing_again(house: Any, admin: User, database: Database) -> None:
    token = invite(house, admin, "admin")
    carol = accept(house, token)
    with database.begin() as db_session:
        db_session.delete(db_session.get_one(db.models.User, carol.id))

    with pytest.raises(NotPossibleError):
        accept(house, token, "dave")


def test_two_who_open_a_link_at_once_make_one_account(house: Any, admin: User) -> None:
    token = invite(house, admin)

    def attempt(username: str) -> bool:
        try:
            accept(house, token, username)
        except ServiceError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, ["carol", "dave"])) == [False, True]


def test_link_ends_with_its_days_and_with_its_maker(house: Any, admin: User, bob: User) -> None:
    token = invite(house, admin, days=2)
    house.later(days=2)
    with pytest.raises(NotPossibleError, match=r"^This invitation has ended\."):
        accept(house, token)

    other = invite(house, admin, "admin")
    house.people.change_role(bob.id, "admin", admin_id=admin.id)
    house.people.change_role(admin.id, "planner", admin_id=bob.id)
    with pytest.raises(NotPossibleError, match=r"^This invitation has ended\."):
        accept(house, other)
    assert states(house, bob) == [InvitationState.ENDED] * 2


@ON_SQLITE
def test_revoked_link_and_what_never_was_one_are_the_same(house: Any, admin: User) -> None:
    token = invite(house, admin)
    (listed,) = house.invitations.page(admin_id=admin.id).invitations
    house.invitations.revoke(listed.id, admin_id=admin.id)

    for link in (token, "", "\ud800", "x" * 5_000):
        with pytest.raises(NotFoundError, match=r"^This link is not an invitation, or it was revoked\."):
            house.invitations.check(link)
    assert states(house, admin) == []


def test_guesses_are_counted_for_the_address(house: Any, admin: User) -> None:
    token = invite(house, admin)
    for number in range(30):
        with pytest.raises(NotFoundError):
            house.invitations.check(f"guess-{number}", address=HERE)

    with pytest.raises(TooManyGuessesError):
        house.invitations.check(token, address=HERE)
    with pytest.raises(TooManyGuessesError):
        house.resets.username("guess", address=HERE)
    house.later(minutes=10)
    assert house.invitations.check(token, address=HERE) == "planner"


@ON_SQLITE
def test_broken_rule_does_not_use_the_link_up(house: Any, admin: User) -> None:
    token = invite(house, admin)
    with pytest.raises(InvalidFieldsError):
        accept(house, token, "ada")

    assert accept(house, token).username == "carol"


@ON_SQLITE
@pytest.mark.parametrize(
    "wrong", [{"role": "guest"}, {"days": 0}, {"days": 91}, {"note": " "}, {"note": "x" * 201}], ids=str
)
def test_wrong_field_is_told(house: Any, admin: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        house.invitations.make(**{"role": "planner", "note": "Carol", "days": 7, "admin_id": admin.id, **wrong})


def test_list_comes_page_by_page_and_has_an_end(house: Any, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "INVITATIONS_AT_ONCE", 2)
    monkeypatch.setattr(invitations, "MAX_OPEN", 3)
    for _ in range(3):
        invite(house, admin)
    with pytest.raises(NotPossibleError):
        invite(house, admin)

    first = house.invitations.page(admin_id=admin.id)
    second = house.invitations.page(admin_id=admin.id, before=first.before)

    assert [len(first.invitations), len(second.invitations), second.before] == [2, 1, None]
