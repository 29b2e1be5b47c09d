"""Invitations: links by which somebody makes an account, once, with the role that an admin gave it."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import db.audit
import db.invitations
import db.models
import db.users
from db.engine import Database
from db.models import ADMIN, AuditAction, utc_now
from services.accounts.accounts import AccountService
from services.accounts.records import User
from services.errors import InvalidInputError, NotFoundError, NotPossibleError
from services.people.access import check_admin
from services.people.limits import check_links, count_wrong_link
from services.people.records import ROLES, Invitation, InvitationPage, InvitationState, NewInvitation
from services.texts import clean_query
from settings import Settings

INVITATIONS_AT_ONCE = 50
MAX_DAYS = 90
MAX_NOTE_CHARS = 200
MAX_OPEN = 200  # by all admins together

_NO_PASSWORDS = "Nobody signs in with a password here, so no link makes an account."
_UNKNOWN = "This link is not an invitation, or it was revoked. Ask the person who sent it for another one."
_USED = "This invitation was used already. Sign in with the account that was made with it."
_ENDED = "This invitation has ended. Ask the person who sent it for another one."


class InvitationService:
    """Who is asked in. What is for admins takes the one who asks: NotFoundError where they are none at that moment.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        accounts: AccountService,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = database
        self._passwords = settings.passwords == "on"
        self._accounts = accounts
        self._clock = clock

    def make(self, *, role: str, note: str, days: int, admin_id: int) -> NewInvitation:
        """Make a link that is good for *days*, while its maker is an admin; *note* says for whom it is.

        Raises InvalidInputError, NotPossibleError.
        """
        if not self._passwords:
            raise NotPossibleError(_NO_PASSWORDS)
        if role not in ROLES:
            raise InvalidInputError("A role is viewer, planner or admin.")
        if not 1 <= days <= MAX_DAYS:
            raise InvalidInputError(f"An invitation is good for 1 to {MAX_DAYS} days.")
        whom = " ".join(clean_query(note).split())
        if not 1 <= len(whom) <= MAX_NOTE_CHARS:
            raise InvalidInputError(f"Say for whom it is, in 1 to {MAX_NOTE_CHARS} characters.")
        token, now = secrets.token_urlsafe(32), self._clock()
        row = db.models.Invitation(
            token_hash=_hash(token),
            role=role,
            note=whom,
            made_by_id=admin_id,
            ends_at=now + timedelta(days=days),
            created_at=now,
        )
        with self._db.begin() as db_session:
            check_admin(db_session, admin_id)
            if db.invitations.count_open(db_session, now=now) >= MAX_OPEN:
                raise NotPossibleError(f"There are {MAX_OPEN} open invitations already. Revoke some first.")
            db_session.add(row)
            self._note(db_session, AuditAction.INVITE, admin_id, f"{role}: {whom}")
            db_session.flush()
            return NewInvitation(row.id, token)

    def page(self, *, admin_id: int, before: int | None = None) -> InvitationPage:
        """Return invitations, the latest first: the first ones, or those behind what an earlier page ended with."""
        now = self._clock()
        with self._db.read() as db_session:
            check_admin(db_session, admin_id)
            rows = db.invitations.page(db_session, before=before, limit=INVITATIONS_AT_ONCE + 1)
            shown = [_invitation(*row, now=now) for row in rows[:INVITATIONS_AT_ONCE]]
            return InvitationPage(tuple(shown), shown[-1].id if len(rows) > len(shown) else None)

    def revoke(self, invitation_id: int, *, admin_id: int) -> None:
        """Let a link make no account any more. Raises NotFoundError, and NotPossibleError for one that was used."""
        with self._db.begin() as db_session:
            check_admin(db_session, admin_id)
            row = db_session.get(db.models.Invitation, invitation_id, with_for_update=True)
            if row is None:
                raise NotFoundError("There is no such invitation.")
            if row.used_by_id is not None:
                raise NotPossibleError("That invitation was used already. You can disable the account instead.")
            db_session.delete(row)
            self._note(db_session, AuditAction.REVOKE_INVITE, admin_id, f"{row.role}: {row.note}")

    def check(self, token: str, *, address: str | None = None) -> str:
        """Return the role that a link gives. Raises NotFoundError, NotPossibleError, TooManyGuessesError.

        What is no link is counted for the *address*, if it is known.
        """
        if not self._passwords:
            raise NotPossibleError(_NO_PASSWORDS)
        now = self._clock()
        with self._db.read() as db_session:
            check_links(db_session, address, now=now)
            row = db.invitations.by_hash(db_session, _hash(token))
            if row is not None:
                return _usable(db_session, row, now).role
        with self._db.begin() as db_session:
            count_wrong_link(db_session, address, now=now)
        raise NotFoundError(_UNKNOWN)

    def accept(
        self, token: str, *, name: str, email: str, username: str, password: str, address: str | None = None
    ) -> User:
        """Make an account by a link, which is used then. Raises as `check` and `AccountService.sign_up` do."""
        self.check(token, address=address)

        def let_in(db_session: Session, user: db.models.User) -> str:
            now = self._clock()
            row = _usable(db_session, db.invitations.lock_by_hash(db_session, _hash(token)), now)
            user.role = row.role
            row.used_by_id, row.ends_at = user.id, now  # ended, too: the account may be deleted
            return f"invited as {row.role}: {row.note}"

        return self._accounts.sign_up(
            name=name, email=email, username=username, password=password, address=address, let_in=let_in
        )

    def _note(self, db_session: Session, action: AuditAction, admin_id: int, detail: str) -> None:
        db.audit.note(db_session, action, user_id=admin_id, detail=detail, at=self._clock())


def _usable(db_session: Session, row: db.models.Invitation | None, now: datetime) -> db.models.Invitation:
    """Return an invitation that makes an account: whoever made it is an admin still.

    Raises NotFoundError, NotPossibleError.
    """
    if row is None:
        raise NotFoundError(_UNKNOWN)
    if row.used_by_id is not None:
        raise NotPossibleError(_USED)
    if row.ends_at <= now or row.made_by_id is None or not db.users.is_active_admin(db_session, row.made_by_id):
        raise NotPossibleError(_ENDED)
    return row


def _invitation(
    row: db.models.Invitation, maker: db.models.User | None, used_by: str | None, *, now: datetime
) -> Invitation:
    made_by = maker.username if maker else None
    state = InvitationState.OPEN
    if row.used_by_id is not None:
        state = InvitationState.USED
    elif row.ends_at <= now or maker is None or maker.disabled or maker.role != ADMIN:
        state = InvitationState.ENDED
    return Invitation(row.id, row.role, row.note, state, made_by, used_by, row.ends_at, row.created_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
