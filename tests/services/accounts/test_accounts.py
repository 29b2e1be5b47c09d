import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import bcrypt
import jwt
import pytest
from pydantic import SecretStr
from sqlalchemy import event, select

from components.accounts.sign_in_cookie import read_token
from db.engine import Database
from db.models import AddressTries, AdminCode, AuditEntry, SignInFailures
from db.models import User as UserRow
from services.accounts.accounts import LOCKED_FOR, AccountService, SignInAttempt, whole_ms
from services.accounts.passwords import NOBODYS_HASH, PASSWORD_RULE, hashing, password_matches
from services.accounts.records import User
from services.accounts.tokens import TokenService
from services.errors import (
    DoorBusyError,
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    SignInLockedError,
    SignInTooOldError,
    SignUpClosedError,
    TooManySignUpsError,
    WrongPasswordError,
)
from settings import Settings

PASSWORD = "harbour lights 7"
MS = timedelta(milliseconds=1)
SETTINGS = Settings(cookie_key=SecretStr("k" * 32))
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.2"


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database: Database, clock: Clock, cheap_hashes: None) -> AccountService:
    return AccountService(database, SETTINGS, clock)


@pytest.fixture
def maria(accounts: AccountService) -> User:
    return sign_up(accounts)


def sign_up(
    accounts: AccountService,
    *,
    name: str = "Maria Łoś",
    email: str = "maria@example.com",
    username: str = "maria",
    password: str = PASSWORD,
) -> User:
    return accounts.sign_up(name=name, email=email, username=username, password=password)


def sign_in(accounts: AccountService, username: str, password: str) -> tuple[User, SignInAttempt]:
    attempt = accounts.begin_sign_in(username)
    user = accounts.finish_sign_in(attempt, correct=password_matches(password, attempt.password_hash))
    return user, attempt


def fail(accounts: AccountService, username: str, times: int) -> None:
    for _ in range(times):
        attempt = accounts.begin_sign_in(username)
        with pytest.raises(WrongPasswordError, match=r"^That username and password do not match\.$"):
            accounts.finish_sign_in(attempt, correct=False)


def test_sign_up_keeps_names_in_lower_case_and_only_the_hash(accounts: AccountService, database: Database) -> None:
    user = sign_up(accounts, email=" Maria@Example.COM ", username=" Maria.L ")

    with database.read() as db_session:
        row = db_session.get_one(UserRow, user.id)
    assert (user.username, user.email, user.name) == ("maria.l", "maria@example.com", "Maria Łoś")
    assert row.password_hash is not None
    assert bcrypt.checkpw(PASSWORD.encode(), row.password_hash.encode())


@pytest.mark.parametrize("username", ["ab", "a" * 41, "maria los", "mária", "maria!", "", "maria\n\x00x", "ma/ria"])
def test_username_outside_the_rule_is_refused(accounts: AccountService, username: str) -> None:
    with pytest.raises(InvalidInputError, match="3 to 40 characters"):
        sign_up(accounts, username=username)


@pytest.mark.parametrize(
    "email", ["", "maria", "maria@", "maria@host", "a b@example.com", "a@b@example.com", "a@b.c\x00"]
)
def test_implausible_email_is_refused(accounts: AccountService, email: str) -> None:
    with pytest.raises(InvalidInputError, match="e-mail address"):
        sign_up(accounts, email=email)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "Maria\x07", "Mar\nia", "Maria\u202egro", "\ud800"])
def test_name_that_cannot_be_shown_is_refused(accounts: AccountService, name: str) -> None:
    with pytest.raises(InvalidInputError, match="1 to 100 characters"):
        sign_up(accounts, name=name)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short 9ch", "too short"),
        ("é" * 37, "too long"),
        (" leading space", "begin or end"),
        ("trailing space\u00a0", "begin or end"),
        ("xxMARIAxxyyy", "username in it"),
        ("Password123", "best-known"),
        ("nul\x00in the middle", "cannot be used"),
        ("half a \ud800 character", "cannot be used"),
    ],
)
def test_password_that_breaks_the_rule_is_refused(accounts: AccountService, password: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        sign_up(accounts, password=password)


def test_longest_password_signs_in(accounts: AccountService) -> None:
    sign_up(accounts, password="é" * 36)

    user, _ = sign_in(accounts, "maria", "é" * 36)

    assert user.username == "maria"
    assert "at least 10 characters and at most 72 bytes" in PASSWORD_RULE


def test_taken_username_and_taken_email_are_told(accounts: AccountService, maria: User) -> None:
    with pytest.raises(InvalidInputError, match="That username is taken"):
        sign_up(accounts, username="MARIA", email="other@example.com")
    with pytest.raises(InvalidInputError, match="an account with that e-mail address"):
        sign_up(accounts, username="other", email="MARIA@example.com")


def test_two_equal_sign_ups_at_once_make_one_account(database: Database) -> None:
    accounts = AccountService(database, Settings())

    def attempt(_: int) -> str:
        try:
            return sign_up(accounts).username
        except InvalidInputError as exc:
            return exc.message

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(attempt, range(2)))

    assert answers == ["That username is taken. Please choose another.", "maria"]


