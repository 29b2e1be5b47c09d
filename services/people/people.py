"""People, for admins: who is here, and what they may do."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

import db.audit
import db.models
import db.people
import db.resets
from db.engine import Database
from db.models import ADMIN, GUEST, NO_MAIL, AuditAction, AuditTarget, utc_now
from services.accounts.roles import tell_pages
from services.accounts.sign_ins import end_sign_ins
from services.errors import InvalidInputError, NotFoundError, NotPossibleError
from services.people.access import check_admin, held_by_admin, is_only_admin
from services.people.records import ROLES, PeopleFilter, PeoplePage, Person
from services.texts import clean_query

PEOPLE_AT_ONCE = 50
MAX_FILES_MB = 1_000_000
_MAX_WORDS_CHARS = 100


class PeopleService:
    """Who has an account, and what admins change about it.

    Every method takes the admin who asks: NotFoundError where they are none at that moment. Raises
    DatabaseUnavailableError when the database is away.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    def page(self, wanted: PeopleFilter, *, admin_id: int, after: str | None = None) -> PeoplePage:
        """Return people by username: the first ones, or those behind what an earlier page ended with."""
        words = clean_query(wanted.words)[:_MAX_WORDS_CHARS]
        with self._db.read() as db_session:
            check_admin(db_session, admin_id)
            rows = db.people.page_all_or_active(
                db_session,
                words=words,
                role=wanted.role,
                disabled=wanted.disabled,
                after=after or "",
                limit=PEOPLE_AT_ONCE + 1,
            )
            shown = rows[:PEOPLE_AT_ONCE]
            return PeoplePage(_people(db_session, shown), shown[-1].username if len(rows) > len(shown) else None)

    def get(self, user_id: int, *, admin_id: int) -> Person:
        """Return one of them."""
        with self._db.read() as db_session:
            check_admin(db_session, admin_id)
            row = db_session.get(db.models.User, user_id)
            if row is None:
                raise NotFoundError("There is no such user.")
            return _people(db_session, [row])[0]

    def change_role(self, user_id: int, role: str, *, admin_id: int) -> None:
        """Let somebody do more, or less, from their next click on: what they have open follows.

        With an admin's role every link for a new password ends: they may have made some.

        Raises NotPossibleError for a guest, and for the only admin.
        """
        if role not in ROLES:
            raise InvalidInputError("A role is viewer, planner or admin.")
        with self._db.begin() as db_session:
            user = held_by_admin(db_session, user_id, admin_id=admin_id)
            if user.role == GUEST:
                raise NotPossibleError("A guest has no role. They get one when they create an account.")
            if user.role == role:
                return
            self._keep_an_admin(db_session, user)
            if user.role == ADMIN:
                db.resets.remove_everybodys(db_session)
            user.role = role
            self._note(db_session, AuditAction.CHANGE_ROLE, user, admin_id, role)

    def disable(self, user_id: int, *, admin_id: int) -> None:
        """Let somebody in no more: sign-ins, API tokens and links for a new password end. What is theirs stays.

        Raises NotPossibleError for oneself, and for the only admin.
        """
        with self._db.begin() as db_session:
            user = held_by_admin(db_session, user_id, admin_id=admin_id)
            if user_id == admin_id:
                raise NotPossibleError("You cannot disable your own account. Ask another admin.")
            if user.disabled:
                return
            self._keep_an_admin(db_session, user)
            if user.role == ADMIN:
                db.resets.remove_everybodys(db_session)
            end_sign_ins(db_session, user, AuditAction.DISABLE_USER, by=admin_id, now=self._clock())
            user.disabled = True

    def enable(self, user_id: int, *, admin_id: int) -> None:
        """Let somebody in again who was disabled; they sign in anew."""
        with self._db.begin() as db_session:
            user = held_by_admin(db_session, user_id, admin_id=admin_id)
            if user.disabled:
                user.disabled = False
                self._note(db_session, AuditAction.ENABLE_USER, user, admin_id)

    def sign_out(self, user_id: int, *, admin_id: int) -> None:
        """End every sign-in of somebody, their API tokens, and links for a new password."""
        with self._db.begin() as db_session:
            user = held_by_admin(db_session, user_id, admin_id=admin_id)
            end_sign_ins(db_session, user, AuditAction.END_SIGN_INS, by=admin_id, now=self._clock())

    def set_files_mb(self, user_id: int, files_mb: int | None, *, admin_id: int) -> None:
        """Give somebody's files this much room from now on; None: as much as the setting says.

        Files that are there stay. Raises InvalidInputError.
        """
        if files_mb is not None and not 0 <= files_mb <= MAX_FILES_MB:
            raise InvalidInputError(f"Room for files is 0 to {MAX_FILES_MB:,} MB.")
        with self._db.begin() as db_session:
            user = held_by_admin(db_session, user_id, admin_id=admin_id)
            if user.files_mb != files_mb:
                user.files_mb = files_mb
                told = "the setting" if files_mb is None else f"{files_mb} MB"
                self._note(db_session, AuditAction.CHANGE_FILES_LIMIT, user, admin_id, f"{user.username}: {told}")

    def _keep_an_admin(self, db_session: Session, user: db.models.User) -> None:
        if is_only_admin(db_session, user):
            raise NotPossibleError(f"{user.name} is the only admin. Make somebody else an admin first.")

    def _note(
        self, db_session: Session, action: AuditAction, user: db.models.User, admin_id: int, detail: str = ""
    ) -> None:
        target = (AuditTarget.USER, user.id)
        db.audit.note(db_session, action, user_id=admin_id, target=target, detail=detail, at=self._clock())
        tell_pages(db_session, user.id)


def _people(db_session: Session, rows: Sequence[db.models.User]) -> tuple[Person, ...]:
    issuers: defaultdict[int, list[str]] = defaultdict(list)
    for user_id, issuer in db.people.issuers(db_session, [row.id for row in rows]):
        issuers[user_id].append(issuer)
    return tuple(
        Person(
            id=row.id,
            username=row.username,
            name=row.name,
            email="" if row.email.endswith(NO_MAIL) else row.email,
            role=row.role,
            disabled=row.disabled,
            provider=row.provider,
            has_password=row.password_hash is not None,
            issuers=tuple(issuers[row.id]),
            last_seen_at=row.last_seen_at,
            created_at=row.created_at,
            monthly_limit_micros=row.monthly_limit_micros,
            files_mb=row.files_mb,
        )
        for row in rows
    )
