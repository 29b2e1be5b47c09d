"""The services of people on an empty database, with a clock that stands still: an admin, and Bob."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

import db.models
from db.engine import Database
from services.accounts.accounts import AccountService
from services.accounts.records import User
from services.accounts.sign_ins import SignInService
from services.accounts.tokens import TokenService
from services.people.audit import AuditService
from services.people.invitations import InvitationService
from services.people.people import PeopleService
from services.people.resets import ResetService
from tests.helpers.accounts import SETTINGS, StoppedClock, cheaply, sign_up


@dataclass
class House:
    """Everything that has to do with people, and what was mailed."""

    database: Database
    clock: StoppedClock = field(default_factory=StoppedClock)
    mailed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        closed = SETTINGS.model_copy(update={"sign_up": "closed"})
        self.accounts = AccountService(self.database, SETTINGS, self.clock)
        self.sign_ins = SignInService(self.database, SETTINGS, compare=cheaply, clock=self.clock)
        self.tokens = TokenService(self.database, self.clock)
        self.people = PeopleService(self.database, self.clock)
        self.invitations = InvitationService(
            self.database, closed, AccountService(self.database, closed, self.clock), self.clock
        )
        self.resets = ResetService(self.database, SETTINGS, send=self.mailed.append, clock=self.clock)
        self.audit = AuditService(self.database, self.clock)

    def later(self, **units: float) -> None:
        self.clock.now += timedelta(**units)

    def add(self, username: str, role: str = "planner") -> User:
        user = sign_up(self.accounts, name=username.title(), email=f"{username}@example.com", username=username)
        with self.database.begin() as db_session:
            db_session.get_one(db.models.User, user.id).role = role
        return user


@pytest.fixture
def house(database: Database, cheap_hashes: None) -> House:
    return House(database)


@pytest.fixture
def admin(house: House) -> User:
    return house.add("ada", "admin")


@pytest.fixture
def bob(house: House) -> User:
    return house.add("bob")
