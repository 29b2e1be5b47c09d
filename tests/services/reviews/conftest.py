"""What tests of reviews ask for."""

import functools

import bcrypt
import pytest

from db.engine import Database
from tests.helpers.reviews import Reviews


@pytest.fixture(autouse=True)
def passcodes_are_hashed_at_little_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash takes a third of a second of a core, and every guess as long."""
    monkeypatch.setattr(bcrypt, "gensalt", functools.partial(bcrypt.gensalt, 4))


@pytest.fixture
def reviews(database: Database) -> Reviews:
    """Give the services of reviews, and who fills the database for them."""
    return Reviews(database)


@pytest.fixture
def session_id(reviews: Reviews, user_id: int) -> int:
    """Make a session of two questions and two answers."""
    return reviews.session(user_id)
