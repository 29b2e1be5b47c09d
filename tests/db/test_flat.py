"""The work of a list or a search follows what is shown, not what is in the tables. Counted, not timed."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, event, insert, select, text, update
from sqlalchemy.orm import Session

import db.customers
import db.files
import db.follow_ups
import db.memories
import db.messages
import db.participants
import db.path_ends
import db.ratings
import db.replies
import db.search
import db.session_table
import db.sessions
import db.stamps
import db.templates
import db.threads
import db.trip_files
import db.trip_names
import db.trip_sessions
import db.trips
import db.usage
from benchmarks.histories import COMMON, Account, account
from db.assistants import Whose
from db.engine import Database
from db.ids import new_id
from db.models import (
    ChatSession,
    FollowUp,
    Participant,
    PathEnd,
    SessionFile,
    SessionMember,
    Template,
    Trip,
    TripRevision,
    Usage,
    utc_now,
)
from tests.helpers.databases import SQLITE_IN_SOAK

SMALL, BIG = [(4, 12)] * 100, [(4, 12)] * 2_000  # sessions: messages, and words in each
SHOWN = 20
SOME = 10  # steps or pages: an index may be a level deeper


def table(db_session: Session, owner: Account, **wanted: Any) -> list[object]:
    return list(db.session_table.rows(db_session, user_id=owner.user_id, limit=SHOWN, **wanted))


def leaf(db_session: Session, owner: Account) -> int:
    found = db.participants.get(db_session, owner.session_id, user_id=owner.user_id)
    assert found is not None
    assert found.last_message_id is not None
    return found.last_message_id


def shown(db_session: Session, owner: Account) -> list[Any]:
    return list(db.messages.path(db_session, leaf(db_session, owner), user_id=owner.user_id, limit=30))


def trip(db_session: Session, owner: Account) -> int:
    found = db_session.scalar(select(ChatSession.trip_id).where(ChatSession.id == owner.session_id))
    assert found is not None
    return found


def ids(db_session: Session, owner: Account) -> list[int]:
    return [message.id for message in shown(db_session, owner)]


QUERIES: dict[str, Callable[[Session, Account], object]] = {
    "recent": lambda s, a: db.sessions.page(s, user_id=a.user_id, pinned=False, limit=SHOWN),
    "latest": lambda s, a: db.sessions.page(s, user_id=a.user_id, limit=SHOWN),
    "pinned": lambda s, a: db.sessions.page(s, user_id=a.user_id, pinned=True, limit=SHOWN),
    "archived": lambda s, a: db.sessions.page(s, user_id=a.user_id, archived=True, limit=SHOWN),
    "latest id": lambda s, a: db.sessions.latest_id(s, user_id=a.user_id),
    "marks": lambda s, a: db.sessions.marks(s, user_id=a.user_id),
    "imported": lambda s, a: db.sessions.imported(s, ["chatgpt:1", "sample:lisbon"], user_id=a.user_id),
    "has any": lambda s, a: db.sessions.has_any(s, user_id=a.user_id),
    "summary": lambda s, a: db.sessions.summary(s, a.session_id, user_id=a.user_id),
    "path": lambda s, a: db.messages.path(s, leaf(s, a), user_id=a.user_id, limit=30),
    "path ids": lambda s, a: db.messages.path_ids(s, leaf(s, a), user_id=a.user_id, down_to=0),
    "versions": lambda s, a: db.messages.versions(s, shown(s, a), user_id=a.user_id),
    "newest leaf": lambda s, a: db.messages.newest_leaf(s, ids(s, a)[0]),
    "by client id": lambda s, a: db.messages.by_client_id(s, "none", user_id=a.user_id),
    "read visible": lambda s, a: db.messages.read_visible(s, leaf(s, a), user_id=a.user_id),
    "newest reply": lambda s, a: db.messages.newest_reply(s, ids(s, a)[-2], user_id=a.user_id),
    "first of planner": lambda s, a: db.messages.first_of_planner(s, a.session_id, user_id=a.user_id),
    "first whole reply": lambda s, a: db.messages.first_whole_reply_id(s, a.session_id, user_id=a.user_id),
    "untold": lambda s, a: db.messages.untold(s, a.session_id),
    "asked": lambda s, a: db.replies.asked(s, ids(s, a)[-2]),
    "deleted": lambda s, a: db.messages.deleted(s, a.session_id),
    "files of session": lambda s, a: db.files.of_session(s, a.session_id, user_id=a.user_id),
    "files held": lambda s, a: db.files.read_of_session(s, a.session_id, user_id=a.user_id),
    "files of messages": lambda s, a: db.files.of_messages(s, ids(s, a), user_id=a.user_id),
    "files that wait": lambda s, a: db.files.of_follow_ups(s, a.session_id),
    "follow-ups": lambda s, a: db.follow_ups.in_session(s, a.session_id, user_id=a.user_id),
    "follow-up by client id": lambda s, a: db.follow_ups.by_client_id(s, "none", user_id=a.user_id),
    "threads": lambda s, a: db.threads.ending_at(s, a.session_id, ids(s, a), customer_id=None),
    "titles": lambda s, a: db.sessions.titles(s, [a.session_id], user_id=a.user_id),
    "title and end": lambda s, a: db.sessions.title_and_end(s, a.session_id, user_id=a.user_id),
    "visible ids": lambda s, a: db.sessions.lock_visible_ids(s, [a.session_id], user_id=a.user_id),
    "by chat name": lambda s, a: db.sessions.by_chat_name(s, "none", user_id=a.user_id),
    "templates": lambda s, a: db.templates.of_user(s, user_id=a.user_id, limit=100),
    "sources": lambda s, a: db.memories.sources(s, ["a", "b"], Whose(a.user_id), user_id=a.user_id, backend="demo"),
    "memories of message": lambda s, a: db.memories.of_message(s, leaf(s, a), backend="demo"),
    "replies to": lambda s, a: db.messages.replies_to(s, leaf(s, a), user_id=a.user_id),
    "in session": lambda s, a: db.messages.in_session(s, a.session_id, user_id=a.user_id, limit=30),
    "count unfinished": lambda s, a: db.messages.count_unfinished(s, user_id=a.user_id),
    "unfinished": lambda s, a: db.messages.unfinished(s, a.session_id, user_id=a.user_id),
    "memories being written": lambda s, a: db.memories.pending(s, Whose(a.user_id), limit=20),
    "search": lambda s, a: db.search.find(s, COMMON, user_id=a.user_id, limit=SHOWN),
    "search in vain": lambda s, a: db.search.find(s, "zebra", user_id=a.user_id, limit=SHOWN),
    "models": lambda s, a: db.session_table.models(s, user_id=a.user_id),
    **{f"table by {order}": partial(table, order=order) for order in db.session_table.ORDERS},
    "trips": lambda s, a: db.trips.page(s, user_id=a.user_id, limit=SHOWN),
    "latest trips": lambda s, a: db.trip_names.latest(s, user_id=a.user_id, limit=5),
    "trips by title": lambda s, a: db.trips.page(s, user_id=a.user_id, limit=SHOWN, by_title=True),
    "archived trips": lambda s, a: db.trips.page(s, user_id=a.user_id, limit=SHOWN, archived=True),
    "trip": lambda s, a: db.trips.get_visible(s, trip(s, a), user_id=a.user_id),
    "trip of a session": lambda s, a: db.trips.of_session(s, a.session_id),
    "members of a trip": lambda s, a: db.trips.members(s, trip(s, a)),
    "revisions of a trip": lambda s, a: db.trips.revisions(s, trip(s, a), limit=SHOWN),
    "sessions of a trip": lambda s, a: db.sessions.page(s, user_id=a.user_id, trip_id=trip(s, a), limit=SHOWN),
    "people": lambda s, a: db.participants.people(s, a.session_id, user_id=a.user_id),
    "mine": lambda s, a: db.participants.get(s, a.session_id, user_id=a.user_id),
    "ratings": lambda s, a: db.ratings.by_message(s, ids(s, a), user_id=a.user_id),
    "end of a version": lambda s, a: db.path_ends.get(s, ids(s, a)[0], user_id=a.user_id),
    "ends of versions": lambda s, a: db.path_ends.of_session(s, a.session_id, user_id=a.user_id),
    "contents of a trip": lambda s, a: db.trip_sessions.count_sessions(s, trip(s, a), user_id=a.user_id),
    "files of a trip": lambda s, a: db.trip_files.of_trip(s, trip(s, a)),
    "customers": lambda s, a: db.customers.page(s, user_id=a.user_id, limit=SHOWN),
    "stamps": lambda s, a: db.stamps.of_planners(s, [a.user_id]),
    "table of one model": partial(table, order="last_used", model="openai/gpt-4o"),
}


EMPTY = {"memories being written", "sources"}  # not even a page is looked at


def with_belongings(database: Database, owner: Account) -> Account:
    """Give every session a file, one that waits with its message, and a version left; the planner a few templates."""
    of_owner = {"user_id": owner.user_id}
    with database.begin() as db_session:
        for session_id, last_id in db_session.execute(
            select(Participant.session_id, Participant.last_message_id).where(Participant.user_id == owner.user_id)
        ).all():
            waiting = FollowUp(
                **of_owner, id=new_id(), session_id=session_id, text="Later", client_message_id=str(session_id)
            )
            db_session.add(waiting)
            db_session.add(PathEnd(**of_owner, session_id=session_id, message_id=last_id, leaf_id=last_id))
            for place in ({"message_id": last_id}, {"follow_up_id": waiting.id}):
                file = {"name": "brief.txt", "media_type": "text/plain", "size": 1, "content": b"a"}
                db_session.add(SessionFile(**of_owner, session_id=session_id, **place, **file))
        give_trips(db_session, owner)
        db_session.add_all(Template(**of_owner, name=f"Template {number}") for number in range(5))
    return owner


def with_shared(database: Database, owner: Account, colleague: Account, *, number: int = 50) -> Account:
    """Share sessions of a colleague with a planner."""
    with database.begin() as db_session:
        query = select(ChatSession.id).where(ChatSession.user_id == colleague.user_id).order_by(ChatSession.id)
        ids = db_session.scalars(query.limit(number)).all()
        db_session.add_all(SessionMember(session_id=one, user_id=owner.user_id, access="edit") for one in ids)
        db_session.flush()
        db.participants.settle(db_session, ids)
    return owner


def give_trips(db_session: Session, owner: Account) -> None:
    """Give the planner a trip for every four sessions, with these; one of them holds ten."""
    session_ids = db_session.scalars(
        select(ChatSession.id).where(ChatSession.user_id == owner.user_id).order_by(ChatSession.id)
    ).all()
    rows = [
        Trip(user_id=owner.user_id, title=f"Trip {number}", status="draft", brief={}, content_hash="0" * 64)
        for number in range(len(session_ids) // 4)
    ]
    for row in rows:
        db.trips.add(db_session, row, at=utc_now())
        left = {"summary": "Created", "title": row.title, "status": "draft", "brief": {}, "content_hash": ""}
        db_session.add(TripRevision(trip_id=row.id, rev=1, **left))
    held = dict(zip(session_ids, (row.id for row in rows for _ in range(4)), strict=True))
    held |= dict.fromkeys([owner.session_id, *session_ids[:9]], rows[-1].id)
    db_session.execute(update(ChatSession), [{"id": one, "trip_id": trip_id} for one, trip_id in held.items()])


@SQLITE_IN_SOAK
def test_a_big_account_is_no_more_work_than_a_small_one(database: Database):
    colleague = account(database, "colleague", SMALL, backend="demo", seed=3)
    small = with_belongings(database, account(database, "small", SMALL, backend="demo", seed=1))
    big = with_belongings(database, account(database, "big", BIG, backend="demo", seed=2))
    with_shared(database, big, colleague)
    work = work_on_sqlite if database.engine.dialect.name == "sqlite" else work_on_postgres
    if work is work_on_postgres:  # as its autovacuum does by itself, a minute later
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))

    counted = {name: [work(database, query, owner) for owner in (small, big)] for name, query in QUERIES.items()}

    assert {name for name, (least, _) in counted.items() if least == 0} <= EMPTY
    assert {name: found for name, found in counted.items() if found[1] > 1.2 * found[0] + SOME} == {}


def work_on_sqlite(database: Database, query: Callable[[Session, Account], object], owner: Account) -> int:
    """Return how many steps SQLite's machine took."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with database.read() as db_session:
        connection: Any = db_session.connection().connection.driver_connection
        connection.set_progress_handler(count, 1)
        query(db_session, owner)
        connection.set_progress_handler(None, 1)
    return steps


