"""Brings a database to the newest schema, once, however many processes start at the same time."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from db.engine import Database

_LOCK_KEY = 7_241_998_001  # any number, the same in every process


def migrate(database: Database) -> None:
    """Run the migrations that are missing, one process at a time.

    Raises DatabaseUnavailableError when the database cannot be reached.
    """
    with database.read() as db_session:
        if revision(db_session.connection()) == newest_revision():
            return
    with database.begin() as db_session:  # on SQLite this is the one writer
        upgrade(db_session.connection())


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the transaction of *connection*; other processes wait for its end."""
    config = _config()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def revision(connection: Connection) -> str | None:
    """Return the schema that a database has; None where there is none of ours."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str | None:
    """Return the schema that this version of the app works with."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def known_revisions() -> frozenset[str]:
    """Return every schema that this version of the app can bring to the newest."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
