"""Whether somebody is an admin now: asked in the transaction of what they do."""

from sqlalchemy.orm import Session

import db.people
import db.users
from db.models import ADMIN, User
from services.errors import NotFoundError


def check_admin(db_session: Session, admin_id: int) -> None:
    """Raise NotFoundError unless this user is an admin."""
    if not db.users.is_active_admin(db_session, admin_id):
        raise NotFoundError("There is no such user.")


def held_by_admin(db_session: Session, user_id: int, *, admin_id: int) -> User:
    """Return a user, disabled or not, held until the transaction ends, as is who is an admin.

    Raises NotFoundError, also where *admin_id* is none.
    """
    rows = {row.id: row for row in db.people.lock_with_active_admins(db_session, user_id)}
    admin, user = rows.get(admin_id), rows.get(user_id)
    if admin is None or admin.role != ADMIN or admin.disabled or user is None:
        raise NotFoundError("There is no such user.")
    return user


def is_only_admin(db_session: Session, user: User) -> bool:
    """Whether nobody else is an admin, of whom `held_by_admin` holds all."""
    admins = [row.id for row in db.people.lock_with_active_admins(db_session, user.id) if row.role == ADMIN]
    return user.role == ADMIN and not user.disabled and admins == [user.id]
