"""Rows of users made into the plain data that goes up."""

import db.models
from db.models import NO_MAIL
from db.plain import Plain
from services.accounts.records import User


def user_record(row: Plain[db.models.User]) -> User:
    """Return a user as services hand them up."""
    return User(
        id=row.id,
        username=row.username,
        email="" if row.email.endswith(NO_MAIL) else row.email,
        name=row.name,
        last_model=row.last_model,
        last_session_id=row.last_session_id,
        role=row.role,
        monthly_limit_micros=row.monthly_limit_micros,
    )
