"""Ratings: kept with the reply, and counted on the day that it ended."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from db.models import Message, Usage
from services.errors import InvalidInputError, NotFoundError, ReplyInProgressError
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import make_user, until_ended

pytestmark = pytest.mark.usefixtures("noon")  # what is used is counted by the day


@pytest.fixture
def reply(services, user_id):
    accepted = services.replies.send("Three nights in Lisbon", user_id=user_id, client_message_id="a")
    until_ended(services, accepted.reply_id, user_id)
    return services.replies.get(accepted.reply_id, user_id=user_id)


def counted(database) -> list[tuple[int, int]]:
    with database.read() as db_session:
        return [(row.liked, row.disliked) for row in db_session.scalars(select(Usage).order_by(Usage.day))]


def test_rating_is_kept_changed_and_taken_back(services, database, user_id, reply):
    def rate(value, reason=None):
        rated = services.ratings.rate(reply.id, value, user_id=user_id, reason=reason)
        assert services.replies.get(reply.id, user_id=user_id) == rated
        return rated.rating, rated.rating_reason, counted(database)

    assert rate(1) == (1, None, [(1, 0)])
    assert rate(1, " Just right.\x00 ") == (1, "Just right.", [(1, 0)])
    assert rate(-1, "Too dear") == (-1, "Too dear", [(0, 1)])
    assert rate(-1) == (-1, None, [(0, 1)])
    assert rate(None) == (None, None, [(0, 0)])
    assert rate(None) == (None, None, [(0, 0)])


def test_rating_counts_on_the_day_that_the_reply_ended(services, database, user_id, reply):
    with database.begin() as db_session:
        row = db_session.get_one(Message, reply.id)
        row.ended_at, row.model = datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), "acme/small"

    services.ratings.rate(reply.id, -1, user_id=user_id)

    with database.read() as db_session:
        (row,) = db_session.scalars(select(Usage).where(Usage.disliked == 1))
        assert (row.day, row.model, row.replies) == (date(2026, 10, 31), "acme/small", 0)


def test_stranger_rates_nothing(services, database, reply):
    with pytest.raises(NotFoundError):
        services.ratings.rate(reply.id, 1, user_id=make_user(database, "eve"))

    assert counted(database) == [(0, 0)]


@ON_SQLITE
def test_only_replies_are_rated(services, user_id, reply):
    stored = services.replies.store("Hi", role="assistant", session_id=reply.session_id, user_id=user_id)
    for message_id in (reply.parent_id, stored.id, 5):
        with pytest.raises(NotFoundError):
            services.ratings.rate(message_id, 1, user_id=user_id)


@ON_SQLITE
def test_reply_is_rated_when_it_is_there(services, emulator, user_id):
    emulator.hold_reply()
    accepted = services.replies.send("Plan 5 days in Lisbon", user_id=user_id, client_message_id="a")

    with pytest.raises(ReplyInProgressError):
        services.ratings.rate(accepted.reply_id, 1, user_id=user_id)
    services.replies.stop(accepted.reply_id, user_id=user_id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("value", "reason"), [(0, None), (2, None), (None, "Nice"), (1, "x" * 1001)])
def test_what_is_no_rating_is_refused(services, database, user_id, reply, value, reason):
    with pytest.raises(InvalidInputError):
        services.ratings.rate(reply.id, value, user_id=user_id, reason=reason)

    assert counted(database) == [(0, 0)]


@ON_SQLITE
def test_sample_that_no_model_wrote_is_rated_and_counts_for_none(services, database, user_id):
    (session_id, *_) = services.transfer.add_samples(user_id=user_id).imported
    sample = services.sessions.history(session_id, user_id=user_id).messages[-1]

    assert services.ratings.rate(sample.id, 1, user_id=user_id).rating == 1
    assert counted(database) == []
