"""Writes everything in a database to one file, and restores such a file into a database of either kind.

The file is gzip-compressed JSON Lines, in ASCII: first what it is, then the rows, table by table in the order of
foreign keys and each table by its key, at last how many rows of each table there were, by which a file that was cut
off is known. The search index is not in it: it is made anew from titles and messages.
"""

import gzip
import json
import os
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Date, LargeBinary, Table, delete, insert, literal, select, text, update
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError
from sqlalchemy.orm import Session

import db.audit
import db.participants
import db.reviews
import db.search
from db.engine import Database
from db.migrate import known_revisions, newest_revision, revision, upgrade
from db.models import Base, ChatSession, Message, Participant, PathEnd, Rating, UtcDateTime, utc_now
from db.reviews import OpenLink

APP = "Backboard Travel-Bot"
FORMAT = 1
_AT_ONCE = 200  # rows in memory
_TABLES = Base.metadata.sorted_tables

# Columns of earlier versions that nothing reads any more: what they held is made anew when it is needed.
_GONE = {"sessions": {"backend", "thread_id"}}
# And those that moved into rows of their own: of the session's owner, but a rating is of who asked for the reply.
_MOVED = {
    "sessions": ("pinned", "archived", "unseen", "last_message_id"),
    "messages": ("rating", "rating_reason", "leaf_id"),
}

Row = dict[str, Any]


class BackupError(Exception):
    """A sentence that says why there is no backup, or why nothing was restored; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a file holds: the database of one moment, so many rows of each table."""

    made_at: datetime
    rows: Counter[str]


@dataclass(frozen=True, slots=True)
class Restored(Backup):
    """What was put into a database, and the links to reviews that open something now.

    *opened_again* are those that did not open so just before: since the backup was made they were revoked, or got
    another address or passcode, or are gone. None: the database was empty, and nobody knows.
    """

    open_links: tuple[OpenLink, ...]
    opened_again: tuple[OpenLink, ...] | None


