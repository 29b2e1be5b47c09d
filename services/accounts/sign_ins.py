"""Sign-ins: a password checked, how long a sign-in holds, and what ends it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

import db.audit
import db.models
import db.resets
import db.tokens
import db.users
from db.engine import Database
from db.models import AuditAction, AuditTarget, utc_now
from db.plain import Plain
from services.accounts.known_browsers import known_browser, new_proof, proof_key
from services.accounts.limits import (
    WRONG_FROM_ADDRESS,
    count_from_address,
    count_try,
    prune_counts,
    refuse_locked,
    take_back,
)
from services.accounts.passwords import (
    NOBODYS_HASH,
    Compare,
    check_new_password,
    hash_password,
    hashing,
    password_matches,
    typed_username,
)
from services.accounts.records import Confirmed, SignIn, User
from services.accounts.roles import tell_pages
from services.accounts.seen import note_seen
from services.accounts.views import user_record
from services.errors import InvalidInputError, NotFoundError, NotPossibleError, SignInTooOldError, WrongPasswordError
from settings import Settings

FRESH_FOR = timedelta(minutes=10)  # a sign-in that stands for a password, where there is none
_TICK = timedelta(milliseconds=1)
_OF_A_NAME, _OF_A_BROWSER = "wrong passwords for this name", "wrong passwords from this browser"


@dataclass(frozen=True, slots=True)
class _Try:
    """A password that is counted and not yet looked at; *at* becomes the instant of the sign-in if it is right."""

    username: str
    password_hash: str = field(repr=False)
    at: datetime
    counted_as: str  # the name under which it is counted: the username, or that of a browser known there
    address: str | None


class SignInService:
    """Who may come in, and who is in.

    A sign-in is known by its user and its instant, a whole millisecond: tabs and cookies carry both, and it can
    be ended here. Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        compare: Compare,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = database
        self._settings = settings
        self._compare = compare
        self._clock = clock

    def sign_in(
        self, username: str, password: str, *, address: str | None = None, proof: str | None = None
    ) -> SignIn:
        """Let somebody in whose username and password, as typed, are right, and forget the wrong ones.

        A name that nobody has costs and answers what any other does. With the *proof* of `prove_browser` a wrong
        password is counted under that browser, and not under the name and the *address*, which strangers may have
        locked. Raises WrongPasswordError, SignInLockedError, DoorBusyError, NotPossibleError.
        """
        self._refuse_where_off()
        with hashing():
            tried = self._count(username, address=address, proof=proof)
            right = password_matches(password, tried.password_hash, self._compare)
        user = self._let_in(tried) if right else None
        if user is None:
            raise WrongPasswordError("That username and password do not match.")
        return SignIn(user, tried.at)

    def current(self, user_id: int, signed_in_at: datetime) -> User | None:
        """Return the user as they are now, if their sign-in of this instant still holds; one query, seldom two."""
        with self._db.read() as db_session:
            user = db.users.active_signed_in(db_session, user_id=user_id, at=whole_ms(signed_in_at))
        return self._here(user)

    def user_for_token(self, username: str, issued_at: datetime) -> User | None:
        """Return the user whose sign-in of this instant still holds."""
        with self._db.read() as db_session:
            user = db.users.active_signed_in(db_session, username=username, at=whole_ms(issued_at))
        return self._here(user)

    def prove_browser(self, user_id: int, *, before: str | None = None) -> str | None:
        """Return what lets a browser in which the user is signed in try passwords of its own count from now on.

        *before* is what that browser had so far. Holds until the password changes; None where there is no password.
        """
        with self._db.read() as db_session:
            row = db.users.get_active(db_session, user_id)
        if row is None or row.password_hash is None:
            return None
        key = proof_key(self._settings.cookie_secret, row.password_hash)
        return new_proof(row.username, key, now=self._clock(), before=before)

    def confirm(self, user_id: int, *, password: str, signed_in_at: datetime) -> Confirmed:
        """Ask somebody who is in for the password once more; who has none needs a sign-in of the last ten minutes.

        Raises WrongPasswordError, SignInLockedError, DoorBusyError, SignInTooOldError, NotFoundError.
        """
        with self._db.read() as db_session:
            user = db.users.active_signed_in(db_session, user_id=user_id, at=whole_ms(signed_in_at))
        if user is None:
            raise NotFoundError("There is no such user.")
        if user.password_hash is not None and self._settings.passwords == "on":
            self._check_password(user_id, password, "That password is not correct.")
        elif self._clock() - signed_in_at > FRESH_FOR:
            how = "reload the page" if self._settings.behind_proxy else "sign out and in again"
            raise SignInTooOldError(f"Please {how} first: your sign-in is older than ten minutes.")
        return Confirmed(user_id)

    def change_password(self, user_id: int, *, old: str, new: str, keep_tokens: bool = False) -> datetime:
        """Set a new password and end every sign-in; return the instant that a sign-in now needs to hold.

        API tokens end too, unless *keep_tokens*. A wrong *old* one counts like one at the door, but under a count of
        those who are in: strangers cannot lock it. Raises InvalidInputError, WrongPasswordError, SignInLockedError,
        DoorBusyError, NotFoundError, NotPossibleError.
        """
        self._refuse_where_off()
        with self._db.read() as db_session:
            user = db.users.get_active(db_session, user_id)
        if user is None:
            raise NotFoundError("There is no such user.")
        check_new_password(new, username=user.username)
        if new == old.strip():
            raise InvalidInputError("The new password is the old one. Please choose another.")
        refusal = "The current password is not correct."
        with hashing():
            old_hash = self._check_password(user_id, old, refusal)
            new_hash = hash_password(new)
        with self._db.begin() as db_session:
            row = db.users.lock_active(db_session, user_id)
            if row is None or row.password_hash != old_hash:  # somebody else was faster
                raise WrongPasswordError(refusal)
            row.password_hash = new_hash
            db.users.forget_failures(db_session, row.username)
            action, now = AuditAction.CHANGE_PASSWORD, self._clock()
            return end_sign_ins(db_session, row, action, by=user_id, now=now, keep_tokens=keep_tokens)

    def end_all(self, user_id: int, *, keep_tokens: bool = False) -> datetime:
        """End every sign-in; return the instant that a sign-in now needs to hold.

        API tokens end too, unless *keep_tokens*. Raises NotFoundError.
        """
        with self._db.begin() as db_session:
            row = db.users.lock_active(db_session, user_id)
            if row is None:
                raise NotFoundError("There is no such user.")
            action, now = AuditAction.END_SIGN_INS, self._clock()
            return end_sign_ins(db_session, row, action, by=user_id, now=now, keep_tokens=keep_tokens)

    def sign_out(self, user_id: int, signed_in_at: datetime) -> None:
        """End one sign-in, in every tab and every copy of the cookie that carries it."""
        at = whole_ms(signed_in_at)
        with self._db.begin() as db_session:
            if db_session.get(db.models.User, user_id) is not None:
                db.users.sign_out(db_session, user_id, at=at)
                tell_pages(db_session, user_id)
                which = f"signed in {at.astimezone(UTC).isoformat(timespec='milliseconds')}"
                self._note(db_session, user_id, AuditAction.SIGN_OUT, which)

    def _here(self, user: Plain[db.models.User] | None) -> User | None:
        if user is None:
            return None
        note_seen(self._db, user, now=self._clock())
        return user_record(user)

    def _refuse_where_off(self) -> None:
        if self._settings.passwords == "off":
            raise NotPossibleError("Nobody signs in with a password here. Please choose another way.")

    def _count(self, username: str, *, address: str | None, proof: str | None) -> _Try:
        """Count one more wrong password for a typed name.

        Before anybody looks at it: guesses made side by side do not go round the limit. Raises SignInLockedError.
        """
        typed, now = typed_username(username), self._clock()
        if proof is None:
            with self._db.read() as db_session:
                refuse_locked(db_session, typed, _OF_A_NAME, address, now=now)
        prune_counts(self._db, now=now)
        with self._db.begin() as db_session:
            user = db.users.by_username(db_session, typed)
            password_hash, at = NOBODYS_HASH, whole_ms(now)
            if user is not None and not user.disabled and user.password_hash is not None:
                # Not before what ended earlier sign-ins: a machine whose clock is ahead may have written that.
                password_hash, at = user.password_hash, max(at, user.sessions_valid_from)
            browser = self._known_browser(proof, typed, password_hash, now) if proof else None
            counted_as = f"browser {browser}" if browser else typed  # no name that is typed at the door has a space
            counted_at = None if browser else address
            count_from_address(db_session, counted_at, WRONG_FROM_ADDRESS, now=now)
            count_try(db_session, counted_as, _OF_A_BROWSER if browser else _OF_A_NAME, now=now)
        return _Try(typed, password_hash, at, counted_as, counted_at)

    def _known_browser(self, proof: str, username: str, password_hash: str, now: datetime) -> str | None:
        return known_browser(proof, username, proof_key(self._settings.cookie_secret, password_hash), now=now)

    def _let_in(self, tried: _Try) -> User | None:
        """Return whose password was right, unless nobody may come in by it."""
        with self._db.begin() as db_session:
            user = db.users.by_username(db_session, tried.username)
            if user is None or user.disabled or user.password_hash is None:
                return None
            take_back(db_session, tried.counted_as, tried.address)
            user.last_seen_at = self._clock()
            self._note(db_session, user.id, AuditAction.SIGN_IN)
            return user_record(user)

    def _check_password(self, user_id: int, password: str, refusal: str) -> str:
        """Return the hash that the password of somebody who is in matches. Raises WrongPasswordError(*refusal*)."""
        now, tries = self._clock(), f"signed in {user_id}"
        prune_counts(self._db, now=now)
        with hashing():
            with self._db.begin() as db_session:
                count_try(db_session, tries, "wrong passwords", now=now)
                row = db.users.get_active(db_session, user_id)
                password_hash = (row and row.password_hash) or NOBODYS_HASH
            if not password_matches(password, password_hash, self._compare):
                raise WrongPasswordError(refusal)
        with self._db.begin() as db_session:
            db.users.forget_failures(db_session, tries)
        return password_hash

    def _note(self, db_session: Session, user_id: int, action: AuditAction, detail: str = "") -> None:
        target = (AuditTarget.USER, user_id)
        db.audit.note(db_session, action, user_id=user_id, target=target, detail=detail, at=self._clock())


