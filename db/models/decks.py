"""Decks of sessions and trips, their versions and pictures, and how a planner's decks look."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Base, utc_now


class Deck(Base):
    """The deck of a session or of a trip: one each. What it holds stands in its version of the number `rev`."""

    __tablename__ = "decks"
    __table_args__ = (
        CheckConstraint("(session_id IS NULL) <> (trip_id IS NULL)", name="decks_of_one_thing"),
        Index("decks_of_session", "session_id", unique=True),
        Index("decks_of_trip", "trip_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    trip_id: Mapped[int | None] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))
    rev: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class DeckVersion(Base):
    """A deck as one change left it. Rows are added, never changed; of many, older ones go."""

    __tablename__ = "deck_versions"

    deck_id: Mapped[int] = mapped_column(ForeignKey("decks.id", ondelete="CASCADE"), primary_key=True)
    rev: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    summary: Mapped[str] = mapped_column(String(200))  # what was changed
    slides: Mapped[int]  # how many
    content: Mapped[str] = mapped_column(Text, deferred=True)  # JSON, as `exports.decks.records` writes it
    sha256: Mapped[str] = mapped_column(String(64))  # hex, of what an audience sees
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class DeckPicture(Base):
    """A picture in any version of a deck, upright and scaled down. `user_id` is whose room it takes."""

    __tablename__ = "deck_pictures"
    __table_args__ = (Index("deck_pictures_of_user", "user_id", "size"),)

    deck_id: Mapped[int] = mapped_column(ForeignKey("decks.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)  # hex, of its content
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    media_type: Mapped[str] = mapped_column(String(100))  # image/png or image/jpeg
    width: Mapped[int]  # pixels
    height: Mapped[int]
    size: Mapped[int]  # bytes
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Brand(Base):
    """How the decks of a planner's sessions and trips look."""

    __tablename__ = "brands"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)  # of `exports.decks.records.Brand`, without the logo
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_type: Mapped[str | None] = mapped_column(String(100))
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
