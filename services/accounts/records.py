"""Users as services hand them up."""

from dataclasses import dataclass


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