def test_account_made_between_the_look_and_the_write_is_told(
    accounts: AccountService, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([(False, False), (True, True)])
    monkeypatch.setattr("db.users.taken", lambda *_, **__: next(looks))

    with pytest.raises(InvalidInputError, match="That username is taken"):
        sign_up(accounts)


def test_closed_sign_up_makes_no_account(database: Database) -> None:
    accounts = AccountService(database, Settings(sign_up="closed"))

    with pytest.raises(SignUpClosedError):
        sign_up(accounts)

    assert not accounts.sign_up_open
    with database.read() as db_session:
        assert db_session.scalars(select(UserRow)).all() == []


def test_five_wrong_passwords_lock_for_fifteen_minutes_and_a_restart_changes_nothing(
    accounts: AccountService, maria: User, clock: Clock, database_url: str
) -> None:
    fail(accounts, " Maria ", 5)

    restarted = Database(database_url)
    after_restart = AccountService(restarted, Settings(), clock)
    with pytest.raises(
        SignInLockedError, match=r"^Too many wrong passwords for this name\. Try again in 15 minutes\.$"
    ):
        after_restart.begin_sign_in("maria")
    clock.now += timedelta(minutes=3, seconds=10)
    with pytest.raises(SignInLockedError, match="Try again in 12 minutes"):
        after_restart.begin_sign_in("maria")
    clock.now += timedelta(minutes=11)
    with pytest.raises(SignInLockedError, match=r"Try again in 1 minute\."):
        after_restart.begin_sign_in("maria")
    clock.now += timedelta(minutes=1)
    user, _ = sign_in(after_restart, "maria", PASSWORD)
    restarted.close()

    assert user == maria


def test_lock_that_ran_out_leaves_five_more(accounts: AccountService, maria: User, clock: Clock) -> None:
    fail(accounts, "maria", 5)
    clock.now += LOCKED_FOR

    fail(accounts, "maria", 5)

    with pytest.raises(SignInLockedError):
        accounts.begin_sign_in("maria")


def test_right_password_forgets_the_wrong_ones(accounts: AccountService, maria: User) -> None:
    fail(accounts, "maria", 4)
    sign_in(accounts, "maria", PASSWORD)

    fail(accounts, "maria", 4)

    assert sign_in(accounts, "maria", PASSWORD)[0] == maria


def test_five_wrong_passwords_at_once_count_as_five(accounts: AccountService, maria: User) -> None:
    def begin(_: int) -> SignInAttempt | str:
        try:
            return accounts.begin_sign_in("maria")
        except SignInLockedError as exc:
            return exc.code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(begin, range(8)))

    assert sum(isinstance(answer, SignInAttempt) for answer in answers) == 5
    assert answers.count("sign_in_locked") == 3


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement that the database is asked."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("kind", ["unknown", "disabled", "without password", "impossible"])
def test_name_that_cannot_sign_in_costs_and_answers_like_one_that_can(
    accounts: AccountService, database: Database, maria: User, statements: list[str], kind: str
) -> None:
    with database.begin() as db_session:
        db_session.add(UserRow(username="disabled", email="d", name="D", password_hash=NOBODYS_HASH, disabled=True))
        db_session.add(UserRow(username="without password", email="w", name="W"))
    typed = "名前\x00" * 30 if kind == "impossible" else kind

    work: dict[str, list[str]] = {}
    for name in ("maria", typed):
        statements.clear()
        fail(accounts, name, 5)
        with pytest.raises(SignInLockedError, match="Try again in 15 minutes"):
            accounts.begin_sign_in(name)
        work[name] = list(statements)

    assert work[typed] == work["maria"]


