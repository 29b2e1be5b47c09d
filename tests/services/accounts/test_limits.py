"""How often somebody may try to come in, and that guessing costs the same whatever is guessed."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from math import ceil

import bcrypt
import jwt
import pytest
from sqlalchemy import delete, event, select

from db.engine import Database
from db.models import AddressTries, SignInFailures
from db.models import User as UserRow
from services.accounts.accounts import AccountService
from services.accounts.limits import LOCKED_FOR
from services.accounts.passwords import NOBODYS_HASH, hashing
from services.accounts.records import User
from services.accounts.sign_ins import SignInService
from services.errors import DoorBusyError, InvalidInputError, SignInLockedError, TooManySignUpsError
from settings import Settings
from tests.helpers.accounts import (
    ELSEWHERE,
    HERE,
    NEW_PASSWORD,
    PASSWORD,
    SETTINGS,
    AllWrong,
    StoppedClock,
    answer,
    cheaply,
    sign_up,
)
from tests.helpers.databases import ON_SQLITE

WRONG, LOCKED = "wrong_password", "sign_in_locked"


def fail(sign_ins: SignInService, username: str, times: int) -> None:
    assert [answer(sign_ins, username) for _ in range(times)] == [WRONG] * times


def fail_from(sign_ins: SignInService, address: str, *, times: int) -> None:
    """Try so many passwords, each for another name."""
    assert [answer(sign_ins, f"name-{number}", address=address) for number in range(times)] == [WRONG] * times


@pytest.fixture
def many_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let eight passwords be checked side by side on a machine of any size."""
    monkeypatch.setattr("services.accounts.passwords._places", threading.BoundedSemaphore(8))


def test_five_wrong_passwords_lock_for_fifteen_minutes_and_a_restart_changes_nothing(
    sign_ins: SignInService, maria: User, clock: StoppedClock, database_url: str
) -> None:
    fail(sign_ins, " Maria ", 5)

    restarted = Database(database_url)
    after_restart = SignInService(restarted, SETTINGS, compare=cheaply, clock=clock)
    with pytest.raises(
        SignInLockedError, match=r"^Too many wrong passwords for this name\. Try again in 15 minutes\.$"
    ):
        after_restart.sign_in("maria", PASSWORD)
    clock.now += timedelta(minutes=3, seconds=10)
    with pytest.raises(SignInLockedError, match="Try again in 12 minutes"):
        after_restart.sign_in("maria", PASSWORD)
    clock.now += timedelta(minutes=11)
    with pytest.raises(SignInLockedError, match=r"Try again in 1 minute\."):
        after_restart.sign_in("maria", PASSWORD)
    clock.now += timedelta(minutes=1)
    signed_in = after_restart.sign_in("maria", PASSWORD)
    restarted.close()

    assert signed_in.user == maria


@ON_SQLITE
def test_lock_that_ran_out_leaves_five_more(sign_ins: SignInService, maria: User, clock: StoppedClock) -> None:
    fail(sign_ins, "maria", 5)
    clock.now += LOCKED_FOR

    fail(sign_ins, "maria", 5)

    assert answer(sign_ins) == LOCKED


@ON_SQLITE
def test_locked_name_is_told_so_whatever_the_password(database: Database, maria: User) -> None:
    compare = AllWrong()
    sign_ins = SignInService(database, SETTINGS, compare=compare)
    fail(sign_ins, "maria", 5)

    assert answer(sign_ins, "maria", PASSWORD) == LOCKED
    assert [typed for typed, _ in compare.asked] == ["wrong"] * 5


@ON_SQLITE
def test_right_password_forgets_the_wrong_ones(sign_ins: SignInService, maria: User) -> None:
    fail(sign_ins, "maria", 4)
    sign_ins.sign_in("maria", PASSWORD)

    fail(sign_ins, "maria", 4)

    assert sign_ins.sign_in("maria", PASSWORD).user == maria


def test_five_wrong_passwords_at_once_count_as_five(sign_ins: SignInService, maria: User, many_places: None) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: answer(sign_ins), range(8)))

    assert sorted(answers) == [LOCKED] * 3 + [WRONG] * 5


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement that the database is asked."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


