"""How often links and passcodes may be guessed, and how fast people may write: counted in the database.

Whoever has opened a link before is asked for nothing, so that nobody's guesses lock them out.
"""

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
SAID_ON_LINK = Limit("review_said", 200, timedelta(minutes=5))
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


def count_wrong_passcode(
    db_session: Session, review_id: int, address: str | None, *, now: datetime, back: bool = False
) -> None:
    """Count a try of a passcode, by its address and on its link; *back*: one less, it was right.

    Raises TooManyGuessesError. What an address has too many of is not counted on the link: others may still try.
    """
    site = site_of(address) if address is not None else None
    link = _link(review_id)
    if back:
        for counted in filter(None, (site, link)):
            db.tries.take_back(db_session, counted, WRONG_PASSCODES.kind)
        return
    if site is not None and _is_over(db_session, site, WRONG_PASSCODES, now):
        raise TooManyGuessesError(f"Too many wrong passcodes came from your network. {_LATER}")
    if _is_over(db_session, link, WRONG_PASSCODES_OF_LINK, now):
        raise TooManyGuessesError("Too many wrong passcodes were tried on this link. Please try again in an hour.")


def count_said(db_session: Session, review_id: int, address: str | None, *, now: datetime) -> None:
    """Count a comment or decision. Raises TooManyCommentsError where they come too fast."""
    site = site_of(address) if address is not None else None
    if (site is not None and _is_over(db_session, site, SAID, now)) or _is_over(
        db_session, _link(review_id), SAID_ON_LINK, now
    ):
        raise TooManyCommentsError(f"That is a lot at once. {_LATER}")


def _is_over(db_session: Session, who: str, limit: Limit, now: datetime) -> bool:
    counted = db.tries.count(db_session, who, limit.kind, now=now, window=limit.window)
    return counted.tries > limit.most


def _link(review_id: int) -> str:
    return f"review {review_id}"
