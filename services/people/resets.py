"""Links that set a new password, for whoever forgot theirs: asked for by mail, or made by an admin."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import db.audit
import db.models
import db.resets
import db.users
from db.engine import Database
from db.models import GUEST, AuditAction, AuditTarget, utc_now
from services.accounts.limits import prune_counts
from services.accounts.passwords import check_new_password, hash_password, hashing
from services.accounts.sign_ins import end_sign_ins
from services.errors import InvalidInputError, NotFoundError, NotPossibleError
from services.people.access import held_by_admin
from services.people.limits import check_links, count_reset, count_wrong_link
from settings import Settings

BY_MAIL_FOR = timedelta(hours=1)
BY_ADMIN_FOR = timedelta(hours=24)  # it has to be passed on
MAX_TYPED_CHARS = 254

_GONE = "This link sets no password: it has ended, or was used already. Ask for another one."

Send = Callable[[str], None]  # mails a link to whoever has this username or e-mail address; returns at once


@dataclass(frozen=True, slots=True)
class NewReset:
    """A link just made; *token* is shown once and kept nowhere."""

    username: str
    token: str


class ResetService:
    """How a password that is lost is replaced. Raises DatabaseUnavailableError from every method.

    *send* is there where mail can be sent, with links that lead here.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        send: Send | None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = database
        self._send = send
        self._clock = clock
        self.possible = settings.passwords == "on"

    @property
    def by_mail(self) -> bool:
        """Whether people can ask for a link themselves."""
        return self.possible and self._send is not None

    def ask(self, typed: str, *, address: str | None = None) -> None:
        """Have a link mailed to whoever has this username or e-mail address.

        What is done here is the same whether or not anybody has. Raises InvalidInputError, NotPossibleError,
        TooManyResetsError.
        """
        name = typed.strip().lower()
        if not 1 <= len(name) <= MAX_TYPED_CHARS:
            raise InvalidInputError("Type your username or your e-mail address.")
        if self._send is None or not self.possible:
            raise NotPossibleError("No mail is sent here. Ask an admin for a link.")
        now = self._clock()
        prune_counts(self._db, now=now)
        with self._db.begin() as db_session:
            count_reset(db_session, name, address, now=now)
        self._send(name)

    def offer(self, user_id: int, *, admin_id: int) -> NewReset:
        """Make a link for somebody, good for a day and once, which an admin passes on.

        Raises NotFoundError, also where *admin_id* is no admin now, and NotPossibleError.
        """
        if not self.possible:
            raise NotPossibleError("Nobody signs in with a password here.")
        now = self._clock()
        with self._db.begin() as db_session:
            user = held_by_admin(db_session, user_id, admin_id=admin_id)
            if user.disabled:
                raise NotPossibleError("This account is disabled. Enable it first.")
            if user.role == GUEST:
                raise NotPossibleError("A guest has no password. They choose one when they create an account.")
            token = add_link(db_session, user, now=now, good_for=BY_ADMIN_FOR)
            target = (AuditTarget.USER, user.id)
            db.audit.note(db_session, AuditAction.OFFER_RESET, user_id=admin_id, target=target, at=now)
            return NewReset(user.username, token)

    def username(self, token: str, *, address: str | None = None) -> str:
        """Return whose password a link sets. Raises NotFoundError, TooManyGuessesError.

        What is no link is counted for the *address*, if it is known.
        """
        now = self._clock()
        with self._db.read() as db_session:
            check_links(db_session, address, now=now)
            user_id = db.resets.user_id_of(db_session, _hash(token), now=now)
            user = db.users.get_active(db_session, user_id) if user_id else None
            if user is not None and self.possible:
                return user.username
        with self._db.begin() as db_session:
            count_wrong_link(db_session, address, now=now)
        raise NotFoundError(_GONE)

    def set_password(self, token: str, password: str, *, address: str | None = None) -> None:
        """Set a new password by a link.

        Every sign-in ends, API tokens and other links too, and wrong passwords so far count no more. Raises
        InvalidInputError, DoorBusyError, and as `username` does.
        """
        check_new_password(password, username=self.username(token, address=address))
        with hashing():
            new_hash = hash_password(password)
        now = self._clock()
        with self._db.begin() as db_session:
            user_id = db.resets.user_id_of(db_session, _hash(token), now=now)
            user = db.users.lock_active(db_session, user_id) if user_id else None
            if user is None or db.resets.user_id_of(db_session, _hash(token), now=now) is None:
                raise NotFoundError(_GONE)  # another tab was faster
            user.password_hash = new_hash
            db.users.forget_failures(db_session, user.username)
            end_sign_ins(db_session, user, AuditAction.RESET_PASSWORD, by=user.id, now=now)


def add_link(db_session: Session, user: db.models.User, *, now: datetime, good_for: timedelta) -> str:
    """Make a link that sets a user's password, and return what opens it."""
    token = secrets.token_urlsafe(32)
    db_session.add(
        db.models.PasswordReset(token_hash=_hash(token), user_id=user.id, ends_at=now + good_for, created_at=now)
    )
    return token


def remove_link(db_session: Session, token: str) -> None:
    """Let a link open nothing any more."""
    db.resets.remove(db_session, _hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
