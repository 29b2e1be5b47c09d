"""What tests of a planner's pages ask for."""

import pytest

from db.engine import Database
from db.models import utc_now
from tests.helpers.reviews import Reviews


@pytest.fixture
def reviews(app_database: Database) -> Reviews:
    """Give the services of reviews on the app's database."""
    return Reviews(app_database, now=utc_now())
