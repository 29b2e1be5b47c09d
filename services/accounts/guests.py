"""Guests: people who try the app before they make an account, within small limits.

A guest is a user without a password and with a role of their own; the sign-in is a cookie like anybody's. They become
a planner by `AccountService.stay`: the same user, who keeps all that is theirs.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import db.audit
import db.guests
import db.messages
import db.models
import db.stamps
import db.tries
import db.users
from db.engine import Database
from db.ids import new_id
from db.models import GUEST, NO_MAIL, PLANNER, AuditAction, AuditTarget, utc_now
from db.plain import Plain
from services.accounts.limits import count_guest, prune_counts
from services.accounts.records import SignIn
from services.accounts.sign_ins import next_ms, whole_ms
from services.accounts.views import user_record
from services.errors import GuestLimitError, SignUpClosedError, TooManyRepliesError
from settings import Settings

GUEST_THINGS = 20  # trips of a guest, and customers
GO_ON = "Make an account to go on; your sessions stay."
_MESSAGES = "guest_message"
_FOR_GOOD = timedelta(days=36_500)
_LOOK_EVERY = timedelta(minutes=10)


class GuestService:
    """Who comes in without an account.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._settings = settings
        self._clock = clock

    @property
    def welcome(self) -> bool:
        """Whether anybody comes in without an account."""
        return self._settings.guests == "on"

    def begin(self, *, address: str | None = None) -> SignIn:
        """Make a guest, who is in, at an *address*, if it is known. Raises SignUpClosedError, TooManySignUpsError."""
        if not self.welcome:
            raise SignUpClosedError("Nobody comes in here without an account.")
        now = whole_ms(self._clock())
        prune_counts(self._db, now=now)
        user_id = new_id()
        with self._db.begin() as db_session:
            count_guest(db_session, address, self._settings.guests_per_address, now=now)
            guest = db.models.User(
                id=user_id,
                username=f"guest-{user_id}",
                email=f"{user_id}{NO_MAIL}",
                name="Guest",
                role=GUEST,
                provider="guest",
                files_mb=self._settings.guest_files_mb,
                sessions_valid_from=now,
                last_seen_at=now,
                created_at=now,
            )
            db_session.add(guest)
            db_session.flush()
            target = (AuditTarget.USER, user_id)
            db.audit.note(db_session, AuditAction.BEGIN_AS_GUEST, user_id=user_id, target=target, at=now)
            return SignIn(user_record(guest), now)

    def messages_left(self, user_id: int) -> int:
        """Return how many messages a guest may still send."""
        with self._db.read() as db_session:
            used = db.tries.counted(db_session, db.guests.counted_as(user_id), _MESSAGES, now=self._clock())
        return max(0, self._settings.guest_messages - used)


class GuestMessages:
    """Counts what guests ask for: *most* messages in all, one at a time. Inside the caller's transaction."""

    def __init__(self, most: int) -> None:
        self._most = most

    def count(self, db_session: Session, user: Plain[db.models.User]) -> None:
        """Count a message of a user's that was just added, or asked again; nothing of anybody but a guest.

        As one of the last things of a transaction: from here on no other message of theirs is counted until it ends.
        Raises GuestLimitError, TooManyRepliesError.
        """
        if user.role != GUEST:
            return
        self._take(db_session, user.id)
        if db.messages.count_unfinished(db_session, user_id=user.id) > 1:
            raise TooManyRepliesError("A reply is being written for you already. Wait for it, or stop it.")

    def take(self, db_session: Session, user_id: int) -> bool:
        """Count a message that is about to be sent by itself; return whether it may be."""
        if db.users.read(db_session, user_id).role != GUEST:
            return True
        counted_as = db.guests.counted_as(user_id)
        if db.tries.counted(db_session, counted_as, _MESSAGES, now=utc_now()) >= self._most:
            return False
        self._take(db_session, user_id)
        return True

    def _take(self, db_session: Session, user_id: int) -> None:
        counted_as = db.guests.counted_as(user_id)
        counted = db.tries.count(db_session, counted_as, _MESSAGES, now=utc_now(), window=_FOR_GOOD)
        if counted.tries > self._most:
            messages = "the one message" if self._most == 1 else f"all {self._most} messages"
            raise GuestLimitError(f"You have sent {messages} that a guest may send. {GO_ON}")


def become_planner(db_session: Session, row: db.models.User, *, provider: str, at: datetime) -> datetime:
    """Let a guest, who is held, be a planner, who comes in by *provider* from now on; the guest's limits are over.

    What was the guest's sign-in ends: somebody else may have begun it in this browser. Return the instant that one
    needs to hold now.
    """
    row.role, row.provider, row.files_mb = PLANNER, provider, None
    row.sessions_valid_from = next_ms(at, row.sessions_valid_from)
    db_session.flush()
    db.tries.forget(db_session, [db.guests.counted_as(row.id)])
    db.stamps.note(db_session, {row.id})
    target = (AuditTarget.USER, row.id)
    db.audit.note(db_session, AuditAction.STAY, user_id=row.id, target=target, detail=provider, at=at)
    return row.sessions_valid_from


def check_room(db_session: Session, user_id: int, number: int, *, things: str) -> None:
    """Raise GuestLimitError where a guest has a *number* of some *things* already that is all they may."""
    if number >= GUEST_THINGS and db.users.role(db_session, user_id) == GUEST:
        raise GuestLimitError(f"A guest has {GUEST_THINGS} {things} at most. {GO_ON}")


def refuse_guest(db_session: Session, user_id: int, *, to: str) -> None:
    """Raise GuestLimitError where a guest wants *to* do what needs an account."""
    if db.users.read(db_session, user_id).role == GUEST:
        raise GuestLimitError(f"A guest cannot {to}. {GO_ON}")


class _CameBackError(Exception):
    """One of those who were about to be removed is here."""


class UnusedGuests:
    """Removes guests who have not been here for *days*, with all that is theirs; for the background."""

    def __init__(
        self, database: Database, *, days: int, limit: int = 50, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._db = database
        self._days = timedelta(days=days)
        self._limit = limit
        self._clock = clock
        self._look_at: datetime | None = None

    def remove(self) -> None:
        """Remove some, every ten minutes; at once again where there may be more."""
        now = self._clock()
        if self._look_at is not None and now < self._look_at:
            return
        before = now - self._days
        with self._db.read() as db_session:
            user_ids = db.guests.unused(db_session, before=before, limit=self._limit)
        if user_ids:
            with suppress(_CameBackError), self._db.begin() as db_session:
                if not db.guests.lock_and_remove(db_session, user_ids, before=before):
                    raise _CameBackError  # the next look finds the others
        self._look_at = None if len(user_ids) == self._limit else now + _LOOK_EVERY
