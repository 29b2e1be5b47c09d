"""Queries on what was used: one row for each planner, day (UTC) and model."""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import Usage, User
from db.plain import run


class UsedInADay(NamedTuple):
    """What was used of one model on one day; the names are those of the columns."""

    day: date
    model: str
    sessions: int
    replies: int
    not_whole: int
    input_tokens: int
    output_tokens: int
    cost_micros: int
    unpriced: int
    first_text_ms: int
    first_texts: int
    liked: int
    disliked: int


class UsedByPerson(NamedTuple):
    """What one user used; the cost is that of what is known."""

    user: User
    sessions: int
    replies: int
    cost_micros: int
    unpriced: int


_COUNTED: tuple[InstrumentedAttribute[int], ...] = tuple(getattr(Usage, name) for name in UsedInADay._fields[2:])


def add(db_session: Session, *, user_id: int, day: date, model: str, **numbers: int) -> None:
    """Add to what a planner used of a model on a day; *numbers* are columns, and may be negative."""
    statement = _add(db_session.get_bind().dialect.name, tuple(numbers))
    run(db_session, statement, {"user_id": user_id, "day": day, "model": model, **numbers})


@cache
def _add(dialect: str, names: tuple[str, ...]) -> Executable:
    new = postgresql.insert(Usage) if dialect == "postgresql" else sqlite.insert(Usage)
    sums = {name: getattr(Usage, name) + new.excluded[name] for name in names}
    return new.on_conflict_do_update(index_elements=[Usage.user_id, Usage.day, Usage.model], set_=sums)


def of_user(db_session: Session, *, user_id: int, start: date, end: date) -> list[UsedInADay]:
    """Return what one planner used from *start* to *end*, both included, by day and model."""
    query = select(Usage.day, Usage.model, *_COUNTED).where(Usage.user_id == user_id, *_within(start, end))
    return _days(db_session, query)


def of_everybody(db_session: Session, *, start: date, end: date) -> list[UsedInADay]:
    """Return the same for all planners together."""
    sums = [func.sum(column) for column in _COUNTED]
    query = select(Usage.day, Usage.model, *sums).where(*_within(start, end)).group_by(Usage.day, Usage.model)
    return _days(db_session, query)


def _days(db_session: Session, query: Select[*tuple[Any, ...]]) -> list[UsedInADay]:
    rows = db_session.execute(query.order_by(Usage.day, Usage.model))
    return [UsedInADay(day, model, *map(int, counts)) for day, model, *counts in rows]  # PostgreSQL sums to decimals


def by_person(db_session: Session, *, start: date, end: date, limit: int) -> list[UsedByPerson]:
    """Return who used something; who spent most comes first."""
    spent = func.sum(Usage.cost_micros).label("spent")
    sums = select(
        Usage.user_id,
        func.sum(Usage.sessions).label("sessions"),
        func.sum(Usage.replies).label("replies"),
        spent,
        func.sum(Usage.unpriced).label("unpriced"),
    )
    sums = sums.where(*_within(start, end)).group_by(Usage.user_id)
    found = sums.order_by(spent.desc()).limit(limit).subquery("found")
    query = select(User, found.c.sessions, found.c.replies, found.c.spent, found.c.unpriced)
    joined = query.join(found, User.id == found.c.user_id)
    rows = db_session.execute(joined.order_by(found.c.spent.desc(), User.username))
    return [UsedByPerson(user, *map(int, counts)) for user, *counts in rows]


def spent(db_session: Session, *, user_id: int, start: date, end: date) -> tuple[int, int]:
    """Return what a planner spent, in millionths of a US dollar, and of how many answers that is not known."""
    query = select(func.sum(Usage.cost_micros), func.sum(Usage.unpriced))
    found = db_session.execute(query.where(Usage.user_id == user_id, *_within(start, end))).one()
    return int(found[0] or 0), int(found[1] or 0)


def _within(start: date, end: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Usage.day >= start, Usage.day <= end
