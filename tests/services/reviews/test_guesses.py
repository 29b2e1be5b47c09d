"""Passcodes are guessed, and words are said, so often and no more: from one address, and on one link."""

from dataclasses import replace

import pytest

from services.errors import InvalidInputError, TooManyCommentsError, TooManyGuessesError, WrongPasscodeError
from services.reviews import guesses
from services.reviews.guesses import WRONG_PASSCODES, WRONG_PASSCODES_OF_LINK
from services.reviews.records import DecisionKind
from services.reviews.visits import new_reader_key
from tests.helpers.databases import ON_SQLITE

RIGHT = "tram 28!"
ANNA = new_reader_key()


@pytest.fixture
def said_on_link(monkeypatch) -> int:
    """Let so many comments be kept on a link."""
    few = replace(guesses.SAID_ON_LINK, most=20)
    monkeypatch.setattr(guesses, "SAID_ON_LINK", few)
    return few.most


@ON_SQLITE
def test_passcode_of_a_link_is_guessed_sixty_times_an_hour_from_wherever(reviews, session_id, user_id):
    link, other = (reviews.share(session_id, user_id, passcode=RIGHT) for _ in range(2))
    reviews.visits.unlock(link.token, ANNA, RIGHT)

    for number in range(WRONG_PASSCODES_OF_LINK.most):
        where = f"203.0.113.{number}" if number % 2 else None  # plain app.py may know no address
        with pytest.raises(WrongPasscodeError):
            reviews.visits.unlock(link.token, new_reader_key(), "a guess", address=where)
    for where in (None, "198.51.100.1"):
        with pytest.raises(TooManyGuessesError, match="on this link"):
            reviews.visits.unlock(link.token, new_reader_key(), RIGHT, address=where)

    assert reviews.visits.look(link.token, ANNA).version.number == 1  # who is in stays in
    reviews.visits.unlock(other.token, new_reader_key(), RIGHT)
    reviews.later(minutes=61)
    reviews.visits.unlock(link.token, new_reader_key(), RIGHT)


@ON_SQLITE
def test_guesses_without_end_from_one_address_use_up_no_one_elses(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, passcode=RIGHT)

    for number in range(2 * WRONG_PASSCODES_OF_LINK.most):
        with pytest.raises(WrongPasscodeError if number < WRONG_PASSCODES.most else TooManyGuessesError):
            reviews.visits.unlock(link.token, new_reader_key(), "a guess", address="203.0.113.9")

    for where in (None, "198.51.100.1"):
        reviews.visits.unlock(link.token, new_reader_key(), RIGHT, address=where)


@ON_SQLITE
@pytest.mark.parametrize("new", ["passcode", "address"])
def test_new_passcode_or_address_of_a_link_opens_it_again_for_newcomers(reviews, session_id, user_id, new):
    link = reviews.share(session_id, user_id, passcode=RIGHT)
    token, right = link.token, RIGHT
    for _ in range(WRONG_PASSCODES_OF_LINK.most):
        with pytest.raises(WrongPasscodeError):
            reviews.visits.unlock(token, new_reader_key(), "a guess")

    if new == "passcode":
        right = "tram 29!"
        reviews.links.change(link.review.id, link.review.settings, user_id=user_id, passcode=right)
    else:
        token = reviews.links.new_address(link.review.id, user_id=user_id).token

    with pytest.raises(WrongPasscodeError):
        reviews.visits.unlock(token, ANNA, "a guess")
    reviews.visits.unlock(token, ANNA, right)
    assert reviews.visits.look(token, ANNA).version.number == 1


@ON_SQLITE
def test_comments_that_are_refused_silence_nobody(reviews, session_id, user_id, said_on_link):
    link = reviews.share(session_id, user_id)
    for _ in range(said_on_link):
        with pytest.raises(InvalidInputError):
            reviews.visits.comment(link.token, new_reader_key(), "Hm", name="Eve", anchor="nowhere")

    assert reviews.visits.comment(link.token, ANNA, "Yes", name="Anna").first.name == "Anna"


@ON_SQLITE
def test_comments_leave_room_for_decisions_and_edits_count_as_comments(reviews, session_id, user_id, said_on_link):
    link = reviews.share(session_id, user_id)
    said = reviews.visits.comment(link.token, ANNA, "Hm", name="Anna").first
    for number in range(1, said_on_link):
        reviews.visits.change(link.token, ANNA, said.id, f"Hm {number}")
    for say in (reviews.visits.comment, lambda *who, **_: reviews.visits.change(*who[:2], said.id, "Hm")):
        with pytest.raises(TooManyCommentsError):
            say(link.token, ANNA, "Hm", name="Anna")

    seen = link.review.version.sha256
    made = reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=seen)
    assert made.name == "Anna"
