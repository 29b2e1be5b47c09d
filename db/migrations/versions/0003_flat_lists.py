"""Lists and searches that stay flat as the tables grow: an index for each order, owners in the search index."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ORDERS: dict[str, list[str | sa.TextClause]] = {
    "sessions_last_used": ["user_id", "last_message_at", "id"],
    "sessions_created": ["user_id", "created_at", "id"],
    "sessions_title": ["user_id", sa.text("lower(title)"), "id"],
    "sessions_messages": ["user_id", "message_count", "id"],
    "sessions_tokens": ["user_id", "total_tokens", "id"],
    "sessions_model": ["user_id", "model", "last_message_at", "id"],
}
_TOKENIZE = "tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* Co M*'\", prefix = '2 3'"
_FORGET = (
    "CREATE TRIGGER search_forgets_session AFTER DELETE ON sessions "
    "BEGIN DELETE FROM search_index WHERE rowid = old.id; END",
    "CREATE TRIGGER search_forgets_message AFTER DELETE ON messages "
    "BEGIN DELETE FROM search_index WHERE rowid = old.id; END",
)
_KEEP = (
    "DROP TRIGGER search_forgets_session",
    "DROP TRIGGER search_forgets_message",
    "ALTER TABLE search_index RENAME TO search_index_before",
)
_OWNERS_SQLITE = (
    *_KEEP,
    f"CREATE VIRTUAL TABLE search_index USING fts5(session_id UNINDEXED, owner, body, {_TOKENIZE})",
    "INSERT INTO search_index (rowid, body, owner, session_id) "
    "SELECT earlier.rowid, earlier.body, sessions.user_id, earlier.session_id "
    "FROM search_index_before AS earlier JOIN sessions ON sessions.id = earlier.session_id ORDER BY earlier.rowid",
    "DROP TABLE search_index_before",
    *_FORGET,
)
_NO_OWNERS_SQLITE = (
    *_KEEP,
    f"CREATE VIRTUAL TABLE search_index USING fts5(body, session_id UNINDEXED, {_TOKENIZE})",
    "INSERT INTO search_index (rowid, body, session_id) "
    "SELECT rowid, body, session_id FROM search_index_before ORDER BY rowid",
    "DROP TABLE search_index_before",
    *_FORGET,
)
_OWNERS_POSTGRES = (
    "ALTER TABLE search_index ADD COLUMN user_id bigint",
    "UPDATE search_index SET user_id = sessions.user_id, body = body || CAST('_' || sessions.user_id AS tsvector) "
    "FROM sessions WHERE sessions.id = search_index.session_id",
    "ALTER TABLE search_index ALTER COLUMN user_id SET NOT NULL",
    "ALTER TABLE search_index DROP CONSTRAINT search_index_pkey",
    "ALTER TABLE search_index ADD PRIMARY KEY (user_id, id)",
)
_NO_OWNERS_POSTGRES = (
    "UPDATE search_index SET body = ts_delete(body, '_' || user_id)",
    "ALTER TABLE search_index DROP COLUMN user_id",  # and with it the key
    "ALTER TABLE search_index ADD PRIMARY KEY (id)",
)


def upgrade() -> None:
    """Make an index for each order, and put the owner into the search index."""
    for name, columns in _ORDERS.items():
        op.create_index(name, "sessions", columns, unique=False)
    for statement in _OWNERS_SQLITE if _on_sqlite() else _OWNERS_POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    """Undo what `upgrade` did."""
    for statement in _NO_OWNERS_SQLITE if _on_sqlite() else _NO_OWNERS_POSTGRES:
        op.execute(statement)
    for name in _ORDERS:
        op.drop_index(name, table_name="sessions")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
