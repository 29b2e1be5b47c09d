"""Planners get mail about what came on their links: once in ten minutes of each, and nothing of it is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from db.models import NO_MAIL, User
from services.process.smtp import SmtpServer
from services.reviews.mail import ReviewMail
from services.reviews.records import DecisionKind, Thing
from services.reviews.visits import new_reader_key
from tests.helpers.databases import ON_SQLITE
from tests.helpers.mail import mail_server
from tests.helpers.services import until

ANNA = new_reader_key()


@pytest.fixture
def got():
    with mail_server() as server:
        yield server


@pytest.fixture
def mail(database, reviews, got):
    return ReviewMail(
        database,
        SmtpServer.at(got.url),
        sender="bot@example.com",
        public_url="https://travel.example.com",
        clock=lambda: reviews.now,
    )


def told(got) -> list[str]:
    return [str(one["Subject"]) for one in got.mails]


def test_first_opening_comments_and_decisions_are_told_without_a_word_of_theirs(
    reviews, mail, got, session_id, user_id
):
    link = reviews.share(session_id, user_id)
    reviews.later(seconds=1)
    assert not mail.send_one()
    seen = reviews.visits.look(link.token, ANNA).version.sha256
    assert mail.send_one()
    assert told(got) == ["Customer: opened for the first time"]

    reviews.later(minutes=11)
    reviews.visits.comment(link.token, ANNA, "The secret is out", name="Anna")
    reviews.visits.decide(
        link.token, ANNA, DecisionKind.ASK_FOR_CHANGES, name="Anna", sha256=seen, note="Less secret"
    )
    mail.send_one()

    last = got.mails[-1]
    assert last["To"] == "ada@example.com"
    assert last["Subject"] == "Customer: 1 request for changes, 1 new comment"
    text = last.get_content()
    assert "- 1 new comment" in text
    assert "Anna" not in str(last)
    assert f"https://travel.example.com/reviews?review={link.review.id}" in text
    assert "secret" not in str(last)
    assert link.token not in str(last)


@ON_SQLITE
def test_only_the_first_opening_is_told(reviews, mail, got, session_id, user_id):
    link = reviews.share(session_id, user_id)
    reviews.later(seconds=1)
    for key in (ANNA, new_reader_key(), ANNA):
        reviews.visits.look(link.token, key)
        mail.send_one()
        reviews.later(minutes=11)

    assert told(got) == ["Customer: opened for the first time"]


def test_processes_that_look_at_once_send_one_mail_about_each_link(reviews, mail, got, session_id, user_id):
    links = [reviews.share(session_id, user_id, audience=name) for name in ("Customer", "Finance")]
    reviews.later(seconds=1)
    for link in links:
        reviews.visits.comment(link.token, ANNA, "One", name="Anna")

    with ThreadPoolExecutor(4) as processes:
        list(processes.map(lambda _: mail.send_one(), range(8)))

    assert sorted(told(got)) == ["Customer: 1 new comment", "Finance: 1 new comment"]


def test_one_mail_in_ten_minutes_and_the_next_one_tells_the_rest(reviews, mail, got, session_id, user_id):
    link = reviews.share(session_id, user_id)
    reviews.later(seconds=1)
    reviews.visits.comment(link.token, ANNA, "One", name="Anna")
    mail.send_one()
    for _ in range(3):
        reviews.later(minutes=2)
        reviews.visits.comment(link.token, ANNA, "More", name="Anna")
        assert not mail.send_one()

    reviews.later(minutes=5)
    mail.send_one()
    assert not mail.send_one()

    assert told(got) == ["Customer: 1 new comment", "Customer: 3 new comments"]


@ON_SQLITE
def test_what_comes_while_a_mail_goes_off_is_told_by_the_next(reviews, mail, got, session_id, user_id, monkeypatch):
    link = reviews.share(session_id, user_id)
    reviews.later(seconds=1)
    reviews.visits.comment(link.token, ANNA, "One", name="Anna")
    send = SmtpServer.send

    def slowly(*args, **words):
        reviews.later(seconds=1)
        reviews.visits.comment(link.token, ANNA, "Two", name="Bo")
        send(*args, **words)

    monkeypatch.setattr(SmtpServer, "send", slowly)
    mail.send_one()
    monkeypatch.setattr(SmtpServer, "send", send)
    reviews.later(minutes=11)
    mail.send_one()

    assert told(got) == ["Customer: 1 new comment", "Customer: 1 new comment"]


@ON_SQLITE
def test_mail_that_is_refused_is_tried_again_later(reviews, mail, got, session_id, user_id):
    link = reviews.share(session_id, user_id)
    reviews.later(seconds=1)
    reviews.visits.comment(link.token, ANNA, "One", name="Anna")
    got.refuses = True
    assert mail.send_one()
    assert not mail.send_one()

    got.refuses = False
    reviews.later(minutes=6)
    mail.send_one()

    assert told(got) == ["Customer: 1 new comment"]


@ON_SQLITE
def test_mail_that_nobody_sent_for_days_does_not_keep_back_what_comes_then(reviews, mail, got, session_id, user_id):
    link = reviews.share(session_id, user_id)
    reviews.later(seconds=1)
    reviews.visits.comment(link.token, ANNA, "One", name="Anna")
    reviews.later(days=2)
    assert not mail.send_one()

    reviews.visits.comment(link.token, ANNA, "Two", name="Anna")
    assert mail.send_one()
    reviews.later(minutes=11)
    reviews.visits.comment(link.token, ANNA, "Three", name="Anna")
    assert mail.send_one()

    assert told(got) == ["Customer: 2 new comments", "Customer: 1 new comment"]


@ON_SQLITE
def test_what_only_the_planner_did_is_no_news_to_them(reviews, mail, got, session_id, user_id):
    link = reviews.share(session_id, user_id)
    reviews.later(seconds=1)
    seen = link.review.version.sha256
    reviews.comments.add(link.review.id, "Mine", user_id=user_id)
    reviews.comments.record_decision(link.review.id, DecisionKind.APPROVE, user_id=user_id, name="Bo", sha256=seen)

    assert not mail.send_one()
    assert told(got) == []


@ON_SQLITE
def test_whoever_has_told_no_address_gets_none(database, reviews, mail, got, session_id, user_id):
    with database.begin() as db_session:
        db_session.get_one(User, user_id).email = f"{user_id}{NO_MAIL}"
    link = reviews.share(session_id, user_id)
    reviews.later(seconds=1)
    reviews.visits.look(link.token, ANNA)

    mail.send_one()

    assert told(got) == []


def test_services_send_mail_by_themselves(start_services, database, reviews, got, session_id, user_id, monkeypatch):
    monkeypatch.setattr("services.reviews.mail.LOOK_S", 0.05)
    services = start_services(smtp_url=got.url, mail_from="bot@example.com")
    link = services.reviews.share(
        Thing("session", session_id), reviews.share(session_id, user_id).review.settings, user_id=user_id
    )
    services.visits.comment(link.token, ANNA, "Hello", name="Anna")

    until(lambda: got.mails, what="the mail comes")
    assert "the page Reviews" in got.mails[0].get_content()
