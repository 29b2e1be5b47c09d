"""What the REST API needs: tokens, sessions named by programs, and messages that Backboard was not told yet."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of tokens, and add a column to sessions and one to messages."""
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=20), nullable=False),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_api_tokens_user_id"), "api_tokens", ["user_id"], unique=False)
    op.add_column("sessions", sa.Column("chat_name", sa.String(length=100), nullable=True))
    op.create_index("sessions_chat_name", "sessions", ["user_id", "chat_name"], unique=True)
    op.create_index("sessions_latest", "sessions", ["user_id", "archived", "last_message_at", "id"], unique=False)
    op.add_column("messages", sa.Column("untold", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "messages_untold",
        "messages",
        ["session_id"],
        unique=False,
        sqlite_where=sa.text("untold"),
        postgresql_where=sa.text("untold"),
    )


def downgrade() -> None:
    """Drop what `upgrade` made."""
    op.drop_index("messages_untold", table_name="messages")
    op.drop_column("messages", "untold")
    op.drop_index("sessions_latest", table_name="sessions")
    op.drop_index("sessions_chat_name", table_name="sessions")
    op.drop_column("sessions", "chat_name")
    op.drop_table("api_tokens")
