"""Alembic's entry: runs on the connection that `db.migrate` hands over, or on DATABASE_URL for the command line."""

from alembic import context
from sqlalchemy import Connection

from db.models import Base


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the search index, which is not one of the mapped tables, out of comparisons."""
    return not (kind == "table" and name is not None and name.startswith("search_index"))


def run(connection: Connection) -> None:
    """Bring the schema to the revision asked for."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transactional_ddl=True,
        include_name=include_name,
        user_module_prefix="db.models.",
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    from db.engine import Database
    from settings import Settings

    with Database(Settings.with_secrets().database_url).engine.connect() as opened:
        run(opened)
        opened.commit()
