"""How often somebody may try to come in: counted by name, browser and address, in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.orm import Session

import db.tries
import db.users
from db.engine import Database
from db.models import AddressTries, SignInFailures
from services.accounts.addresses import site_of
from services.errors import SignInLockedError, TooManySignUpsError

# Wrong passwords for one name, from a browser that is known there, or of somebody who is in: who forgot a password
# tries three or four; who guesses gets 480 guesses a day.
WRONG_PASSWORDS = 5
LOCKED_FOR = timedelta(minutes=15)
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
_GUEST_WINDOW = timedelta(days=1)
_GUESTS_FROM_ANYWHERE = 20  # times as many as from one address come from all that are not known, together


def prune_counts(database: Database, *, now: datetime) -> None:
    """Forget what counts no more."""
    with database.begin() as db_session:
        db.users.prune_failures(db_session, before=now - _FAILURES_KEPT, most=_MOST_FAILURES)
        db.tries.lock_and_prune(db_session, now=now)


def refuse_locked(db_session: Session, name: str, tries: str, address: str | None, *, now: datetime) -> None:
    """Raise SignInLockedError while an address or a name rests, of too many *tries*.

    It only reads: who guesses on makes nobody else wait.
    """
    if address is not None:
        counted = db.tries.known(db_session, site_of(address), WRONG_FROM_ADDRESS.kind)
        if counted and counted.window_ends_at > now and counted.tries >= WRONG_FROM_ADDRESS.most:
            raise _too_many_from_address(counted, now=now)
    if failures := db.users.known_failures(db_session, name):
        _refuse_if_locked(failures, tries, now=now)


def count_try(db_session: Session, name: str, tries: str, *, now: datetime) -> None:
    """Count one more try under a name before anybody looks at it. Raises SignInLockedError, of too many *tries*."""
    failures = db.users.failures_of(db_session, name, now=now)
    _refuse_if_locked(failures, tries, now=now)
    if failures.locked_until is not None:
        failures.failures, failures.locked_until = 0, None
    failures.failures += 1
    if failures.failures >= WRONG_PASSWORDS:
        failures.locked_until = now + LOCKED_FOR


def _refuse_if_locked(failures: SignInFailures, tries: str, *, now: datetime) -> None:
    if failures.locked_until is not None and failures.locked_until > now:
        raise SignInLockedError(f"Too many {tries}. Try again in {_minutes(failures.locked_until - now)}.")


def count_from_address(db_session: Session, address: str | None, limit: AddressLimit, *, now: datetime) -> None:
    """Count what comes from an address, if it is known. Raises SignInLockedError or TooManySignUpsError."""
    if address is None:
        return
    counted = db.tries.count(db_session, site_of(address), limit.kind, now=now, window=limit.window)
    if counted.tries <= limit.most:
        return
    if limit is WRONG_FROM_ADDRESS:
        raise _too_many_from_address(counted, now=now)
    wait = _minutes(counted.window_ends_at - now)
    raise TooManySignUpsError(f"Too many sign-ups from your network. Please try again in {wait}.")


def _too_many_from_address(counted: AddressTries, *, now: datetime) -> SignInLockedError:
    wait = _minutes(counted.window_ends_at - now)
    return SignInLockedError(f"Too many wrong passwords from your network. Please try again in {wait}.")


def count_guest(db_session: Session, address: str | None, most: int, *, now: datetime) -> None:
    """Count one more guest of a day: of an address, or of all whose address is not known.

    Raises TooManySignUpsError.
    """
    site = "unknown" if address is None else site_of(address)
    counted = db.tries.count(db_session, site, "guest", now=now, window=_GUEST_WINDOW)
    if counted.tries > (most * _GUESTS_FROM_ANYWHERE if address is None else most):
        whose = "" if address is None else " from your network"
        wait = _minutes(counted.window_ends_at - now)
        raise TooManySignUpsError(
            f"Too many guests came in{whose} today. Please make an account, or try again in {wait}."
        )


def take_back(db_session: Session, name: str, address: str | None) -> None:
    """Forget the tries under a name, and one from an address: this one was right."""
    db.users.forget_failures(db_session, name)
    if address is not None:
        db.tries.take_back(db_session, site_of(address), WRONG_FROM_ADDRESS.kind)


def _minutes(remaining: timedelta) -> str:
    minutes = ceil(remaining / timedelta(minutes=1))
    if minutes > 90:
        return f"{ceil(minutes / 60)} hours"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
