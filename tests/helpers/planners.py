"""Planners of a running server, made where they are kept: no screen is walked through for an account or a sign-in."""

import functools
import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import bcrypt
import jwt
from playwright.sync_api import BrowserContext

from db.engine import Database
from services.accounts.accounts import AccountService
from services.accounts.admins import AdminService
from services.accounts.records import User
from services.accounts.tokens import TokenService
from services.process.clock import utc_now
from settings import Settings
from tests.helpers.browser import COOKIE, PASSWORD, App

_MONTH_S = 30 * 86_400
_number = itertools.count(1)


@dataclass(frozen=True)
class Planner:
    """Somebody with an account on a server."""

    app: App
    user: User

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def username(self) -> str:
        return self.user.username

    def sign_in(self, context: BrowserContext) -> None:
        """Give a browser the cookie of a sign-in of now."""
        context.add_cookies([{"name": COOKIE, "value": self.cookie(), "url": self.app.url, "sameSite": "Strict"}])

    def cookie(self, key: str | None = None) -> str:
        """Return the cookie of a sign-in of now, signed by the server's key, or by another one."""
        claims = {"username": self.username, "exp_date": utc_now().timestamp() + _MONTH_S}
        return jwt.encode(claims, key or _settings(self.app).cookie_secret)

    def become_admin(self) -> None:
        with database_of(self.app) as database:
            AdminService(database).set_admin(self.id, admin=True)

    def new_token(self) -> str:
        """Return the secret of an API token."""
        with database_of(self.app) as database:
            return TokenService(database).create(user_id=self.id, name="test").secret

    def replies(self) -> list[tuple[str, str]]:
        """Return the status and the text of each reply, oldest first."""
        query = """
            SELECT messages.status, messages.content FROM messages
            JOIN sessions ON sessions.id = messages.session_id
            WHERE messages.role = 'assistant' AND sessions.user_id = ? ORDER BY messages.id
        """
        with closing(sqlite3.connect(self.app.env["DATABASE_URL"].removeprefix("sqlite:///"))) as connection:
            return connection.execute(query, (self.id,)).fetchall()

    def answering(self) -> bool:
        return any(status in ("queued", "running") for status, _ in self.replies())


def add_planner(app: App, name: str = "Ada Lovelace") -> Planner:
    """Make an account for another of this *name*, whose password is PASSWORD at the lowest cost there is."""
    username = f"{name.split()[0].lower()}{next(_number)}"
    cheap = functools.partial(bcrypt.gensalt, 4)
    with database_of(app) as database, patch.object(bcrypt, "gensalt", cheap):
        user = AccountService(database, _settings(app)).sign_up(
            name=name, email=f"{username}@example.com", username=username, password=PASSWORD
        )
    return Planner(app, user)


@contextmanager
def database_of(app: App) -> Iterator[Database]:
    """Open the database of a running server beside it."""
    database = Database(app.env["DATABASE_URL"])
    try:
        yield database
    finally:
        database.close()


def _settings(app: App) -> Settings:
    given = {name.lower(): app.env[name] for name in ("DATABASE_URL", "COOKIE_KEY") if name in app.env}
    return Settings(**given)  # type: ignore[arg-type]
