"""Many people at one link in the same moment: nothing is lost, nobody waits for ever, limits hold."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from services.accounts import passwords
from services.errors import (
    NotFoundError,
    NotPossibleError,
    ReviewChangedError,
    TooManyCommentsError,
    TooManyGuessesError,
    WrongPasscodeError,
)
from services.reviews import comments, doors
from services.reviews.records import DecisionKind, ReviewState
from services.reviews.visits import new_reader_key
from services.sessions.sessions import SessionService
from tests.helpers import lock_order

APPROVE = DecisionKind.APPROVE


@pytest.fixture(autouse=True)
def locks_in_one_order(database) -> Iterator[None]:
    """Fail where a transaction locks in another order than all others."""
    wrong = lock_order.watch(database.engine)
    yield
    assert not wrong


def at_once(*asks: Callable[[], object]) -> list[object]:
    """Ask all in the same moment; return what came of each, or its error."""
    gate = threading.Barrier(len(asks))

    def run(ask: Callable[[], object]) -> object:
        gate.wait(10)
        try:
            return ask()
        except Exception as exc:
            return exc

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(run, asks))


def kinds(found: list[object]) -> list[str]:
    return sorted({type(one).__name__ for one in found if isinstance(one, Exception)})


def test_two_decide_in_the_same_moment_and_both_are_kept(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, approvals=8)
    seen = link.review.version.sha256
    people = [(new_reader_key(), f"Person {number}") for number in range(8)]

    found = at_once(
        *(
            lambda key=key, name=name: reviews.visits.decide(link.token, key, APPROVE, name=name, sha256=seen)
            for key, name in people
        )
    )

    assert kinds(found) == []
    details = reviews.links.get(link.review.id, user_id=user_id)
    assert sorted(one.name for one in details.decisions) == sorted(name for _, name in people)
    assert (details.review.state, details.review.approved) == (ReviewState.APPROVED, 8)


def test_shared_again_while_people_decide_look_and_comment(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    mine = new_reader_key()
    for turn in range(3):
        seen = reviews.visits.look(link.token, mine).version.sha256
        reviews.say(session_id, f"More {turn}")
        key = new_reader_key()

        found = at_once(
            lambda: reviews.links.share_again([link.review.id], user_id=user_id),
            partial(reviews.visits.decide, link.token, mine, APPROVE, name="Anna", sha256=seen),
            partial(reviews.visits.look, link.token, key),
            partial(reviews.visits.comment, link.token, key, "Hm", name="Bo"),
            lambda: reviews.comments.threads(link.review.id, user_id=user_id),
            lambda: reviews.links.page(user_id=user_id),
            lambda: reviews.links.get(link.review.id, user_id=user_id),
            lambda: reviews.visits.threads(link.token, mine, anchor=None),
        )

        assert kinds(found) in ([], [ReviewChangedError.__name__])
    visit = reviews.visits.look(link.token, mine)
    assert visit.version.number == 4
    assert all(one.outdated for one in visit.decisions)
    assert visit.state is (ReviewState.OUTDATED if visit.decisions else ReviewState.OPEN)
    assert visit.threads == {None: 3}


def test_all_links_are_shared_again_from_two_sides_and_new_ones_made(reviews, session_id, user_id):
    links = [reviews.share(session_id, user_id).review.id for _ in range(5)]
    for turn in range(3):
        reviews.say(session_id, f"More {turn}")

        found = at_once(
            lambda: reviews.links.share_again(links, user_id=user_id),
            lambda: reviews.links.share_again(links[::-1], user_id=user_id),
            lambda: reviews.links.share_again(links[2:3], user_id=user_id),
            lambda: reviews.share(session_id, user_id),
            lambda: reviews.share(session_id, user_id),
        )

        assert kinds(found) == []
    assert {one.version.number for one in reviews.links.page(user_id=user_id) if one.id in links} == {4}


def test_link_never_goes_back_to_what_was_read_before_another_shared_it(reviews, session_id, user_id, monkeypatch):
    link, other = reviews.share(session_id, user_id).review.id, reviews.share(session_id, user_id).review.id
    preview = reviews.links.preview

    def overtaken(*args, **options):
        read = preview(*args, **options)
        monkeypatch.setattr(reviews.links, "preview", preview)
        reviews.say(session_id, "The hotel is cancelled")
        assert reviews.links.share_again([link], user_id=user_id) == {link: True}
        return read

    reviews.say(session_id, "One more")
    monkeypatch.setattr(reviews.links, "preview", overtaken)

    assert reviews.links.share_again([link, other], user_id=user_id) == {link: False, other: True}
    for one in (link, other):
        version, snapshot = reviews.links.shown(one, user_id=user_id)
        assert (version.number, snapshot.blocks[-1].text) == (2, "The hotel is cancelled")


@pytest.mark.parametrize("turn", range(2))
def test_session_is_deleted_while_people_are_on_its_links(reviews, database, session_id, user_id, turn):
    link = reviews.share(session_id, user_id)
    seen = link.review.version.sha256
    key = new_reader_key()
    reviews.say(session_id, "More")

    found = at_once(
        lambda: SessionService(database, default_model="openai/gpt-4o").delete([session_id], user_id=user_id),
        lambda: reviews.visits.look(link.token, key),
        lambda: reviews.visits.decide(link.token, key, APPROVE, name="Anna", sha256=seen),
        lambda: reviews.visits.comment(link.token, key, "Hm", name="Bo"),
        lambda: reviews.links.share_again([link.review.id], user_id=user_id),
        lambda: reviews.share(session_id, user_id),
        lambda: reviews.links.page(user_id=user_id),
        lambda: reviews.comments.add(link.review.id, "Hm", user_id=user_id),
    )

    assert set(kinds(found)) <= {NotFoundError.__name__, ReviewChangedError.__name__}
    with pytest.raises(NotFoundError):
        reviews.visits.look(link.token, key)


def test_limits_hold_side_by_side(reviews, session_id, user_id, monkeypatch):
    monkeypatch.setattr(comments, "MAX_COMMENTS", 5)
    monkeypatch.setattr(comments, "MAX_DECISIONS", 3)
    monkeypatch.setattr("services.reviews.reviews.MAX_LINKS", 4)
    link = reviews.share(session_id, user_id)
    seen = link.review.version.sha256
    keys = [new_reader_key() for _ in range(8)]

    said = at_once(*(lambda key=key: reviews.visits.comment(link.token, key, "Hm", name="A") for key in keys))
    decided = at_once(
        *(lambda key=key: reviews.visits.decide(link.token, key, APPROVE, name="A", sha256=seen) for key in keys)
    )
    shared = at_once(*(lambda: reviews.share(session_id, user_id) for _ in range(6)))

    assert [sum(isinstance(one, TooManyCommentsError) for one in found) for found in (said, decided)] == [3, 5]
    assert sum(isinstance(one, NotPossibleError) for one in shared) == 3


def test_one_browser_fills_no_link_and_nobody_shuts_the_planner_out(reviews, session_id, user_id, monkeypatch):
    for name, most in (
        ("MAX_COMMENTS", 5),
        ("COMMENTS_OF_READER", 3),
        ("MAX_DECISIONS", 5),
        ("DECISIONS_OF_READER", 3),
    ):
        monkeypatch.setattr(comments, name, most)
    link = reviews.share(session_id, user_id)
    seen = link.review.version.sha256

    def tried(key: str) -> list[bool]:
        """Return of four comments and four decisions whether they were taken."""
        asks = (
            partial(reviews.visits.comment, link.token, key, "Hm", name="Eve"),
            partial(reviews.visits.decide, link.token, key, APPROVE, name="Eve", sha256=seen),
        )
        return [kinds(at_once(ask)) == [] for ask in asks for _ in range(4)]

    assert tried(new_reader_key()) == [True, True, True, False] * 2
    assert tried(new_reader_key()) == [True, True, False, False] * 2
    reviews.comments.add(link.review.id, "Mine", user_id=user_id)
    reviews.comments.add(link.review.id, "Internal", user_id=user_id, internal=True)
    reviews.comments.record_decision(link.review.id, APPROVE, user_id=user_id, name="Anna", sha256=seen)


def test_reader_decides_about_every_version_however_many_there_were(reviews, session_id, user_id, monkeypatch):
    monkeypatch.setattr(comments, "DECISIONS_OF_READER", 1)
    link, key = reviews.share(session_id, user_id), new_reader_key()
    for turn in range(3):
        seen = reviews.visits.look(link.token, key).version.sha256
        reviews.visits.decide(link.token, key, APPROVE, name="Anna", sha256=seen)
        reviews.say(session_id, f"More {turn}")
        reviews.links.share_again([link.review.id], user_id=user_id)


def test_passcodes_are_not_guessed_faster_side_by_side(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, passcode="tram 28!")

    found = at_once(
        *(
            lambda number=number: reviews.visits.unlock(
                link.token, new_reader_key(), f"guess {number}", address="203.0.113.9"
            )
            for number in range(16)
        )
    )

    wrong = sum(isinstance(one, WrongPasscodeError) for one in found)
    assert 10 <= wrong < 10 + passwords._AT_ONCE
    assert sum(isinstance(one, TooManyGuessesError) for one in found) == 16 - wrong


def test_people_of_one_office_who_know_the_passcode_are_let_in_side_by_side(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, passcode="tram 28!")
    people = [new_reader_key() for _ in range(25)]

    found = at_once(
        *(partial(reviews.visits.unlock, link.token, key, "tram 28!", address="203.0.113.9") for key in people)
    )

    assert kinds(found) == []
    assert {reviews.visits.look(link.token, key).version.number for key in people} == {1}


def test_same_browser_opens_a_link_in_many_tabs(reviews, session_id, user_id):
    link, key = reviews.share(session_id, user_id), new_reader_key()

    found = at_once(*(lambda: reviews.visits.look(link.token, key) for _ in range(8)))

    assert kinds(found) == []


def test_browsers_without_end_lock_nobody_out(reviews, session_id, user_id, monkeypatch):
    monkeypatch.setattr(doors, "MAX_READERS", 5)
    link, first = reviews.share(session_id, user_id), new_reader_key()
    reviews.visits.look(link.token, first)
    mine = reviews.visits.comment(link.token, new_reader_key(), "Hm", name="Anna")
    for _ in range(8):
        reviews.visits.look(link.token, new_reader_key())

    assert reviews.visits.seen(link.token, first) != (0, 0)
    last = new_reader_key()
    assert reviews.visits.comment(link.token, last, "Yes", name="Bo", thread_id=mine.id).answers[0].name == "Bo"
    assert [one.name for one in reviews.visits.threads(link.token, last, anchor=None)[0].answers] == ["Bo"]
