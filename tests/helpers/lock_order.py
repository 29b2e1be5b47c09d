"""Finds transactions that lock rows in another order than `Database.begin` says; SQLite has no row locks."""

import re

from sqlalchemy import Connection, Engine, event

ORDER = (
    "trips",
    "sessions",
    "threads",
    "messages",
    "usage",
    "follow_ups",
    "reviews",
    "decks",
    "customers",
    "users",
    "brands",
    "stamps",
)
_CHANGES = re.compile(r"(?:UPDATE|DELETE FROM) (\w+)")
_READS = re.compile(r"SELECT .*?\sFROM (\w+).* FOR (?:NO KEY )?UPDATE(?: OF (\w+))?", re.DOTALL)
_MAKES = re.compile(r"INSERT INTO (\w+)")
_MAKES_OR_CHANGES = re.compile(r"INSERT INTO (\w+) .* ON CONFLICT .* DO UPDATE ", re.DOTALL)


def locked(statement: str) -> str | None:
    """Return the table that a statement locks rows of, or None."""
    if found := _READS.match(statement):
        return found[2] or found[1]
    found = _CHANGES.match(statement) or _MAKES_OR_CHANGES.match(statement)
    return found[1] if found else None


def out_of_order(statements: list[str]) -> str | None:
    """Return what is wrong with the order in which one transaction locks, or None."""
    seen: list[str] = []
    own: set[str] = set()  # tables with rows that it has made itself: which row it locks there is not to be seen here
    for statement in statements:
        table = locked(statement)
        if table is None:
            own |= {found[1] for found in (_MAKES.match(statement),) if found}
        elif table in ORDER and table not in own and table not in seen:
            if later := [one for one in seen if ORDER.index(one) > ORDER.index(table)]:
                return f"{table} after {', '.join(later)}: {statement}"
            seen.append(table)
    return None


def watch(engine: Engine) -> list[str]:
    """Watch what an engine does from now on; returns the list of what is wrong, which fills meanwhile."""
    wrong: list[str] = []

    def run(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        connection.info.setdefault("statements", []).append(statement)

    def over(connection: Connection) -> None:
        statements = [] if connection.invalidated else connection.info.pop("statements", [])  # cut: nothing is known
        if problem := out_of_order(statements):
            wrong.append(problem)

    if engine.dialect.name == "postgresql":
        for name, listener in (("before_cursor_execute", run), ("commit", over), ("rollback", over)):
            event.listen(engine, name, listener)
    return wrong
