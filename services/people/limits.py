"""How often links may be guessed and mails asked for: counted in the database, by address and by name."""

import hashlib
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.orm import Session

import db.tries
from services.accounts.addresses import site_of
from services.accounts.limits import AddressLimit
from services.errors import TooManyGuessesError, TooManyResetsError

WRONG_LINKS = AddressLimit("people_link", 30, timedelta(minutes=10))  # invitations, and for new passwords
RESETS_FROM_ADDRESS = AddressLimit("reset", 10, timedelta(minutes=15))
RESETS_OF_NAME = AddressLimit("reset", 3, timedelta(hours=1))  # of a name as it is typed, and of a user


def check_links(db_session: Session, address: str | None, *, now: datetime) -> None:
    """Raise TooManyGuessesError where too many links that are none came from an address."""
    if address is not None and _counted(db_session, address, now) >= WRONG_LINKS.most:
        raise TooManyGuessesError(
            "Too many links that are none came from your network. Please try again in a few minutes."
        )


def count_wrong_link(db_session: Session, address: str | None, *, now: datetime) -> None:
    """Count a link that is none."""
    if address is not None:
        db.tries.count(db_session, site_of(address), WRONG_LINKS.kind, now=now, window=WRONG_LINKS.window)


def count_reset(db_session: Session, typed: str, address: str | None, *, now: datetime) -> None:
    """Count a mail that is asked for, whether or not anybody has that name. Raises TooManyResetsError."""
    if address is not None:
        _count_one(db_session, site_of(address), RESETS_FROM_ADDRESS, "from your network", now)
    name = hashlib.sha256(typed.encode(errors="replace")).hexdigest()[:40]
    _count_one(db_session, f"name {name}", RESETS_OF_NAME, "for this name", now)


def _count_one(db_session: Session, who: str, limit: AddressLimit, told: str, now: datetime) -> None:
    counted = db.tries.count(db_session, who, limit.kind, now=now, window=limit.window)
    if counted.tries > limit.most:
        minutes = ceil((counted.window_ends_at - now) / timedelta(minutes=1))
        wait = "a minute" if minutes <= 1 else f"{minutes} minutes"
        raise TooManyResetsError(f"Too many links were asked for {told}. Please try again in {wait}.")


def _counted(db_session: Session, address: str, now: datetime) -> int:
    return db.tries.counted(db_session, site_of(address), WRONG_LINKS.kind, now=now)
