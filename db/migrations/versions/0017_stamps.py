"""A number for each planner that rises with every change of what their lists show."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the table; a planner without a row has not seen a change yet."""
    op.create_table(
        "stamps",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_table("stamps")
