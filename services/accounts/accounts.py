"""Accounts: signing up, in and out, the lock after wrong passwords, changing the password, and the first admin."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.models
import db.tokens
import db.tries
import db.users
from db.engine import Database
from db.ids import new_id
from db.models import ADMIN, PLANNER, AuditEntry, utc_now
from services.accounts.addresses import site_of
from services.accounts.known_browsers import known_browser, new_proof, proof_key
from services.accounts.passwords import (
    NOBODYS_HASH,
    check_new_password,
    clean_email,
    clean_name,
    clean_username,
    hash_password,
    hashing,
    password_matches,
    typed_username,
)
from services.accounts.records import User
from services.accounts.views import user_record
from services.errors import (
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    SignInLockedError,
    SignInTooOldError,
    SignUpClosedError,
    TooManySignUpsError,
    WrongPasswordError,
)
from settings import Settings

# Wrong passwords for one name, from a browser that is known there, or of somebody who is in: who forgot a password
# tries three or four; who guesses gets 480 guesses a day.
WRONG_PASSWORDS = 5
LOCKED_FOR = timedelta(minutes=15)
FRESH_FOR = timedelta(minutes=10)  # a sign-in that stands for a password, where there is none
_FAILURES_KEPT = timedelta(days=1)
_MOST_FAILURES = 20_000  # names that are counted; to push one's own lock out takes longer than to wait for its end


@dataclass(frozen=True, slots=True)
class AddressLimit:
    """How much may come from one address (of IPv6: one network of 64 bits) within a window of time."""

    kind: str
    most: int
    window: timedelta


# An office is one address: its typing errors must not lock it out, while a list of leaked passwords is a long one.
WRONG_FROM_ADDRESS = AddressLimit("sign_in", 50, timedelta(minutes=15))
# A team may sign up together; a program would make hundreds.
SIGN_UPS_FROM_ADDRESS = (
    AddressLimit("sign_up", 5, timedelta(minutes=5)),
    AddressLimit("sign_up_hour", 10, timedelta(hours=1)),
)
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What somebody's password is checked against; *at* becomes the instant of the sign-in if it matches."""

    username: str
    password_hash: str = field(repr=False)
    at: datetime
    counted_as: str  # the name under which it is counted: the username, or that of a browser known there
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Somebody who is in and has just shown again that it is them."""

    user_id: int


class AccountService:
    """Who may come in.

    A sign-in is known by its user and its instant, a whole millisecond: tabs and cookies carry both, and it can
    be ended here. Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._settings = settings
        self._clock = clock

    @property
    def sign_up_open(self) -> bool:
        """Whether new accounts are made here."""
        return self._settings.sign_up == "open"

    def sign_up(self, *, name: str, email: str, username: str, password: str, address: str | None = None) -> User:
        """Make an account for somebody at an *address*, if it is known.

        Raises SignUpClosedError, InvalidInputError with the rule that was broken, TooManySignUpsError, DoorBusyError.
        """
        if not self.sign_up_open:
            raise SignUpClosedError("New accounts are not being made here. Ask whoever runs this for one.")
        name, username, email = clean_name(name), clean_username(username), clean_email(email)
        check_new_password(password, username=username)
        with hashing():
            self._count_sign_up(address)
            self._refuse_taken(username, email)
            return self._add(
                db.models.User(
                    username=username,
                    email=email,
                    name=name,
                    password_hash=hash_password(password),
                    sessions_valid_from=whole_ms(self._clock()),
                ),
                action="sign_up",
            )

    def begin_sign_in(self, username: str, *, address: str | None = None, proof: str | None = None) -> SignInAttempt:
        """Count one more wrong password for a typed name, and return what the password is checked against.

        Counted before anybody looks at the password: guesses made side by side do not go round the limit. Does the
        same for a name that nobody has. With the *proof* of `prove_browser` it is counted under that browser, and not
        under the name and the *address*, which strangers may have locked. Raises SignInLockedError.
        """
        typed, now = typed_username(username), self._clock()
        self._prune(now)
        with self._db.begin() as db_session:
            user = db.users.by_username(db_session, typed)
            password_hash, at = NOBODYS_HASH, whole_ms(now)
            if user is not None and not user.disabled and user.password_hash is not None:
                # Not before what ended earlier sign-ins: a machine whose clock is ahead may have written that.
                password_hash, at = user.password_hash, max(at, user.sessions_valid_from)
            browser = self._known_browser(proof, typed, password_hash, now) if proof else None
            counted_as = f"browser {browser}" if browser else typed  # no name that is typed at the door has a space
            counted_at = None if browser else address
            _count_from_address(db_session, counted_at, WRONG_FROM_ADDRESS, now=now)
            whose = "from this browser" if browser else "for this name"
            _count_try(db_session, counted_as, f"wrong passwords {whose}", now=now)
        return SignInAttempt(typed, password_hash, at, counted_as, counted_at)

    def finish_sign_in(self, attempt: SignInAttempt, *, correct: bool) -> User:
        """Let somebody in whose password is *correct*, and forget wrong ones. Raises WrongPasswordError."""
        if correct:
            with self._db.begin() as db_session:
                user = db.users.by_username(db_session, attempt.username)
                if user is not None and not user.disabled and user.password_hash is not None:
                    _forget(db_session, attempt)
                    db_session.add(self._audit(user.id, "sign_in"))
                    return user_record(user)
        raise WrongPasswordError("That username and password do not match.")

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

    def user_for_token(self, username: str, issued_at: datetime) -> User | None:
        """Return the user whose sign-in of this instant still holds."""
        with self._db.read() as db_session:
            user = db.users.active_signed_in(db_session, username=username, at=whole_ms(issued_at))
            return user_record(user) if user else None

    def current(self, user_id: int, signed_in_at: datetime) -> User | None:
        """Return the user as they are now, if their sign-in of this instant still holds; one query."""
        with self._db.read() as db_session:
            user = db.users.active_signed_in(db_session, user_id=user_id, at=whole_ms(signed_in_at))
            return user_record(user) if user else None

    def get(self, user_id: int) -> User | None:
        """Return a user who is not disabled."""
        with self._db.read() as db_session:
            user = db.users.get_active(db_session, user_id)
            return user_record(user) if user else None

    def named(self, username: str) -> User:
        """Return the user of this name who is not disabled. Raises NotFoundError."""
        with self._db.read() as db_session:
            user = db.users.by_username(db_session, username.strip().lower())
            if user is None or user.disabled:
                raise NotFoundError("There is no such user.")
            return user_record(user)

    def set_admin(self, user_id: int, *, admin: bool) -> None:
        """Make a user an admin, or a planner again; from their next click on. Raises NotFoundError."""
        with self._db.begin() as db_session:
            row = db.users.lock_active(db_session, user_id)
            if row is None:
                raise NotFoundError("There is no such user.")
            row.role = ADMIN if admin else PLANNER
            if admin:
                db.users.forget_admin_codes(db_session)
            db_session.add(self._audit(row.id, "change_role", row.role))

    def admins(self) -> tuple[User, ...]:
        """Return the admins by name."""
        with self._db.read() as db_session:
            return tuple(user_record(row) for row in db.users.admins(db_session))

    def has_admin(self) -> bool:
        """Whether anybody is an admin."""
        with self._db.read() as db_session:
            return db.users.has_admin(db_session)

    def has_admin_code(self) -> bool:
        """Whether a code for `become_admin` is in the log; there is none once the only admin was removed."""
        with self._db.read() as db_session:
            return db.users.has_admin_code(db_session)

    def new_admin_code(self) -> str | None:
        """Make a one-time code for `become_admin`, good until there is an admin; None where there is one already."""
        code = "-".join(secrets.token_hex(2) for _ in range(5))
        with self._db.begin() as db_session:
            if db.users.has_admin(db_session):
                return None
            db_session.add(db.models.AdminCode(code_hash=_code_hash(code), created_at=self._clock()))
        return code

    def become_admin(self, user_id: int, code: str, *, address: str | None = None) -> None:
        """Make the user the first admin if *code* is right; every other code is void then.

        Wrong ones are counted, as wrong passwords are. Raises InvalidInputError, SignInLockedError, NotFoundError,
        and NotPossibleError where there is an admin already.
        """
        now, tries = self._clock(), f"admin code {user_id}"
        self._prune(now)
        with self._db.begin() as db_session:
            _count_from_address(db_session, address, WRONG_FROM_ADDRESS, now=now)
            _count_try(db_session, tries, "wrong codes", now=now)
        with self._db.begin() as db_session:
            right = _code_hash(code) in db.users.lock_admin_code_hashes(db_session)  # one at a time
            row = db.users.lock_active(db_session, user_id)
            if row is None:
                raise NotFoundError("There is no such user.")
            if db.users.has_admin(db_session):
                raise NotPossibleError("There is an admin already.")
            if not right:
                raise InvalidInputError("That code is not right. Take it from the log of the app's last start.")
            row.role = ADMIN
            db.users.forget_admin_codes(db_session)
            db.users.forget_failures(db_session, tries)
            db_session.add(self._audit(row.id, "change_role", f"{ADMIN}, by the one-time code"))

    def has_password(self, user_id: int) -> bool:
        """Whether the user signs in with a password of ours."""
        with self._db.read() as db_session:
            user = db.users.get_active(db_session, user_id)
            return user is not None and user.password_hash is not None

    def confirm(self, user_id: int, *, password: str, signed_in_at: datetime) -> Confirmed:
        """Ask somebody who is in for the password once more; who has none needs a sign-in of the last ten minutes.

        Raises WrongPasswordError, SignInLockedError, DoorBusyError, SignInTooOldError, NotFoundError.
        """
        if self.current(user_id, signed_in_at) is None:
            raise NotFoundError("There is no such user.")
        if self.has_password(user_id):
            self._check_password(user_id, password, "Your password is not right.")
        elif self._clock() - signed_in_at > FRESH_FOR:
            raise SignInTooOldError("Please sign out and in again first: your sign-in is older than ten minutes.")
        return Confirmed(user_id)

    def change_password(self, user_id: int, *, old: str, new: str, keep_tokens: bool = False) -> datetime:
        """Set a new password and end every sign-in; return the instant that a sign-in now needs to hold.

        API tokens end too, unless *keep_tokens*. A wrong *old* one counts like one at the door, but under a count of
        those who are in: strangers cannot lock it. Raises InvalidInputError, WrongPasswordError, SignInLockedError,
        DoorBusyError, NotFoundError.
        """
        user = self.get(user_id)
        if user is None:
            raise NotFoundError("There is no such user.")
        check_new_password(new, username=user.username)
        if new == old.strip():
            raise InvalidInputError("The new password is the old one. Please choose another.")
        refusal = "The current password is not right."
        with hashing():
            old_hash = self._check_password(user_id, old, refusal)
            new_hash = hash_password(new)
        with self._db.begin() as db_session:
            row = db.users.lock_active(db_session, user_id)
            if row is None or row.password_hash != old_hash:  # somebody else was faster
                raise WrongPasswordError(refusal)
            row.password_hash = new_hash
            db.users.forget_failures(db_session, row.username)
            return self._end_sign_ins(db_session, row, action="change_password", keep_tokens=keep_tokens)

    def end_sign_ins(self, user_id: int, *, keep_tokens: bool = False) -> datetime:
        """End every sign-in; return the instant that a sign-in now needs to hold.

        API tokens end too, unless *keep_tokens*. Raises NotFoundError.
        """
        with self._db.begin() as db_session:
            row = db.users.lock_active(db_session, user_id)
            if row is None:
                raise NotFoundError("There is no such user.")
            return self._end_sign_ins(db_session, row, action="end_sign_ins", keep_tokens=keep_tokens)

    def sign_out(self, user_id: int, signed_in_at: datetime) -> None:
        """End one sign-in, in every tab and every copy of the cookie that carries it."""
        with self._db.begin() as db_session:
            if db_session.get(db.models.User, user_id) is not None:
                detail = db.users.sign_in_name(whole_ms(signed_in_at))
                db_session.add(self._audit(user_id, db.users.SIGN_OUT, detail))

    def dev_user(self) -> User:
        """Return the planner of DEV_USER_ID, made if needed. Raises NotFoundError outside development."""
        wanted = self._settings.dev_user_id
        if wanted is None or self._settings.app_env != "development":
            raise NotFoundError("No planner is signed in without a password here.")
        with self._db.read() as db_session:
            row = _of_setting(db_session, wanted)
            if row is not None and row.disabled:
                raise NotFoundError("The planner of DEV_USER_ID is disabled.")
            if row is not None:
                return user_record(row)
            in_use = any(db.users.taken(db_session, username="dev", email="dev@localhost"))
        if isinstance(wanted, int):
            user_id, username = wanted, f"dev-{wanted}" if in_use else "dev"
        else:
            user_id, username = new_id(), wanted
        new = db.models.User(
            id=user_id, username=username, email=f"{username}@localhost", name="Dev planner", provider="dev"
        )
        try:
            return self._add(new, action="sign_up")
        except InvalidInputError:
            with self._db.read() as db_session:  # another tab was faster
                if (row := _of_setting(db_session, wanted)) is None:
                    raise
                return user_record(row)

    def _known_browser(self, proof: str, username: str, password_hash: str, now: datetime) -> str | None:
        return known_browser(proof, username, proof_key(self._settings.cookie_secret, password_hash), now=now)

    def _check_password(self, user_id: int, password: str, refusal: str) -> str:
        """Return the hash that the password of somebody who is in matches. Raises WrongPasswordError(*refusal*)."""
        now, tries = self._clock(), f"signed in {user_id}"
        self._prune(now)
        with hashing():
            with self._db.begin() as db_session:
                _count_try(db_session, tries, "wrong passwords", now=now)
                row = db.users.get_active(db_session, user_id)
                password_hash = (row and row.password_hash) or NOBODYS_HASH
            if not password_matches(password, password_hash):
                raise WrongPasswordError(refusal)
        with self._db.begin() as db_session:
            db.users.forget_failures(db_session, tries)
        return password_hash

    def _count_sign_up(self, address: str | None) -> None:
        now = self._clock()
        self._prune(now)
        with self._db.begin() as db_session:
            for limit in SIGN_UPS_FROM_ADDRESS:
                _count_from_address(db_session, address, limit, now=now)

    def _prune(self, now: datetime) -> None:
        with self._db.begin() as db_session:
            db.users.prune_failures(db_session, before=now - _FAILURES_KEPT, most=_MOST_FAILURES)
            db.tries.prune(db_session, now=now)

    def _refuse_taken(self, username: str, email: str) -> None:
        with self._db.read() as db_session:
            name_taken, email_taken = db.users.taken(db_session, username=username, email=email)
        if name_taken:
            raise InvalidInputError("That username is taken. Please choose another.")
        if email_taken:
            raise InvalidInputError("There is an account with that e-mail address already.")

    def _add(self, user: db.models.User, *, action: str) -> User:
        try:
            with self._db.begin() as db_session:
                db_session.add(user)
                db_session.flush()  # before the audit's row, which refers to it
                db_session.add(self._audit(user.id, action))
                return user_record(user)
        except IntegrityError as exc:
            self._refuse_taken(user.username, user.email)
            raise InvalidInputError("The account could not be made. Please try again.") from exc

    def _end_sign_ins(self, db_session: Session, row: db.models.User, *, action: str, keep_tokens: bool) -> datetime:
        # The next millisecond: whoever signed in until now has an earlier one.
        row.sessions_valid_from = max(whole_ms(self._clock()), whole_ms(row.sessions_valid_from)) + _TICK
        db_session.add(self._audit(row.id, action))
        for name in () if keep_tokens else db.tokens.remove_all(db_session, user_id=row.id):
            db_session.add(self._audit(row.id, "revoke_token", name))
        return row.sessions_valid_from

    def _audit(self, user_id: int, action: str, detail: str = "") -> AuditEntry:
        return AuditEntry(user_id=user_id, action=action, detail=detail, at=self._clock())


