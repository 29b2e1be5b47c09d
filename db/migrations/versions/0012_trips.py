"""Trips, customers and members; a customer has an assistant of its own, and a trip has files."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# What lists of trips are ordered by stands in the row of each member; the database keeps the copies.
_COPIES_SQLITE = (
    "CREATE TRIGGER trip_members_follow_title AFTER UPDATE OF title ON trips "
    "BEGIN UPDATE trip_members SET title = new.title WHERE trip_id = new.id; END",
    "CREATE TRIGGER trip_members_follow_use AFTER UPDATE OF last_message_at ON sessions WHEN new.trip_id IS NOT NULL "
    "BEGIN UPDATE trip_members SET last_used_at = new.last_message_at "
    "WHERE trip_id = new.trip_id AND last_used_at < new.last_message_at; END",
)
_COPIES_POSTGRES = (
    "CREATE FUNCTION trip_members_follow_title() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "UPDATE trip_members SET title = new.title WHERE trip_id = new.id; RETURN NULL; END $$",
    "CREATE TRIGGER trip_members_follow_title AFTER UPDATE OF title ON trips "
    "FOR EACH ROW EXECUTE FUNCTION trip_members_follow_title()",
    "CREATE FUNCTION trip_members_follow_use() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "UPDATE trip_members SET last_used_at = new.last_message_at "
    "WHERE trip_id = new.trip_id AND last_used_at < new.last_message_at; RETURN NULL; END $$",
    "CREATE TRIGGER trip_members_follow_use AFTER UPDATE OF last_message_at ON sessions "
    "FOR EACH ROW WHEN (new.trip_id IS NOT NULL) EXECUTE FUNCTION trip_members_follow_use()",
)


# Added so and not by making a table anew, as SQLite's way of that deletes what refers to its rows.
_COLUMNS = (
    "ALTER TABLE assistants ADD COLUMN customer_id BIGINT REFERENCES customers (id) ON DELETE CASCADE",
    "ALTER TABLE memory_sources ADD COLUMN customer_id BIGINT REFERENCES customers (id) ON DELETE CASCADE",
    "ALTER TABLE threads ADD COLUMN customer_id BIGINT",
    "ALTER TABLE threads ADD COLUMN trip_id BIGINT",
    "ALTER TABLE messages ADD COLUMN memory_customer_id BIGINT",
    "ALTER TABLE sessions ADD COLUMN trip_id BIGINT REFERENCES trips (id) ON DELETE SET NULL",
    "ALTER TABLE sessions ADD COLUMN told_brief VARCHAR(64)",
    "ALTER TABLE sessions ADD COLUMN told_customer_id BIGINT",
    "ALTER TABLE sessions ADD COLUMN told_after BIGINT",
    "ALTER TABLE sessions ADD COLUMN deleted_at {instant}",
    "ALTER TABLE files ADD COLUMN trip_id BIGINT REFERENCES trips (id) ON DELETE CASCADE",
)
_NOBODY = sa.text("customer_id IS NULL")
_BEING_REMEMBERED = sa.text("memory_operation_id IS NOT NULL")
_SHARED = sa.text("access <> 'owner'")
_DELETED = sa.text("deleted_at IS NOT NULL")


def upgrade() -> None:
    """Make the tables and columns; every session stays without a trip, every assistant its user's."""
    _make_tables()
    instant = "DATETIME" if _on_sqlite() else "TIMESTAMP WITH TIME ZONE"
    for statement in _COLUMNS:
        op.execute(statement.format(instant=instant))
    _let_files_be_of_trips()
    op.drop_index("assistants_one_per_user", table_name="assistants")
    op.create_index(
        "assistants_one_per_user",
        "assistants",
        ["user_id", "backend"],
        unique=True,
        sqlite_where=_NOBODY,
        postgresql_where=_NOBODY,
    )
    op.create_index("assistants_one_per_customer", "assistants", ["customer_id", "backend"], unique=True)
    op.create_index(op.f("ix_memory_sources_customer_id"), "memory_sources", ["customer_id"], unique=False)
    op.create_index(
        "messages_remembered_about",
        "messages",
        ["memory_customer_id"],
        unique=False,
        sqlite_where=_BEING_REMEMBERED,
        postgresql_where=_BEING_REMEMBERED,
    )
    op.create_index("sessions_of_trip", "sessions", ["trip_id", "last_message_at", "id"], unique=False)
    op.create_index("files_of_trip", "files", ["trip_id", "id"], unique=False)
    for statement in _COPIES_SQLITE if _on_sqlite() else _COPIES_POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    """Undo what `upgrade` did; what only trips have is gone then."""
    for name, table in (("trip_members_follow_title", "trips"), ("trip_members_follow_use", "sessions")):
        op.execute(f"DROP TRIGGER {name}" if _on_sqlite() else f"DROP TRIGGER {name} ON {table}")
        if not _on_sqlite():
            op.execute(f"DROP FUNCTION {name}()")
    op.execute("DELETE FROM files WHERE session_id IS NULL")
    op.execute("DELETE FROM assistants WHERE customer_id IS NOT NULL")
    for name, table in (
        ("files_of_trip", "files"),
        ("sessions_of_trip", "sessions"),
        ("ix_memory_sources_customer_id", "memory_sources"),
        ("messages_remembered_about", "messages"),
        ("assistants_one_per_customer", "assistants"),
        ("assistants_one_per_user", "assistants"),
    ):
        op.drop_index(name, table_name=table)
    op.create_index("assistants_one_per_user", "assistants", ["user_id", "backend"], unique=True)
    _let_files_be_of_trips(back=True)
    for table, column in (
        ("files", "trip_id"),
        ("sessions", "told_after"),
        ("sessions", "told_customer_id"),
        ("sessions", "deleted_at"),
        ("sessions", "told_brief"),
        ("sessions", "trip_id"),
        ("messages", "memory_customer_id"),
        ("threads", "trip_id"),
        ("threads", "customer_id"),
        ("memory_sources", "customer_id"),
        ("assistants", "customer_id"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table in ("trip_members", "trip_revisions", "trips", "customers"):
        op.drop_table(table)


def _make_tables() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("contact", sa.String(length=500), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("import_key", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("customers_import_key", "customers", ["user_id", "import_key"], unique=True)
    op.create_index("customers_name", "customers", ["user_id", sa.text("lower(name)"), "id"], unique=False)
    op.create_table(
        "trips",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("brief", sa.JSON(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("import_key", sa.String(length=120), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deletes_sessions", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trips_of_customer", "trips", ["customer_id", "id"], unique=False)
    op.create_index("trips_import_key", "trips", ["user_id", "import_key"], unique=True)
    op.create_index("trips_of_owner", "trips", ["user_id", "id"], unique=False)
    op.create_index(
        "trips_deleted",
        "trips",
        ["deleted_at"],
        unique=False,
        sqlite_where=_DELETED,
        postgresql_where=_DELETED,
    )
    op.create_table(
        "trip_revisions",
        sa.Column("trip_id", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("brief", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["trip_id"], ["trips.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("trip_id", "rev"),
    )
    op.create_index(op.f("ix_trip_revisions_user_id"), "trip_revisions", ["user_id"], unique=False)
    op.create_table(
        "trip_members",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("trip_id", sa.BigInteger(), nullable=False),
        sa.Column("access", sa.String(length=10), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["trip_id"], ["trips.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "trip_id"),
    )
    op.create_index(
        "trip_members_recent", "trip_members", ["user_id", "archived", "last_used_at", "trip_id"], unique=False
    )
    op.create_index(
        "trip_members_title",
        "trip_members",
        ["user_id", "archived", sa.text("lower(title)"), "trip_id"],
        unique=False,
    )
    op.create_index("trip_members_of_trip", "trip_members", ["trip_id", "user_id"], unique=False)
    op.create_index(
        "trip_members_shared",
        "trip_members",
        ["user_id", "trip_id"],
        unique=False,
        sqlite_where=_SHARED,
        postgresql_where=_SHARED,
    )


def _let_files_be_of_trips(*, back: bool = False) -> None:
    """Let a file be without a session, or not any more."""
    if not _on_sqlite():
        op.alter_column("files", "session_id", existing_type=sa.BigInteger(), nullable=not back)
        return
    # What SQLite's documentation of ALTER TABLE says of constraints that nothing on the disk depends on. To make the
    # table anew would delete what refers to it, and copy every file.
    before, after = "session_id BIGINT NOT NULL", "session_id BIGINT"
    if back:
        before, after = after, before
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        sa.text("UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE name = 'files'").bindparams(
            before=before, after=after
        )
    )
    op.execute(f"PRAGMA schema_version = {int(version) + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
