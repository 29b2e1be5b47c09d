"""Everyday: versions with a thread each, follow-ups, templates, files, ratings, what was used."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


_MOVE_THREADS = (
    "INSERT INTO threads (id, session_id, backend, thread_id, tip_id, created_at) "
    "SELECT id, id, backend, thread_id, "
    "(SELECT max(messages.id) FROM messages WHERE messages.session_id = sessions.id AND NOT messages.untold), "
    "created_at FROM sessions WHERE backend IS NOT NULL AND thread_id IS NOT NULL"
)

_COUNT_UNPRICED = (
    "UPDATE sessions SET unpriced = "
    "(SELECT count(*) FROM messages WHERE messages.session_id = sessions.id AND messages.output_tokens IS NOT NULL)"
)


def upgrade() -> None:
    """Make the tables and columns, and move the threads of sessions into a table of their own."""
    op.create_table(
        "templates",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("first_message", sa.Text(), nullable=False),
        sa.Column("model", sa.String(length=255), nullable=True),
        sa.Column("memory", sa.Boolean(), nullable=False),
        sa.Column("web_search", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("templates_of_user", "templates", ["user_id", "name"], unique=True)
    op.create_table(
        "usage",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(length=255), nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=False),
        sa.Column("replies", sa.BigInteger(), nullable=False),
        sa.Column("not_whole", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("unpriced", sa.BigInteger(), nullable=False),
        sa.Column("first_text_ms", sa.BigInteger(), nullable=False),
        sa.Column("first_texts", sa.BigInteger(), nullable=False),
        sa.Column("liked", sa.BigInteger(), nullable=False),
        sa.Column("disliked", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "day", "model"),
    )
    op.create_index("usage_by_day", "usage", ["day"], unique=False)
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("client_message_id", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("follow_ups_client_id", "follow_ups", ["user_id", "client_message_id"], unique=True)
    op.create_index("follow_ups_in_session", "follow_ups", ["session_id", "id"], unique=False)
    op.create_table(
        "threads",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("backend", sa.String(length=300), nullable=False),
        sa.Column("thread_id", sa.String(length=64), nullable=False),
        sa.Column("tip_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("threads_of_session", "threads", ["session_id", "tip_id"], unique=False)
    op.create_table(
        "files",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("files_in_session", "files", ["session_id", "id"], unique=False)
    op.create_index(op.f("ix_files_message_id"), "files", ["message_id"], unique=False)
    op.create_table(
        "memory_sources",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("backend", sa.String(length=300), nullable=False),
        sa.Column("memory_id", sa.String(length=255), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_memory_sources_message_id"), "memory_sources", ["message_id"], unique=False)
    op.create_index("memory_sources_of_user", "memory_sources", ["user_id", "backend", "memory_id"], unique=True)
    op.create_table(
        "file_copies",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_row_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_message", sa.String(length=500), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["thread_row_id"], ["threads.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("file_copies_once", "file_copies", ["file_id", "thread_row_id"], unique=True)
    op.create_index(op.f("ix_file_copies_thread_row_id"), "file_copies", ["thread_row_id"], unique=False)
    op.add_column("messages", sa.Column("leaf_id", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("messages", sa.Column("rating", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("rating_reason", sa.String(length=1000), nullable=True))
    op.add_column("messages", sa.Column("cost_micros", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("memory_operation_id", sa.String(length=64), nullable=True))
    op.create_index(
        "messages_deleted",
        "messages",
        ["session_id", "deleted_at"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "messages_first",
        "messages",
        ["session_id"],
        unique=False,
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )
    op.create_index(
        "messages_remembered",
        "messages",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("memory_operation_id IS NOT NULL"),
        postgresql_where=sa.text("memory_operation_id IS NOT NULL"),
    )
    op.add_column("sessions", sa.Column("web_search", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sessions", sa.Column("instructions", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("import_key", sa.String(length=120), nullable=True))
    op.add_column("sessions", sa.Column("sample", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sessions", sa.Column("cost_micros", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("unpriced", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(_COUNT_UNPRICED)
    op.create_index("sessions_import_key", "sessions", ["user_id", "import_key"], unique=True)
    op.execute(_MOVE_THREADS)
    op.drop_column("sessions", "thread_id")
    op.drop_column("sessions", "backend")
    op.add_column("users", sa.Column("monthly_limit_micros", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Undo what `upgrade` did; threads are made anew when they are needed."""
    op.drop_column("users", "monthly_limit_micros")
    op.add_column("sessions", sa.Column("backend", sa.VARCHAR(length=300), nullable=True))
    op.add_column("sessions", sa.Column("thread_id", sa.VARCHAR(length=64), nullable=True))
    op.drop_index("sessions_import_key", table_name="sessions")
    op.drop_column("sessions", "unpriced")
    op.drop_column("sessions", "cost_micros")
    op.drop_column("sessions", "sample")
    op.drop_column("sessions", "import_key")
    op.drop_column("sessions", "instructions")
    op.drop_column("sessions", "web_search")
    op.drop_index(
        "messages_remembered",
        table_name="messages",
        sqlite_where=sa.text("memory_operation_id IS NOT NULL"),
        postgresql_where=sa.text("memory_operation_id IS NOT NULL"),
    )
    op.drop_index(
        "messages_first",
        table_name="messages",
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )
    op.drop_index(
        "messages_deleted",
        table_name="messages",
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_column("messages", "memory_operation_id")
    op.drop_column("messages", "cost_micros")
    op.drop_column("messages", "rating_reason")
    op.drop_column("messages", "rating")
    op.drop_column("messages", "deleted_at")
    op.drop_column("messages", "leaf_id")
    op.drop_index(op.f("ix_file_copies_thread_row_id"), table_name="file_copies")
    op.drop_index("file_copies_once", table_name="file_copies")
    op.drop_table("file_copies")
    op.drop_index("memory_sources_of_user", table_name="memory_sources")
    op.drop_index(op.f("ix_memory_sources_message_id"), table_name="memory_sources")
    op.drop_table("memory_sources")
    op.drop_index(op.f("ix_files_message_id"), table_name="files")
    op.drop_index("files_in_session", table_name="files")
    op.drop_table("files")
    op.drop_index("threads_of_session", table_name="threads")
    op.drop_table("threads")
    op.drop_index("follow_ups_in_session", table_name="follow_ups")
    op.drop_index("follow_ups_client_id", table_name="follow_ups")
    op.drop_table("follow_ups")
    op.drop_table("usage")
    op.drop_index("templates_of_user", table_name="templates")
    op.drop_table("templates")
