"""Mail to whoever forgot their password, sent beside what they asked with: how long that takes tells nothing."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta

import db.audit
import db.resets
import db.users
from db.engine import Database, DatabaseUnavailableError
from db.models import NO_MAIL, AuditAction, AuditTarget, utc_now
from services.errors import DoorBusyError
from services.people.limits import RESETS_OF_NAME
from services.people.resets import BY_MAIL_FOR, add_link, remove_link
from services.process.background import in_thread
from services.process.smtp import MailNotSentError, SmtpServer

log = logging.getLogger("travelbot.mail")

LOOK_S = 1.0
MOST_TRIES = 5
_AGAIN = timedelta(seconds=20)
_MOST_WAITING = 1_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """A username or an e-mail address, as it was typed."""

    typed: str
    due_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class _Mail:
    to: str
    text: str
    token: str


class ResetMail:
    """Mails links for a new password. What waits is kept by this process alone: people can ask again."""

    def __init__(
        self,
        database: Database,
        server: SmtpServer,
        *,
        sender: str,
        public_url: str,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = database
        self._server = server
        self._sender = sender
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._waiting: deque[_Asked] = deque()

    def ask(self, typed: str) -> None:
        """Send a link soon to whoever has this username or e-mail address; returns at once. Raises DoorBusyError."""
        if len(self._waiting) >= _MOST_WAITING:
            raise DoorBusyError("Too many people are asking for a link right now. Please try again in a minute.")
        self._waiting.append(_Asked(typed, self._clock()))

    async def work_forever(self, executor: Executor) -> None:
        """Send what is asked for, until cancelled."""
        while True:
            for _ in range(len(self._waiting)):
                await in_thread(executor, self.send_one)
            await asyncio.sleep(LOOK_S)

    def send_one(self) -> None:
        """Send the mail that has waited longest, if it is due and anybody is to get it."""
        asked = self._waiting.popleft()
        if asked.due_at > self._clock():
            self._waiting.append(asked)
            return
        try:
            sent = self._send(asked.typed)
        except DatabaseUnavailableError:
            log.warning("The database cannot be reached; a mail waits.")
            sent = False
        except Exception:  # a mistake of ours with one must not keep the others
            log.exception("Could not send mail")
            return
        if not sent and asked.tries + 1 < MOST_TRIES:
            self._waiting.append(_Asked(asked.typed, self._clock() + _AGAIN, asked.tries + 1))

    def _send(self, typed: str) -> bool:
        """Send a link to whoever is called so; return whether there is nothing more to do."""
        mail = self._written(typed)
        if mail is None:
            return True
        try:
            self._server.send(sender=self._sender, to=mail.to, subject="Set a new password", text=mail.text)
        except MailNotSentError as exc:
            log.warning("mail is not sent yet", extra={"error": str(exc)})
            with self._db.begin() as db_session:
                remove_link(db_session, mail.token)
            return False
        return True

    def _written(self, typed: str) -> _Mail | None:
        now = self._clock()
        with self._db.begin() as db_session:
            found = db.users.by_username(db_session, typed) or db.users.by_email(db_session, typed)
            user = db.users.lock_active(db_session, found.id) if found else None
            if user is None or user.password_hash is None or user.email.endswith(NO_MAIL):
                return None
            if db.resets.count_since(db_session, user.id, since=now - RESETS_OF_NAME.window) >= RESETS_OF_NAME.most:
                return None
            token = add_link(db_session, user, now=now, good_for=BY_MAIL_FOR)
            target = (AuditTarget.USER, user.id)
            db.audit.note(db_session, AuditAction.OFFER_RESET, user_id=None, target=target, detail="by mail", at=now)
        text = "\n".join(  # without their name: whoever signed up with somebody else's address chose that
            [
                "Hello,",
                "",
                f"somebody, probably you, asked for a new password for the account “{user.username}” of Travel-Bot.",
                "Open this link within an hour to set one:",
                "",
                f"{self._public_url}/reset?link={token}",
                "",
                "It works once. If it was not you, do nothing: your password stays as it is.",
                "",
            ]
        )
        return _Mail(user.email, text, token)
