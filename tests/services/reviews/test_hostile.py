"""What nobody should send: texts, names, keys, passcodes and places that were made to break something."""

from contextlib import suppress

import pytest
from sqlalchemy import update

from db.models import Review, ReviewComment, User
from services.accounts import passwords
from services.errors import (
    DoorBusyError,
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    PasscodeNeededError,
    ServiceError,
    WrongPasscodeError,
)
from services.reviews.records import DecisionKind, LinkSettings, ReviewState, Thing
from services.reviews.visits import new_reader_key
from tests.helpers.databases import ON_SQLITE
from tests.helpers.hostile import BYTES, TEXTS
from tests.helpers.naughty import STRINGS
from tests.helpers.services import make_user

ANNA, BO = new_reader_key(), new_reader_key()
AWFUL = (
    "\0",
    "a\0b",
    "\ud800",
    "a\udfffb",
    "x" * 32_000,
    "e\u0301" * 32_000,
    "\u202e\u2066",
    "\n" * 5_000,
)
ODD = (*STRINGS[::30], *TEXTS, *AWFUL)
WORST = {*AWFUL, "\x00", "\ud83d", "a\udc00b", "\u202e\ufeff\U000e0001", "", " "}  # tried in every place
ODD_FOR_A_DATABASE = (*BYTES, *AWFUL)  # what PostgreSQL may keep otherwise than SQLite


@pytest.fixture
def odd(database):
    """Give the texts: all of them once, and on PostgreSQL what it may take otherwise."""
    return ODD if database.engine.dialect.name == "sqlite" else ODD_FOR_A_DATABASE


@pytest.mark.soak(short=2, long=7)  # of the places for each text that is not among the worst
def test_every_text_is_kept_readable_or_refused_in_a_sentence(reviews, session_id, user_id, odd, lasts):
    link = reviews.share(session_id, user_id)
    seen = reviews.visits.look(link.token, ANNA)
    anchor, tried, kept = seen.snapshot.blocks[1].anchor, 0, 0
    for number, text in enumerate(odd):
        ways = (
            lambda text=text: reviews.visits.comment(link.token, ANNA, text, name="Anna"),
            lambda text=text: reviews.visits.comment(link.token, ANNA, "Hm", name=text),
            lambda text=text: reviews.visits.comment(link.token, ANNA, "Hm", name="A", anchor=text),
            lambda text=text: reviews.visits.comment(link.token, ANNA, "Hm", name="A", anchor=anchor, passage=text),
            lambda text=text: reviews.comments.add(link.review.id, text, user_id=user_id, internal=True),
            lambda text=text: reviews.links.change(
                link.review.id, LinkSettings(audience=text, note=text), user_id=user_id
            ),
            lambda text=text: reviews.visits.decide(
                link.token, new_reader_key(), DecisionKind.DECLINE, name="A", note=text, sha256=seen.version.sha256
            ),
        )
        for place, ask in enumerate(ways):
            if text not in WORST and (place - number * int(lasts)) % len(ways) >= lasts:
                continue
            reviews.later(minutes=6)
            tried += 1
            with suppress(InvalidInputError):
                ask()
                kept += 1
    assert tried > len(odd)
    assert kept > tried / 7
    visit = reviews.visits.look(link.token, ANNA)
    repr((visit, reviews.links.page(user_id=user_id))).encode()


def test_what_is_asked_with_odd_texts_finds_nothing(reviews, session_id, user_id, odd):
    link = reviews.share(session_id, user_id)
    for text in odd:
        assert reviews.visits.threads(link.token, text, anchor=text) == ()
        assert reviews.comments.about(Thing("session", session_id), text, user_id=user_id) == ()
        reviews.links.page(user_id=user_id, words=text)
        for ask in (reviews.visits.look, reviews.visits.find):
            with pytest.raises(NotFoundError):
                ask(text, ANNA)


@ON_SQLITE
@pytest.mark.parametrize("key", ["", "x", "x" * 23, "\0" * 22, "\ud800" * 22, "é" * 22, "x" * 10_000])
def test_key_that_is_none_is_nobodys(reviews, session_id, user_id, key):
    link = reviews.share(session_id, user_id)
    secret = reviews.share(session_id, user_id, passcode="tram 28!")

    assert reviews.visits.look(link.token, key).my_decision is None
    assert reviews.visits.seen(link.token, key) == (0, 0)
    with pytest.raises(InvalidInputError):
        reviews.visits.comment(link.token, key, "Hm", name="Anna")
    with pytest.raises(InvalidInputError):
        reviews.visits.unlock(secret.token, key, "tram 28!")
    with pytest.raises(PasscodeNeededError):
        reviews.visits.look(secret.token, key)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "passcode", ["€" * 25, "x" * 73, "x" * 65, "short", "a" * 5 + "\0", "\ud800" * 10, "      ", "x" * 1_000_000]
)
def test_passcode_that_cannot_be_kept_whole_is_refused(reviews, session_id, user_id, passcode):
    with pytest.raises(InvalidInputError):
        reviews.share(session_id, user_id, passcode=passcode)
    link = reviews.share(session_id, user_id, passcode="tram 28!")
    with pytest.raises(InvalidInputError):
        reviews.links.change(link.review.id, link.review.settings, user_id=user_id, passcode=passcode)
    with pytest.raises(WrongPasscodeError):
        reviews.visits.unlock(link.token, ANNA, passcode)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_passcode_is_the_same_from_every_keyboard(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, passcode="cafe\u0301 28")

    reviews.visits.unlock(link.token, ANNA, " caf\u00e9 28\n")

    assert reviews.visits.look(link.token, ANNA).version.number == 1