def back_up(database: Database, file: Path, *, force: bool = False) -> Backup:
    """Write all tables to *file*, as they are at one moment; others may go on writing meanwhile.

    The file appears when it is whole, for its owner alone to read. Raises BackupError where it is already there,
    unless *force* is given, OSError where it cannot be written, and DatabaseUnavailableError.
    """
    partial = file.with_name(f"{file.name}.partial")
    for path in (file, partial):
        if path.exists() and not force:
            raise BackupError(f"{path} is already there. --force writes over it.")
    partial.unlink(missing_ok=True)
    with open(partial, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as raw:
        try:
            with gzip.GzipFile("", "wb", 6, raw) as packed, database.snapshot() as db_session:
                backup = _write(db_session, packed)
            raw.flush()
            os.fsync(raw.fileno())
            partial.replace(file)
        except BaseException:  # nobody wants half of it, not even who pressed Ctrl+C
            partial.unlink()
            raise
    _sync(file.absolute().parent)
    return backup


def restore(database: Database, file: Path, *, replace: bool = False) -> Restored:
    """Bring a database to the newest schema and put everything from *file* into it, all of it or nothing.

    Replies that were being written are free to be taken over, and none of them is asked for again: since the backup
    was made they may have been paid for. Raises BackupError for a file that is not a whole backup or too new, and
    where the database has rows already, unless *replace* is given: then those are deleted. Raises OSError where the
    file cannot be read, and DatabaseUnavailableError.
    """
    with gzip.open(file) as packed:
        lines = _lines(packed, file)
        made_at = _made_at(next(lines, None), file)
        with database.begin() as db_session:
            connection = db_session.connection()
            if (found := revision(connection)) is not None and found not in known_revisions():
                raise BackupError("The database belongs to a newer version of this app.")
            upgrade(connection)
            _keep_others_out(db_session)
            before = set(db.reviews.active_links(db_session, now=utc_now()))
            was_filled = _make_room(db_session, replace=replace)
            loaded = _load(db_session, _rows(lines, file), made_at, file)
            db.audit.take_over_earlier(connection)  # the file may be of before there were sign-outs
            open_links = tuple(db.reviews.active_links(db_session, now=utc_now()))
            again = tuple(one for one in open_links if one not in before) if was_filled else None
            return Restored(made_at, loaded, open_links, again)


def _write(db_session: Session, packed: gzip.GzipFile) -> Backup:
    connection = db_session.connection()
    found = revision(connection)
    if found != newest_revision():
        raise BackupError(
            "There is no database of this app here."
            if found is None
            else "The database has the schema of another version of this app. Start this one once: it migrates."
        )
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    backup = Backup(utc_now(), Counter({table.name: 0 for table in _TABLES}))
    _put(packed, {"app": APP, "format": FORMAT, "revision": found, "made_at": backup.made_at})
    for table in _TABLES:
        query = select(table).order_by(*table.primary_key).execution_options(yield_per=_AT_ONCE)
        for row in connection.execute(query).mappings():
            _put(packed, {"table": table.name, "row": dict(row)})
            backup.rows[table.name] += 1
    _put(packed, {"rows": backup.rows})
    return backup


def _put(packed: gzip.GzipFile, line: dict[str, Any]) -> None:
    packed.write(json.dumps(line, default=_as_json, separators=(",", ":")).encode("ascii") + b"\n")


def _as_json(value: object) -> str:
    if isinstance(value, date):  # or an instant
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(f"Nothing says how a {type(value).__name__} is written to a backup, and read by _readers.")


@cache
def _readers(table: Table) -> dict[str, Callable[[str], object]]:
    """Return how to read the columns that JSON has no type for."""
    kinds: dict[type, Callable[[str], object]] = {
        UtcDateTime: datetime.fromisoformat,
        Date: date.fromisoformat,
        LargeBinary: b64decode,
    }
    return {
        column.name: read for column in table.columns for kind, read in kinds.items() if isinstance(column.type, kind)
    }


def _sync(folder: Path) -> None:
    """Have the names in a folder written to the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _lines(packed: gzip.GzipFile, file: Path) -> Iterator[object]:
    first = True
    try:
        for line in packed:
            yield json.loads(line)
            first = False
    except (EOFError, zlib.error) as exc:
        raise _damaged(file) from exc
    except (gzip.BadGzipFile, ValueError) as exc:
        raise (_not_ours(file) if first else _damaged(file)) from exc


def _made_at(header: object, file: Path) -> datetime:
    """Return when a backup was made, if it is one that this version of the app can restore."""
    match header:
        case {"app": app, "format": int(version)} if app == APP and version > FORMAT:
            raise BackupError(f"{file} was made by a newer version of this app.")
        case {"app": app, "format": int(), "revision": str(found), "made_at": str(made_at)} if app == APP:
            if found not in known_revisions():
                raise BackupError(f"{file} was made by a newer version of this app.")
            with suppress(ValueError):
                return datetime.fromisoformat(made_at)
    raise _not_ours(file)


def _rows(lines: Iterator[object], file: Path) -> Iterator[tuple[Table, Row]]:
    """Yield the rows. Raises BackupError where the last line is missing or does not agree with them."""
    counted: Counter[str] = Counter()
    for line in lines:
        match line:
            case {"table": str(name), "row": dict(row)} if (table := Base.metadata.tables.get(name)) is not None:
                row = {column: value for column, value in row.items() if column not in _GONE.get(name, ())}
                known = {*table.columns.keys(), *_MOVED.get(name, ())}
                if not {*table.primary_key.columns.keys()} <= row.keys() <= known:
                    raise _damaged(file)
                counted[name] += 1
                yield table, row
            case {"rows": dict(rows)} if Counter(rows) == counted and next(lines, None) is None:
                return
            case _:
                break
    raise _damaged(file)


def _not_ours(file: Path) -> BackupError:
    return BackupError(f"{file} is not a backup of this app.")


def _damaged(file: Path) -> BackupError:
    return BackupError(f"{file} is cut off or damaged. Nothing was restored.")


def _keep_others_out(db_session: Session) -> None:
    """Let nobody write before the end of the transaction."""
    if db_session.get_bind().dialect.name == "postgresql":
        names = ", ".join(table.name for table in _TABLES)
        db_session.execute(text(f"SET LOCAL lock_timeout = '10s'; LOCK TABLE {names} IN EXCLUSIVE MODE"))


def _make_room(db_session: Session, *, replace: bool) -> bool:
    """Delete everything, if that is wanted; return whether there was anything."""
    filled = [t.name for t in _TABLES if db_session.execute(select(literal(1)).select_from(t).limit(1)).first()]
    if filled and not replace:
        raise BackupError(
            f"The database is not empty: there are rows in {', '.join(filled)}. --replace deletes all of them first."
        )
    for table in reversed(_TABLES):
        db_session.execute(delete(table))  # the search index forgets what goes
    return bool(filled)


def _load(db_session: Session, rows: Iterable[tuple[Table, Row]], made_at: datetime, file: Path) -> Counter[str]:
    """Write the rows and the search index; return how many rows of each table there are."""
    loaded = Counter({table.name: 0 for table in _TABLES})
    late: list[tuple[Table, Row]] = []
    try:
        for _, alike in groupby(rows, key=lambda found: (found[0].name, tuple(found[1]))):
            while some := list(islice(alike, _AT_ONCE)):
                table = some[0][0]
                values = [_read(db_session, table, row, made_at) for _, row in some]
                moved = [_take_moved(table, row) for row in values]
                if table.name == Participant.__tablename__ and not loaded[table.name]:
                    db_session.execute(delete(table))  # what the database made of the sessions
                late += [(table, reference) for row in values for reference in _take_late(table, row)]
                db_session.execute(insert(table), values)  # a column that the file does not have takes its default
                _put_moved(db_session, table, values, moved)
                loaded[table.name] += len(values)
        if not loaded[Participant.__tablename__]:  # what the database made of sessions that went with a trip
            gone = select(ChatSession.id).where(ChatSession.deleted_at.is_not(None))
            db_session.execute(delete(Participant).where(Participant.session_id.in_(gone)))
        _index_all(db_session)
        for table, reference in late:
            same = [column == reference.pop(column.name) for column in table.primary_key]
            db_session.execute(update(table).where(*same).values(reference))
    except (OperationalError, InterfaceError):
        raise
    except StatementError as exc:
        refusal = type(exc.orig).__name__  # its text may hold somebody's address
        raise BackupError(f"The database refuses what {file} holds ({refusal}). Nothing was restored.") from exc
    except (KeyError, TypeError, ValueError) as exc:
        raise _damaged(file) from exc
    return loaded


def _read(db_session: Session, table: Table, row: Row, made_at: datetime) -> Row:
    """Return the values of a line as the database takes them."""
    readers = _readers(table)
    values = {
        name: readers[name](value) if name in readers and value is not None else value for name, value in row.items()
    }
    if db_session.get_bind().dialect.name == "postgresql":  # it keeps no NUL in a text, as SQLite does
        values = {
            name: value.replace("\x00", "") if isinstance(value, str) else value for name, value in values.items()
        }
    if table.name == Message.__tablename__ and _unfinished(values):
        values |= {"lease_owner": None, "lease_until": None, "sent_at": values.get("sent_at") or made_at}
    return values


def _take_late(table: Table, values: Row) -> Iterator[Row]:
    """Take references to later rows of the same table out of *values*, and yield each with the row's key.

    Whatever a row refers to was made before it, but perhaps by a process whose clock, and so its ids, ran ahead.
    """
    for key in table.foreign_keys:
        name = key.parent.name
        if key.column.table is table and values.get(name) is not None and values[name] > values[key.column.name]:
            yield {column.name: values[column.name] for column in table.primary_key} | {name: values[name]}
            values[name] = None


def _take_moved(table: Table, values: Row) -> Row:
    """Take what an earlier version kept in a row, and this one keeps elsewhere, out of *values*, and return it."""
    return {name: values.pop(name) for name in _MOVED.get(table.name, ()) if name in values}


def _put_moved(db_session: Session, table: Table, rows: list[Row], moved: list[Row]) -> None:
    """Put what was taken out of these rows where this version keeps it."""
    for row, values in zip(rows, moved, strict=True):
        if table.name == ChatSession.__tablename__ and values:
            db.participants.change(db_session, [row["id"]], user_id=row["user_id"], **values)
        elif table.name == Message.__tablename__:
            _put_moved_of_message(db_session, row, values)


def _put_moved_of_message(db_session: Session, row: Row, values: Row) -> None:
    if values.get("rating") is not None:
        rating = {"value": values["rating"], "reason": values.get("rating_reason")}
        db_session.execute(insert(Rating).values(message_id=row["id"], user_id=row["user_id"], **rating))
    if values.get("leaf_id") is not None:
        owner = select(ChatSession.user_id).where(ChatSession.id == row["session_id"]).scalar_subquery()
        left = {"session_id": row["session_id"], "leaf_id": values["leaf_id"]}
        db_session.execute(insert(PathEnd).values(message_id=row["id"], user_id=owner, **left))


def _index_all(db_session: Session) -> None:
    """Make searchable every title, and each text that is no longer being written."""
    titles = select(ChatSession.id, ChatSession.title).execution_options(yield_per=_AT_ONCE)
    for some in db_session.execute(titles).partitions():
        for row in some:
            db.search.put(db_session, row.id, row.id, row.title)
    texts = select(Message.id, Message.session_id, Message.content, Message.status)
    for many in db_session.execute(texts.execution_options(yield_per=_AT_ONCE)).partitions():
        for one in many:
            if one.content and not _unfinished({"status": one.status}):
                db.search.put(db_session, one.id, one.session_id, one.content)


def _unfinished(message: Row) -> bool:
    return message["status"] in ("queued", "running")
