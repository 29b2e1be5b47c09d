"""Who a company's sign-in, or a proxy, says that somebody is: which user that is here, and whether they come in.

Issuer and subject identify; an e-mail address never does. So whoever has an account already and comes in another way
is somebody new, until they join the two while they are signed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.audit
import db.identities
import db.models
import db.resets
import db.stamps
import db.users
from db.engine import Database
from db.ids import new_id
from db.models import ADMIN, GUEST, NO_MAIL, PLANNER, VIEWER, AuditAction, AuditTarget, utc_now
from services.accounts.guests import become_planner
from services.accounts.passwords import usable_username
from services.accounts.records import SignIn, User
from services.accounts.sign_ins import whole_ms
from services.accounts.views import user_record
from services.errors import NotFoundError, NotInvitedError, NotPossibleError
from settings import Settings

_FRESH_FOR = timedelta(minutes=10)  # an answer of a company lets somebody in so long, as far as the two clocks agree


@dataclass(frozen=True, slots=True)
class Said:
    """What an issuer says of somebody."""

    issuer: str
    subject: str
    issued_at: datetime
    email: str = ""
    email_verified: bool = False
    name: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentityInfo:
    """A way in which a user signs in, as they are shown it."""

    id: int
    issuer: str
    email: str
    created_at: datetime


class IdentityService:
    """Users by what companies and proxies call them.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._settings = settings
        self._clock = clock

    def enter(self, said: Said) -> SignIn:
        """Let somebody in; makes the user at the first time. A new answer gives the role, where groups give one.

        The same answer, shown again, is the same sign-in: one that has ended lets nobody in. Raises NotInvitedError
        for somebody new whom no setting lets in, for a disabled user, and for an answer that holds no more.
        """
        now = whole_ms(self._clock())
        for _ in range(2):  # another tab may be faster
            try:
                with self._db.begin() as db_session:
                    return self._enter(db_session, said, now)
            except IntegrityError:
                continue
        raise NotInvitedError("You could not be signed in. Please try again.")

    def user_of(self, said: Said) -> User | None:
        """Return the user that was let in as this before and is not disabled; nothing changes."""
        with self._db.read() as db_session:
            user = db.identities.user_of(db_session, said.issuer, said.subject)
            return user_record(user) if user is not None and not user.disabled else None

    def all(self, user_id: int) -> tuple[IdentityInfo, ...]:
        """Return what companies call a user, oldest first."""
        with self._db.read() as db_session:
            rows = db.identities.of_user(db_session, user_id)
            return tuple(IdentityInfo(row.id, row.issuer, row.email, row.created_at) for row in rows)

    def join(self, user_id: int, said: Said) -> SignIn | None:
        """Let a user, who is in, come in as this from now on; a guest becomes a planner, or what their groups say.

        Return the sign-in of who was a guest: the one before has ended.

        Raises NotPossibleError where somebody else does, and NotInvitedError for a guest whom no setting lets in.
        """
        with self._db.begin() as db_session:
            user = db.users.lock_active(db_session, user_id)
            if user is None:
                raise NotFoundError("There is no such user.")
            taken_by = db.identities.user_of(db_session, said.issuer, said.subject)
            if taken_by is not None and taken_by.id != user_id:
                raise NotPossibleError("Somebody else here signs in that way already.")
            if taken_by is None:
                db_session.add(_identity(user_id, said, at=self._clock()))
                self._note(db_session, AuditAction.JOIN_IDENTITY, user_id, said.issuer)
            return self._let_stay(db_session, user, said) if user.role == GUEST else None

    def remove(self, identity_id: int, *, user_id: int) -> None:
        """Let a user no longer come in as this. Raises NotFoundError, and NotPossibleError for the only way in."""
        with self._db.begin() as db_session:
            user = db.users.lock_active(db_session, user_id)
            rows = db.identities.of_user(db_session, user_id)
            row = next((one for one in rows if one.id == identity_id), None)
            if user is None or row is None:
                raise NotFoundError("There is no such way to sign in.")
            has_password = user.password_hash is not None and self._settings.passwords == "on"
            if not has_password and len(rows) == 1:
                raise NotPossibleError("This is the only way in which you can sign in.")
            db_session.delete(row)
            self._note(db_session, AuditAction.REMOVE_IDENTITY, user_id, row.issuer)

    def _enter(self, db_session: Session, said: Said, now: datetime) -> SignIn:
        identity = db.identities.find(db_session, said.issuer, said.subject)
        user = db_session.get(db.models.User, identity.user_id, with_for_update=True) if identity else None
        if identity is None or user is None:
            self._refuse_strangers(said)
            user = self._new_user(db_session, said, now)
            identity = _identity(user.id, said, at=now)
            db_session.add(identity)
            db_session.flush()
        if user.disabled:
            raise NotInvitedError("This account is disabled. Ask whoever runs this app.")
        at = db.identities.signed_in_at(db_session, identity.id, int(said.issued_at.timestamp()))
        if at is None:  # an answer from before, shown again, is no news of the address nor of the groups
            at = self._begin_sign_in(db_session, identity, said, user, now)
            identity.email = said.email
            self._take_over_role(db_session, user, said)
        return SignIn(user_record(user), at)

    def _begin_sign_in(
        self, db_session: Session, identity: db.models.Identity, said: Said, user: db.models.User, now: datetime
    ) -> datetime:
        """Keep what sign-in an answer is for, at its first time; return its instant."""
        if abs(now - said.issued_at) > _FRESH_FOR:
            raise NotInvitedError("Your company's answer is too old. Please sign in again.")
        at = max(now, user.sessions_valid_from)  # another machine's clock may be ahead
        db_session.add(
            db.models.CompanySignIn(
                identity_id=identity.id, issued_at=int(said.issued_at.timestamp()), signed_in_at=at
            )
        )
        self._note(db_session, AuditAction.SIGN_IN, user.id, said.issuer)
        return at

    def _refuse_strangers(self, said: Said) -> None:
        """Raise NotInvitedError unless the settings let somebody in who is new here."""
        domains, groups = self._settings.company_domains, self._settings.company_groups
        domain = said.email.rpartition("@")[2].lower()
        if domains and not (said.email_verified and domain in domains):
            raise NotInvitedError("Nobody with your e-mail address may come in here. Ask whoever runs this app.")
        if groups and not set(groups) & {one.lower() for one in said.groups}:
            raise NotInvitedError("Nobody of your groups may come in here. Ask whoever runs this app.")

    def _new_user(self, db_session: Session, said: Said, now: datetime) -> db.models.User:
        user_id = new_id()
        username, email, name = self._called(db_session, user_id, said)
        user = db.models.User(
            id=user_id,
            username=username,
            email=email,
            name=name,
            provider="company",
            sessions_valid_from=now,
            created_at=now,
        )
        db_session.add(user)
        db_session.flush()
        self._note(db_session, AuditAction.SIGN_UP, user_id, said.issuer)
        return user

    def _called(self, db_session: Session, user_id: int, said: Said) -> tuple[str, str, str]:
        """Return the username, e-mail address and name of somebody new; those that are taken are made others."""
        wanted = usable_username(said.email.partition("@")[0] or said.name, fallback=f"user-{user_id}")
        email = said.email.lower() if said.email_verified else ""
        name_taken, email_taken = db.users.taken(db_session, username=wanted, email=email)
        username = f"{wanted[:20]}-{user_id}" if name_taken else wanted
        return username, f"{user_id}{NO_MAIL}" if email_taken or not email else email, said.name or username

    def _let_stay(self, db_session: Session, user: db.models.User, said: Said) -> SignIn:
        """Make a guest the planner that an issuer tells of, where the settings let one in."""
        self._refuse_strangers(said)
        user.username, user.email, user.name = self._called(db_session, user.id, said)
        at = become_planner(db_session, user, provider="company", at=self._clock())
        self._take_over_role(db_session, user, said)
        return SignIn(user_record(user), at)

    def _take_over_role(self, db_session: Session, user: db.models.User, said: Said) -> None:
        """Give the role that the groups of somebody give, where settings name any; else it stays."""
        admins, viewers = self._settings.company_admins, self._settings.company_viewers
        if not admins and not viewers:
            return
        groups = {one.lower() for one in said.groups}
        role = ADMIN if groups & set(admins) else VIEWER if groups & set(viewers) else PLANNER
        if not admins and role == PLANNER and user.role == ADMIN:
            return  # made one here
        if user.role != role:
            if user.role == ADMIN:
                db.resets.remove_everybodys(db_session)
            user.role = role
            db.stamps.note(db_session, {user.id})
            self._note(db_session, AuditAction.CHANGE_ROLE, user.id, f"{role}, by {said.issuer}")

    def _note(self, db_session: Session, action: AuditAction, user_id: int, detail: str) -> None:
        target = (AuditTarget.USER, user_id)
        db.audit.note(db_session, action, user_id=user_id, target=target, detail=detail[:500], at=self._clock())


def _identity(user_id: int, said: Said, *, at: datetime) -> db.models.Identity:
    return db.models.Identity(
        user_id=user_id, issuer=said.issuer, subject=said.subject, email=said.email, created_at=at
    )