def test_every_hash_that_is_checked_costs_the_same(database: Database) -> None:
    accounts = AccountService(database, Settings())  # with real hashes
    sign_up(accounts)
    known = accounts.begin_sign_in("maria").password_hash
    unknown = accounts.begin_sign_in("nobody").password_hash

    assert known != unknown == NOBODYS_HASH
    assert known[:7] == unknown[:7] == bcrypt.gensalt().decode()[:7]
    assert bcrypt.checkpw(b"harbour lights 7", unknown.encode()) is False


def fail_from(accounts: AccountService, address: str | None, *, times: int) -> None:
    """Try so many passwords, each for another name."""
    for number in range(times):
        accounts.begin_sign_in(f"name-{number}", address=address)


def test_fiftieth_wrong_password_from_an_address_is_its_last_for_a_while(
    accounts: AccountService, maria: User, clock: Clock, database_url: str
) -> None:
    fail_from(accounts, HERE, times=50)

    other_process = Database(database_url)
    there = AccountService(other_process, SETTINGS, clock)
    with pytest.raises(
        SignInLockedError,
        match=r"^Too many wrong passwords from your network\. Please try again in 15 minutes\.$",
    ):
        there.begin_sign_in("maria", address=HERE)
    there.begin_sign_in("maria", address=ELSEWHERE)
    there.begin_sign_in("maria")  # the address is not known: nothing but the name counts
    clock.now += timedelta(minutes=15)
    there.begin_sign_in("maria", address=HERE)
    other_process.close()


def test_office_that_signs_in_all_day_is_not_locked_out(accounts: AccountService, maria: User) -> None:
    for _ in range(60):
        attempt = accounts.begin_sign_in("maria", address=HERE)
        accounts.finish_sign_in(attempt, correct=True)

    fail_from(accounts, HERE, times=50)  # nothing was counted so far


def test_addresses_of_one_ipv6_site_count_together(accounts: AccountService) -> None:
    for number in range(50):
        accounts.begin_sign_in(f"name-{number}", address=f"2001:db8:1:2::{number:x}")

    with pytest.raises(SignInLockedError, match="your network"):
        accounts.begin_sign_in("maria", address="2001:db8:1:2:ffff::1")
    accounts.begin_sign_in("maria", address="2001:db8:1:3::1")


def test_wrong_passwords_from_an_address_at_once_are_all_counted(accounts: AccountService) -> None:
    fail_from(accounts, HERE, times=46)

    def begin(number: int) -> bool:
        try:
            accounts.begin_sign_in(f"other-{number}", address=HERE)
        except SignInLockedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(begin, range(8))) == [False] * 4 + [True] * 4


def test_accounts_from_one_address_are_few_and_the_wait_is_told(
    accounts: AccountService, clock: Clock, database: Database
) -> None:
    def make(number: int, address: str | None = HERE) -> User:
        return accounts.sign_up(
            name="M", email=f"m{number}@example.com", username=f"maria-{number}", password=PASSWORD, address=address
        )

    for number in range(5):
        make(number)
    with pytest.raises(
        TooManySignUpsError, match=r"^Too many sign-ups from your network\. Please try again in 5 minutes\.$"
    ):
        make(5)
    make(5, ELSEWHERE)
    clock.now += timedelta(minutes=5)
    for number in range(6, 11):
        make(number)
    clock.now += timedelta(minutes=14, seconds=1)
    with pytest.raises(TooManySignUpsError, match="in 41 minutes"):
        make(11)
    make(11, None)
    clock.now += timedelta(minutes=41)
    make(12)
    with database.read() as db_session:  # windows that are over do not fill the table
        assert {(row.address, row.kind) for row in db_session.scalars(select(AddressTries))} == {
            (HERE, "sign_up"),
            (HERE, "sign_up_hour"),
        }


def test_sign_up_that_breaks_a_rule_is_not_counted(accounts: AccountService) -> None:
    for _ in range(20):
        with pytest.raises(InvalidInputError):
            accounts.sign_up(name="M", email="m@example.com", username="maria", password="short", address=HERE)

    accounts.sign_up(name="M", email="m@example.com", username="maria", password=PASSWORD, address=HERE)


