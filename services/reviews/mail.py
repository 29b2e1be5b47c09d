"""Mail to planners about what came on their links: a first opening, comments, decisions. No words of anybody's."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import db.comments
import db.reviews
from db.engine import Database, DatabaseUnavailableError
from db.models import NO_MAIL, Review, User, utc_now
from services.process.background import in_thread
from services.process.smtp import MailNotSentError, SmtpServer
from services.reviews.records import DecisionKind

log = logging.getLogger("travelbot.mail")

LOOK_S = 5.0
EVERY = timedelta(minutes=10)  # one mail at most, for each link
_HOLD = timedelta(minutes=5)  # by the process that sends it; after that it is tried again
_DECIDED = {
    DecisionKind.APPROVE: ("approval", "approvals"),
    DecisionKind.APPROVE_WITH_NOTES: ("approval with notes", "approvals with notes"),
    DecisionKind.ASK_FOR_CHANGES: ("request for changes", "requests for changes"),
    DecisionKind.DECLINE: ("decline", "declines"),
}


@dataclass(frozen=True, slots=True)
class _Mail:
    review_id: int
    at: datetime  # when this was written
    changed: int  # as the link was then
    to: str
    subject: str
    text: str  # empty: there is nothing to tell


class ReviewMail:
    """Tells planners by mail; not more than once in ten minutes of each link, whichever process does it."""

    def __init__(
        self,
        database: Database,
        server: SmtpServer,
        *,
        sender: str,
        public_url: str | None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = database
        self._server = server
        self._sender = sender
        self._public_url = public_url
        self._clock = clock

    async def work_forever(self, executor: Executor) -> None:
        """Send what is due, until cancelled."""
        while True:
            try:
                while await in_thread(executor, self.send_one):
                    pass
            except DatabaseUnavailableError:
                log.warning("The database cannot be reached; looking again soon.")
            except Exception:  # whatever it is, the next look does the rest
                log.exception("Could not send mail")
            await asyncio.sleep(LOOK_S)

    def send_one(self) -> bool:
        """Send one mail that is due; return whether there was one, sent or put off."""
        mail = self._claim()
        if mail is None:
            return False
        if mail.text:
            try:
                self._server.send(sender=self._sender, to=mail.to, subject=mail.subject, text=mail.text)
            except MailNotSentError as exc:
                log.warning("mail is not sent yet", extra={"error": str(exc)})
                return True
        with self._db.begin() as db_session:
            db.reviews.mailed(
                db_session, mail.review_id, changed=mail.changed, at=mail.at, next_at=self._clock() + EVERY
            )
        return True

    def _claim(self) -> _Mail | None:
        now = self._clock()
        with self._db.read() as db_session:  # most looks find nothing: no write lock for them
            if not db.reviews.any_mail_due(db_session, now=now):
                return None
        with self._db.begin() as db_session:
            row = db.reviews.lock_due_mail(db_session, now=now, hold_until=now + _HOLD)
            if row is None:
                return None
            user = db_session.get_one(User, row.user_id)
            sees_it = db.reviews.get_visible(db_session, row.id, user_id=row.user_id) is not None
            lines = (
                [] if user.disabled or not sees_it or user.email.endswith(NO_MAIL) else self._lines(db_session, row)
            )
            title = db.reviews.title(db_session, row.id)
            where = f"{self._public_url}/reviews?review={row.id}" if self._public_url else "the page Reviews"
            text = "\n".join(
                [
                    f"Hello {user.name},",
                    "",
                    f"there is news on your review “{title}” for {row.audience}:",
                    "",
                    *(f"- {line}" for line in lines),
                    "",
                    f"Look at it: {where}",
                    "",
                    "You get one mail in ten minutes for each link at most.",
                    "",
                ]
            )
            return _Mail(
                review_id=row.id,
                at=now,
                changed=row.changed,
                to=user.email,
                subject=f"{row.audience}: {', '.join(lines)}" if lines else "",
                text=text if lines else "",
            )

    def _lines(self, db_session: Session, row: Review) -> list[str]:
        """Return what came since the last mail, a line each, what was decided first. No reader's words, nor names."""
        since = row.mailed_at or row.created_at
        came = [
            DecisionKind(one.kind)
            for one in db.reviews.decisions(db_session, [row.id])
            if one.created_at > since and not one.by_phone
        ]
        decided = [_counted(came.count(kind), *names) for kind, names in _DECIDED.items() if kind in came]
        number = db.comments.commented_since(db_session, row.id, since=since)
        said = [_counted(number, "new comment", "new comments")] if number else []
        opened = ["opened for the first time"] if row.opened_at is not None and row.opened_at > since else []
        return [*decided, *said, *opened]


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
