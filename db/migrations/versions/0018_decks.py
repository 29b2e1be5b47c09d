"""Decks of sessions and trips, and how they look."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make their tables."""
    id_, at = sa.BigInteger(), sa.DateTime(timezone=True)
    op.create_table(
        "decks",
        sa.Column("id", id_, primary_key=True, autoincrement=False),
        sa.Column("session_id", id_, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=True),
        sa.Column("trip_id", id_, sa.ForeignKey("trips.id", ondelete="CASCADE"), nullable=True),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("created_at", at, nullable=False),
        sa.Column("updated_at", at, nullable=False),
        sa.CheckConstraint("(session_id IS NULL) <> (trip_id IS NULL)", name="decks_of_one_thing"),
    )
    op.create_index("decks_of_session", "decks", ["session_id"], unique=True)
    op.create_index("decks_of_trip", "decks", ["trip_id"], unique=True)
    op.create_table(
        "deck_versions",
        sa.Column("deck_id", id_, sa.ForeignKey("decks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("rev", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("user_id", id_, sa.ForeignKey("users.id", ondelete="SET NULL"), nullable=True),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("slides", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", at, nullable=False),
    )
    op.create_index("ix_deck_versions_user_id", "deck_versions", ["user_id"])
    op.create_table(
        "deck_pictures",
        sa.Column("deck_id", id_, sa.ForeignKey("decks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("sha256", sa.String(length=64), primary_key=True),
        sa.Column("user_id", id_, sa.ForeignKey("users.id", ondelete="SET NULL"), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", at, nullable=False),
    )
    op.create_index("deck_pictures_of_user", "deck_pictures", ["user_id", "size"])
    op.create_table(
        "brands",
        sa.Column("user_id", id_, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_type", sa.String(length=100), nullable=True),
        sa.Column("updated_at", at, nullable=False),
    )

    op.add_column("reviews", sa.Column("deck", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Undo what `upgrade` did; the decks, and the links to them, are gone then."""
    links = sa.table("reviews", sa.column("deck", sa.Boolean()))
    op.execute(links.delete().where(links.c.deck))
    op.drop_column("reviews", "deck")
    for table in ("brands", "deck_pictures", "deck_versions", "decks"):
        op.drop_table(table)