def test_wrong_admin_codes_count_for_the_address(accounts: AccountService, maria: User) -> None:
    fail_from(accounts, HERE, times=50)

    with pytest.raises(SignInLockedError, match="your network"):
        accounts.become_admin(maria.id, "guess", address=HERE)


def test_stranger_who_locks_a_name_and_an_address_does_not_lock_its_owners_browser(
    accounts: AccountService, maria: User
) -> None:
    proof = accounts.prove_browser(maria.id)
    fail(accounts, "maria", 5)
    fail_from(accounts, HERE, times=50)

    attempt = accounts.begin_sign_in("maria", address=HERE, proof=proof)

    assert accounts.finish_sign_in(attempt, correct=True) == maria
    with pytest.raises(SignInLockedError):  # the stranger's lock holds on
        accounts.begin_sign_in("maria")
    new_at = accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8")  # who is in is not locked out
    assert accounts.current(maria.id, new_at) == maria


def test_known_browser_has_five_tries_of_its_own(accounts: AccountService, maria: User, clock: Clock) -> None:
    proof = accounts.prove_browser(maria.id)
    for _ in range(5):
        accounts.begin_sign_in("maria", proof=proof)

    later = accounts.prove_browser(maria.id, before=proof)  # of the same browser
    for one in (proof, later):
        with pytest.raises(SignInLockedError, match=r"wrong passwords from this browser\. Try again in 15 minutes"):
            accounts.begin_sign_in("maria", proof=one)
    accounts.begin_sign_in("maria", proof=accounts.prove_browser(maria.id))
    accounts.begin_sign_in("maria")


def test_only_a_proof_of_ours_for_this_name_that_has_not_ended_counts(
    accounts: AccountService, maria: User, clock: Clock
) -> None:
    other = sign_up(accounts, email="eve@example.com", username="eve")
    sign_in_cookie = jwt.encode({"username": "maria", "exp_date": 4e9}, "k" * 32, algorithm="HS256")
    ended = accounts.prove_browser(maria.id)
    clock.now += timedelta(days=366)
    before = accounts.prove_browser(maria.id)
    for proof in (accounts.prove_browser(other.id), sign_in_cookie, "x", "a.b.c", ended):
        assert accounts.begin_sign_in("maria", proof=proof).counted_as == "maria"
        clock.now += LOCKED_FOR
    assert accounts.begin_sign_in("maria", proof=before).counted_as != "maria"

    accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8")

    assert accounts.begin_sign_in("maria", proof=before).counted_as == "maria"


def test_proof_of_a_browser_is_no_sign_in(accounts: AccountService, maria: User) -> None:
    proof = accounts.prove_browser(maria.id)

    assert proof is not None
    assert read_token(proof, "k" * 32, now=datetime(2020, 1, 1, tzinfo=UTC)) is None
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(proof, "k" * 32, algorithms=["HS256"])


def test_password_is_asked_for_again_and_wrong_ones_are_counted(accounts: AccountService, maria: User) -> None:
    _, attempt = sign_in(accounts, "maria", PASSWORD)

    assert accounts.confirm(maria.id, password=PASSWORD, signed_in_at=attempt.at).user_id == maria.id
    for _ in range(5):
        with pytest.raises(WrongPasswordError, match="Your password is not right"):
            accounts.confirm(maria.id, password="wrong", signed_in_at=attempt.at)
    with pytest.raises(SignInLockedError):
        accounts.confirm(maria.id, password=PASSWORD, signed_in_at=attempt.at)


def test_sign_in_that_has_ended_confirms_nothing(accounts: AccountService, maria: User) -> None:
    _, attempt = sign_in(accounts, "maria", PASSWORD)
    accounts.sign_out(maria.id, attempt.at)

    with pytest.raises(NotFoundError):
        accounts.confirm(maria.id, password=PASSWORD, signed_in_at=attempt.at)


def test_without_a_password_a_sign_in_of_the_last_ten_minutes_will_do(
    accounts: AccountService, database: Database, clock: Clock
) -> None:
    with database.begin() as db_session:
        row = UserRow(username="sso", email="sso@example.com", name="S", sessions_valid_from=clock.now)
        db_session.add(row)
        db_session.flush()
        user_id, at = row.id, clock.now
    clock.now += timedelta(minutes=10)
    assert accounts.confirm(user_id, password="", signed_in_at=at).user_id == user_id

    clock.now += MS
    with pytest.raises(SignInTooOldError, match="older than ten minutes"):
        accounts.confirm(user_id, password="", signed_in_at=at)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("how", ["password", "elsewhere"])
