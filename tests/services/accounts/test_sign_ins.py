"""Who comes in by a password, how long a sign-in holds, and what ends it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from sqlalchemy import delete, select

from components.accounts.sign_in_cookie import read_token
from db.engine import Database
from db.models import AuditAction, AuditEntry, AuditTarget
from db.models import User as UserRow
from services.accounts.accounts import AccountService
from services.accounts.records import User
from services.accounts.sign_ins import SignInService, whole_ms
from services.accounts.tokens import TokenService
from services.errors import (
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    SignInLockedError,
    SignInTooOldError,
    SignUpClosedError,
    WrongPasswordError,
)
from tests.helpers.accounts import MS, NEW_PASSWORD, PASSWORD, SETTINGS, AllWrong, StoppedClock, cheaply, sign_up
from tests.helpers.databases import ON_SQLITE


@ON_SQLITE
def test_proof_of_a_browser_is_no_sign_in(sign_ins: SignInService, maria: User) -> None:
    proof = sign_ins.prove_browser(maria.id)

    assert proof is not None
    assert read_token(proof, "k" * 32, now=datetime(2020, 1, 1, tzinfo=UTC)) is None
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(proof, "k" * 32, algorithms=["HS256"])


def test_password_is_asked_for_again_and_wrong_ones_are_counted(sign_ins: SignInService, maria: User) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)

    assert sign_ins.confirm(maria.id, password=PASSWORD, signed_in_at=here.at).user_id == maria.id
    for _ in range(5):
        with pytest.raises(WrongPasswordError, match="That password is not correct"):
            sign_ins.confirm(maria.id, password="wrong", signed_in_at=here.at)
    with pytest.raises(SignInLockedError):
        sign_ins.confirm(maria.id, password=PASSWORD, signed_in_at=here.at)


@ON_SQLITE
def test_where_passwords_are_off_nobody_comes_in_by_one_and_nobody_is_asked_for_it(
    accounts: AccountService, sign_ins: SignInService, maria: User, database: Database, clock: StoppedClock
) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)
    settings = SETTINGS.model_copy(update={"passwords": "off"})
    off = SignInService(database, settings, compare=cheaply, clock=clock)

    with pytest.raises(NotPossibleError, match="Nobody signs in with a password here"):
        off.sign_in("maria", PASSWORD)
    with pytest.raises(NotPossibleError):
        off.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)
    assert off.current(maria.id, here.at)
    assert off.confirm(maria.id, password="", signed_in_at=here.at).user_id == maria.id
    accounts_off = AccountService(database, settings, clock)
    assert not accounts_off.has_password(maria.id)
    with pytest.raises(SignUpClosedError):
        sign_up(accounts_off, username="joan", email="joan@example.com")


@ON_SQLITE
def test_sign_in_that_has_ended_confirms_nothing(sign_ins: SignInService, maria: User) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)
    sign_ins.sign_out(maria.id, here.at)

    with pytest.raises(NotFoundError):
        sign_ins.confirm(maria.id, password=PASSWORD, signed_in_at=here.at)


@ON_SQLITE
def test_without_a_password_a_sign_in_of_the_last_ten_minutes_will_do(
    sign_ins: SignInService, database: Database, clock: StoppedClock
) -> None:
    with database.begin() as db_session:
        row = UserRow(username="sso", email="sso@example.com", name="S", sessions_valid_from=clock.now)
        db_session.add(row)
        db_session.flush()
        user_id, at = row.id, clock.now
    clock.now += timedelta(minutes=10)
    assert sign_ins.confirm(user_id, password="", signed_in_at=at).user_id == user_id

    clock.now += MS
    with pytest.raises(SignInTooOldError, match="older than ten minutes"):
        sign_ins.confirm(user_id, password="", signed_in_at=at)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("how", ["password", "elsewhere"])
def test_tokens_end_with_the_sign_ins_unless_one_says_otherwise(
    accounts: AccountService, sign_ins: SignInService, maria: User, database: Database, how: str, keep: bool
) -> None:
    tokens = TokenService(database)
    made = [tokens.create(user_id=maria.id, name=name) for name in ("CRM", "Zapier")]
    ids_and_names = [(one.info.id, one.info.name) for one in made]
    other = sign_up(accounts, email="eve@example.com", username="eve")
    theirs = tokens.create(user_id=other.id, name="theirs").secret

    if how == "password":
        sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD, keep_tokens=keep)
    else:
        sign_ins.end_all(maria.id, keep_tokens=keep)

    assert [tokens.check(one.secret) is not None for one in made] == [keep, keep]
    assert tokens.check(theirs) is not None
    with database.read() as db_session:
        revoked = select(AuditEntry.target_id, AuditEntry.detail).where(AuditEntry.action == AuditAction.REVOKE_TOKEN)
        assert sorted(map(tuple, db_session.execute(revoked))) == ([] if keep else ids_and_names)


@ON_SQLITE
def test_nobody_comes_in_under_an_unknown_name_even_if_the_password_were_right(database: Database) -> None:
    sign_ins = SignInService(database, SETTINGS, compare=lambda *_: True)

    with pytest.raises(WrongPasswordError, match=r"^That username and password do not match\.$"):
        sign_ins.sign_in("nobody", PASSWORD)


@ON_SQLITE
def test_password_of_years_ago_lets_in(sign_ins: SignInService, maria: User, clock: StoppedClock) -> None:
    clock.now += timedelta(days=3_650)

    assert sign_ins.sign_in("maria", PASSWORD).user == maria


@ON_SQLITE
def test_password_is_compared_as_it_was_typed(database: Database, maria: User) -> None:
    compare = AllWrong()
    sign_ins = SignInService(database, SETTINGS, compare=compare)

    for typed in (PASSWORD, f" {PASSWORD} ", "\ud800 half a character", "é" * 37):
        with pytest.raises(WrongPasswordError):
            sign_ins.sign_in("maria", typed)

    # What is too long is nobody's.
    assert [typed for typed, _ in compare.asked] == [PASSWORD, f" {PASSWORD} ", "? half a character"]


def test_sign_in_holds_and_another_user_or_an_earlier_instant_does_not(sign_ins: SignInService, maria: User) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)
    user = here.user

    assert sign_ins.current(user.id, here.at) == user
    assert sign_ins.user_for_token("maria", here.at) == user
    assert sign_ins.current(user.id, here.at - MS) is None
    assert sign_ins.current(user.id + 1, here.at) is None
    assert sign_ins.user_for_token("nobody", here.at) is None


def test_disabled_user_is_out_at_once(
    accounts: AccountService, sign_ins: SignInService, maria: User, database: Database
) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)
    with database.begin() as db_session:
        db_session.get_one(UserRow, maria.id).disabled = True

    assert sign_ins.current(maria.id, here.at) is None
    assert sign_ins.user_for_token("maria", here.at) is None
    assert accounts.get(maria.id) is None


def test_changed_password_ends_every_sign_in_of_the_same_millisecond_too(
    sign_ins: SignInService, maria: User, clock: StoppedClock
) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)

    new_at = sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)

    assert here.at == whole_ms(clock.now)
    assert sign_ins.current(maria.id, here.at) is None
    assert sign_ins.user_for_token("maria", here.at) is None
    assert sign_ins.current(maria.id, new_at) == maria
    with pytest.raises(WrongPasswordError):
        sign_ins.sign_in("maria", PASSWORD)
    again = sign_ins.sign_in("maria", NEW_PASSWORD)
    assert sign_ins.current(maria.id, again.at) == maria


@ON_SQLITE
def test_sign_in_begun_before_the_password_changed_does_not_hold(
    sign_ins: SignInService, database: Database, maria: User, clock: StoppedClock
) -> None:
    def compare(typed: str, password_hash: str) -> bool:
        """Compare, while in another tab the password changes."""
        sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)
        return cheaply(typed, password_hash)

    here = SignInService(database, SETTINGS, compare=compare, clock=clock).sign_in("maria", PASSWORD)

    assert sign_ins.current(maria.id, here.at) is None


@ON_SQLITE
def test_clock_that_is_behind_does_not_shut_the_door(
    sign_ins: SignInService, maria: User, clock: StoppedClock
) -> None:
    sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)
    clock.now -= timedelta(seconds=20)

    here = sign_ins.sign_in("maria", NEW_PASSWORD)

    assert sign_ins.current(maria.id, here.at) == maria


@ON_SQLITE
def test_wrong_old_password_locks_the_change_and_not_the_door(sign_ins: SignInService, maria: User) -> None:
    for _ in range(5):
        with pytest.raises(WrongPasswordError, match="The current password is not correct"):
            sign_ins.change_password(maria.id, old="wrong", new=NEW_PASSWORD)

    with pytest.raises(SignInLockedError):
        sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)
    assert sign_ins.sign_in("maria", PASSWORD).user == maria


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("new", ["short", "my name is maria", PASSWORD])
def test_new_password_that_breaks_the_rule_changes_and_counts_nothing(
    sign_ins: SignInService, maria: User, new: str
) -> None:
    for _ in range(6):
        with pytest.raises(InvalidInputError):
            sign_ins.change_password(maria.id, old=PASSWORD, new=new)

    assert sign_ins.sign_in("maria", PASSWORD).user == maria


def test_password_changed_twice_at_once_changes_once(sign_ins: SignInService, maria: User) -> None:
    def change(new: str) -> bool:
        try:
            sign_ins.change_password(maria.id, old=PASSWORD, new=new)
        except WrongPasswordError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(change, [NEW_PASSWORD, "another harbour 9"]))

    assert sorted(answers) == [False, True]


@ON_SQLITE
def test_ending_every_sign_in_leaves_the_one_that_asked(sign_ins: SignInService, maria: User) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)

    new_at = sign_ins.end_all(maria.id)

    assert sign_ins.current(maria.id, here.at) is None
    assert sign_ins.current(maria.id, new_at) == maria


def test_sign_out_ends_that_sign_in_and_no_other(sign_ins: SignInService, maria: User, clock: StoppedClock) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)
    clock.now += timedelta(seconds=1)
    there = sign_ins.sign_in("maria", PASSWORD)

    sign_ins.sign_out(maria.id, here.at)

    assert sign_ins.current(maria.id, here.at) is None
    assert sign_ins.user_for_token("maria", here.at) is None
    assert sign_ins.current(maria.id, there.at) == maria
    sign_ins.sign_out(maria.id, here.at)  # in a second tab, later
    assert sign_ins.current(maria.id, there.at) == maria


def test_pruning_the_audit_signs_nobody_back_in(sign_ins: SignInService, maria: User, database: Database) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)
    sign_ins.sign_out(maria.id, here.at)

    with database.begin() as db_session:
        db_session.execute(delete(AuditEntry))

    assert sign_ins.current(maria.id, here.at) is None
    assert sign_ins.user_for_token("maria", here.at) is None


@ON_SQLITE
def test_audit_names_what_was_done(
    sign_ins: SignInService, maria: User, database: Database, clock: StoppedClock
) -> None:
    here = sign_ins.sign_in("maria", PASSWORD)
    sign_ins.sign_out(maria.id, here.at)
    sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)
    sign_ins.end_all(maria.id)

    with database.read() as db_session:
        entries = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        AuditAction.SIGN_UP,
        AuditAction.SIGN_IN,
        AuditAction.SIGN_OUT,
        AuditAction.CHANGE_PASSWORD,
        AuditAction.END_SIGN_INS,
    ]
    assert {(entry.user_id, entry.target_kind, entry.target_id, entry.at) for entry in entries} == {
        (maria.id, AuditTarget.USER, maria.id, clock.now)
    }