def end_sign_ins(
    db_session: Session,
    user: db.models.User,
    action: AuditAction,
    *,
    by: int | None,
    now: datetime,
    keep_tokens: bool = False,
) -> datetime:
    """End every sign-in of a user who is held; return the instant that a sign-in now needs to hold.

    Links for a new password end too, and API tokens unless *keep_tokens*. The audit has it that *by* did this
    *action*, and what the user has open follows.
    """
    user.sessions_valid_from = next_ms(now, user.sessions_valid_from)
    tell_pages(db_session, user.id)
    db.resets.remove_all(db_session, user_id=user.id)
    db.audit.note(db_session, action, user_id=by, target=(AuditTarget.USER, user.id), at=now)
    for token in () if keep_tokens else db.tokens.remove_all(db_session, user_id=user.id):
        target = (AuditTarget.TOKEN, token.id)
        db.audit.note(db_session, AuditAction.REVOKE_TOKEN, user_id=by, target=target, detail=token.name, at=now)
    return user.sessions_valid_from


def next_ms(now: datetime, before: datetime) -> datetime:
    """Return the next millisecond, from which on sign-ins hold: whoever signed in until now has an earlier one.

    *before* is from when on they held so far.
    """
    return max(whole_ms(now), whole_ms(before)) + _TICK


def whole_ms(instant: datetime) -> datetime:
    """Return the instant cut to whole milliseconds, which is what a sign-in is known by."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