def test_tokens_end_with_the_sign_ins_unless_one_says_otherwise(
    accounts: AccountService, maria: User, database: Database, how: str, keep: bool
) -> None:
    tokens = TokenService(database)
    secrets = [tokens.create(user_id=maria.id, name=name).secret for name in ("CRM", "Zapier")]
    other = sign_up(accounts, email="eve@example.com", username="eve")
    theirs = tokens.create(user_id=other.id, name="theirs").secret

    if how == "password":
        accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8", keep_tokens=keep)
    else:
        accounts.end_sign_ins(maria.id, keep_tokens=keep)

    assert [tokens.check(secret) is not None for secret in secrets] == [keep, keep]
    assert tokens.check(theirs) is not None
    with database.read() as db_session:
        revoked = select(AuditEntry.detail).where(AuditEntry.action == "revoke_token").order_by(AuditEntry.detail)
        assert db_session.scalars(revoked).all() == ([] if keep else ["CRM", "Zapier"])


def test_hashes_are_worked_out_few_at_a_time_and_who_is_turned_away_is_not_counted(
    accounts: AccountService, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr("services.accounts.passwords._places", places)
    monkeypatch.setattr("services.accounts.passwords._WAIT_S", 0.0)
    places.acquire()  # somebody else's password is being checked
    for _ in range(6):
        with pytest.raises(DoorBusyError), hashing():
            accounts.begin_sign_in("maria")
        with pytest.raises(DoorBusyError):
            accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8")
    with pytest.raises(DoorBusyError):
        sign_up(accounts, email="eve@example.com", username="eve")
    places.release()

    with hashing():  # one's own place is enough for all that one does
        assert sign_in(accounts, "maria", PASSWORD)[0] == maria
        accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8")


def test_nobody_comes_in_under_an_unknown_name_even_if_the_password_were_right(accounts: AccountService) -> None:
    with pytest.raises(WrongPasswordError):
        accounts.finish_sign_in(accounts.begin_sign_in("nobody"), correct=True)


def test_made_up_names_do_not_fill_the_table(accounts: AccountService, database: Database, clock: Clock) -> None:
    for number in range(5):
        accounts.begin_sign_in(f"made up {number} " + "x" * 1000)
    clock.now += timedelta(days=1, seconds=1)

    accounts.begin_sign_in("maria")

    with database.read() as db_session:
        assert db_session.scalars(select(SignInFailures.username)).all() == ["maria"]


def test_sign_in_holds_and_another_user_or_an_earlier_instant_does_not(accounts: AccountService, maria: User) -> None:
    user, attempt = sign_in(accounts, "maria", PASSWORD)

    assert accounts.current(user.id, attempt.at) == user
    assert accounts.user_for_token("maria", attempt.at) == user
    assert accounts.current(user.id, attempt.at - MS) is None
    assert accounts.current(user.id + 1, attempt.at) is None
    assert accounts.user_for_token("nobody", attempt.at) is None


def test_disabled_user_is_out_at_once(accounts: AccountService, maria: User, database: Database) -> None:
    _, attempt = sign_in(accounts, "maria", PASSWORD)
    with database.begin() as db_session:
        db_session.get_one(UserRow, maria.id).disabled = True

    assert accounts.current(maria.id, attempt.at) is None
    assert accounts.user_for_token("maria", attempt.at) is None
    assert accounts.get(maria.id) is None


def test_changed_password_ends_every_sign_in_of_the_same_millisecond_too(
    accounts: AccountService, maria: User, clock: Clock
) -> None:
    _, attempt = sign_in(accounts, "maria", PASSWORD)

    new_at = accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8")

    assert attempt.at == whole_ms(clock.now)
    assert accounts.current(maria.id, attempt.at) is None
    assert accounts.user_for_token("maria", attempt.at) is None
    assert accounts.current(maria.id, new_at) == maria
    with pytest.raises(WrongPasswordError):
        sign_in(accounts, "maria", PASSWORD)
    user, again = sign_in(accounts, "maria", "another harbour 8")
    assert accounts.current(user.id, again.at) == maria


def test_sign_in_begun_before_the_password_changed_does_not_hold(accounts: AccountService, maria: User) -> None:
    attempt = accounts.begin_sign_in("maria")
    accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8")

    accounts.finish_sign_in(attempt, correct=password_matches(PASSWORD, attempt.password_hash))

    assert accounts.current(maria.id, attempt.at) is None


def test_clock_that_is_behind_does_not_shut_the_door(accounts: AccountService, maria: User, clock: Clock) -> None:
    accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8")
    clock.now -= timedelta(seconds=20)

    _, attempt = sign_in(accounts, "maria", "another harbour 8")

    assert accounts.current(maria.id, attempt.at) == maria


def test_wrong_old_password_locks_the_change_and_not_the_door(accounts: AccountService, maria: User) -> None:
    for _ in range(5):
        with pytest.raises(WrongPasswordError, match="The current password is not right"):
            accounts.change_password(maria.id, old="wrong", new="another harbour 8")

    with pytest.raises(SignInLockedError):
        accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8")
    assert sign_in(accounts, "maria", PASSWORD)[0] == maria


@pytest.mark.parametrize("new", ["short", "my name is maria", PASSWORD])
def test_new_password_that_breaks_the_rule_changes_and_counts_nothing(
    accounts: AccountService, maria: User, new: str
) -> None:
    for _ in range(6):
        with pytest.raises(InvalidInputError):
            accounts.change_password(maria.id, old=PASSWORD, new=new)

    assert sign_in(accounts, "maria", PASSWORD)[0] == maria


def test_password_changed_twice_at_once_changes_once(database: Database) -> None:
    accounts = AccountService(database, Settings())
    maria = sign_up(accounts)

    def change(new: str) -> bool:
        try:
            accounts.change_password(maria.id, old=PASSWORD, new=new)
        except WrongPasswordError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(change, ["another harbour 8", "another harbour 9"]))

    assert sorted(answers) == [False, True]


