"""Who gets an account, and the planner of DEV_USER_ID."""

from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import User as UserRow
from services.accounts.accounts import AccountService
from services.accounts.passwords import PASSWORD_RULE
from services.accounts.records import User
from services.accounts.sign_ins import SignInService
from services.errors import InvalidInputError, NotFoundError, SignUpClosedError
from settings import Settings
from tests.helpers.accounts import PASSWORD, SETTINGS, answer, sign_up
from tests.helpers.databases import ON_SQLITE


def test_sign_up_keeps_names_in_lower_case_and_only_the_hash(accounts: AccountService, database: Database) -> None:
    user = sign_up(accounts, email=" Maria@Example.COM ", username=" Maria.L ")

    with database.read() as db_session:
        row = db_session.get_one(UserRow, user.id)
    assert (user.username, user.email, user.name) == ("maria.l", "maria@example.com", "Maria Łoś")
    assert row.password_hash is not None
    assert bcrypt.checkpw(PASSWORD.encode(), row.password_hash.encode())


@ON_SQLITE
@pytest.mark.parametrize("username", ["ab", "a" * 41, "maria los", "mária", "maria!", "", "maria\n\x00x", "ma/ria"])
def test_username_outside_the_rule_is_refused(accounts: AccountService, username: str) -> None:
    with pytest.raises(InvalidInputError, match="3 to 40 characters"):
        sign_up(accounts, username=username)


@ON_SQLITE
@pytest.mark.parametrize(
    "email", ["", "maria", "maria@", "maria@host", "a b@example.com", "a@b@example.com", "a@b.c\x00"]
)
def test_implausible_email_is_refused(accounts: AccountService, email: str) -> None:
    with pytest.raises(InvalidInputError, match="e-mail address"):
        sign_up(accounts, email=email)


@ON_SQLITE
@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "Maria\x07", "Mar\nia", "Maria\u202egro", "\ud800"])
def test_name_that_cannot_be_shown_is_refused(accounts: AccountService, name: str) -> None:
    with pytest.raises(InvalidInputError, match="1 to 100 characters"):
        sign_up(accounts, name=name)


@ON_SQLITE
@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short 9ch", "too short"),
        ("é" * 37, "too long"),
        (" leading space", "begin or end"),
        ("trailing space\u00a0", "begin or end"),
        ("xxMARIAxxyyy", "username in it"),
        ("Travel-Bot 2031!", "name of this app"),
        ("my back.board key", "name of this app"),
        ("Password123", "most common"),
        ("nul\x00in the middle", "cannot be used"),
        ("half a \ud800 character", "cannot be used"),
    ],
)
def test_password_that_breaks_the_rule_is_refused(accounts: AccountService, password: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        sign_up(accounts, password=password)


def test_longest_password_signs_in(accounts: AccountService, sign_ins: SignInService) -> None:
    sign_up(accounts, password="é" * 36)

    assert sign_ins.sign_in("maria", "é" * 36).user.username == "maria"
    assert "10 to 72 characters" in PASSWORD_RULE


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

    assert answers == [
        "That username is taken. Please choose another. There is already an account with that e-mail address.",
        "maria",
    ]


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


def test_dev_user_is_made_once_and_cannot_sign_in_with_a_password(database: Database) -> None:
    accounts = AccountService(database, Settings(dev_user_id=7))

    first, second = accounts.dev_user(), accounts.dev_user()

    assert (first.id, first.username, first.name) == (7, "dev", "Dev planner")
    assert second == first
    assert not accounts.has_password(7)
    assert answer(SignInService(database, SETTINGS, compare=lambda *_: True), "dev") == "wrong_password"


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
