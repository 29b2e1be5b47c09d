"""Admins: who is one, and the one-time code that makes the first."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

import db.audit
import db.models
import db.resets
import db.users
from db.engine import Database
from db.models import ADMIN, GUEST, PLANNER, AuditAction, AuditTarget, utc_now
from services.accounts.guests import refuse_guest
from services.accounts.limits import WRONG_FROM_ADDRESS, count_from_address, count_try, prune_counts
from services.accounts.records import User
from services.accounts.roles import tell_pages
from services.accounts.views import user_record
from services.errors import InvalidInputError, NotFoundError, NotPossibleError


class AdminService:
    """Who sees what everybody does.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    def all(self) -> tuple[User, ...]:
        """Return the admins by name."""
        with self._db.read() as db_session:
            return tuple(user_record(row) for row in db.users.admins(db_session))

    def has_any(self) -> bool:
        """Whether anybody is an admin."""
        with self._db.read() as db_session:
            return db.users.has_admin(db_session)

    def set_admin(self, user_id: int, *, admin: bool) -> None:
        """Make a user an admin, or a planner again; from their next click on.

        Raises NotFoundError, and NotPossibleError for a guest.
        """
        with self._db.begin() as db_session:
            row = db.users.lock_active(db_session, user_id)
            if row is None:
                raise NotFoundError("There is no such user.")
            if row.role == GUEST:
                raise NotPossibleError("A guest cannot be an admin: they have to make an account first.")
            if row.role == ADMIN and not admin:
                db.resets.remove_everybodys(db_session)
            row.role = ADMIN if admin else PLANNER
            tell_pages(db_session, row.id)
            if admin:
                db.users.forget_admin_codes(db_session)
            self._note(db_session, row.id, row.role)

    def has_code(self) -> bool:
        """Whether a code for `become_admin` is in the log; there is none once the only admin was removed."""
        with self._db.read() as db_session:
            return db.users.has_admin_code(db_session)

    def new_code(self) -> str | None:
        """Make a one-time code for `become_admin`, good until there is an admin; None where there is one already."""
        code = "-".join(secrets.token_hex(2) for _ in range(7))  # 112 bits: a plain hash of it is enough
        with self._db.begin() as db_session:
            if db.users.has_admin(db_session):
                return None
            db_session.add(db.models.AdminCode(code_hash=_code_hash(code), created_at=self._clock()))
        return code

    def become_admin(self, user_id: int, code: str, *, address: str | None = None) -> None:
        """Make the user the first admin if *code* is right; every other code is void then.

        Wrong ones are counted, as wrong passwords are. Raises InvalidInputError, SignInLockedError, NotFoundError,
        GuestLimitError, and NotPossibleError where there is an admin already.
        """
        now, tries = self._clock(), f"admin code {user_id}"
        prune_counts(self._db, now=now)
        with self._db.begin() as db_session:
            count_from_address(db_session, address, WRONG_FROM_ADDRESS, now=now)
            count_try(db_session, tries, "wrong codes", now=now)
        with self._db.begin() as db_session:
            right = _code_hash(code) in db.users.lock_admin_code_hashes(db_session)  # one at a time
            row = db.users.lock_active(db_session, user_id)
            if row is None:
                raise NotFoundError("There is no such user.")
            refuse_guest(db_session, user_id, to="be the admin")
            if db.users.has_admin(db_session):
                raise NotPossibleError("There is an admin already.")
            if not right:
                raise InvalidInputError(
                    "That code is not correct. The current one is in the log of the app's last start."
                )
            row.role = ADMIN
            tell_pages(db_session, row.id)
            db.users.forget_admin_codes(db_session)
            db.users.forget_failures(db_session, tries)
            self._note(db_session, row.id, f"{ADMIN}, by the one-time code")

    def _note(self, db_session: Session, user_id: int, role: str) -> None:
        db.audit.note(
            db_session,
            AuditAction.CHANGE_ROLE,
            user_id=user_id,
            target=(AuditTarget.USER, user_id),
            detail=role,
            at=self._clock(),
        )


def _code_hash(code: str) -> str:
    """Return the hash of a code as it is typed; case, spaces and hyphens do not matter."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
