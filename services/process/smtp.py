"""Sends mail over SMTP, where a server is set."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 20.0


class MailNotSentError(Exception):
    """The server did not take a mail; trying again later may help."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in: `smtp://` takes TLS where the server offers it, `smtps://` begins with it."""

    host: str
    port: int
    tls: bool
    username: str | None
    password: str | None = field(repr=False)

    @classmethod
    def at(cls, url: str) -> "SmtpServer":
        """Return the server of an address, such as `smtp://name:password@mail.example.com:587`."""
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        username = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(parts.hostname or "", parts.port or (465 if tls else 587), tls, username, password)

    def send(self, *, sender: str, to: str, subject: str, text: str) -> None:
        """Hand a mail in; takes 20 seconds at most for each step. A password is never sent without TLS.

        Raises MailNotSentError.
        """
        try:
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = sender, to, subject
            mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
            mail["Auto-Submitted"] = "auto-generated"
            mail.set_content(text)
            with self._connected() as server:
                server.send_message(mail)
        except (OSError, smtplib.SMTPException, ValueError) as exc:
            raise MailNotSentError(type(exc).__name__) from exc

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        try:
            server.ehlo()
            if not self.tls and server.has_extn("starttls"):
                server.starttls(context=context)
            elif not self.tls and self.password and not _is_loopback(self.host):
                raise MailNotSentError("the server offers no TLS")
            if self.username and self.password:
                server.login(self.username, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