@ON_SQLITE
@pytest.mark.parametrize("kind", ["unknown", "disabled", "without password", "impossible"])
def test_name_that_cannot_sign_in_costs_and_answers_like_one_that_can(
    sign_ins: SignInService, database: Database, maria: User, statements: list[str], kind: str
) -> None:
    with database.begin() as db_session:
        db_session.add(UserRow(username="disabled", email="d", name="D", password_hash=NOBODYS_HASH, disabled=True))
        db_session.add(UserRow(username="without password", email="w", name="W"))
    typed = "名前\x00" * 30 if kind == "impossible" else kind

    work: dict[str, list[str]] = {}
    for name in ("maria", typed):
        statements.clear()
        fail(sign_ins, name, 5)
        with pytest.raises(SignInLockedError, match="Try again in 15 minutes"):
            sign_ins.sign_in(name, "wrong")
        work[name] = list(statements)

    assert work[typed] == work["maria"]


@ON_SQLITE
def test_every_hash_that_is_checked_costs_the_same(database: Database) -> None:
    sign_up(AccountService(database, Settings()))  # with a real hash
    compare = AllWrong()
    sign_ins = SignInService(database, SETTINGS, compare=compare)

    for name in ("maria", "nobody"):
        assert answer(sign_ins, name, PASSWORD) == WRONG

    known, unknown = (password_hash for _, password_hash in compare.asked)
    assert known != unknown == NOBODYS_HASH
    assert known[:7] == unknown[:7] == bcrypt.gensalt().decode()[:7]
    assert bcrypt.checkpw(PASSWORD.encode(), unknown.encode()) is False


def test_fiftieth_wrong_password_from_an_address_is_its_last_for_a_while(
    sign_ins: SignInService, maria: User, clock: StoppedClock, database_url: str
) -> None:
    fail_from(sign_ins, HERE, times=50)

    other_process = Database(database_url)
    there = SignInService(other_process, SETTINGS, compare=cheaply, clock=clock)
    with pytest.raises(
        SignInLockedError,
        match=r"^Too many wrong passwords from your network\. Please try again in 15 minutes\.$",
    ):
        there.sign_in("maria", PASSWORD, address=HERE)
    assert answer(there, address=ELSEWHERE) == WRONG
    assert answer(there) == WRONG  # the address is not known: nothing but the name counts
    clock.now += timedelta(minutes=15)
    assert answer(there, address=HERE) == WRONG
    other_process.close()


@ON_SQLITE
def test_office_that_signs_in_all_day_is_not_locked_out(
    sign_ins: SignInService, maria: User, ten_from_an_address: None
) -> None:
    for _ in range(11):
        assert answer(sign_ins, "maria", PASSWORD, address=HERE) == "in"

    fail_from(sign_ins, HERE, times=10)  # nothing was counted so far


@ON_SQLITE
def test_addresses_of_one_ipv6_site_count_together(sign_ins: SignInService, ten_from_an_address: None) -> None:
    for number in range(10):
        assert answer(sign_ins, f"name-{number}", address=f"2001:db8:1:2::{number:x}") == WRONG

    with pytest.raises(SignInLockedError, match="your network"):
        sign_ins.sign_in("maria", PASSWORD, address="2001:db8:1:2:ffff::1")
    assert answer(sign_ins, address="2001:db8:1:3::1") == WRONG


def test_wrong_passwords_from_an_address_at_once_are_all_counted(
    sign_ins: SignInService, many_places: None, ten_from_an_address: None
) -> None:
    fail_from(sign_ins, HERE, times=6)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: answer(sign_ins, f"other-{number}", address=HERE), range(8)))

    assert sorted(answers) == [LOCKED] * 4 + [WRONG] * 4


def test_accounts_from_one_address_are_few_and_the_wait_is_told(
    accounts: AccountService, clock: StoppedClock, database: Database
) -> None:
    def make(number: int, address: str | None = HERE) -> User:
        return sign_up(accounts, email=f"m{number}@example.com", username=f"maria-{number}", address=address)

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


@ON_SQLITE
def test_sign_up_that_breaks_a_rule_is_not_counted(accounts: AccountService) -> None:
    for _ in range(20):
        with pytest.raises(InvalidInputError):
            sign_up(accounts, password="short", address=HERE)

    sign_up(accounts, address=HERE)


@ON_SQLITE
def test_stranger_who_locks_a_name_and_an_address_does_not_lock_its_owners_browser(
    sign_ins: SignInService, maria: User, ten_from_an_address: None
) -> None:
    proof = sign_ins.prove_browser(maria.id)
    fail(sign_ins, "maria", 5)
    fail_from(sign_ins, HERE, times=10)

    assert sign_ins.sign_in("maria", PASSWORD, address=HERE, proof=proof).user == maria
    assert answer(sign_ins) == LOCKED  # the stranger's lock holds on
    new_at = sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)  # who is in is not locked out
    assert sign_ins.current(maria.id, new_at) == maria


