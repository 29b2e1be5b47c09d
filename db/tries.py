"""What is counted of addresses at the door, and of guests."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import AddressTries


def count(db_session: Session, address: str, kind: str, *, now: datetime, window: timedelta) -> AddressTries:
    """Count one more, and return how many there are in the window, which the first one opens."""
    insert = postgresql.insert if db_session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(AddressTries).values(address=address, kind=kind, tries=1, window_ends_at=now + window)
    over = AddressTries.window_ends_at <= now
    upsert = new.on_conflict_do_update(
        index_elements=[AddressTries.address, AddressTries.kind],
        set_={
            "tries": case((over, 1), else_=AddressTries.tries + 1),
            "window_ends_at": case((over, new.excluded.window_ends_at), else_=AddressTries.window_ends_at),
        },
    ).returning(AddressTries)
    return db_session.scalars(upsert, execution_options={"populate_existing": True}).one()


def known(db_session: Session, address: str, kind: str) -> AddressTries | None:
    """Return what is counted of an address, if anything is; for reading."""
    return db_session.get(AddressTries, (address, kind))


def counted(db_session: Session, address: str, kind: str, *, now: datetime) -> int:
    """Return how many there are in the window."""
    query = select(AddressTries.tries).where(AddressTries.address == address, AddressTries.kind == kind)
    return db_session.scalar(query.where(AddressTries.window_ends_at > now)) or 0


def take_back(db_session: Session, address: str, kind: str) -> None:
    """Count one less."""
    of_this = (AddressTries.address == address, AddressTries.kind == kind, AddressTries.tries > 0)
    db_session.execute(update(AddressTries).where(*of_this).values(tries=AddressTries.tries - 1))


def forget(db_session: Session, addresses: Collection[str]) -> None:
    """Drop all that is counted of these."""
    db_session.execute(delete(AddressTries).where(AddressTries.address.in_(addresses)))


def lock_and_prune(db_session: Session, *, now: datetime) -> None:
    """Drop every window that is over, but for what somebody counts at this moment."""
    over = select(AddressTries.address, AddressTries.kind).where(AddressTries.window_ends_at <= now)
    found = tuple_(AddressTries.address, AddressTries.kind).in_(over.with_for_update(skip_locked=True))
    db_session.execute(delete(AddressTries).where(found, AddressTries.window_ends_at <= now))
