"""A real mail server on this machine, and what it got."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from services.process.background import BackgroundLoop


@dataclass
class MailServer:
    """What came, and whether it is taken; *logins* are the names and passwords that were shown."""

    port: int = 0
    refuses: bool = False
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if self.refuses:
            return "451 Not now"
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.default))
        return "250 OK"

    def let_in(self, _: SMTP, __: Session, ___: Envelope, ____: str, shown: object) -> AuthResult:
        login, password = getattr(shown, "login", b""), getattr(shown, "password", b"")
        self.logins.append((login.decode(), password.decode()))
        return AuthResult(success=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on a free port."""
    got, loop = MailServer(), BackgroundLoop()

    async def start() -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: SMTP(got, authenticator=got.let_in, auth_require_tls=False), "127.0.0.1", 0
        )

    server = loop.run(start(), timeout_s=10)
    got.port = server.sockets[0].getsockname()[1]
    try:
        yield got
    finally:
        loop.run(_stop(server), timeout_s=10)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    await server.wait_closed()
