"""Migrations and mapped tables say the same, and concurrent starts migrate once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from db.engine import Database
from db.migrate import migrate
from db.models import Base


def test_migrated_schema_equals_the_models(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or not name.startswith("search_index")},
        )
        assert compare_metadata(context, Base.metadata) == []


def test_many_starts_at_once_migrate_a_new_file(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'new.db'}"

    def start(_: int) -> None:
        database = Database(url)
        migrate(database)
        database.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(start, range(6)))

    database = Database(url)
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "0002"
    database.close()
