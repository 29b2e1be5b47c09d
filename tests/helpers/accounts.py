"""Accounts in tests: a clock that stands still, somebody signed up, and passwords compared at little cost."""

from datetime import UTC, datetime, timedelta

import bcrypt
from pydantic import SecretStr

from services.accounts.accounts import AccountService
from services.accounts.passwords import NOBODYS_HASH
from services.accounts.records import User
from services.accounts.sign_ins import SignInService
from services.errors import ServiceError
from settings import Settings

PASSWORD = "harbour lights 7"
NEW_PASSWORD = "another harbour 8"
SETTINGS = Settings(cookie_key=SecretStr("k" * 32))
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.2"
MS = timedelta(milliseconds=1)


class StoppedClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def cheaply(typed: str, password_hash: str) -> bool:
    """Compare as the app does, but for the dear hash of nobody, which no password has."""
    return password_hash != NOBODYS_HASH and bcrypt.checkpw(typed.encode(), password_hash.encode())


class AllWrong:
    """Finds every password wrong, and keeps what it was to compare."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, typed: str, password_hash: str) -> bool:
        self.asked.append((typed, password_hash))
        return False


def sign_up(
    accounts: AccountService,
    *,
    name: str = "Maria Łoś",
    email: str = "maria@example.com",
    username: str = "maria",
    password: str = PASSWORD,
    address: str | None = None,
) -> User:
    return accounts.sign_up(name=name, email=email, username=username, password=password, address=address)


def answer(
    sign_ins: SignInService,
    username: str = "maria",
    password: str = "wrong",
    *,
    address: str | None = None,
    proof: str | None = None,
) -> str:
    """Try to come in; return "in", or the code of the error."""
    try:
        sign_ins.sign_in(username, password, address=address, proof=proof)
    except ServiceError as exc:
        return exc.code
    return "in"
