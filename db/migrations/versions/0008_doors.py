"""Tokens that read the metrics and nothing else, and what is counted of an address at the door."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "address_tries",
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", "kind"),
    )
    op.create_index("ix_address_tries_window_ends_at", "address_tries", ["window_ends_at"], unique=False)
    op.add_column("api_tokens", sa.Column("metrics_only", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_column("api_tokens", "metrics_only")
    op.drop_index("ix_address_tries_window_ends_at", table_name="address_tries")
    op.drop_table("address_tries")
