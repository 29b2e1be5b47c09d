"""Mail is handed in as it should be, and a password is shown to nobody who could read along."""

import pytest

from services.process.smtp import MailNotSentError, SmtpServer
from tests.helpers.mail import mail_server


def send(server: SmtpServer, subject: str = "News") -> None:
    server.send(sender="bot@example.com", to="ada@example.com", subject=subject, text="Zażółć 北京 🏖️\n.\nend")


def test_mail_arrives_as_it_was_written():
    with mail_server() as got:
        send(SmtpServer.at(f"smtp://tra%76el:p%40ss@127.0.0.1:{got.port}"), "Łódź")

    [mail] = got.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == ("bot@example.com", "ada@example.com", "Łódź")
    assert mail.get_content().splitlines() == ["Zażółć 北京 🏖️", ".", "end"]
    assert got.logins == [("travel", "p@ss")]


def test_password_is_not_shown_where_others_could_read_along(monkeypatch):
    monkeypatch.setattr("services.process.smtp._is_loopback", lambda _: False)
    with mail_server() as got, pytest.raises(MailNotSentError):
        send(SmtpServer.at(f"smtp://travel:secret@127.0.0.1:{got.port}"))

    assert (got.mails, got.logins) == ([], [])


@pytest.mark.parametrize("subject", ["two\nlines", "Bcc: x\r\nBcc: eve@example.com"])
def test_nobody_adds_headers(subject):
    with mail_server() as got, pytest.raises(MailNotSentError):
        send(SmtpServer.at(got.url), subject)

    assert got.mails == []


def test_server_that_is_away_is_an_error_to_try_again():
    with mail_server() as got:
        url = got.url

    with pytest.raises(MailNotSentError):
        send(SmtpServer.at(url))


def test_password_is_not_in_what_is_printed():
    assert "secret" not in repr(SmtpServer.at("smtps://travel:secret@mail.example.com"))
    assert SmtpServer.at("smtps://mail.example.com").port == 465
    assert SmtpServer.at("smtp://mail.example.com").port == 587
