"""The search index over titles and messages, on SQLite (FTS5) and PostgreSQL (tsvector)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, false, text
from sqlalchemy.orm import Session

from db.folding import terms, tokens
from db.ids import MAX_ID, made_at
from db.models import ChatSession

_MAX_POSITION = 16_383  # of a word in a tsvector


class IndexHit(NamedTuple):
    """A row found: *message_id* is None when the session's title matched."""

    session_id: int
    title: str
    message_id: int | None
    content: str
    at: datetime


def put(db_session: Session, row_id: int, session_id: int, content: str) -> None:
    """Index the text of a message, or of a session's title (then both ids are the session's)."""
    words = tokens(content)
    if _is_sqlite(db_session):
        db_session.execute(text("DELETE FROM search_index WHERE rowid = :id"), {"id": row_id})
        db_session.execute(
            text("INSERT INTO search_index (rowid, body, session_id) VALUES (:id, :body, :session_id)"),
            {"id": row_id, "body": " ".join(words), "session_id": session_id},
        )
    else:
        db_session.execute(
            text(
                "INSERT INTO search_index (id, session_id, body) VALUES (:id, :session_id, CAST(:body AS tsvector)) "
                "ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body"
            ),
            {"id": row_id, "session_id": session_id, "body": _tsvector(words)},
        )


def find(
    db_session: Session, query: str, *, user_id: int, limit: int, before_id: int | None = None
) -> Sequence[IndexHit]:
    """Return this planner's messages and titles that hold every term of *query*, latest first.

    The last word of each term also matches as the beginning of a word. An empty query finds nothing.
    """
    wanted = terms(query)
    if not wanted:
        return []
    if _is_sqlite(db_session):
        found, expression = "search_index MATCH :expression", _fts5(wanted)
        row_id = "search_index.rowid"
    else:
        found, expression = "search_index.body @@ CAST(:expression AS tsquery)", _tsquery(wanted)
        row_id = "search_index.id"
    rows = db_session.execute(
        text(
            f"SELECT sessions.id AS session_id, sessions.title, messages.id AS message_id, "
            f"       COALESCE(messages.content, '') AS content, {row_id} AS row_id "
            f"FROM search_index JOIN sessions ON sessions.id = search_index.session_id "
            f"LEFT JOIN messages ON messages.id = {row_id} "
            f"WHERE {found} AND sessions.user_id = :user_id AND {row_id} < :before_id "
            f"ORDER BY {row_id} DESC LIMIT :limit"
        ),
        {"expression": expression, "user_id": user_id, "limit": limit, "before_id": before_id or MAX_ID},
    )
    return [IndexHit(r.session_id, r.title, r.message_id, r.content, made_at(r.row_id)) for r in rows]


def sessions_with(db_session: Session, query: str) -> ColumnElement[bool]:
    """Return whether a session's title, or one of its messages, holds every term of *query*; as `find` reads it."""
    wanted = terms(query)
    if not wanted:
        return false()
    if _is_sqlite(db_session):
        found, expression = "search_index MATCH :expression", _fts5(wanted)
    else:
        found, expression = "body @@ CAST(:expression AS tsquery)", _tsquery(wanted)
    ids = text(f"SELECT session_id FROM search_index WHERE {found}").bindparams(expression=expression)
    return ChatSession.id.in_(ids.columns(ChatSession.id))


def _is_sqlite(db_session: Session) -> bool:
    return db_session.get_bind().dialect.name == "sqlite"


def _fts5(wanted: list[list[str]]) -> str:
    return " AND ".join(f'"{" ".join(term)}" *' for term in wanted)


def _tsquery(wanted: list[list[str]]) -> str:
    return " & ".join(
        "(" + " <-> ".join([*(f"'{word}'" for word in term[:-1]), f"'{term[-1]}':*"]) + ")" for term in wanted
    )


def _tsvector(words: list[str]) -> str:
    return " ".join(f"'{word}':{min(place, _MAX_POSITION)}" for place, word in enumerate(words, start=1))
