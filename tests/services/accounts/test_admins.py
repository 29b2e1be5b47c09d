"""Who is an admin, and the one-time code that makes the first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import AdminCode, AuditAction, AuditEntry, AuditTarget
from services.accounts.accounts import AccountService
from services.accounts.admins import AdminService
from services.accounts.limits import LOCKED_FOR
from services.accounts.records import User
from services.accounts.sign_ins import SignInService
from services.errors import InvalidInputError, NotPossibleError, SignInLockedError
from tests.helpers.accounts import HERE, PASSWORD, StoppedClock, answer, sign_up
from tests.helpers.databases import ON_SQLITE


@ON_SQLITE
def test_wrong_admin_codes_count_for_the_address(
    admins: AdminService, sign_ins: SignInService, maria: User, ten_from_an_address: None
) -> None:
    for number in range(10):
        assert answer(sign_ins, f"name-{number}", address=HERE) == "wrong_password"

    with pytest.raises(SignInLockedError, match="your network"):
        admins.become_admin(maria.id, "guess", address=HERE)


def code_of(admins: AdminService) -> str:
    code = admins.new_code()
    assert code is not None
    return code


def test_code_of_any_start_makes_one_admin_and_only_hashes_are_kept(
    admins: AdminService, maria: User, database: Database
) -> None:
    codes = [code_of(admins) for _ in range(3)]
    with database.read() as db_session:
        kept = db_session.scalars(select(AdminCode.code_hash)).all()
    assert len(kept) == 3
    assert {4 * len(code.replace("-", "")) for code in codes} == {112}  # bits: guessed by nobody who has the hashes
    assert not set(codes) & set(kept)

    admins.become_admin(maria.id, f"  {codes[1].upper().replace('-', ' ')}\n")

    assert [admin.username for admin in admins.all()] == ["maria"]
    with database.read() as db_session:
        entry = db_session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.CHANGE_ROLE)).one()
        assert (entry.user_id, entry.detail) == (maria.id, "admin, by the one-time code")
        assert (entry.target_kind, entry.target_id) == (AuditTarget.USER, maria.id)
        assert db_session.scalars(select(AdminCode)).all() == []


@ON_SQLITE
def test_code_is_void_once_there_is_an_admin(accounts: AccountService, admins: AdminService, maria: User) -> None:
    code = code_of(admins)
    other = sign_up(accounts, username="other", email="other@example.com")
    admins.set_admin(maria.id, admin=True)

    assert admins.new_code() is None
    with pytest.raises(NotPossibleError, match="There is an admin already"):
        admins.become_admin(other.id, code)
    admins.set_admin(maria.id, admin=False)
    with pytest.raises(InvalidInputError, match="That code is not correct"):
        admins.become_admin(other.id, code)
    admins.become_admin(other.id, code_of(admins))


def test_two_who_hold_a_code_at_once_make_one_admin(
    accounts: AccountService, admins: AdminService, maria: User
) -> None:
    codes = {maria.id: code_of(admins)}
    codes[sign_up(accounts, username="other", email="other@example.com").id] = code_of(admins)

    def attempt(user_id: int) -> bool:
        try:
            admins.become_admin(user_id, codes[user_id])
        except (NotPossibleError, InvalidInputError):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, codes)) == [False, True]
    assert len(admins.all()) == 1


@ON_SQLITE
@pytest.mark.parametrize("typed", ["", "-", "0000-0000-0000-0000-0000", "\ud800", "x" * 1000])
def test_wrong_code_makes_no_admin(admins: AdminService, maria: User, typed: str) -> None:
    code_of(admins)

    with pytest.raises(InvalidInputError, match="That code is not correct"):
        admins.become_admin(maria.id, typed)
    assert admins.all() == ()


def test_fifth_wrong_code_locks_the_field_but_neither_the_door_nor_others(
    admins: AdminService, sign_ins: SignInService, maria: User, clock: StoppedClock
) -> None:
    code = code_of(admins)
    for _ in range(5):
        with pytest.raises(InvalidInputError):
            admins.become_admin(maria.id, "guess")

    with pytest.raises(SignInLockedError, match=r"^Too many wrong codes\. Try again in 15 minutes\.$"):
        admins.become_admin(maria.id, code)
    assert answer(sign_ins, "maria", PASSWORD) == "in"
    clock.now += LOCKED_FOR
    admins.become_admin(maria.id, code)
    assert len(admins.all()) == 1
