"""A link, and what it shows, is of a session or of a trip's brief."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_TABLES = ("snapshots", "reviews")
_INDEXES = (("snapshots_once_of_trip", "snapshots", "sha256"), ("reviews_of_trip", "reviews", "id"))
_OF_ONE = "CONSTRAINT {table}_of_one_thing CHECK ((session_id IS NULL) <> (trip_id IS NULL))"
_REFERS = "BIGINT REFERENCES trips (id) ON DELETE CASCADE"


def upgrade() -> None:
    """Let both be of a trip instead; all that there are stay those of their sessions."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN trip_id {_REFERS} {_OF_ONE.format(table=table)}")
    _let_session_be_missing()
    for name, table, column in _INDEXES:
        op.create_index(name, table, ["trip_id", column], unique=table == "snapshots")


def downgrade() -> None:
    """Undo what `upgrade` did; the links to briefs are gone then, with all that was said on them."""
    for table in reversed(_TABLES):
        of_trips = sa.table(table, sa.column("trip_id"))
        op.execute(of_trips.delete().where(of_trips.c.trip_id.is_not(None)))
    for name, table, _ in _INDEXES:
        op.drop_index(name, table_name=table)
    _let_session_be_missing(back=True)
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN trip_id")


def _let_session_be_missing(*, back: bool = False) -> None:
    """Let both be without a session, or not any more."""
    if op.get_bind().dialect.name != "sqlite":
        for table in _TABLES:
            op.alter_column(table, "session_id", existing_type=sa.BigInteger(), nullable=not back)
        return
    # As in 0012: a table that is made anew takes with it what refers to its rows.
    before, after = "session_id BIGINT NOT NULL", "session_id BIGINT"
    if back:
        before, after = after, before
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    for table in _TABLES:
        change = sa.text("UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE name = :name")
        op.execute(change.bindparams(before=before, after=after, name=table))
    op.execute(f"PRAGMA schema_version = {int(version) + 1}")
    op.execute("PRAGMA writable_schema = OFF")
