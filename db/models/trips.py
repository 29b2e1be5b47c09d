"""Trips, the customers that they are planned for, and who works on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Base, utc_now


class Customer(Base):
    """Who trips are planned for. What is remembered in their sessions is remembered about the customer."""

    __tablename__ = "customers"
    __table_args__ = (
        Index("customers_name", "user_id", text("lower(name)"), "id"),
        Index("customers_import_key", "user_id", "import_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    contact: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str | None] = mapped_column(String(35))  # BCP 47
    notes: Mapped[str] = mapped_column(Text, default="")  # private: for the team, never for the assistant
    import_key: Mapped[str | None] = mapped_column(String(120))  # what it was imported from: never twice
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class Trip(Base):
    """A trip that is planned: what sessions, a brief and files hang on. `user_id` is its owner."""

    __tablename__ = "trips"
    __table_args__ = (
        Index("trips_of_customer", "customer_id", "id"),
        Index("trips_of_owner", "user_id", "id"),
        Index("trips_import_key", "user_id", "import_key", unique=True),
        Index(
            "trips_deleted",
            "deleted_at",
            sqlite_where=text("deleted_at IS NOT NULL"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    brief: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # as `travel.brief` writes it
    rev: Mapped[int] = mapped_column(default=1)  # of the brief; the revision of this number holds it
    content_hash: Mapped[str] = mapped_column(String(64))  # SHA-256, hex, of the brief without what is private
    import_key: Mapped[str | None] = mapped_column(String(120))  # what it was imported from: never twice
    deleted_at: Mapped[datetime | None]  # nobody sees it since, and it can be brought back for a while
    deletes_sessions: Mapped[bool] = mapped_column(default=False)  # they go with it
    hidden: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # who saw them: `db.participants.hide`
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class TripRevision(Base):
    """A trip and its brief as one change left them. Rows are added, never changed."""

    __tablename__ = "trip_revisions"

    trip_id: Mapped[int] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"), primary_key=True)
    rev: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    summary: Mapped[str] = mapped_column(String(500))  # which fields were changed, or what was restored
    title: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[int | None]  # refers to nothing: the row outlives the customer
    brief: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class TripMember(Base):
    """That somebody works on a trip, and what is only theirs of it. Its owner has a row too.

    `title` and `last_used_at` are copies that the database keeps (triggers of migration 0012), so that a list of
    trips walks an index.
    """

    __tablename__ = "trip_members"
    __table_args__ = (
        Index("trip_members_recent", "user_id", "archived", "last_used_at", "trip_id"),
        Index("trip_members_title", "user_id", "archived", text("lower(title)"), "trip_id"),
        Index("trip_members_of_trip", "trip_id", "user_id"),
        Index(
            "trip_members_shared",
            "user_id",
            "trip_id",
            sqlite_where=text("access <> 'owner'"),
            postgresql_where=text("access <> 'owner'"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    trip_id: Mapped[int] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"), primary_key=True)
    access: Mapped[str] = mapped_column(String(10))  # owner, edit or view
    archived: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(String(100))
    last_used_at: Mapped[datetime] = mapped_column(default=utc_now)  # a message in it, or a change of its brief
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


def is_shared() -> TextClause:
    """Return the condition that a trip is somebody else's than its member's, as the partial index has it."""
    return text("trip_members.access <> 'owner'")