def whole_ms(instant: datetime) -> datetime:
    """Return the instant cut to whole milliseconds, which is what a sign-in is known by."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _count_try(db_session: Session, name: str, tries: str, *, now: datetime) -> None:
    """Count one more try under a name before anybody looks at it. Raises SignInLockedError, of too many *tries*."""
    failures = db.users.failures_of(db_session, name, now=now)
    if failures.locked_until is not None:
        if failures.locked_until > now:
            raise _locked(failures.locked_until - now, tries)
        failures.failures, failures.locked_until = 0, None
    failures.failures += 1
    if failures.failures >= WRONG_PASSWORDS:
        failures.locked_until = now + LOCKED_FOR


def _count_from_address(db_session: Session, address: str | None, limit: AddressLimit, *, now: datetime) -> None:
    """Count what comes from an address, if it is known. Raises SignInLockedError or TooManySignUpsError."""
    if address is None:
        return
    counted = db.tries.count(db_session, site_of(address), limit.kind, now=now, window=limit.window)
    if counted.tries <= limit.most:
        return
    wait = _minutes(counted.window_ends_at - now)
    if limit is WRONG_FROM_ADDRESS:
        raise SignInLockedError(f"Too many wrong passwords from your network. Please try again in {wait}.")
    raise TooManySignUpsError(f"Too many sign-ups from your network. Please try again in {wait}.")


def _forget(db_session: Session, attempt: SignInAttempt) -> None:
    """Take back what was counted before it was known to be right."""
    db.users.forget_failures(db_session, attempt.counted_as)
    if attempt.address is not None:
        db.tries.take_back(db_session, site_of(attempt.address), WRONG_FROM_ADDRESS.kind)


def _locked(remaining: timedelta, tries: str) -> SignInLockedError:
    return SignInLockedError(f"Too many {tries}. Try again in {_minutes(remaining)}.")


def _minutes(remaining: timedelta) -> str:
    minutes = ceil(remaining / timedelta(minutes=1))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _code_hash(code: str) -> str:
    """Return the hash of a code as it is typed; case, spaces and hyphens do not matter."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _of_setting(db_session: Session, wanted: int | str) -> db.models.User | None:
    """Return the user that DEV_USER_ID names by id or username."""
    if isinstance(wanted, int):
        return db_session.get(db.models.User, wanted)
    return db.users.by_username(db_session, wanted)
