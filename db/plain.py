"""Statements that run with every message: built once, and run without the ORM, which takes five times as long.

What they return are rows with the names of a table's columns, to be read and not changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session

Values = Mapping[str, Any]


def run(
    db_session: Session, statement: Executable, values: Values | Sequence[Values] | None = None
) -> CursorResult[Any]:
    """Run a statement with these values for its parameters, after what the ORM has still to write."""
    db_session.flush()
    return db_session.connection().execute(statement, values)
