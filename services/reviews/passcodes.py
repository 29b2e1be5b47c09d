"""Whether somebody knows the passcode of a link, who may try it so often and no more."""

from collections.abc import Callable
from datetime import datetime

import db.reviews
from db.engine import Database
from db.models import AuditAction
from services.accounts.passwords import Compare, hashing, password_matches
from services.errors import NotFoundError, WrongPasscodeError
from services.reviews.doors import GONE, Door
from services.reviews.guesses import check_passcodes, count_wrong_passcode
from services.reviews.links import token_hash
from services.reviews.texts import plain_passcode


class Passcodes:
    """Compares passcodes. Wrong ones are counted; who is still being looked at counts for nobody."""

    def __init__(self, database: Database, door: Door, compare: Compare, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._door = door
        self._compare = compare
        self._clock = clock

    def known(self, token: str, passcode: str, *, address: str | None) -> str | None:
        """Return the hash of a link's passcode, which *passcode* is; None where the link has none.

        Raises WrongPasscodeError, TooManyGuessesError, DoorBusyError, NotFoundError.
        """
        if self._to_try(token, address) is None:
            return None
        with hashing():  # few at once: no more than those can be tried beyond what is allowed
            to_try = self._to_try(token, address)  # wrong ones may have come while this one waited
            if to_try is None:
                return None
            review_id, hashed = to_try
            if password_matches(plain_passcode(passcode), hashed, self._compare):
                return hashed
            with self._db.begin() as db_session:
                count_wrong_passcode(db_session, token_hash(token), hashed, address, now=self._clock())
                self._door.note(db_session, review_id, AuditAction.REFUSE_PASSCODE)
        raise WrongPasscodeError("That passcode is not right.")

    def _to_try(self, token: str, address: str | None) -> tuple[int, str] | None:
        with self._db.read() as db_session:
            found = db.reviews.active_by_token(db_session, token_hash(token), now=self._clock())
            if found is None:
                raise NotFoundError(GONE)
            row = found[0]
            if row.passcode_hash is None:
                return None
            check_passcodes(db_session, row.token_hash, row.passcode_hash, address, now=self._clock())
            return row.id, row.passcode_hash
