"""Users, how they sign in, and what they may have to answer for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Enum, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Base, utc_now

# A user's role. A viewer reads what is shared with them; a guest tries it out, within small limits.
GUEST, VIEWER, PLANNER, ADMIN = "guest", "viewer", "planner", "admin"
NO_MAIL = "@nobody.invalid"  # ends the e-mail address of whoever has told none


class User(Base):
    """Somebody who can sign in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    username: Mapped[str] = mapped_column(String(40), unique=True)  # lower case
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20), default=PLANNER)
    provider: Mapped[str] = mapped_column(String(20), default="password")  # how they first came in
    sessions_valid_from: Mapped[datetime] = mapped_column(default=utc_now)
    disabled: Mapped[bool] = mapped_column(default=False)
    last_model: Mapped[str | None] = mapped_column(String(255))
    last_session_id: Mapped[int | None]
    monthly_limit_micros: Mapped[int | None]  # millionths of a US dollar; None: the setting's
    files_mb: Mapped[int | None]  # room for their files; None: the setting's
    last_seen_at: Mapped[datetime | None] = mapped_column(index=True)  # to the hour
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Identity(Base):
    """What a company's sign-in, or a proxy, calls a user: its issuer and the subject there, never the e-mail."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(254), default="")  # as it was said last, to tell identities apart
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class CompanySignIn(Base):
    """An answer of a company's sign-in that let somebody in: it lets them in as that sign-in for as long as it holds.

    Streamlit keeps the answer in a cookie for 30 days; ours is known by our own clock, and ends as any other does.
    """

    __tablename__ = "company_sign_ins"

    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True)
    issued_at: Mapped[int] = mapped_column(primary_key=True)  # seconds since 1970, by the issuer's clock
    signed_in_at: Mapped[datetime] = mapped_column(index=True)  # whole milliseconds, by ours


class Invitation(Base):
    """A link by which somebody makes an account, once and until it ends; only its hash is kept."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hex
    role: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(200), default="")  # for whom it is
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class PasswordReset(Base):
    """A link by which a user sets a new password, once and until it ends; only its hash is kept."""

    __tablename__ = "password_resets"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256, hex
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Receipt(Base):
    """What went when an account was deleted, for whoever has its code; nothing of it says who that was."""

    __tablename__ = "receipts"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hex
    counts: Mapped[dict[str, int]] = mapped_column(JSON)  # how many of what went
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


class SignInFailures(Base):
    """Failed log-ins of one typed name, whether or not anybody has it."""

    __tablename__ = "sign_in_failures"

    username: Mapped[str] = mapped_column(String(40), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


class AddressTries(Base):
    """What came from one address of the internet, or from one guest, within a window of time."""

    __tablename__ = "address_tries"

    address: Mapped[str] = mapped_column(String(60), primary_key=True)  # of IPv6 the network of 64 bits; or "guest 7"
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)  # what is counted: "sign_up", "guest_message"
    tries: Mapped[int]
    window_ends_at: Mapped[datetime] = mapped_column(index=True)


class AdminCode(Base):
    """A one-time code that a start printed while there was no admin; only its hash is kept."""

    __tablename__ = "admin_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256, hex
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Stamp(Base):
    """How often what a planner's lists show was changed (`db.stamps`)."""

    __tablename__ = "stamps"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # refers to nothing: nobody waits
    number: Mapped[int]


class SignOut(Base):
    """A sign-in that its user ended; it holds no more, however long its cookie is kept."""

    __tablename__ = "sign_outs"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    signed_in_at: Mapped[datetime] = mapped_column(primary_key=True)  # whole milliseconds: a sign-in is known by them