@ON_SQLITE
def test_passcode_that_nobody_looked_at_is_not_counted(reviews, session_id, user_id, monkeypatch):
    link = reviews.share(session_id, user_id, passcode="tram 28!")
    monkeypatch.setattr(passwords, "_WAIT_S", 0.01)
    for _ in range(passwords._AT_ONCE):
        passwords._places.acquire()
    try:
        for _ in range(11):
            with pytest.raises(DoorBusyError):
                reviews.visits.unlock(link.token, ANNA, "tram 28!", address="203.0.113.9")
    finally:
        for _ in range(passwords._AT_ONCE):
            passwords._places.release()

    reviews.visits.unlock(link.token, ANNA, "tram 28!", address="203.0.113.9")


def test_link_that_has_ended_can_be_renamed_and_opened_again(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, ends_at=reviews.now.replace(hour=13))
    reviews.later(hours=2)
    ended = LinkSettings(audience="Board", ends_at=link.review.settings.ends_at)

    assert reviews.links.change(link.review.id, ended, user_id=user_id).state is ReviewState.ENDED
    with pytest.raises(InvalidInputError):
        reviews.links.change(
            link.review.id, LinkSettings(audience="Board", ends_at=reviews.now.replace(hour=12)), user_id=user_id
        )
    reviews.links.change(link.review.id, LinkSettings(audience="Board"), user_id=user_id)
    assert reviews.visits.look(link.token, ANNA).settings.audience == "Board"


def test_guesses_from_a_shared_address_do_not_lock_out_who_was_here_before(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    reviews.visits.look(link.token, ANNA)
    for _ in range(30):
        with pytest.raises(NotFoundError):
            reviews.visits.find("x" * 32, BO, address="203.0.113.9")

    assert reviews.visits.find(link.token, ANNA, address="203.0.113.9") == link.review.id
    with pytest.raises(ServiceError):
        reviews.visits.find(link.token, BO, address="203.0.113.9")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_waits_while_a_passage_is_looked_for_in_a_costly_text(reviews, database, user_id, monkeypatch):
    session_id = reviews.session(user_id, ("Hi", "castle " + "*a_ " * 12_000))
    link = reviews.share(session_id, user_id)
    reply = reviews.visits.look(link.token, ANNA).snapshot.blocks[1]

    def looked_for(text: str) -> str:
        with database.begin() as db_session:  # SQLite has one writer, and PostgreSQL one for each row
            db_session.execute(update(Review).values(unseen=True))
        return text

    monkeypatch.setattr("services.reviews.texts.shown_text", looked_for)
    reviews.visits.comment(link.token, ANNA, "Hm", name="Anna", anchor=reply.anchor, passage="castle")
    reviews.comments.add(link.review.id, "Hm", user_id=user_id, anchor=reply.anchor, passage="castle")


@ON_SQLITE
def test_comment_stays_on_what_was_shown_when_it_is_shared_again(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    said = reviews.visits.comment(link.token, ANNA, "Hm", name="Anna")
    reviews.say(session_id, "More")
    reviews.links.share_again([link.review.id], user_id=user_id)
    answered = reviews.visits.comment(link.token, BO, "Well", name="Bo", thread_id=said.id)

    assert (answered.first.version, answered.answers[0].version) == (1, 2)


def test_deleted_user_leaves_what_they_said_on_others_links(reviews, database, session_id, user_id):
    link = reviews.share(session_id, user_id)
    colleague = make_user(database, "cy")
    said = reviews.comments.add(link.review.id, "From a colleague", user_id=user_id)
    with database.begin() as db_session:
        db_session.execute(update(ReviewComment).where(ReviewComment.id == said.id).values(user_id=colleague))
    with database.begin() as db_session:
        db_session.delete(db_session.get_one(User, colleague))

    [thread] = reviews.comments.threads(link.review.id, user_id=user_id)
    assert (thread.first.text, thread.first.by_planner, thread.first.mine) == ("From a colleague", True, False)
    with pytest.raises(NotFoundError):
        reviews.comments.change(said.id, "Mine", review_id=link.review.id, user_id=user_id)
    with database.begin() as db_session:
        db_session.delete(db_session.get_one(User, user_id))
    with pytest.raises(NotFoundError):
        reviews.visits.look(link.token, ANNA)


@ON_SQLITE
def test_revoked_link_is_not_shared_again_and_gets_no_address(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    reviews.links.revoke(link.review.id, user_id=user_id)

    with pytest.raises(NotPossibleError):
        reviews.links.share_again([link.review.id], user_id=user_id)
    with pytest.raises(NotPossibleError):
        reviews.links.new_address(link.review.id, user_id=user_id)