@ON_SQLITE
def test_known_browser_has_five_tries_of_its_own(sign_ins: SignInService, maria: User) -> None:
    proof = sign_ins.prove_browser(maria.id)
    assert [answer(sign_ins, proof=proof) for _ in range(5)] == [WRONG] * 5

    later = sign_ins.prove_browser(maria.id, before=proof)  # of the same browser
    for one in (proof, later):
        with pytest.raises(SignInLockedError, match=r"wrong passwords from this browser\. Try again in 15 minutes"):
            sign_ins.sign_in("maria", PASSWORD, proof=one)
    assert answer(sign_ins, proof=sign_ins.prove_browser(maria.id)) == WRONG
    assert answer(sign_ins) == WRONG


def test_only_a_proof_of_ours_for_this_name_that_has_not_ended_counts(
    accounts: AccountService, sign_ins: SignInService, maria: User, clock: StoppedClock, database: Database
) -> None:
    def counted_as(proof: str | None) -> str:
        with database.begin() as db_session:
            db_session.execute(delete(SignInFailures))
        assert answer(sign_ins, proof=proof) == WRONG
        with database.read() as db_session:
            return db_session.scalars(select(SignInFailures.username)).one()

    other = sign_up(accounts, email="eve@example.com", username="eve")
    sign_in_cookie = jwt.encode({"username": "maria", "exp_date": 4e9}, "k" * 32, algorithm="HS256")
    ended = sign_ins.prove_browser(maria.id)
    clock.now += timedelta(days=366)
    before = sign_ins.prove_browser(maria.id)
    for proof in (sign_ins.prove_browser(other.id), sign_in_cookie, "x", "a.b.c", ended):
        assert counted_as(proof) == "maria"
    assert counted_as(before).startswith("browser ")

    sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)

    assert counted_as(before) == "maria"


@ON_SQLITE
def test_hashes_are_worked_out_few_at_a_time_and_who_is_turned_away_is_not_counted(
    accounts: AccountService, sign_ins: SignInService, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr("services.accounts.passwords._places", places)
    monkeypatch.setattr("services.accounts.passwords._WAIT_S", 0.0)
    places.acquire()  # somebody else's password is being checked
    for _ in range(6):
        with pytest.raises(DoorBusyError):
            sign_ins.sign_in("maria", PASSWORD)
        with pytest.raises(DoorBusyError):
            sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)
    with pytest.raises(DoorBusyError):
        sign_up(accounts, email="eve@example.com", username="eve")
    places.release()

    with hashing():  # one's own place is enough for all that one does
        assert sign_ins.sign_in("maria", PASSWORD).user == maria
        sign_ins.change_password(maria.id, old=PASSWORD, new=NEW_PASSWORD)


def test_made_up_names_do_not_fill_the_table(
    sign_ins: SignInService, database: Database, clock: StoppedClock
) -> None:
    for number in range(5):
        assert answer(sign_ins, f"made up {number} " + "x" * 1000) == WRONG
    clock.now += timedelta(days=1, seconds=1)

    assert answer(sign_ins, "maria") == WRONG

    with database.read() as db_session:
        assert db_session.scalars(select(SignInFailures.username)).all() == ["maria"]


@pytest.mark.soak(short=1_000, long=10_000)  # guesses
@pytest.mark.parametrize(("against", "quarterly"), [("one name", 5), ("many names", 50)])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_thousands_of_guesses_few_are_compared_and_the_owner_stays_in(
    accounts: AccountService, database: Database, clock: StoppedClock, lasts: float, against: str, quarterly: int
) -> None:
    """One name, from an address each; and a name each, from the owner's address. One guess a second."""
    guesses = int(lasts)
    maria = sign_up(accounts)
    owners = SignInService(database, SETTINGS, compare=cheaply, clock=clock)
    came_in = owners.sign_in("maria", PASSWORD, address=HERE)
    proof = owners.prove_browser(maria.id)
    compare = AllWrong()
    guessing = SignInService(database, SETTINGS, compare=compare, clock=clock)

    answers = Counter[str]()
    for number in range(guesses):
        name, address = ("maria", f"2001:db8:{number:x}::1") if against == "one name" else (f"maria{number}", HERE)
        answers[answer(guessing, name, f"guess {number}", address=address)] += 1
        clock.now += timedelta(seconds=1)

    few = ceil(guesses / LOCKED_FOR.total_seconds()) * quarterly
    assert answers == {WRONG: few, LOCKED: guesses - few}
    assert len(compare.asked) == few
    assert owners.current(maria.id, came_in.at) == maria
    assert owners.sign_in("maria", PASSWORD, address=HERE, proof=proof).user == maria
