"""What a role lets somebody do. A viewer reads what is shared with them, and changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

import db.stamps
import db.users
from db.engine import Database
from db.models import VIEWER
from services.errors import ReadOnlyRoleError

READS_ONLY = "You can read what colleagues share with you, but change nothing. An admin can make you a planner."


@contextmanager
def writing(database: Database, user_id: int) -> Iterator[Session]:
    """Begin a transaction in which somebody changes something, as `Database.begin` does.

    Whatever a user asks for is written in one of these; `tests/services/accounts/test_roles.py` knows the few others.
    Raises ReadOnlyRoleError.
    """
    with database.begin() as db_session:
        check_may_write(db_session, user_id)
        yield db_session


def refuse_viewer(database: Database, user_id: int) -> None:
    """Raise ReadOnlyRoleError where somebody may read only, before much is done for a change that is not to be."""
    with database.read() as db_session:
        check_may_write(db_session, user_id)


def check_may_write(db_session: Session, user_id: int) -> None:
    """Raise ReadOnlyRoleError where somebody may read only."""
    if not may_write(db_session, user_id):
        raise ReadOnlyRoleError(READS_ONLY)


def may_write(db_session: Session, user_id: int) -> bool:
    """Return whether somebody may do more than read."""
    return db.users.role(db_session, user_id) != VIEWER


def tell_pages(db_session: Session, user_id: int) -> None:
    """Let every page that somebody has open look within seconds whether they are still in, and as what.

    In each transaction that ends a sign-in of theirs, or changes their role.
    """
    db.stamps.note(db_session, {user_id})
