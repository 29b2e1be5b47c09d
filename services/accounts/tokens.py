"""Personal API tokens: made, listed, revoked, and checked at every request."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import db.audit
import db.tokens
import db.users
from db.engine import Database, DatabaseUnavailableError
from db.models import ADMIN, ApiToken, AuditAction, AuditTarget, utc_now
from services.accounts.guests import refuse_guest
from services.accounts.records import Confirmed, User
from services.accounts.roles import check_may_write
from services.accounts.seen import note_seen
from services.accounts.views import user_record
from services.errors import InvalidInputError, NotFoundError, NotPossibleError
from services.texts import clean_title

PREFIX = "tbt_"  # so that a scanner for leaked secrets can know one
MAX_TOKENS = 50
MAX_DAYS = 3650
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token as lists show it; *hint* is how it begins."""

    id: int
    name: str
    hint: str
    read_only: bool
    metrics_only: bool
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    expired: bool


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; *secret* is shown once and kept nowhere."""

    info: TokenInfo
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Who asks, and by which token."""

    user: User
    token: TokenInfo


class TokenService:
    """The tokens by which programs act for a user.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    def create(
        self,
        *,
        user_id: int,
        name: str,
        read_only: bool = False,
        metrics_only: bool = False,
        days: int | None = None,
    ) -> NewToken:
        """Make a token that is valid for *days*, or until it is revoked; for whoever runs this machine.

        *metrics_only* is for Prometheus, and an admin's. Who sits at a screen says first who they are:
        `create_confirmed`. Raises InvalidInputError (a name has 1 to 100 characters, a user has at most 50 tokens),
        NotPossibleError, NotFoundError, GuestLimitError; ReadOnlyRoleError where a viewer asks for one that writes.
        """
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise InvalidInputError(f"A token is valid for 1 to {MAX_DAYS:,} days, or without an end.")
        cleaned = clean_title(name)
        secret = PREFIX + secrets.token_urlsafe(32)
        now = self._clock()
        with self._db.begin() as db_session:
            user = db.users.get_active(db_session, user_id)
            if user is None:
                raise NotFoundError("There is no such user.")
            refuse_guest(db_session, user_id, to="have API tokens")
            if not (read_only or metrics_only):
                check_may_write(db_session, user_id)
            if metrics_only and user.role != ADMIN:
                raise NotPossibleError("Only an admin can have a metrics token.")
            if db.tokens.count(db_session, user_id=user_id) >= MAX_TOKENS:
                raise InvalidInputError(f"There are {MAX_TOKENS} tokens already. Revoke one that is not used.")
            token = ApiToken(
                user_id=user_id,
                name=cleaned,
                token_hash=_hash(secret),
                hint=secret[: len(PREFIX) + 4],
                read_only=read_only or metrics_only,
                metrics_only=metrics_only,
                expires_at=now + timedelta(days=days) if days else None,
                created_at=now,
            )
            db_session.add(token)
            db_session.flush()
            target = (AuditTarget.TOKEN, token.id)
            db.audit.note(
                db_session, AuditAction.CREATE_TOKEN, user_id=user_id, target=target, detail=cleaned, at=now
            )
            return NewToken(_info(token, now), secret)

    def create_confirmed(
        self,
        who: Confirmed,
        *,
        name: str,
        read_only: bool = False,
        metrics_only: bool = False,
        days: int | None = None,
    ) -> NewToken:
        """Make a token for somebody at a screen, who has just shown that it is them; as `create` otherwise."""
        return self.create(user_id=who.user_id, name=name, read_only=read_only, metrics_only=metrics_only, days=days)

    def all(self, *, user_id: int) -> tuple[TokenInfo, ...]:
        """Return a user's tokens, latest first, expired ones too."""
        now = self._clock()
        with self._db.read() as db_session:
            return tuple(_info(token, now) for token in db.tokens.of_user(db_session, user_id=user_id))

    def revoke(self, token_id: int, *, user_id: int) -> None:
        """End a token at once. Raises NotFoundError."""
        with self._db.begin() as db_session:
            name = db.tokens.remove(db_session, token_id, user_id=user_id)
            if name is None:
                raise NotFoundError("There is no such token.")
            target = (AuditTarget.TOKEN, token_id)
            db.audit.note(
                db_session, AuditAction.REVOKE_TOKEN, user_id=user_id, target=target, detail=name, at=self._clock()
            )

    def check(self, secret: str) -> TokenUse | None:
        """Return whose token this is, or None; notes its use at most once a minute."""
        if not secret.startswith(PREFIX):
            return None
        now = self._clock()
        with self._db.read() as db_session:
            found = db.tokens.valid_of_active(db_session, _hash(secret), now=now)
            if found is None:
                return None
            token, user = found
            use = TokenUse(user_record(user), _info(token, now))
        if use.token.last_used_at is None or now - use.token.last_used_at >= USE_NOTED_EVERY:
            self._note_use(use.token.id, now)
        note_seen(self._db, user, now=now)
        return use

    def still_lets_in(self, use: TokenUse) -> bool:
        """Return whether a token that was used a while ago would let its user in now, too; for long answers."""
        with self._db.read() as db_session:
            return db.tokens.is_valid_of_active(db_session, use.token.id, now=self._clock())

    def _note_use(self, token_id: int, now: datetime) -> None:
        try:
            with self._db.begin() as db_session:
                db.tokens.note_use(db_session, token_id, at=now)
        except DatabaseUnavailableError:
            pass  # the time is for show: reading may go on while nothing can be written


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _info(token: ApiToken, now: datetime) -> TokenInfo:
    return TokenInfo(
        id=token.id,
        name=token.name,
        hint=token.hint,
        read_only=token.read_only,
        metrics_only=token.metrics_only,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        created_at=token.created_at,
        expired=token.expires_at is not None and token.expires_at <= now,
    )
