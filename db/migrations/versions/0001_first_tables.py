"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SEARCH_SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(body, session_id UNINDEXED, "
    "tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* Co M*'\", prefix = '2 3')",
    "CREATE TRIGGER search_forgets_session AFTER DELETE ON sessions "
    "BEGIN DELETE FROM search_index WHERE rowid = old.id; END",
    "CREATE TRIGGER search_forgets_message AFTER DELETE ON messages "
    "BEGIN DELETE FROM search_index WHERE rowid = old.id; END",
)
_SEARCH_POSTGRES = """
CREATE TABLE search_index (
    id bigint PRIMARY KEY,
    session_id bigint NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    body tsvector NOT NULL
);
CREATE INDEX search_index_body ON search_index USING gin (body);
CREATE INDEX search_index_session ON search_index (session_id);
"""


def upgrade() -> None:
    """Make the tables and the search index."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("backend", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("target_id", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_outbox_due_at"), "outbox", ["due_at"], unique=False)
    op.create_table(
        "sign_in_failures",
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("username"),
    )
    op.create_index(op.f("ix_sign_in_failures_updated_at"), "sign_in_failures", ["updated_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=100), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("sessions_valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("last_model", sa.String(length=255), nullable=True),
        sa.Column("last_session_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "assistants",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("backend", sa.String(length=300), nullable=False),
        sa.Column("assistant_id", sa.String(length=64), nullable=False),
        sa.Column("brief_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("assistants_one_per_user", "assistants", ["user_id", "backend"], unique=True)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_audit_user_id"), "audit", ["user_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("title_chosen", sa.Boolean(), nullable=False),
        sa.Column("model", sa.String(length=255), nullable=False),
        sa.Column("memory", sa.Boolean(), nullable=False),
        sa.Column("backend", sa.String(length=300), nullable=True),
        sa.Column("thread_id", sa.String(length=64), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("message_count", sa.BigInteger(), nullable=False),
        sa.Column("total_tokens", sa.BigInteger(), nullable=False),
        sa.Column("last_message_id", sa.BigInteger(), nullable=True),
        sa.Column("last_message_preview", sa.String(length=200), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "sessions_recent",
        "sessions",
        ["user_id", "archived", "pinned", "last_message_at", "id"],
        unique=False,
    )
    op.create_index(
        "sessions_unseen",
        "sessions",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("unseen"),
        postgresql_where=sa.text("unseen"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("client_message_id", sa.String(length=100), nullable=True),
        sa.Column("model", sa.String(length=255), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("error_code", sa.String(length=40), nullable=True),
        sa.Column("error_text", sa.String(length=1000), nullable=True),
        sa.Column("retry_of", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.String(length=255), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_text_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["messages.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_messages_parent_id"), "messages", ["parent_id"], unique=False)
    op.create_index("messages_client_id", "messages", ["user_id", "client_message_id"], unique=True)
    op.create_index("messages_in_session", "messages", ["session_id", "id"], unique=False)
    op.create_index(
        "messages_one_unfinished",
        "messages",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('queued', 'running')"),
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_index(
        "messages_unfinished",
        "messages",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("status IN ('queued', 'running')"),
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in _SEARCH_SQLITE:
            op.execute(statement)
    else:
        op.execute(_SEARCH_POSTGRES)


def downgrade() -> None:
    """Drop the search index and the tables."""
    op.execute("DROP TABLE search_index")
    op.drop_index(
        "messages_unfinished",
        table_name="messages",
        sqlite_where=sa.text("status IN ('queued', 'running')"),
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.drop_index(
        "messages_one_unfinished",
        table_name="messages",
        sqlite_where=sa.text("status IN ('queued', 'running')"),
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.drop_index("messages_in_session", table_name="messages")
    op.drop_index("messages_client_id", table_name="messages")
    op.drop_index(op.f("ix_messages_parent_id"), table_name="messages")
    op.drop_table("messages")
    op.drop_index(
        "sessions_unseen",
        table_name="sessions",
        sqlite_where=sa.text("unseen"),
        postgresql_where=sa.text("unseen"),
    )
    op.drop_index("sessions_recent", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_audit_user_id"), table_name="audit")
    op.drop_table("audit")
    op.drop_index("assistants_one_per_user", table_name="assistants")
    op.drop_table("assistants")
    op.drop_table("users")
    op.drop_index(op.f("ix_sign_in_failures_updated_at"), table_name="sign_in_failures")
    op.drop_table("sign_in_failures")
    op.drop_index(op.f("ix_outbox_due_at"), table_name="outbox")
    op.drop_table("outbox")