def work_on_postgres(database: Database, query: Callable[[Session, Account], object], owner: Account) -> int:
    """Return how many pages PostgreSQL touched."""
    asked: list[tuple[str, Any]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        asked.append((statement, parameters))

    with database.read() as db_session:
        event.listen(database.engine, "before_cursor_execute", note)
        query(db_session, owner)
        event.remove(database.engine, "before_cursor_execute", note)
        plans = [
            db_session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
            for statement, values in asked
        ]
        read = [plan.scalar_one()[0]["Plan"] for plan in plans]
    assert json.dumps(read).count("Shared Hit Blocks") >= len(asked)
    return sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in read)


MONTH_START, MONTH_END = date(2026, 11, 1), date(2026, 11, 30)
USE: dict[str, Callable[[Session, Account], object]] = {
    "month": lambda s, a: db.usage.spent(s, user_id=a.user_id, start=MONTH_START, end=MONTH_END),
    "days": lambda s, a: db.usage.of_user(s, user_id=a.user_id, start=MONTH_START, end=MONTH_END),
    "all days": lambda s, _: db.usage.of_everybody(s, start=MONTH_START, end=MONTH_END),
    "people": lambda s, _: db.usage.by_person(s, start=MONTH_START, end=MONTH_END, limit=500),
}


@SQLITE_IN_SOAK
def test_years_of_use_are_no_more_work_than_a_month(database: Database):
    work = work_on_sqlite if database.engine.dialect.name == "sqlite" else work_on_postgres
    owner = account(database, "small", SMALL[:1], backend="demo", seed=1)

    def counted(days: int) -> dict[str, int]:
        with database.begin() as db_session:
            first = MONTH_END - timedelta(days=days - 1)
            db_session.execute(delete(Usage))
            db_session.execute(
                insert(Usage),
                [
                    {"user_id": owner.user_id, "day": first + timedelta(days=day), "model": "a/b"}
                    for day in range(days)
                ],
            )
        if work is work_on_postgres:
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        return {name: work(database, query, owner) for name, query in USE.items()}

    month, years = counted(30), counted(3_000)

    assert {name: (month[name], years[name]) for name in USE if years[name] > 1.5 * month[name] + SOME} == {}
