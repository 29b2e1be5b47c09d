"""A file of a trip that takes room of its owner says who added it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add who that was; those that there are were added by whoever's room they take."""
    op.add_column("files", sa.Column("added_by_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_column("files", "added_by_id")
