"""Messages that wait have files, and can be brought back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("follow_ups", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("files", sa.Column("follow_up_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_files_follow_up_id"), "files", ["follow_up_id"], unique=False)


def downgrade() -> None:
    """Undo what `upgrade` did; files of messages that wait stay with their session."""
    op.drop_index(op.f("ix_files_follow_up_id"), table_name="files")
    op.drop_column("files", "follow_up_id")
    op.drop_column("follow_ups", "removed_at")
