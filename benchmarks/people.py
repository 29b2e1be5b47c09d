"""Planners who are signed in, made for measurements."""

from datetime import UTC, datetime, timedelta

import jwt

from db.engine import Database
from db.models import User, utc_now
from services.accounts.tokens import TokenService

COOKIE_KEY = "a key for a measurement, of at least 32 characters"
_COOKIE_DAYS = 30


def cookie(username: str) -> str:
    """Return what the browser of somebody keeps who has signed in, with COOKIE_KEY, a moment ago."""
    expires_at = datetime.now(UTC) + timedelta(days=_COOKIE_DAYS)
    return jwt.encode({"username": username, "exp_date": expires_at.timestamp()}, COOKIE_KEY, "HS256")


def sign_in(database_url: str, number: int) -> list[tuple[str, str]]:
    """Make so many planners; return the cookie and an API token of each."""
    database = Database(database_url)
    tokens = TokenService(database)
    made = []
    for index in range(number):
        name = f"planner{index}"
        with database.begin() as db_session:
            user = User(username=name, email=f"{name}@example.com", name=name)
            user.sessions_valid_from = utc_now() - timedelta(days=1)
            db_session.add(user)
            db_session.flush()
            user_id = user.id
        made.append((cookie(name), tokens.create(user_id=user_id, name="benchmark").secret))
    database.close()
    return made
