"""Brings a database to the newest schema, once, however many processes start at the same time."""

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
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()
    with database.read() as db_session:
        if _revision(db_session.connection()) == head:
            return
    with database.begin() as db_session:  # on SQLite this is the one writer
        connection = db_session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
