"""The services of accounts on an empty database, with a clock that stands still."""

from dataclasses import replace

import pytest

from db.engine import Database
from services.accounts.accounts import AccountService
from services.accounts.admins import AdminService
from services.accounts.limits import WRONG_FROM_ADDRESS
from services.accounts.records import User
from services.accounts.sign_ins import SignInService
from tests.helpers.accounts import SETTINGS, StoppedClock, cheaply, sign_up


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def accounts(database: Database, clock: StoppedClock, cheap_hashes: None) -> AccountService:
    return AccountService(database, SETTINGS, clock)


@pytest.fixture
def sign_ins(database: Database, clock: StoppedClock) -> SignInService:
    return SignInService(database, SETTINGS, compare=cheaply, clock=clock)


@pytest.fixture
def admins(database: Database, clock: StoppedClock) -> AdminService:
    return AdminService(database, clock)


@pytest.fixture
def maria(accounts: AccountService) -> User:
    return sign_up(accounts)


@pytest.fixture
def ten_from_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ten wrong passwords from an address be too many, not fifty."""
    ten = replace(WRONG_FROM_ADDRESS, most=10)
    for module in ("limits", "admins", "sign_ins"):
        monkeypatch.setattr(f"services.accounts.{module}.WRONG_FROM_ADDRESS", ten)
