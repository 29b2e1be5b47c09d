"""A password that is lost is replaced by a link: once, for a time, and nobody learns by it who has an account."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import db.models
from db.engine import Database
from db.models import AuditAction, AuditEntry
from services.accounts.admins import AdminService
from services.accounts.records import User
from services.errors import InvalidInputError, NotFoundError, NotPossibleError, TooManyResetsError
from services.people.mail import MOST_TRIES, ResetMail
from services.people.resets import ResetService
from services.process.smtp import SmtpServer
from tests.helpers.accounts import HERE, NEW_PASSWORD, PASSWORD, SETTINGS, answer
from tests.helpers.databases import ON_SQLITE
from tests.helpers.mail import MailServer, mail_server


@pytest.fixture
def got():
    with mail_server() as server:
        yield server


@pytest.fixture
def mail(house: Any, got: MailServer) -> ResetMail:
    server = SmtpServer.at(got.url)
    return ResetMail(
        house.database, server, sender="bot@example.com", public_url="https://travel.example.com/", clock=house.clock
    )


def send_all(mail: ResetMail) -> None:
    while mail._waiting:
        mail.send_one()


def link_in(got: MailServer) -> str:
    text = got.mails[-1].get_content()
    assert "https://travel.example.com/reset?link=" in text
    return str(text.partition("reset?link=")[2].split()[0])


def test_link_sets_the_password_and_ends_everything_else(
    house: Any, admin: User, bob: User, database: Database
) -> None:
    signed_in = house.sign_ins.sign_in("bob", PASSWORD)
    secret = house.tokens.create(user_id=bob.id, name="CRM").secret
    for _ in range(5):
        assert answer(house.sign_ins, "bob") == "wrong_password"
    assert answer(house.sign_ins, "bob", PASSWORD) == "sign_in_locked"
    other, link = (house.resets.offer(bob.id, admin_id=admin.id).token for _ in range(2))
    assert house.resets.username(link) == "bob"

    house.resets.set_password(link, NEW_PASSWORD)

    assert answer(house.sign_ins, "bob", NEW_PASSWORD) == "in"
    assert house.sign_ins.current(bob.id, signed_in.at) is None
    assert house.tokens.check(secret) is None
    for used in (link, other):
        with pytest.raises(NotFoundError, match=r"^This link sets no password: it has ended, or was used already\."):
            house.resets.set_password(used, "a third harbour 9")
    with database.read() as db_session:
        rows = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        kept = repr([vars(row) for row in rows])
    assert [(row.user_id, row.target_id) for row in rows if row.action is AuditAction.OFFER_RESET] == [
        (admin.id, bob.id)
    ] * 2
    assert [row.user_id for row in rows if row.action is AuditAction.RESET_PASSWORD] == [bob.id]
    assert link not in kept


@ON_SQLITE
def test_link_holds_for_its_time_and_while_the_account_does(house: Any, admin: User, bob: User) -> None:
    link = house.resets.offer(bob.id, admin_id=admin.id).token
    with pytest.raises(InvalidInputError):
        house.resets.set_password(link, "short")
    house.later(hours=23)
    assert house.resets.username(link) == "bob"
    house.later(hours=1)
    with pytest.raises(NotFoundError):
        house.resets.username(link)

    house.people.disable(bob.id, admin_id=admin.id)
    with pytest.raises(NotPossibleError):
        house.resets.offer(bob.id, admin_id=admin.id)


@ON_SQLITE
@pytest.mark.parametrize("change", ["change_password", "end_all"])
def test_what_ends_sign_ins_ends_links(house: Any, admin: User, bob: User, change: str) -> None:
    link = house.resets.offer(bob.id, admin_id=admin.id).token
    if change == "end_all":
        house.sign_ins.end_all(bob.id, keep_tokens=True)
    else:
        house.sign_ins.change_password(bob.id, old=PASSWORD, new=NEW_PASSWORD)

    with pytest.raises(NotFoundError):
        house.resets.username(link)


def test_link_is_used_once_also_at_one_moment(house: Any, admin: User, bob: User) -> None:
    link = house.resets.offer(bob.id, admin_id=admin.id).token

    def attempt(password: str) -> bool:
        try:
            house.resets.set_password(link, password)
        except NotFoundError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, [NEW_PASSWORD, "a third harbour 9"])) == [False, True]


@ON_SQLITE
@pytest.mark.parametrize("how", ["role", "disabled", "command"])
def test_admin_who_is_none_any_more_comes_back_by_no_link(house: Any, admin: User, bob: User, how: str) -> None:
    house.people.change_role(bob.id, "admin", admin_id=admin.id)
    link = house.resets.offer(admin.id, admin_id=bob.id).token
    if how == "role":
        house.people.change_role(bob.id, "planner", admin_id=admin.id)
    elif how == "disabled":
        house.people.disable(bob.id, admin_id=admin.id)
    else:
        AdminService(house.database, house.clock).set_admin(bob.id, admin=False)

    with pytest.raises(NotFoundError):
        house.resets.username(link)


@ON_SQLITE
@pytest.mark.parametrize("typed", ["bob", " BOB ", "Bob@Example.com"])
def test_link_is_mailed_for_an_hour(house: Any, bob: User, mail: ResetMail, got: MailServer, typed: str) -> None:
    house.resets.ask(typed)
    mail.ask(house.mailed[0])
    send_all(mail)

    (sent,) = got.mails
    assert (sent["To"], sent["Subject"]) == ("bob@example.com", "Set a new password")
    assert bob.name not in sent.get_content()  # nothing that a stranger could have written to this address
    link = link_in(got)
    house.clock.now += timedelta(minutes=59)
    house.resets.set_password(link, NEW_PASSWORD)
    assert answer(house.sign_ins, "bob", NEW_PASSWORD) == "in"


@ON_SQLITE
@pytest.mark.parametrize("typed", ["nobody", "nobody@example.com", "company", "disabled", "\ud800"])
def test_who_has_no_account_with_a_password_gets_no_mail(
    house: Any, admin: User, bob: User, mail: ResetMail, got: MailServer, database: Database, typed: str
) -> None:
    house.add("company")
    house.people.disable(house.add("disabled").id, admin_id=admin.id)
    with database.begin() as db_session:
        db_session.scalars(select(db.models.User).filter_by(username="company")).one().password_hash = None

    house.resets.ask(typed)  # answers as for anybody
    mail.ask(typed)
    send_all(mail)

    assert got.mails == []


def test_mail_is_limited_by_name_by_address_and_for_each_user(
    house: Any, bob: User, mail: ResetMail, got: MailServer
) -> None:
    for typed in ("bob", "nobody"):
        for _ in range(3):
            house.resets.ask(typed, address=HERE)
        with pytest.raises(TooManyResetsError, match=r"^Too many links were asked for for this name|this name"):
            house.resets.ask(typed, address=HERE)
    for number in range(4):
        house.resets.ask(f"name-{number}", address=HERE)
    with pytest.raises(TooManyResetsError, match="from your network"):
        house.resets.ask("another", address=HERE)
    house.resets.ask("another", address="198.51.100.7")

    for _ in range(3):
        mail.ask("bob")
        mail.ask("bob@example.com")
    send_all(mail)
    assert len(got.mails) == 3
    house.later(hours=1, minutes=1)
    mail.ask("bob")
    send_all(mail)
    assert len(got.mails) == 4


def test_mail_that_is_not_taken_is_sent_again_and_given_up_at_last(
    house: Any, bob: User, mail: ResetMail, got: MailServer
) -> None:
    got.refuses = True
    mail.ask("bob")
    mail.send_one()
    mail.send_one()  # not due yet
    assert [one.tries for one in mail._waiting] == [1]
    got.refuses = False
    house.later(minutes=1)
    mail.send_one()
    assert house.resets.username(link_in(got)) == "bob"

    got.refuses = True
    mail.ask("bob")
    for _ in range(MOST_TRIES):
        mail.send_one()
        house.later(minutes=1)
    assert not mail._waiting


@ON_SQLITE
def test_without_mail_or_passwords_nothing_is_sent(house: Any, database: Database, bob: User) -> None:
    no_mail = ResetService(database, SETTINGS, send=None, clock=house.clock)
    assert (no_mail.by_mail, no_mail.possible) == (False, True)
    with pytest.raises(NotPossibleError, match="Ask an admin"):
        no_mail.ask("bob")
    off = SETTINGS.model_copy(update={"passwords": "off"})
    assert not ResetService(database, off, send=house.mailed.append, clock=house.clock).by_mail
