"""Where somebody left a version is theirs, and no more the same for all who see the session."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_OWNERS_BEGIN = (
    "INSERT INTO path_ends (message_id, user_id, session_id, leaf_id) "
    "SELECT messages.id, sessions.user_id, sessions.id, messages.leaf_id "
    "FROM messages JOIN sessions ON sessions.id = messages.session_id WHERE messages.leaf_id IS NOT NULL"
)
_OWNERS_END = (
    "UPDATE messages SET leaf_id = mine.leaf_id FROM path_ends AS mine, sessions "
    "WHERE mine.message_id = messages.id AND sessions.id = mine.session_id AND mine.user_id = sessions.user_id"
)


def upgrade() -> None:
    """Make the table; what was remembered for all is what the owner of the session is shown."""
    op.create_table(
        "path_ends",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("leaf_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "user_id"),
    )
    op.create_index(op.f("ix_path_ends_user_id"), "path_ends", ["user_id"], unique=False)
    op.create_index("path_ends_in_session", "path_ends", ["session_id", "user_id"], unique=False)
    op.execute(_OWNERS_BEGIN)
    op.drop_column("messages", "leaf_id")


def downgrade() -> None:
    """Undo what `upgrade` did; where others than the owner left a version is forgotten."""
    op.add_column("messages", sa.Column("leaf_id", sa.BigInteger(), nullable=True))
    op.execute(_OWNERS_END)
    op.drop_table("path_ends")
