"""People, invitations and the audit as services hand them up."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from db.models import ADMIN, GUEST, PLANNER, VIEWER, AuditAction, AuditTarget

__all__ = [
    "ADMIN",
    "GUEST",
    "PLANNER",
    "ROLES",
    "VIEWER",
    "AuditAction",
    "AuditFilter",
    "AuditPage",
    "AuditRow",
    "AuditTarget",
    "Invitation",
    "InvitationPage",
    "InvitationState",
    "NewInvitation",
    "PeopleFilter",
    "PeoplePage",
    "Person",
]

ROLES = (VIEWER, PLANNER, ADMIN)  # that an admin gives


@dataclass(frozen=True, slots=True)
class Person:
    """A user as admins see them. *email* is empty where none is known, *issuers* are those that say who they are."""

    id: int
    username: str
    name: str
    email: str
    role: str
    disabled: bool
    provider: str
    has_password: bool
    issuers: tuple[str, ...]
    last_seen_at: datetime | None  # to the hour
    created_at: datetime
    monthly_limit_micros: int | None  # None: the setting's
    files_mb: int | None  # None: the setting's


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people: every word stands in a name, username or address. Without a role, guests are left out."""

    words: str = ""
    role: str | None = None
    disabled: bool | None = None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people, by username; *after* is what to ask with for those that follow, if any do."""

    people: tuple[Person, ...]
    after: str | None


class InvitationState(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    USED = "used"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link by which somebody makes an account; *note* says for whom it is."""

    id: int
    role: str
    note: str
    state: InvitationState
    made_by: str | None  # usernames
    used_by: str | None
    ends_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation just made; *token* is shown once and kept nowhere."""

    id: int
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """Some invitations, the latest first; *before* is what to ask with for those that follow, if any do."""

    invitations: tuple[Invitation, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did something. *who* is "name (username)"; None: nobody who has an account."""

    id: int
    at: datetime
    who: str | None
    username: str | None
    action: AuditAction
    target_kind: AuditTarget | None
    target_id: int | None
    target: str | None  # of a user their "name (username)", while they have an account
    to_self: bool
    detail: str
    address: str
    colleague: str | None = None  # whom something was shared with or handed to, or who was taken off it; as *target*


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows: all that is given has to hold. *username* is whose; *until* is not included."""

    username: str = ""
    actions: tuple[AuditAction, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some rows, the latest first; *before* is what to ask with for those that follow, if any do."""

    rows: tuple[AuditRow, ...]
    before: tuple[datetime, int] | None
