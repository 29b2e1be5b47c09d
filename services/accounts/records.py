"""Users as services hand them up."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class User:
    """Somebody signed in."""

    id: int
    username: str
    email: str
    name: str
    last_model: str | None
    last_session_id: int | None
    is_admin: bool = False
    monthly_limit_micros: int | None = None  # millionths of a US dollar; None: the setting's


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who has just come in; a sign-in is known by its user and its instant, a whole millisecond."""

    user: User
    at: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Somebody who is in and has just shown again that it is them."""

    user_id: int