class AuditAction(StrEnum):
    """What the audit knows of."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    END_SIGN_INS = "end_sign_ins"
    CHANGE_PASSWORD = "change_password"
    CHANGE_ROLE = "change_role"
    CHANGE_MONTHLY_LIMIT = "change_monthly_limit"
    CHANGE_FILES_LIMIT = "change_files_limit"
    DISABLE_USER = "disable_user"
    ENABLE_USER = "enable_user"
    INVITE = "invite"
    REVOKE_INVITE = "revoke_invite"
    OFFER_RESET = "offer_reset"
    RESET_PASSWORD = "reset_password"
    JOIN_IDENTITY = "join_identity"
    REMOVE_IDENTITY = "remove_identity"
    REFUSE_SIGN_IN = "refuse_sign_in"
    BEGIN_AS_GUEST = "begin_as_guest"
    STAY = "stay"  # a guest who became a user
    DOWNLOAD_DATA = "download_data"
    DELETE_ACCOUNT = "delete_account"
    END_OLD_SESSION = "end_old_session"
    EXPORT_AUDIT = "export_audit"
    CREATE_TOKEN = "create_token"
    REVOKE_TOKEN = "revoke_token"
    DELETE_SESSION = "delete_session"
    DELETE_FILE = "delete_file"
    EXPORT = "export"
    SHARE = "share"
    SHARE_AGAIN = "share_again"
    CHANGE_REVIEW = "change_review"
    REVOKE_REVIEW = "revoke_review"
    OPEN_REVIEW = "open_review"
    REFUSE_PASSCODE = "refuse_passcode"
    COMMENT = "comment"
    CHANGE_COMMENT = "change_comment"
    TAKE_BACK_COMMENT = "take_back_comment"
    RESOLVE_COMMENT = "resolve_comment"
    REOPEN_COMMENT = "reopen_comment"
    DECIDE = "decide"
    DOWNLOAD_REVIEW = "download_review"
    CREATE_TRIP = "create_trip"
    DELETE_TRIP = "delete_trip"
    COPY_TRIP = "copy_trip"
    SHARE_TRIP = "share_trip"
    UNSHARE_TRIP = "unshare_trip"
    HAND_OVER_TRIP = "hand_over_trip"
    MOVE_SESSION = "move_session"
    SHARE_SESSION = "share_session"
    UNSHARE_SESSION = "unshare_session"
    DELETE_CUSTOMER = "delete_customer"
    FORGET_MEMORIES = "forget_memories"
    OTHER = "other"  # not of this version; the text says what


class AuditTarget(StrEnum):
    """What kind of thing something was done to."""

    USER = "user"
    TOKEN = "token"
    SESSION = "session"
    FILE = "file"
    REVIEW = "review"
    TRIP = "trip"
    CUSTOMER = "customer"
    DECK = "deck"


def _one_of(values: type[StrEnum], length: int) -> Enum:
    """Return the type of a column that holds one of these *values*, as text."""
    return Enum(values, native_enum=False, length=length, values_callable=lambda kind: [one.value for one in kind])


class AuditEntry(Base):
    """Who did something that somebody may have to answer for. Nothing else follows from a row: they may be pruned."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_by_time", "at", "id"),
        Index(
            "audit_of_trips",
            "target_id",
            "id",
            sqlite_where=text("target_kind = 'trip'"),
            postgresql_where=text("target_kind = 'trip'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    action: Mapped[AuditAction] = mapped_column(_one_of(AuditAction, 40))
    target_kind: Mapped[AuditTarget | None] = mapped_column(_one_of(AuditTarget, 20))
    target_id: Mapped[int | None]  # refers to nothing: the row outlives what it tells of
    detail: Mapped[str] = mapped_column(String(500), default="")
    address: Mapped[str] = mapped_column(String(60), default="", server_default="")  # from where, where that is known
    at: Mapped[datetime] = mapped_column(default=utc_now)


class ApiToken(Base):
    """A personal token for the API; only its hash is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hex
    hint: Mapped[str] = mapped_column(String(20))  # its beginning, to tell tokens apart
    read_only: Mapped[bool] = mapped_column(default=False)
    metrics_only: Mapped[bool] = mapped_column(default=False, server_default=false())  # an admin's, for Prometheus
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
