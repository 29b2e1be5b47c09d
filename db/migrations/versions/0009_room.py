"""What the files of a planner take is summed up without reading them."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the index."""
    op.create_index("files_of_user", "files", ["user_id", "size"], unique=False)


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_index("files_of_user", table_name="files")
