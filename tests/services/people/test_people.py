"""Admins see who is here and change what they may do; nobody else does, and one admin is always left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

import db.models
import db.stamps
from db.engine import Database
from db.models import AuditAction, AuditEntry
from services.accounts.records import User
from services.errors import InvalidInputError, NotFoundError, NotPossibleError
from services.people import people
from services.people.records import PeopleFilter
from tests.helpers.accounts import PASSWORD, answer
from tests.helpers.databases import ON_SQLITE

ASKS: dict[str, Callable[[Any, int, int], object]] = {
    "page": lambda house, bob, who: house.people.page(PeopleFilter(), admin_id=who),
    "get": lambda house, bob, who: house.people.get(bob, admin_id=who),
    "role": lambda house, bob, who: house.people.change_role(bob, "admin", admin_id=who),
    "disable": lambda house, bob, who: house.people.disable(bob, admin_id=who),
    "enable": lambda house, bob, who: house.people.enable(bob, admin_id=who),
    "sign out": lambda house, bob, who: house.people.sign_out(bob, admin_id=who),
    "files": lambda house, bob, who: house.people.set_files_mb(bob, 5, admin_id=who),
    "offer": lambda house, bob, who: house.resets.offer(bob, admin_id=who),
    "invite": lambda house, bob, who: house.invitations.make(role="admin", note="me", days=7, admin_id=who),
    "invitations": lambda house, bob, who: house.invitations.page(admin_id=who),
    "revoke": lambda house, bob, who: house.invitations.revoke(1, admin_id=who),
}


def stamp(database: Database, user_id: int) -> int:
    with database.read() as db_session:
        return int(db.stamps.of_planners(db_session, [user_id])[0].number)


def rows(database: Database, action: AuditAction) -> list[tuple[int | None, int | None, str]]:
    with database.read() as db_session:
        found = db_session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()
        return [(row.user_id, row.target_id, row.detail) for row in found]


@ON_SQLITE
@pytest.mark.parametrize("who", ["planner", "viewer", "disabled", "was one", "nobody"])
def test_nobody_else_asks_anything(house: Any, admin: User, bob: User, who: str) -> None:
    other = house.add("eve", who if who in ("planner", "viewer") else "admin").id
    if who == "disabled":
        house.people.disable(other, admin_id=admin.id)
    elif who == "was one":
        house.people.change_role(other, "planner", admin_id=admin.id)
    elif who == "nobody":
        other = 5

    for name, ask in ASKS.items():
        with pytest.raises(NotFoundError):
            pytest.fail(f"{name}: {ask(house, bob.id, other)}")
    assert house.people.get(bob.id, admin_id=admin.id).role == "planner"


def test_change_is_noted_and_tells_open_pages(house: Any, admin: User, bob: User, database: Database) -> None:
    before = stamp(database, bob.id)

    house.people.change_role(bob.id, "viewer", admin_id=admin.id)

    assert house.people.get(bob.id, admin_id=admin.id).role == "viewer"
    assert rows(database, AuditAction.CHANGE_ROLE) == [(admin.id, bob.id, "viewer")]
    assert stamp(database, bob.id) == before + 1
    house.people.change_role(bob.id, "viewer", admin_id=admin.id)
    assert len(rows(database, AuditAction.CHANGE_ROLE)) == 1
    with pytest.raises(InvalidInputError):
        house.people.change_role(bob.id, "guest", admin_id=admin.id)


def test_last_admin_stays_one(house: Any, admin: User, bob: User) -> None:
    for change in (
        lambda: house.people.change_role(admin.id, "planner", admin_id=admin.id),
        lambda: house.people.disable(admin.id, admin_id=admin.id),
    ):
        with pytest.raises(NotPossibleError):
            change()

    house.people.change_role(bob.id, "admin", admin_id=admin.id)
    house.people.disable(bob.id, admin_id=admin.id)  # a disabled admin is none
    with pytest.raises(NotPossibleError, match=r"^Ada is the only admin\. Make somebody else an admin first\.$"):
        house.people.change_role(admin.id, "planner", admin_id=admin.id)
    house.people.enable(bob.id, admin_id=admin.id)
    house.people.change_role(admin.id, "planner", admin_id=admin.id)
    assert house.people.get(admin.id, admin_id=bob.id).role == "planner"


def test_two_admins_who_take_each_others_role_at_once_leave_one(
    house: Any, admin: User, bob: User, database: Database
) -> None:
    house.people.change_role(bob.id, "admin", admin_id=admin.id)

    def attempt(pair: tuple[int, int]) -> bool:
        try:
            house.people.change_role(pair[0], "planner", admin_id=pair[1])
        except (NotFoundError, NotPossibleError):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(attempt, [(admin.id, bob.id), (bob.id, admin.id)]))

    assert sorted(done) == [False, True]
    with database.read() as db_session:
        assert len(db.users.admins(db_session)) == 1


@pytest.mark.parametrize("how", ["disable", "sign_out"])
def test_who_is_put_out_is_out_for_good(house: Any, admin: User, bob: User, database: Database, how: str) -> None:
    signed_in = house.sign_ins.sign_in("bob", PASSWORD)
    secret = house.tokens.create(user_id=bob.id, name="CRM").secret
    link = house.resets.offer(bob.id, admin_id=admin.id).token
    before = stamp(database, bob.id)

    getattr(house.people, how)(bob.id, admin_id=admin.id)

    assert stamp(database, bob.id) == before + 1
    assert answer(house.sign_ins, "bob", PASSWORD) == ("in" if how == "sign_out" else "wrong_password")
    house.people.enable(bob.id, admin_id=admin.id)
    assert house.sign_ins.current(bob.id, signed_in.at) is None
    assert house.tokens.check(secret) is None
    with pytest.raises(NotFoundError):
        house.resets.username(link)
    assert answer(house.sign_ins, "bob", PASSWORD) == "in"
    action = AuditAction.DISABLE_USER if how == "disable" else AuditAction.END_SIGN_INS
    assert rows(database, action) == [(admin.id, bob.id, "")]
    assert [row[0] for row in rows(database, AuditAction.REVOKE_TOKEN)] == [admin.id]
    assert len(rows(database, AuditAction.ENABLE_USER)) == (how == "disable")


def test_people_are_found_by_what_they_are_called_page_by_page(
    house: Any, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "PEOPLE_AT_ONCE", 2)
    for name in ("zoe", "bob", "guest-7"):
        house.add(name, "guest" if name.startswith("guest") else "planner")
    with house.database.begin() as db_session:
        db_session.get_one(db.models.User, house.accounts.named("zoe").id).name = "Zoë 100%_Łoś"

    def found(after: str | None = None, **wanted: Any) -> list[str]:
        page = house.people.page(PeopleFilter(**wanted), admin_id=admin.id, after=after)
        names = [one.username for one in page.people]
        return names + found(page.after, **wanted) if page.after else names

    assert found() == ["ada", "bob", "zoe"]
    assert found(words="ŁOŚ zoë") == ["zoe"]
    assert found(words="%_") == ["zoe"]
    assert found(words="ZOE@example") == ["zoe"]
    assert found(words="_") == ["zoe"]
    assert found(words="nobody\x00") == []
    assert found(role="guest") == ["guest-7"]
    assert found(role="admin") == ["ada"]
    assert found(disabled=True) == []


@ON_SQLITE
def test_person_tells_how_they_sign_in(house: Any, admin: User, bob: User, database: Database) -> None:
    with database.begin() as db_session:
        db_session.add(db.models.Identity(user_id=bob.id, issuer="https://id.example", subject="1"))
        db_session.get_one(db.models.User, bob.id).email = f"1{db.models.NO_MAIL}"

    person = house.people.get(bob.id, admin_id=admin.id)

    assert (person.has_password, person.issuers, person.email) == (True, ("https://id.example",), "")


@ON_SQLITE
@pytest.mark.parametrize("files_mb", [-1, 1_000_001])
def test_room_for_files_is_bounded(house: Any, admin: User, bob: User, files_mb: int) -> None:
    with pytest.raises(InvalidInputError, match=r"^Room for files is 0 to 1,000,000 MB\.$"):
        house.people.set_files_mb(bob.id, files_mb, admin_id=admin.id)


@ON_SQLITE
def test_guest_gets_no_role_and_no_link(house: Any, admin: User) -> None:
    guest = house.add("guest-7", "guest")

    with pytest.raises(NotPossibleError):
        house.people.change_role(guest.id, "admin", admin_id=admin.id)
    with pytest.raises(NotPossibleError):
        house.resets.offer(guest.id, admin_id=admin.id)
