"""Migrations and mapped tables say the same, and concurrent starts migrate once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

import db.migrate
import db.search
import db.sessions
from db.engine import Database
from db.migrate import migrate
from db.models import Base


@pytest.mark.filterwarnings("ignore:.*expression-based index '?sessions_title")  # on SQLite nobody can compare it
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
        assert MigrationContext.configure(connection).get_current_revision() == "0009"
    database.close()


def test_search_index_of_an_earlier_version_is_taken_over(database, make_user, make_session):
    ada, eve = make_user("ada"), make_user("eve")
    for user_id, words in ((ada, "Lisbon by night"), (eve, "Lisbon by day")):
        session_id, [message_id] = make_session(user_id, [words])
        with database.begin() as db_session:
            db.search.put(db_session, message_id, session_id, words, user_id=user_id)
    config = Config()
    config.set_main_option("script_location", str(Path(db.migrate.__file__).parent / "migrations"))

    with database.begin() as db_session:
        config.attributes["connection"] = db_session.connection()
        command.downgrade(config, "0002")
    migrate(database)

    with database.read() as db_session:
        hits = db.search.find(db_session, "lisbon", user_id=ada, limit=10)
        assert [hit.content for hit in hits] == ["Lisbon by night"]
    with database.begin() as db_session:
        db.sessions.remove(db_session, [hits[0].session_id], user_id=ada)
    with database.read() as db_session:
        left = db_session.connection().exec_driver_sql("SELECT count(*) FROM search_index").scalar()
    assert left == 1


def test_new_database_holds_nobody_and_nothing(database):
    with database.read() as db_session:
        assert [
            table.name for table in Base.metadata.sorted_tables if db_session.execute(select(table)).first()
        ] == []
