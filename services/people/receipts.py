"""Receipts of accounts that were deleted: what went, and what is still being tried, for whoever has the code."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import select

import db.outbox
import db.tries
from db.engine import Database
from db.models import Receipt, utc_now
from services.accounts.addresses import site_of
from services.accounts.limits import prune_counts
from services.errors import InvalidInputError, SignInLockedError

MAX_CODE_CHARS = 100
TRIES = 30  # from one address; a code has 96 bits
_WINDOW = timedelta(minutes=15)
_KIND = "receipt"


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What went when an account was deleted, and how many parts of it are still to be deleted at Backboard."""

    made_at: datetime
    counts: Mapping[str, int]
    waiting: int


class ReceiptService:
    """Shows receipts. Nothing of one says whose account it was.

    Raises DatabaseUnavailableError when the database is away.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    def look(self, code: str, *, address: str | None = None) -> ReceiptView:
        """Return the receipt of this code, as typed. Raises InvalidInputError, SignInLockedError."""
        self._count(address)
        with self._db.read() as db_session:
            row = db_session.scalar(select(Receipt).where(Receipt.code_hash == code_hash(code[:MAX_CODE_CHARS])))
            if row is None:
                raise InvalidInputError("There is no receipt with this code. Type it as it was shown to you.")
            return ReceiptView(row.created_at, dict(row.counts), db.outbox.count_of_receipt(db_session, row.id))

    def _count(self, address: str | None) -> None:
        """Count every look from an address, before anything is looked at."""
        if address is None:
            return
        now = self._clock()
        prune_counts(self._db, now=now)
        with self._db.begin() as db_session:
            counted = db.tries.count(db_session, site_of(address), _KIND, now=now, window=_WINDOW)
        if counted.tries > TRIES:
            minutes = ceil((counted.window_ends_at - now) / timedelta(minutes=1))
            raise SignInLockedError(f"Too many codes from your network. Please try again in {minutes} min.")


def new_code() -> str:
    """Return a code that nobody can guess, to be shown once."""
    return "-".join(secrets.token_hex(2) for _ in range(6))


def code_hash(code: str) -> str:
    """Return the hash of a code as it is typed; case, spaces and hyphens do not matter."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
