"""The session of a message is found without reading its text: for searches on SQLite that find very many."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the index."""
    op.create_index("messages_place", "messages", ["id", "session_id"], unique=False)


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_index("messages_place", table_name="messages")