def test_ending_every_sign_in_leaves_the_one_that_asked(accounts: AccountService, maria: User) -> None:
    _, attempt = sign_in(accounts, "maria", PASSWORD)

    new_at = accounts.end_sign_ins(maria.id)

    assert accounts.current(maria.id, attempt.at) is None
    assert accounts.current(maria.id, new_at) == maria


def test_sign_out_ends_that_sign_in_and_no_other(accounts: AccountService, maria: User, clock: Clock) -> None:
    _, here = sign_in(accounts, "maria", PASSWORD)
    clock.now += timedelta(seconds=1)
    _, there = sign_in(accounts, "maria", PASSWORD)

    accounts.sign_out(maria.id, here.at)

    assert accounts.current(maria.id, here.at) is None
    assert accounts.user_for_token("maria", here.at) is None
    assert accounts.current(maria.id, there.at) == maria


def test_audit_names_what_was_done(accounts: AccountService, maria: User, database: Database, clock: Clock) -> None:
    _, attempt = sign_in(accounts, "maria", PASSWORD)
    accounts.sign_out(maria.id, attempt.at)
    accounts.change_password(maria.id, old=PASSWORD, new="another harbour 8")
    accounts.end_sign_ins(maria.id)

    with database.read() as db_session:
        entries = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "sign_up",
        "sign_in",
        "sign_out",
        "change_password",
        "end_sign_ins",
    ]
    assert {(entry.user_id, entry.at) for entry in entries} == {(maria.id, clock.now)}


def test_dev_user_is_made_once_and_cannot_sign_in_with_a_password(database: Database) -> None:
    accounts = AccountService(database, Settings(dev_user_id=7))

    first, second = accounts.dev_user(), accounts.dev_user()

    assert (first.id, first.username, first.name) == (7, "dev", "Dev planner")
    assert second == first
    assert not accounts.has_password(7)
    assert accounts.begin_sign_in("dev").password_hash == NOBODYS_HASH


def test_dev_user_is_an_existing_planner_if_the_id_is_theirs(database: Database) -> None:
    maria = sign_up(AccountService(database, Settings()))

    assert AccountService(database, Settings(dev_user_id=maria.id)).dev_user() == maria


