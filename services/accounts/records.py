"""Users as services hand them up."""

from dataclasses import dataclass
from datetime import datetime

from db.models import ADMIN, GUEST, PLANNER, VIEWER


@dataclass(frozen=True, slots=True)
class User:
    """Somebody signed in."""

    id: int
    username: str
    email: str  # empty where they have told none
    name: str
    last_model: str | None
    last_session_id: int | None
    role: str = PLANNER
    monthly_limit_micros: int | None = None  # millionths of a US dollar; None: the setting's

    @property
    def is_admin(self) -> bool:
        """Whether they see what everybody does."""
        return self.role == ADMIN

    @property
    def is_guest(self) -> bool:
        """Whether they try it out, without an account of their own."""
        return self.role == GUEST

    @property
    def may_write(self) -> bool:
        """Whether they do more than read what is shared with them."""
        return self.role != VIEWER


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who has just come in; a sign-in is known by its user and its instant, a whole millisecond."""

    user: User
    at: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Somebody who is in and has just shown again that it is them."""

    user_id: int
