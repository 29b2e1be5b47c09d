"""Who sees what was used, and of which days."""

from datetime import date

import pytest

import db.usage
from db.models import User
from services.errors import InvalidInputError, NotFoundError
from services.usage.insights import InsightsService
from tests.helpers.services import make_user

START, END = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture
def insights(database) -> InsightsService:
    return InsightsService(database)


@pytest.fixture
def people(database, user_id) -> tuple[int, int, int]:
    """Make two planners with some use in November and around it, and an admin with none."""
    bob, root = make_user(database, "bob"), make_user(database, "root")
    rows = [
        (user_id, date(2026, 10, 31), "a/x", 1),
        (user_id, START, "a/x", 10),
        (user_id, END, "a/y", 100),
        (bob, START, "a/x", 1_000),
        (bob, date(2026, 12, 1), "a/x", 10_000),
    ]
    with database.begin() as db_session:
        for owner_id, day, model, micros in rows:
            db.usage.add(db_session, user_id=owner_id, day=day, model=model, replies=1, cost_micros=micros)
        db_session.get_one(User, root).role = "admin"
    return user_id, bob, root


def costs(days):
    return [(day.day, day.model, day.replies, day.cost_micros) for day in days]


def test_planner_sees_their_own_days_and_both_ends_of_the_period(insights, people):
    ada, _, _ = people

    assert costs(insights.days(START, END, viewer_id=ada, of=ada)) == [(START, "a/x", 1, 10), (END, "a/y", 1, 100)]


def test_admin_sees_everybody_together_or_one(insights, people):
    ada, bob, root = people

    assert costs(insights.days(START, END, viewer_id=root, of=None)) == [
        (START, "a/x", 2, 1_010),
        (END, "a/y", 1, 100),
    ]
    assert costs(insights.days(START, END, viewer_id=root, of=bob)) == [(START, "a/x", 1, 1_000)]
    assert insights.days(START, END, viewer_id=root, of=root) == ()
    found = insights.people(START, END, viewer_id=root)
    assert [(one.user_id, one.username, one.replies, one.cost_micros) for one in found] == [
        (bob, "bob", 1, 1_000),
        (ada, "ada", 2, 110),
    ]


def test_planner_is_not_told_of_others(insights, people):
    ada, bob, root = people
    for of in (bob, None, 5):
        with pytest.raises(NotFoundError):
            insights.days(START, END, viewer_id=ada, of=of)
    with pytest.raises(NotFoundError):
        insights.people(START, END, viewer_id=ada)
    with pytest.raises(NotFoundError):
        insights.days(START, END, viewer_id=root, of=5)


def test_disabled_admin_is_told_nothing(insights, database, people):
    ada, _, root = people
    with database.begin() as db_session:
        db_session.get_one(User, root).disabled = True

    with pytest.raises(NotFoundError):
        insights.days(START, END, viewer_id=root, of=ada)


@pytest.mark.parametrize(("start", "end"), [(END, START), (date(2025, 1, 1), END)])
def test_period_that_makes_no_sense_is_refused(insights, people, start, end):
    with pytest.raises(InvalidInputError):
        insights.days(start, end, viewer_id=people[0], of=people[0])
