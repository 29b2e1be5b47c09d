"""The search index over titles and messages, on SQLite (FTS5) and PostgreSQL (tsvector)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, bindparam, exists, false, func, select, text
from sqlalchemy.orm import Session

from db.folding import terms, tokens
from db.ids import MAX_ID
from db.models import ChatSession, Message, Participant, Trip, TripMember
from db.plain import run
from db.visibility import THEIR_ID, visible_to

# What is indexed is found by everybody who sees the session: on SQLite they stand beside it, on PostgreSQL each of
# them has a row of their own.
_PUT_SQLITE = text(
    "INSERT OR REPLACE INTO search_index (rowid, body, owner, session_id) "
    "SELECT :id, :body, group_concat(user_id, ' '), :session_id FROM participants WHERE session_id = :session_id "
    "HAVING count(*) > 0"
)
_PUT_POSTGRES = text(
    "INSERT INTO search_index (id, session_id, user_id, body) "
    "SELECT :id, :session_id, user_id, CAST('''_' || user_id || ''' ' || :body AS tsvector) "
    "FROM participants WHERE session_id = :session_id "
    "ON CONFLICT (user_id, id) DO UPDATE SET body = EXCLUDED.body"
)
_SETTLE_SQLITE = text(
    "UPDATE search_index SET owner = "
    "(SELECT group_concat(user_id, ' ') FROM participants WHERE participants.session_id = search_index.session_id) "
    "WHERE rowid IN :session_ids OR rowid IN (SELECT id FROM messages WHERE session_id IN :session_ids)"
)
_SETTLE_POSTGRES = (
    text(
        "INSERT INTO search_index (id, session_id, user_id, body) "
        "SELECT known.id, known.session_id, new.user_id, "
        "ts_delete(known.body, '_' || known.user_id) || CAST('''_' || new.user_id || '''' AS tsvector) "
        "FROM search_index AS known JOIN participants AS new ON new.session_id = known.session_id "
        "WHERE known.session_id IN :session_ids AND known.user_id = "
        "(SELECT min(one.user_id) FROM search_index AS one WHERE one.session_id = known.session_id) "
        "ON CONFLICT (user_id, id) DO NOTHING"
    ),
    text(
        "DELETE FROM search_index WHERE session_id IN :session_ids AND NOT EXISTS (SELECT FROM participants "
        "WHERE participants.session_id = search_index.session_id AND participants.user_id = search_index.user_id)"
    ),
)
_MAX_POSITION = 16_383  # of a word in a tsvector
_WINDOW = 300

# A session is found by the title of its trip too, unless somebody sees the session who does not see the trip.
_sees_it = exists().where(TripMember.trip_id == Trip.id, TripMember.user_id == Participant.user_id)
_outside = exists().where(Participant.session_id == ChatSession.id, ~_sees_it.correlate(Trip, Participant))
_trip_title = select(Trip.title).where(Trip.id == ChatSession.trip_id, Trip.deleted_at.is_(None))
_trip_title = _trip_title.where(~_outside.correlate(ChatSession, Trip))
_TITLES = select(ChatSession.id, ChatSession.title, _trip_title.scalar_subquery().label("trip")).where(
    ChatSession.id.in_(bindparam("session_ids", expanding=True))
)
_ENDED = select(Message.id, Message.session_id, Message.content).where(
    Message.session_id.in_(bindparam("session_ids", expanding=True)),
    Message.content != "",
    Message.status.not_in(("queued", "running")),
    Message.deleted_at.is_(None),
)
_NOT_THERE_SQLITE = text("NOT EXISTS (SELECT 1 FROM search_index WHERE search_index.rowid = messages.id)")
_NOT_THERE_POSTGRES = text(
    "NOT EXISTS (SELECT FROM search_index "
    "WHERE search_index.session_id = messages.session_id AND search_index.id = messages.id)"
)

# The ids of a search, latest first, and no more of them than are wanted.
_FOUND_SQLITE = """
SELECT rowid AS id, session_id FROM search_index
WHERE search_index MATCH :expression AND rowid < :before_id ORDER BY rowid DESC LIMIT :limit
"""
# PostgreSQL cannot walk a text index in the order of ids: what it finds there it finds whole, and then orders. A word
# that stands in every other message is found among the planner's latest; what is not, is rare enough for the index.
_LATEST = """
SELECT id, session_id, body FROM search_index
WHERE user_id = :owner_id AND id < :before_id ORDER BY id DESC LIMIT :window
"""
_FOUND_LATEST = f"""
SELECT id, session_id FROM ({_LATEST}) AS latest
WHERE body @@ CAST(:expression AS tsquery) ORDER BY id DESC LIMIT :limit
"""
_FOUND_OLDER = f"""
WITH found AS MATERIALIZED (
    SELECT id, session_id FROM search_index
    WHERE body @@ CAST(:expression AS tsquery) AND id < (SELECT min(id) FROM ({_LATEST}) AS latest)
)
SELECT id, session_id FROM found ORDER BY id DESC LIMIT :limit
"""
# All sessions of a search; a title has the id of its session. SQLite's search index holds the session of a message
# beside its text, where it is read four times as slowly as in an index of `messages`.
_SESSIONS_SQLITE = """
SELECT COALESCE(messages.session_id, search_index.rowid) FROM search_index
LEFT JOIN messages INDEXED BY messages_place ON messages.id = search_index.rowid
WHERE search_index MATCH :expression
"""
_SESSIONS_POSTGRES = "SELECT session_id FROM search_index WHERE body @@ CAST(:expression AS tsquery)"


class IndexHit(NamedTuple):
    """A row found: *message_id* is None when the session's title matched. *trip* is the title of its trip."""

    session_id: int
    title: str
    message_id: int | None
    content: str
    at: datetime
    trip: str | None


