"""A row for each person and session: who sees it, what is only theirs of it, and what their lists are ordered by."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_COPIES = ("trip_id", "title", "model", "message_count", "total_tokens", "last_message_at")
_BEGIN = (
    "INSERT INTO participants "
    f"(user_id, session_id, access, pinned, archived, unseen, last_message_id, created_at, {', '.join(_COPIES)}) "
)
_OWNER_BEGINS = (
    f"{_BEGIN} VALUES (new.user_id, new.id, 'owner', false, false, false, NULL, new.created_at, "
    f"{', '.join(f'new.{name}' for name in _COPIES)})"
)
_SET = ", ".join(f"{name} = new.{name}" for name in _COPIES)
_COPIES_FOLLOW = f"UPDATE participants SET {_SET} WHERE session_id = new.id"  # noqa: S608 - names of columns
_TRIGGERS_SQLITE = (
    f"CREATE TRIGGER participants_begin AFTER INSERT ON sessions BEGIN {_OWNER_BEGINS}; END",
    f"CREATE TRIGGER participants_follow AFTER UPDATE OF {', '.join(_COPIES)} ON sessions "
    f"BEGIN {_COPIES_FOLLOW}; END",
)
_TRIGGERS_POSTGRES = (
    "CREATE FUNCTION participants_begin() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN {_OWNER_BEGINS}; RETURN NULL; END $$",
    "CREATE TRIGGER participants_begin AFTER INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION participants_begin()",
    "CREATE FUNCTION participants_follow() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN {_COPIES_FOLLOW}; RETURN NULL; END $$",
    f"CREATE TRIGGER participants_follow AFTER UPDATE OF {', '.join(_COPIES)} ON sessions "
    "FOR EACH ROW EXECUTE FUNCTION participants_follow()",
)
_OF_EACH = (
    "SELECT user_id, id, 'owner', pinned, archived, unseen, last_message_id, created_at, "
    "trip_id, title, model, message_count, total_tokens, last_message_at FROM sessions"
)
_OWNERS_BEGIN = f"{_BEGIN} {_OF_EACH}"
_OWNERS_END = (
    "UPDATE sessions SET pinned = mine.pinned, archived = mine.archived, unseen = mine.unseen, "
    "last_message_id = mine.last_message_id FROM participants AS mine "
    "WHERE mine.session_id = sessions.id AND mine.user_id = sessions.user_id"
)
_RATINGS_BEGIN = (
    "INSERT INTO ratings (message_id, user_id, value, reason) "
    "SELECT id, user_id, rating, rating_reason FROM messages WHERE rating IS NOT NULL"
)
_RATINGS_END = (
    "UPDATE messages SET rating = theirs.value, rating_reason = theirs.reason FROM ratings AS theirs "
    "WHERE theirs.message_id = messages.id AND theirs.user_id = messages.user_id"
)
_INDEXES: dict[str, list[str | sa.TextClause]] = {
    "participants_recent": ["user_id", "archived", "pinned", "last_message_at", "session_id"],
    "participants_latest": ["user_id", "archived", "last_message_at", "session_id"],
    "participants_last_used": ["user_id", "last_message_at", "session_id"],
    "participants_created": ["user_id", "created_at", "session_id"],
    "participants_title": ["user_id", sa.text("lower(title)"), "session_id"],
    "participants_messages": ["user_id", "message_count", "session_id"],
    "participants_tokens": ["user_id", "total_tokens", "session_id"],
    "participants_model": ["user_id", "model", "last_message_at", "session_id"],
    "participants_in_trip": ["user_id", "trip_id", "archived", "last_message_at", "session_id"],
    "participants_of_session": ["session_id", "user_id"],
}
_INDEXES_BEFORE: dict[str, list[str | sa.TextClause]] = {
    "sessions_recent": ["user_id", "archived", "pinned", "last_message_at", "id"],
    "sessions_latest": ["user_id", "archived", "last_message_at", "id"],
    "sessions_last_used": ["user_id", "last_message_at", "id"],
    "sessions_title": ["user_id", sa.text("lower(title)"), "id"],
    "sessions_tokens": ["user_id", "total_tokens", "id"],
    "sessions_model": ["user_id", "model", "last_message_at", "id"],
}


def upgrade() -> None:
    """Make the tables; what was the session's is its owner's, and what was the reply's its planner's."""
    op.create_table(
        "session_members",
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("access", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "user_id"),
    )
    op.create_index(op.f("ix_session_members_user_id"), "session_members", ["user_id"], unique=False)
    _make_participants()
    op.create_table(
        "ratings",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "user_id"),
    )
    op.create_index(op.f("ix_ratings_user_id"), "ratings", ["user_id"], unique=False)
    op.execute(_RATINGS_BEGIN)
    for name in ("rating", "rating_reason"):
        op.drop_column("messages", name)


def _make_participants() -> None:
    op.create_table(
        "participants",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("access", sa.String(length=10), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.Column("last_message_id", sa.BigInteger(), nullable=True),
        sa.Column("trip_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=255), nullable=False),
        sa.Column("message_count", sa.BigInteger(), nullable=False),
        sa.Column("total_tokens", sa.BigInteger(), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "session_id"),
    )
    op.execute(_OWNERS_BEGIN)
    for name, columns in _INDEXES.items():
        op.create_index(name, "participants", columns, unique=False)
    _index_unseen("participants")
    op.drop_index("sessions_unseen", table_name="sessions")
    for name in _INDEXES_BEFORE:
        op.drop_index(name, table_name="sessions")
    for name in ("pinned", "archived", "unseen", "last_message_id"):
        op.drop_column("sessions", name)
    for statement in _TRIGGERS_SQLITE if _on_sqlite() else _TRIGGERS_POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    """Undo what `upgrade` did; with whom a session was shared, and what was theirs, is forgotten."""
    for name in ("participants_begin", "participants_follow"):
        op.execute(f"DROP TRIGGER {name}" if _on_sqlite() else f"DROP TRIGGER {name} ON sessions")
        if not _on_sqlite():
            op.execute(f"DROP FUNCTION {name}()")
    for name in ("pinned", "archived", "unseen"):
        op.add_column("sessions", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sessions", sa.Column("last_message_id", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("rating", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("rating_reason", sa.String(length=1000), nullable=True))
    op.execute(_OWNERS_END)
    op.execute(_RATINGS_END)
    for name, columns in _INDEXES_BEFORE.items():
        op.create_index(name, "sessions", columns, unique=False)
    _index_unseen("sessions")
    if not _on_sqlite():  # there one searches only what is one's own
        op.execute(
            "DELETE FROM search_index USING sessions "
            "WHERE sessions.id = search_index.session_id AND sessions.user_id <> search_index.user_id"
        )
    for table in ("ratings", "participants", "session_members"):
        op.drop_table(table)


def _index_unseen(table: str) -> None:
    unseen = sa.text("unseen")
    op.create_index(f"{table}_unseen", table, ["user_id"], sqlite_where=unseen, postgresql_where=unseen)


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
