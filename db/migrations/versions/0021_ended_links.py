"""A review link says why it ended when who made it stopped working on the trip."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the column; no link has ended so."""
    op.add_column("reviews", sa.Column("ended_why", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Undo what `upgrade` did; such links stay revoked."""
    op.drop_column("reviews", "ended_why")