def put(db_session: Session, row_id: int, session_id: int, content: str) -> None:
    """Index the text of a message, or of a session's title (then both ids are the session's), with its trip's."""
    if row_id == session_id:
        session = run(db_session, _TITLES, {"session_ids": [session_id]}).one_or_none()
        content = f"{content} {session.trip or ''}" if session else content
    _put(db_session, [(row_id, session_id, tokens(content))])


def put_titles(db_session: Session, session_ids: Collection[int]) -> None:
    """Index the titles of sessions anew: they, or their trips, are called otherwise, or they are in other trips."""
    rows = run(db_session, _TITLES, {"session_ids": list(session_ids)}, options={}).all() if session_ids else ()
    _put(db_session, [(row.id, row.id, tokens(f"{row.title} {row.trip or ''}")) for row in rows])


def put_new(db_session: Session, session_id: int, contents: Sequence[tuple[int, str]]) -> None:
    """Index the texts of many rows of a session, by their ids; what has no word is left out."""
    rows = ((row_id, session_id, tokens(content)) for row_id, content in contents)
    _put(db_session, [row for row in rows if row[2]])


def put_missing(db_session: Session, session_ids: Collection[int]) -> None:
    """Index what is not yet: the replies of sessions that ended while nobody saw these. Reads all of them."""
    query = _ENDED.where(_NOT_THERE_SQLITE if _is_sqlite(db_session) else _NOT_THERE_POSTGRES)
    rows = run(db_session, query, {"session_ids": list(session_ids)}, options={}).all() if session_ids else ()
    _put(db_session, [(row.id, row.session_id, tokens(row.content)) for row in rows])


def _put(db_session: Session, rows: Sequence[tuple[int, int, list[str]]]) -> None:
    """Index rows, each with its session and its words."""
    sqlite = _is_sqlite(db_session)
    values = [
        {"id": row_id, "body": " ".join(words) if sqlite else _tsvector(words), "session_id": session_id}
        for row_id, session_id, words in rows
    ]
    if values:
        run(db_session, _PUT_SQLITE if sqlite else _PUT_POSTGRES, values)


