"""Statements that run with every message: built once, and run without the ORM, which takes five times as long.

What they return are rows with the names of a table's columns, to be read and not changed.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TypedReturnsRows

from db.models import Base

T = TypeVar("T", bound=Base)
Values = Mapping[str, Any]

# To who reads it, a plain row is an object of its table: it has the same columns. It cannot be changed or deleted.
Plain = Annotated[T, "to be read only"]


OFTEN = {"often": True}  # PostgreSQL keeps how it is run


def run(
    db_session: Session,
    statement: Executable,
    values: Values | Sequence[Values] | None = None,
    *,
    options: Mapping[str, bool] = OFTEN,
) -> CursorResult[Any]:
    """Run a statement with these values for its parameters, after what the ORM has still to write.

    *options* are none where how it is best run depends on the values: on how seldom a word is.
    """
    db_session.flush()
    return db_session.connection().execute(statement, values, execution_options=options)


def read_all(db_session: Session, statement: TypedReturnsRows[T], values: Values) -> Sequence[Plain[T]]:
    """Return the rows of one table that a statement gives."""
    return run(db_session, statement, values).all()  # type: ignore[return-value]  # see Plain


def read_one(db_session: Session, statement: TypedReturnsRows[T], values: Values) -> Plain[T] | None:
    """Return the only row of one table that a statement gives, or None."""
    found: T | None = run(db_session, statement, values).one_or_none()  # type: ignore[assignment]  # see Plain
    return found
