"""How often links and passcodes may be guessed, and how fast people may write: counted in the database.

Whoever has opened a link before is asked for nothing, so that nobody's guesses lock them out.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import db.tries
from services.accounts.addresses import site_of
from services.errors import TooManyCommentsError, TooManyGuessesError


@dataclass(frozen=True, slots=True)
class Limit:
    """How much may come within a window of time."""

    kind: str
    most: int
    window: timedelta


WRONG_LINKS = Limit("review_link", 30, timedelta(minutes=10))  # from one address
WRONG_PASSCODES = Limit("review_passcode", 10, timedelta(minutes=15))  # from one address
WRONG_PASSCODES_OF_LINK = Limit("review_passcode", 60, timedelta(hours=1))  # from all of them
SAID = Limit("review_said", 100, timedelta(minutes=5))  # from one address: fifty people may sit in one office
SAID_ON_LINK = Limit("review_said", 200, timedelta(minutes=5))  # comments that were kept
DECIDED_ON_LINK = Limit("review_decided", 200, timedelta(minutes=5))
_LATER = "Please try again in a few minutes."


def check_guesses(db_session: Session, address: str | None, *, now: datetime) -> None:
    """Raise TooManyGuessesError where too many links that are none came from an address."""
    if address is not None:
        counted = db.tries.counted(db_session, site_of(address), WRONG_LINKS.kind, now=now)
        if counted >= WRONG_LINKS.most:
            raise TooManyGuessesError(f"Too many links that are none came from your network. {_LATER}")


def count_wrong_link(db_session: Session, address: str, *, now: datetime) -> None:
    """Count a link that is none."""
    db.tries.count(db_session, site_of(address), WRONG_LINKS.kind, now=now, window=WRONG_LINKS.window)


def check_passcodes(
    db_session: Session, token_hash: str, passcode_hash: str, address: str | None, *, now: datetime
) -> None:
    """Raise TooManyGuessesError where too many wrong passcodes came from an address, or on a link."""
    if address is not None and _is_full(db_session, site_of(address), WRONG_PASSCODES, now):
        raise TooManyGuessesError(f"Too many wrong passcodes came from your network. {_LATER}")
    if _is_full(db_session, _door(token_hash, passcode_hash), WRONG_PASSCODES_OF_LINK, now):
        raise TooManyGuessesError("Too many wrong passcodes were tried on this link. Please try again in an hour.")


def count_wrong_passcode(
    db_session: Session, token_hash: str, passcode_hash: str, address: str | None, *, now: datetime
) -> None:
    """Count a wrong passcode, by its address and on its link, until that has a new address or passcode."""
    if address is not None:
        _count(db_session, site_of(address), WRONG_PASSCODES, now)
    _count(db_session, _door(token_hash, passcode_hash), WRONG_PASSCODES_OF_LINK, now)


def count_said(db_session: Session, address: str | None, *, now: datetime) -> None:
    """Count what somebody says, kept or not. Raises TooManyCommentsError where it comes too fast."""
    if address is not None and _is_over(db_session, site_of(address), SAID, now):
        raise TooManyCommentsError(f"That is a lot at once. {_LATER}")


def count_kept(db_session: Session, review_id: int, *, now: datetime, decision: bool = False) -> None:
    """Count a comment, or a decision, that a link keeps. Raises TooManyCommentsError where they come too fast."""
    if _is_over(db_session, f"review {review_id}", DECIDED_ON_LINK if decision else SAID_ON_LINK, now):
        raise TooManyCommentsError(f"That is a lot at once. {_LATER}")


def _is_over(db_session: Session, who: str, limit: Limit, now: datetime) -> bool:
    return _count(db_session, who, limit, now) > limit.most


def _count(db_session: Session, who: str, limit: Limit, now: datetime) -> int:
    return db.tries.count(db_session, who, limit.kind, now=now, window=limit.window).tries


def _is_full(db_session: Session, who: str, limit: Limit, now: datetime) -> bool:
    return db.tries.counted(db_session, who, limit.kind, now=now) >= limit.most


def _door(token_hash: str, passcode_hash: str) -> str:
    return "door " + hashlib.sha256(f"{token_hash}{passcode_hash}".encode()).hexdigest()[:48]
