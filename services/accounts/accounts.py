"""Accounts: signing up, and who has one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.audit
import db.models
import db.users
from db.engine import Database
from db.ids import new_id
from db.models import GUEST, AuditAction, AuditTarget, utc_now
from services.accounts.guests import become_planner
from services.accounts.limits import SIGN_UPS_FROM_ADDRESS, count_from_address, prune_counts
from services.accounts.passwords import (
    check_new_password,
    clean_email,
    clean_name,
    clean_username,
    hash_password,
    hashing,
)
from services.accounts.records import SignIn, User
from services.accounts.roles import writing
from services.accounts.sign_ins import whole_ms
from services.accounts.views import user_record
from services.errors import (
    InvalidFieldsError,
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    SignUpClosedError,
)
from services.texts import check_model
from settings import Settings

LetIn = Callable[[Session, db.models.User], str]  # gives an invited user their role, and says how they were let in


class AccountService:
    """Who has an account.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._settings = settings
        self._clock = clock

    @property
    def sign_up_open(self) -> bool:
        """Whether new accounts are made here."""
        return self._settings.sign_up == "open" and self.passwords_on

    @property
    def passwords_on(self) -> bool:
        """Whether people sign in with passwords of ours."""
        return self._settings.passwords == "on"

    def sign_up(
        self,
        *,
        name: str,
        email: str,
        username: str,
        password: str,
        address: str | None = None,
        let_in: LetIn | None = None,
    ) -> User:
        """Make an account for somebody at an *address*, if it is known.

        *let_in* lets in whoever was invited, also while sign-up is closed: it is asked in the transaction that adds
        the account, and may raise. Raises SignUpClosedError, InvalidFieldsError with every rule that was broken,
        TooManySignUpsError, DoorBusyError. Whether a name is taken is only told where all else is right: each such
        look is counted.
        """
        if let_in is None:
            self._refuse_where_closed()
        columns = _cleaned(name, email, username, password)
        with hashing():
            self._count_sign_up(address)
            self._refuse_taken(columns["username"], columns["email"])
            return self._add(
                db.models.User(
                    **columns,
                    password_hash=hash_password(password),
                    sessions_valid_from=whole_ms(self._clock()),
                ),
                let_in,
            )

    def stay(
        self, user_id: int, *, name: str, email: str, username: str, password: str, address: str | None = None
    ) -> SignIn:
        """Make a guest a planner with a password: the same user, who keeps all that is theirs, and is in anew.

        The limits of a guest are over. Raises as `sign_up` does, and NotPossibleError for anybody but a guest.
        """
        self._refuse_where_closed()
        columns = _cleaned(name, email, username, password)
        with hashing():
            self._count_sign_up(address)
            self._refuse_taken(columns["username"], columns["email"])
            columns["password_hash"] = hash_password(password)
        try:
            with self._db.begin() as db_session:
                row = db.users.lock_active(db_session, user_id)
                if row is None or row.role != GUEST:
                    raise NotPossibleError("You have an account already.")
                for column, value in columns.items():
                    setattr(row, column, value)
                at = become_planner(db_session, row, provider="password", at=self._clock())
                return SignIn(user_record(row), at)
        except IntegrityError as exc:
            self._refuse_taken(columns["username"], columns["email"])
            raise InvalidInputError("The account could not be made. Please try again.") from exc

    def get(self, user_id: int) -> User | None:
        """Return a user who is not disabled."""
        with self._db.read() as db_session:
            user = db.users.get_active(db_session, user_id)
            return user_record(user) if user else None

    def named(self, username: str) -> User:
        """Return the user of this name who is not disabled. Raises NotFoundError."""
        with self._db.read() as db_session:
            user = db.users.by_username(db_session, username.strip().lower())
            if user is None or user.disabled:
                raise NotFoundError("There is no such user.")
            return user_record(user)

    def choose_model(self, user_id: int, model: str) -> None:
        """Let the user's next sessions begin with a model, as if it were the last one used.

        Raises InvalidInputError, NotFoundError.
        """
        chosen = check_model(model)
        with writing(self._db, user_id) as db_session:
            user = db.users.get_active(db_session, user_id)
            if user is None:
                raise NotFoundError("There is no such user.")
            user.last_model = chosen

    def has_password(self, user_id: int) -> bool:
        """Whether the user has a password of ours, and may sign in with it."""
        with self._db.read() as db_session:
            user = db.users.get_active(db_session, user_id)
            return self.passwords_on and user is not None and user.password_hash is not None

    def dev_user(self) -> User:
        """Return the planner of DEV_USER_ID, made if needed. Raises NotFoundError outside development."""
        wanted = self._settings.dev_user_id
        if wanted is None or self._settings.app_env != "development":
            raise NotFoundError("No planner is signed in without a password here.")
        with self._db.read() as db_session:
            row = _of_setting(db_session, wanted)
            if row is not None and row.disabled:
                raise NotFoundError("The planner of DEV_USER_ID is disabled.")
            if row is not None:
                return user_record(row)
            in_use = any(db.users.taken(db_session, username="dev", email="dev@localhost"))
        if isinstance(wanted, int):
            user_id, username = wanted, f"dev-{wanted}" if in_use else "dev"
        else:
            user_id, username = new_id(), wanted
        new = db.models.User(
            id=user_id, username=username, email=f"{username}@localhost", name="Dev planner", provider="dev"
        )
        try:
            return self._add(new)
        except InvalidInputError:
            with self._db.read() as db_session:  # another tab was faster
                if (row := _of_setting(db_session, wanted)) is None:
                    raise
                return user_record(row)

    def _refuse_where_closed(self) -> None:
        if not self.sign_up_open:
            raise SignUpClosedError("New accounts are not being made here. Ask whoever runs this for one.")

    def _count_sign_up(self, address: str | None) -> None:
        now = self._clock()
        prune_counts(self._db, now=now)
        with self._db.begin() as db_session:
            for limit in SIGN_UPS_FROM_ADDRESS:
                count_from_address(db_session, address, limit, now=now)

    def _refuse_taken(self, username: str, email: str) -> None:
        with self._db.read() as db_session:
            name_taken, email_taken = db.users.taken(db_session, username=username, email=email)
        problems = {}
        if name_taken:
            problems["username"] = "That username is taken. Please choose another."
        if email_taken:
            problems["email"] = "There is already an account with that e-mail address."
        if problems:
            raise InvalidFieldsError(problems)

    def _add(self, user: db.models.User, let_in: LetIn | None = None) -> User:
        try:
            with self._db.begin() as db_session:
                db_session.add(user)
                db_session.flush()  # before the audit's row, which refers to it
                how = let_in(db_session, user) if let_in else ""
                target, at = (AuditTarget.USER, user.id), self._clock()
                db.audit.note(db_session, AuditAction.SIGN_UP, user_id=user.id, target=target, detail=how, at=at)
                return user_record(user)
        except IntegrityError as exc:
            self._refuse_taken(user.username, user.email)
            raise InvalidInputError("The account could not be made. Please try again.") from exc


def _cleaned(name: str, email: str, username: str, password: str) -> dict[str, str]:
    """Return the columns of a new account but its password, as they are kept. Raises InvalidFieldsError."""
    problems: dict[str, str] = {}
    with _noting(problems, "name"):
        name = clean_name(name)
    with _noting(problems, "email"):
        email = clean_email(email)
    with _noting(problems, "username"):
        username = clean_username(username)
    with _noting(problems, "password"):
        check_new_password(password, username="" if "username" in problems else username)
    if problems:
        raise InvalidFieldsError(problems)
    return {"username": username, "email": email, "name": name}


@contextmanager
def _noting(problems: dict[str, str], field: str) -> Iterator[None]:
    """Note what is wrong with a field, instead of raising it."""
    try:
        yield
    except InvalidInputError as exc:
        problems[field] = exc.message


def _of_setting(db_session: Session, wanted: int | str) -> db.models.User | None:
    """Return the user that DEV_USER_ID names by id or username."""
    if isinstance(wanted, int):
        return db_session.get(db.models.User, wanted)
    return db.users.by_username(db_session, wanted)