def test_dev_user_gets_another_name_when_somebody_is_called_dev(database: Database) -> None:
    accounts = AccountService(database, Settings(dev_user_id=7))
    sign_up(accounts, username="dev")

    assert accounts.dev_user().username == "dev-7"


def test_dev_user_may_be_a_name(database: Database) -> None:
    accounts = AccountService(database, Settings(dev_user_id="Ann"))
    maria = sign_up(accounts)

    ann = accounts.dev_user()

    assert (ann.username, ann.name) == ("ann", "Dev planner")
    assert accounts.dev_user() == ann
    assert AccountService(database, Settings(dev_user_id=maria.username)).dev_user() == maria


@pytest.mark.parametrize("wanted", [7, "ann"])
def test_dev_user_made_by_two_tabs_at_once_is_one(database: Database, wanted: int | str) -> None:
    accounts = AccountService(database, Settings(dev_user_id=wanted))

    with ThreadPoolExecutor(4) as pool:
        users = set(pool.map(lambda _: accounts.dev_user(), range(4)))

    assert len(users) == 1


def test_no_dev_user_without_the_setting(accounts: AccountService) -> None:
    with pytest.raises(NotFoundError):
        accounts.dev_user()


def code_of(accounts: AccountService) -> str:
    code = accounts.new_admin_code()
    assert code is not None
    return code


def test_code_of_any_start_makes_one_admin_and_only_hashes_are_kept(
    accounts: AccountService, maria: User, database: Database
) -> None:
    codes = [code_of(accounts) for _ in range(3)]
    with database.read() as db_session:
        kept = db_session.scalars(select(AdminCode.code_hash)).all()
    assert len(kept) == 3
    assert not set(codes) & set(kept)

    accounts.become_admin(maria.id, f"  {codes[1].upper().replace('-', ' ')}\n")

    assert [admin.username for admin in accounts.admins()] == ["maria"]
    with database.read() as db_session:
        entry = db_session.scalars(select(AuditEntry).where(AuditEntry.action == "change_role")).one()
        assert (entry.user_id, entry.detail) == (maria.id, "admin, by the one-time code")
        assert db_session.scalars(select(AdminCode)).all() == []


def test_code_is_void_once_there_is_an_admin(accounts: AccountService, maria: User) -> None:
    code = code_of(accounts)
    other = sign_up(accounts, username="other", email="other@example.com")
    accounts.set_admin(maria.id, admin=True)

    assert accounts.new_admin_code() is None
    with pytest.raises(NotPossibleError, match="There is an admin already"):
        accounts.become_admin(other.id, code)
    accounts.set_admin(maria.id, admin=False)
    with pytest.raises(InvalidInputError, match="That code is not right"):
        accounts.become_admin(other.id, code)
    accounts.become_admin(other.id, code_of(accounts))


def test_two_who_hold_a_code_at_once_make_one_admin(accounts: AccountService, maria: User) -> None:
    codes = {maria.id: code_of(accounts)}
    codes[sign_up(accounts, username="other", email="other@example.com").id] = code_of(accounts)

    def attempt(user_id: int) -> bool:
        try:
            accounts.become_admin(user_id, codes[user_id])
        except (NotPossibleError, InvalidInputError):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, codes)) == [False, True]
    assert len(accounts.admins()) == 1


@pytest.mark.parametrize("typed", ["", "-", "0000-0000-0000-0000-0000", "\ud800", "x" * 1000])
def test_wrong_code_makes_no_admin(accounts: AccountService, maria: User, typed: str) -> None:
    code_of(accounts)

    with pytest.raises(InvalidInputError, match="That code is not right"):
        accounts.become_admin(maria.id, typed)
    assert accounts.admins() == ()


def test_fifth_wrong_code_locks_the_field_but_neither_the_door_nor_others(
    accounts: AccountService, maria: User, clock: Clock
) -> None:
    code = code_of(accounts)
    for _ in range(5):
        with pytest.raises(InvalidInputError):
            accounts.become_admin(maria.id, "guess")

    with pytest.raises(SignInLockedError, match=r"^Too many wrong codes\. Try again in 15 minutes\.$"):
        accounts.become_admin(maria.id, code)
    sign_in(accounts, "maria", PASSWORD)
    clock.now += LOCKED_FOR
    accounts.become_admin(maria.id, code)
    assert len(accounts.admins()) == 1
