"""Which passage a comment is about, where its words stand more than once."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the words before it."""
    op.add_column("review_comments", sa.Column("passage_before", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_column("review_comments", "passage_before")
