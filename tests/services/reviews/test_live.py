"""Pages that are open are told of what changed on their links, with one look at the database in a second for all."""

from datetime import timedelta

import pytest

from db.engine import DatabaseUnavailableError
from db.models import Review, User
from services.errors import NotFoundError
from services.reviews.live import LOOK_EVERY_S, ReviewWatch
from services.reviews.records import DecisionKind
from services.reviews.visits import new_reader_key
from services.sessions.sessions import SessionService
from tests.helpers.asked import asked_of
from tests.helpers.databases import ON_SQLITE
from tests.helpers.reviews import Reviews
from tests.helpers.services import make_user
from tests.helpers.trips import Team, team  # noqa: F401 - a fixture

OPEN = 50  # pages


class Watched:
    """A watch whose seconds a test lets pass."""

    def __init__(self, reviews: Reviews) -> None:
        self.seconds = 0.0
        self.watch = ReviewWatch(reviews.database, lambda: reviews.now, lambda: self.seconds)

    def a_second_passes(self) -> None:
        self.seconds += LOOK_EVERY_S


@pytest.fixture
def watched(reviews: Reviews) -> Watched:
    return Watched(reviews)


@ON_SQLITE
def test_open_pages_look_once_in_a_second_for_all_of_them(database, reviews, watched, session_id, user_id):
    links = [reviews.share(session_id, user_id).review for _ in range(OPEN)]
    for link in links:
        watched.watch.review(link.id)

    for _ in range(3):
        watched.a_second_passes()
        with asked_of(database) as statements:
            found = [watched.watch.review(link.id) for link in links for _ in range(2)]  # each page asks twice in it
        assert len([one for one in statements if one.startswith("SELECT")]) == 1
        assert found == [link.changed for link in links for _ in range(2)]


def test_whatever_comes_is_told_a_second_later_to_readers_and_planner(reviews, watched, session_id, user_id):
    link, key = reviews.share(session_id, user_id), new_reader_key()
    sha256 = reviews.visits.look(link.token, key).version.sha256
    other = reviews.share(session_id, user_id)
    reviews.say(session_id, "And the sea?", "Cascais.")
    thread = reviews.comments.add(link.review.id, "Look.", user_id=user_id)
    said = {"review_id": link.review.id, "user_id": user_id}
    for comes in (
        lambda: reviews.visits.comment(link.token, key, "Too steep.", name="Anna"),
        lambda: reviews.visits.change(
            link.token, key, reviews.visits.threads(link.token, key, anchor=None)[0].id, "x"
        ),
        lambda: reviews.visits.decide(link.token, key, DecisionKind.APPROVE, name="Anna", sha256=sha256),
        lambda: reviews.comments.add(link.review.id, "There is a lift.", user_id=user_id),
        lambda: reviews.comments.resolve(thread.id, **said),
        lambda: reviews.comments.reopen(thread.id, **said),
        lambda: reviews.links.change(link.review.id, link.review.settings, user_id=user_id),
        lambda: reviews.links.share_again([link.review.id], user_id=user_id),
    ):
        before = [watched.watch.review(link.review.id), watched.watch.planner(user_id)]
        elsewhere = watched.watch.review(other.review.id)
        comes()
        assert [watched.watch.review(link.review.id), watched.watch.planner(user_id)] == before  # it did not look yet
        watched.a_second_passes()
        after = [watched.watch.review(link.review.id), watched.watch.planner(user_id)]
        assert all(new > old for new, old in zip(after, before, strict=True))
        assert watched.watch.review(other.review.id) == elsewhere


def test_who_helps_with_a_trip_is_told_of_its_links_and_who_only_reads_it_is_not(reviews, watched, team: Team):
    link = reviews.share_brief(team.trip_id, team.ada)
    before = {who: watched.watch.planner(who) for who in (*team.members, team.eve)}
    assert before == {team.ada: link.review.changed, team.bob: link.review.changed, team.cleo: None, team.eve: None}

    reviews.visits.comment(link.token, new_reader_key(), "Too steep.", name="Anna")
    watched.a_second_passes()

    assert watched.watch.planner(team.bob) == watched.watch.planner(team.ada) > link.review.changed
    assert watched.watch.planner(team.cleo) is watched.watch.planner(team.eve) is None


@pytest.mark.parametrize("end", ["revoked", "ended", "owner disabled", "session deleted"])
def test_open_page_hears_within_a_second_that_its_link_has_ended(
    database, reviews, watched, session_id, user_id, end
):
    link = reviews.share(session_id, user_id, ends_at=reviews.now + timedelta(hours=1)).review
    assert watched.watch.review(link.id) == link.changed
    match end:
        case "revoked":
            reviews.links.revoke(link.id, user_id=user_id)
        case "ended":
            reviews.later(hours=1)
        case "session deleted":
            SessionService(database, default_model="openai/gpt-4o").delete([session_id], user_id=user_id)
        case _:
            with database.begin() as db_session:
                db_session.get_one(User, user_id).disabled = True

    watched.a_second_passes()

    assert watched.watch.review(link.id) is None


@ON_SQLITE
def test_open_page_ends_with_whoever_owns_the_session_not_with_a_colleague_who_shared_it(
    database, reviews, watched, session_id, user_id
):
    colleague = make_user(database, "ben")
    link = reviews.share(session_id, user_id)
    with database.begin() as db_session:
        db_session.get_one(Review, link.review.id).user_id = colleague
        db_session.get_one(User, colleague).disabled = True
    reviews.visits.look(link.token, None)
    assert watched.watch.review(link.review.id) is not None

    with database.begin() as db_session:
        db_session.get_one(User, user_id).disabled = True
    watched.a_second_passes()

    with pytest.raises(NotFoundError):
        reviews.visits.look(link.token, None)
    assert watched.watch.review(link.review.id) is None


@ON_SQLITE
def test_page_that_comes_in_between_is_told_at_once_and_is_forgotten_once_it_asks_no_more(
    reviews, watched, session_id, user_id
):
    first = reviews.share(session_id, user_id).review
    watched.watch.review(first.id)
    watched.seconds += LOOK_EVERY_S / 2
    second = reviews.share(session_id, user_id).review
    assert watched.watch.review(second.id) == second.changed

    for _ in range(40):
        watched.a_second_passes()
        watched.watch.review(second.id)

    assert list(watched.watch._asked) == [("review", second.id)]


@ON_SQLITE
def test_nothing_changes_on_open_pages_while_the_database_is_away(reviews, watched, session_id, user_id, monkeypatch):
    link = reviews.share(session_id, user_id).review
    watched.watch.review(link.id)

    def away() -> None:
        raise DatabaseUnavailableError("away")

    with monkeypatch.context() as broken:
        broken.setattr(reviews.database, "read", away)
        watched.a_second_passes()
        assert watched.watch.review(link.id) == link.changed
    reviews.links.revoke(link.id, user_id=user_id)
    watched.a_second_passes()
    assert watched.watch.review(link.id) is None
