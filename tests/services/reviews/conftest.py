"""What tests of reviews ask for."""

import pytest

from db.engine import Database
from tests.helpers.reviews import Reviews


@pytest.fixture
def reviews(database: Database) -> Reviews:
    """Give the services of reviews, and who fills the database for them."""
    return Reviews(database)


@pytest.fixture
def session_id(reviews: Reviews, user_id: int) -> int:
    """Make a session of two questions and two answers."""
    return reviews.session(user_id)
