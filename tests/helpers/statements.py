"""Statements that are compiled once, not once more for each engine: every test has engines of its own."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

import db.engine

_compiled: dict[str, LRUCache[Any, Any]] = defaultdict(lambda: LRUCache(2_000))


def share_compiled_statements() -> None:
    """Let all engines of a kind share them; a dialect is part of the key, so those of a kind are equal then."""
    db.engine.create_engine = _knowing_engine  # type: ignore[attr-defined,assignment]
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
        dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]


def _knowing_engine(url: str, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    engine._compiled_cache = _compiled[engine.dialect.name]
    return engine