def settle(db_session: Session, session_ids: Collection[int]) -> None:
    """Let exactly those find what is in sessions who see them now. Reads all of it: for when that changes."""
    if not session_ids:
        return
    for statement in (_SETTLE_SQLITE,) if _is_sqlite(db_session) else _SETTLE_POSTGRES:
        expanding = statement.bindparams(bindparam("session_ids", expanding=True))
        db_session.execute(expanding, {"session_ids": list(session_ids)})


def find(
    db_session: Session, query: str, *, user_id: int, limit: int, before_id: int | None = None
) -> Sequence[IndexHit]:
    """Return this planner's messages and titles that hold every term of *query*, latest first.

    The last word of each term also matches as the beginning of a word. An empty query finds nothing.
    """
    wanted = terms(query)
    if not wanted:
        return []
    values: dict[str, Any] = {
        "owner_id": user_id,
        "limit": limit,
        "before_id": before_id or MAX_ID,
        "window": _WINDOW,
    }
    if _is_sqlite(db_session):
        return _hits(db_session, _FOUND_SQLITE, values | {"expression": _fts5(wanted, user_id)})
    values |= {"expression": _tsquery(wanted, user_id)}
    hits = _hits(db_session, _FOUND_LATEST, values)
    if len(hits) < limit:
        hits += _hits(db_session, _FOUND_OLDER, values | {"limit": limit - len(hits)})
    return hits


def _hits(db_session: Session, found: str, values: dict[str, Any]) -> list[IndexHit]:
    hits = text(found).columns(id=BigInteger, session_id=BigInteger).subquery("found")
    query = (
        select(
            ChatSession.id,
            ChatSession.title,
            Message.id.label("message_id"),
            func.coalesce(Message.content, ""),
            func.coalesce(Message.created_at, ChatSession.created_at),
            TripMember.title.label("trip"),
        )
        .join_from(hits, ChatSession, ChatSession.id == hits.c.session_id)
        .outerjoin(Message, Message.id == hits.c.id)
        .outerjoin(TripMember, (TripMember.trip_id == ChatSession.trip_id) & (TripMember.user_id == THEIR_ID))
        .where(visible_to(THEIR_ID))
        .order_by(hits.c.id.desc())
    )
    return [IndexHit._make(row) for row in run(db_session, query, values, options={})]


def sessions_with(db_session: Session, query: str, *, user_id: int) -> ColumnElement[bool]:
    """Return whether a session's title, or one of its messages, holds every term of *query*; as `find` reads it."""
    wanted = terms(query)
    if not wanted:
        return false()
    if _is_sqlite(db_session):
        found, expression = _SESSIONS_SQLITE, _fts5(wanted, user_id)
    else:
        found, expression = _SESSIONS_POSTGRES, _tsquery(wanted, user_id)
    return ChatSession.id.in_(text(found).bindparams(expression=expression).columns(ChatSession.id))


def _is_sqlite(db_session: Session) -> bool:
    return db_session.get_bind().dialect.name == "sqlite"


def _fts5(wanted: list[list[str]], user_id: int) -> str:
    body = " AND ".join(f'"{" ".join(term)}" *' for term in wanted)
    return f'owner : "{user_id}" AND body : ({body})'


def _tsquery(wanted: list[list[str]], user_id: int) -> str:
    body = (" <-> ".join([*(f"'{word}'" for word in term[:-1]), f"'{term[-1]}':*"]) for term in wanted)
    return " & ".join([_owner(user_id), *(f"({term})" for term in body)])


def _tsvector(words: list[str]) -> str:
    return " ".join(f"'{word}':{min(place, _MAX_POSITION)}" for place, word in enumerate(words, start=1))


def _owner(user_id: int) -> str:
    return f"'_{user_id}'"  # no word begins so
