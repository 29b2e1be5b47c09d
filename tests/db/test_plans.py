"""No query of a list, a search or the background looks through a whole table."""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

import db.assistants
import db.audit
import db.comments
import db.customers
import db.files
import db.invitations
import db.memories
import db.messages
import db.outbox
import db.path_ends
import db.people
import db.replies
import db.resets
import db.reviews
import db.room
import db.search
import db.sessions
import db.sides
import db.stamps
import db.templates
import db.threads
import db.tokens
import db.trip_files
import db.trip_names
import db.trip_sessions
import db.trips
import db.usage
import db.users
from db.assistants import Whose
from db.engine import Database
from db.models import AuditAction, Message, utc_now

DAY = date(2026, 11, 1)
AUDIT: dict[str, Any] = {"username": None, "actions": (), "since": None, "until": None, "before": None, "limit": 50}

QUERIES: dict[str, Callable[[Session], object]] = {
    "recent": lambda s: db.sessions.page(s, pinned=False, limit=20, user_id=1),
    "next page": lambda s: db.sessions.page(s, pinned=False, limit=20, before=(utc_now(), 5), user_id=1),
    "pinned": lambda s: db.sessions.page(s, pinned=True, limit=20, user_id=1),
    "any": lambda s: db.sessions.page(s, limit=20, before=(utc_now(), 5), user_id=1),
    "title and end": lambda s: db.sessions.title_and_end(s, 1, user_id=1),
    "titles": lambda s: db.sessions.titles(s, [1, 2], user_id=1),
    "first of planner": lambda s: db.messages.first_of_planner(s, 1, user_id=1),
    "templates": lambda s: db.templates.of_user(s, user_id=1, limit=100),
    "count templates": lambda s: db.templates.count(s, user_id=1),
    "template": lambda s: db.templates.get_visible(s, 1, user_id=1),
    "first whole reply": lambda s: db.messages.first_whole_reply_id(s, 1, user_id=1),
    "by chat name": lambda s: db.sessions.by_chat_name(s, "a", user_id=1),
    "imported": lambda s: db.sessions.imported(s, ["chatgpt:1", "sample:lisbon"], user_id=1),
    "has any": lambda s: db.sessions.has_any(s, user_id=1),
    "in session": lambda s: db.messages.in_session(s, 1, limit=30, before_id=5, user_id=1),
    "untold": lambda s: db.messages.untold(s, 1),
    "mark told": lambda s: db.messages.mark_told(s, [1, 2]),
    "count unfinished": lambda s: db.messages.count_unfinished(s, user_id=1),
    "signed in": lambda s: db.users.active_signed_in(s, user_id=1, at=utc_now()),
    "signed in by name": lambda s: db.users.active_signed_in(s, username="ada", at=utc_now()),
    "next page of the audit": lambda s: db.audit.page(s, **AUDIT | {"before": (utc_now(), 5)}),
    "audit of a time": lambda s: db.audit.page(s, **AUDIT | {"since": utc_now(), "until": utc_now()}),
    "audit of one user": lambda s: db.audit.page(s, **AUDIT | {"username": "ada"}),
    "old audit": lambda s: db.audit.has_older(s, than=utc_now()),
    "audit of a trip": lambda s: db.audit.of_trip(
        s, 1, actions=(AuditAction.UNSHARE_TRIP, AuditAction.HAND_OVER_TRIP), limit=5
    ),
    "audit pruned": lambda s: db.audit.prune(s, before=utc_now(), limit=500),
    "people": lambda s: db.people.page_all_or_active(s, words="", role=None, disabled=None, after="ada", limit=50),
    "issuers of people": lambda s: db.people.issuers(s, [1, 2]),
    "names of people": lambda s: db.people.called(s, [1, 2]),
    "invitations": lambda s: db.invitations.page(s, before=5, limit=50),
    "invitation": lambda s: db.invitations.by_hash(s, "x"),
    "link for a new password": lambda s: db.resets.user_id_of(s, "x", now=utc_now()),
    "links of a user": lambda s: db.resets.count_since(s, 1, since=utc_now()),
    "token": lambda s: db.tokens.valid_of_active(s, "x", now=utc_now()),
    "tokens": lambda s: db.tokens.of_user(s, user_id=1),
    "summary": lambda s: db.sessions.summary(s, 1, user_id=1),
    "latest": lambda s: db.sessions.latest_id(s, user_id=1),
    "name of a trip": lambda s: db.trip_names.get_visible(s, 1, user_id=1),
    "titles of trips": lambda s: db.trip_names.titles(s, [1, 2], user_id=1),
    "latest trips": lambda s: db.trip_names.latest(s, user_id=1, limit=5, beside=1),
    "sessions of a trip, for one": lambda s: db.sessions.page(s, user_id=1, trip_id=2, limit=5),
    "customers of sessions": lambda s: db.trip_names.customers_of_sessions(s, [1, 2], user_id=1),
    "marks": lambda s: db.sessions.marks(s, user_id=1),
    "by client id": lambda s: db.messages.by_client_id(s, "a", user_id=1),
    "unfinished": lambda s: db.messages.unfinished(s, 1, user_id=1),
    "newest reply": lambda s: db.messages.newest_reply(s, 1, user_id=1),
    "path": lambda s: db.messages.path(s, 1, limit=30, user_id=1),
    "path ids": lambda s: db.messages.path_ids(s, 1, down_to=2, user_id=1),
    "not in the index": lambda s: db.search.put_missing(s, [1, 2]),
    "titles for the index": lambda s: db.search.put_titles(s, [1, 2]),
    "end of a version": lambda s: db.path_ends.get(s, 1, user_id=1),
    "ends of versions": lambda s: db.path_ends.of_session(s, 1, user_id=1),
    "removed end of a version": lambda s: db.path_ends.remove(s, Message(id=1, session_id=2, parent_id=3)),
    "replies to": lambda s: db.messages.replies_to(s, 1, user_id=1),
    "asked": lambda s: db.replies.asked(s, 1),
    "free": lambda s: db.replies.free(s, limit=256, until=utc_now()),
    "leases": lambda s: db.replies.leases(s),
    "waiting": lambda s: db.replies.count_waiting(s),
    "is there": lambda s: db.replies.is_there(s, 1),
    "held": lambda s: db.replies.lock_held(s, {1: 1, 2: 1}),
    "search": lambda s: db.search.find(s, "lisbon 北京", limit=20, user_id=1),
    "due": lambda s: db.outbox.any_due(s, backend="demo", now=utc_now()),
    "take due": lambda s: db.outbox.lock_due(s, backend="demo", now=utc_now(), hold=timedelta(minutes=1)),
    "use of one": lambda s: db.usage.of_user(s, user_id=1, start=DAY, end=DAY),
    "use of all": lambda s: db.usage.of_everybody(s, start=DAY, end=DAY),
    "use by person": lambda s: db.usage.by_person(s, start=DAY, end=DAY, limit=500),
    "spent": lambda s: db.usage.spent(s, user_id=1, start=DAY, end=DAY),
    "memories being written": lambda s: db.memories.pending(s, Whose(1), limit=20),
    "memories of a customer being written": lambda s: db.memories.pending(s, Whose(1, 2), limit=20),
    "memories of one question": lambda s: db.memories.pending_from(s, 1, limit=20),
    "settle": lambda s: db.memories.settle(s, 1, "a"),
    "settle all": lambda s: db.memories.settle_all(s, Whose(1)),
    "settle all of a customer": lambda s: db.memories.settle_all(s, Whose(1, 2)),
    "sources": lambda s: db.memories.sources(s, ["a", "b"], Whose(1), user_id=1, backend="demo"),
    "sources of a customer": lambda s: db.memories.sources(s, ["a", "b"], Whose(1, 2), user_id=1, backend="demo"),
    "memories of a message": lambda s: db.memories.of_message(s, 1, backend="demo"),
    "forget memories": lambda s: db.memories.forget(s, Whose(1), backend="demo", memory_ids=["a"]),
    "forget all memories": lambda s: db.memories.forget(s, Whose(1), backend="demo"),
    "forget all of a customer": lambda s: db.memories.forget(s, Whose(1, 2), backend="demo"),
    "assistant": lambda s: db.assistants.read(s, Whose(1), backend="demo"),
    "assistant of a customer": lambda s: db.assistants.read(s, Whose(1, 2), backend="demo"),
    "threads": lambda s: db.threads.ending_at(s, 1, {2, None}, customer_id=3),
    "threads of no customer": lambda s: db.threads.ending_at(s, 1, {2}, customer_id=None),
    "owner of a customer": lambda s: db.sides.whose(s, 2, owner_id=1),
    "visible customer": lambda s: db.sides.visible_customer(s, 2, user_id=1),
    "access to a trip": lambda s: db.sides.may_write_in_visible(s, 2, user_id=1),
    "brief of then": lambda s: db.replies.brief_then(s, 1, "x"),
    "note brief": lambda s: db.sessions.note_brief(s, 1, trip_id=2, content_hash="x"),
    "told after": lambda s: db.sessions.told_after(s, 1),
    "files": lambda s: db.files.of_session(s, 1, user_id=1),
    "files of messages": lambda s: db.files.of_messages(s, [1, 2], user_id=1),
    "names of files": lambda s: db.files.names_with(s, 1),
    "files in thread": lambda s: db.files.in_thread(s, 1, 2),
    "room of files": lambda s: db.room.file_bytes(s, user_id=1),
    "begun since": lambda s: db.sessions.begun_since(s, utc_now(), user_id=1, number=10),
    "room of everybody": lambda s: db.room.by_person(s, order="bytes", limit=50),
    "copies": lambda s: db.files.copies(s, [1, 2]),
    "copies with threads": lambda s: db.files.copies_with_threads(s, 1),
    "documents": lambda s: db.files.documents(s, [1]),
    "reviews": lambda s: db.reviews.page(s, user_id=1, now=utc_now(), limit=50),
    "reviews of a session": lambda s: db.reviews.page(s, user_id=1, now=utc_now(), session_id=1, limit=200),
    "reviews of a trip": lambda s: db.reviews.page(s, user_id=1, now=utc_now(), trip_id=1, limit=200),
    "open reviews": lambda s: db.reviews.page(s, user_id=1, now=utc_now(), ended=False, states=["open"], limit=50),
    "review": lambda s: db.reviews.get_visible(s, 1, user_id=1),
    "held review": lambda s: db.reviews.lock_visible(s, 1, user_id=1),
    "links of a session": lambda s: db.reviews.count(s, session_id=1),
    "links of a trip": lambda s: db.reviews.count(s, trip_id=1),
    "links of a trip to see": lambda s: db.reviews.count_visible(s, user_id=1, trip_id=1),
    "open links of a trip to see": lambda s: db.reviews.count_visible(s, user_id=1, trip_id=1, open_at=utc_now()),
    "links of a trip handed over": lambda s: db.reviews.hand_over(s, 1, from_id=1, to_id=2),
    "links of a trip's sessions handed over": lambda s: db.reviews.hand_over(
        s, 1, from_id=1, to_id=2, of_sessions=True
    ),
    "open links of a member": lambda s: db.reviews.count_open_of(s, 1, user_id=1, now=utc_now()),
    "links of a member end": lambda s: db.reviews.end(s, 1, of_id=1, why="Bob left.", at=utc_now()),
    "links of a member to sessions end": lambda s: db.reviews.end(
        s, 1, of_id=1, why="Bob left.", at=utc_now(), of_sessions=True
    ),
    "links to a trip that show something": lambda s: db.reviews.showing(s, 1, sha256="x"),
    "title of a link": lambda s: db.reviews.title(s, 1),
    "link": lambda s: db.reviews.active_by_token(s, "x", now=utc_now()),
    "held link": lambda s: db.reviews.lock_active_by_token(s, "x", now=utc_now()),
    "changed reviews": lambda s: db.reviews.changed_of_active(s, [1, 2], now=utc_now()),
    "changed for planners": lambda s: db.reviews.changed_for(s, [1, 2]),
    "news of reviews": lambda s: db.reviews.news(s, user_id=1),
    "review versions": lambda s: db.reviews.versions(s, [1, 2]),
    "reader": lambda s: db.reviews.reader(s, 1, "x"),
    "readers": lambda s: db.reviews.count_readers(s, 1),
    "silent reader": lambda s: db.reviews.forget_silent_reader(s, 1),
    "comment": lambda s: db.comments.get(s, 1, review_id=1),
    "comments": lambda s: db.comments.count(s, 1),
    "comments of a reader": lambda s: db.comments.count(s, 1, reader_id=1),
    "comment threads": lambda s: db.comments.threads(s, [1], internal=False, limit=20, anchor="1"),
    "threads of links": lambda s: db.comments.threads(s, [1, 2], internal=True, limit=20, unresolved=True),
    "answers": lambda s: db.comments.answers(s, [1, 2], internal=False),
    "comments by message": lambda s: db.comments.count_threads(s, [1, 2], internal=True, unresolved=True),
    "comments of a visit": lambda s: db.comments.count_threads(s, [1], internal=False),
    "newer comments": lambda s: db.comments.newer(s, 1, than=5, but_of=1, limit=100),
    "latest comment": lambda s: db.comments.latest_id(s, 1),
    "open comments": lambda s: db.comments.count_open(s, 1),
    "decisions": lambda s: db.reviews.decisions(s, [1, 2]),
    "count decisions": lambda s: db.reviews.count_decisions(s, 1),
    "decisions of a reader": lambda s: db.reviews.count_decisions_of(s, 1, version_id=1),
    "mail of reviews": lambda s: db.reviews.lock_due_mail(s, now=utc_now(), hold_until=utc_now()),
    "mailed": lambda s: db.reviews.mailed(s, 1, changed=1, at=utc_now(), next_at=utc_now()),
    "trip": lambda s: db.trips.get_visible(s, 1, user_id=1),
    "held trip": lambda s: db.trips.lock_visible(s, 1, user_id=1),
    "page of a trip's sessions": lambda s: db.sessions.page(s, trip_id=1, user_id=1, limit=20, before=(utc_now(), 5)),
    "trip of a session": lambda s: db.trips.of_session(s, 1),
    "trips": lambda s: db.trips.page(s, user_id=1, limit=20),
    "next trips": lambda s: db.trips.page(s, user_id=1, limit=20, after=(utc_now(), 5)),
    "trips by title": lambda s: db.trips.page(s, user_id=1, limit=20, by_title=True),
    "next trips by title": lambda s: db.trips.page(s, user_id=1, limit=20, by_title=True, after=("a", 5)),
    "trips with words": lambda s: db.trips.page(s, user_id=1, limit=20, words="Lisbon"),
    "trips of a customer": lambda s: db.trips.page(s, user_id=1, limit=20, customer_id=1),
    "trips booked": lambda s: db.trips.page(s, user_id=1, limit=20, status="booked"),
    "owned trips": lambda s: db.trips.count_owned(s, user_id=1),
    "trip was used": lambda s: db.trips.mark_used(s, 1, at=utc_now()),
    "archived trips": lambda s: db.trips.set_archived(s, [1, 2], user_id=1, archived=True),
    "members of a trip": lambda s: db.trips.members(s, 1),
    "member of a trip": lambda s: db.trips.member(s, 1, user_id=1),
    "count members of trips": lambda s: db.trips.count_members(s, [1, 2]),
    "member leaves a trip": lambda s: db.trips.remove_member(s, 1, user_id=1),
    "revision of a trip": lambda s: db.trips.revision(s, 1, 2),
    "revisions of a trip": lambda s: db.trips.revisions(s, 1, limit=20, before=5),
    "sessions of a trip": lambda s: db.trips.session_ids(s, 1),
    "held sessions of a trip": lambda s: db.trip_sessions.lock_session_ids(s, 1),
    "sessions to move to a trip": lambda s: db.trip_sessions.lock_own_sessions(s, [1, 2], user_id=1),
    "count sessions of a trip": lambda s: db.trip_sessions.count_sessions(s, 1, user_id=1),
    "count files of a trip": lambda s: db.trip_sessions.count_files(s, 1),
    "count files in a trip": lambda s: db.trip_sessions.count_session_files(s, 1),
    "writers in a trip": lambda s: db.trip_sessions.writers(s, 1, [1, 2]),
    "count links in a trip": lambda s: db.trip_sessions.count_links(s, 1),
    "deleted trip": lambda s: db.trip_sessions.lock_deleted(s, 1, user_id=1),
    "trips to remove": lambda s: db.trip_sessions.deleted(s, before=utc_now(), limit=20),
    "trip to remove": lambda s: db.trip_sessions.lock_removable(s, 1),
    "sessions left by a trip": lambda s: db.trip_sessions.leave_sessions(s, 1),
    "sessions removed with a trip": lambda s: db.trip_sessions.remove_sessions(s, [1, 2]),
    "trip removed": lambda s: db.trip_sessions.remove(s, 1),
    "files of a trip": lambda s: db.trip_files.of_trip(s, 1),
    "file of a trip": lambda s: db.trip_files.get(s, 1, trip_id=1),
    "names of a trip's files": lambda s: db.trip_files.names(s, 1),
    "copies of a trip's files": lambda s: db.trip_files.copies(s, 1),
    "copies of one of a trip's files": lambda s: db.trip_files.copies(s, 1, file_id=1),
    "copies of a trip's files in sessions": lambda s: db.trip_files.copies(s, 1, session_ids=[1, 2]),
    "customer": lambda s: db.customers.get_visible(s, 1, user_id=1),
    "held customer": lambda s: db.customers.lock_own(s, 1, user_id=1),
    "customer for a trip": lambda s: db.customers.lock_own_for_trip(s, 1, user_id=1),
    "customers": lambda s: db.customers.page(s, user_id=1, limit=20),
    "next customers": lambda s: db.customers.page(s, user_id=1, limit=20, after=("a", 5)),
    "customers with words": lambda s: db.customers.page(s, user_id=1, limit=20, words="ann"),
    "names of customers": lambda s: db.customers.names(s, [1, 2], user_id=1),
    "count customers": lambda s: db.customers.count_own(s, user_id=1),
    "count trips of a customer": lambda s: db.customers.count_trips(s, 1),
    "held trips of a customer": lambda s: db.customers.lock_trip_ids(s, 1),
    "held sessions of a customer": lambda s: db.customers.lock_session_ids(s, 1),
    "threads about a customer": lambda s: db.customers.threads(s, 1, [1, 2]),
    "documents about a customer": lambda s: db.customers.documents(s, [1, 2]),
    "assistants of a customer": lambda s: db.customers.assistants(s, 1),
    "customer removed": lambda s: db.customers.remove(s, 1),
    "stamps of trip members": lambda s: db.stamps.note_trip(s, 1),
    "stamps of trips of a customer": lambda s: db.stamps.note_customer(s, 1),
    "stamps of who sees sessions": lambda s: db.stamps.note_sessions(s, [1, 2]),
    "stamps": lambda s: db.stamps.of_planners(s, [1, 2]),
    "delete": lambda s: db.sessions.remove(s, [1], user_id=1),
}


Asked = list[tuple[str, str, Any]]


def ask(database: Database, db_session: Session, names: Iterable[str]) -> Asked:
    """Ask these queries; return the name, the statement and the parameters of each statement they are made of."""
    asked: Asked = []
    for name in names:

        def note(_connection, _cursor, statement, parameters, _context, _many, name=name):
            if not statement.startswith(("BEGIN", "PRAGMA")):
                asked.append((name, statement, parameters))

        event.listen(database.engine, "before_cursor_execute", note)
        QUERIES[name](db_session)
        event.remove(database.engine, "before_cursor_execute", note)
    return asked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_queries_use_an_index_on_sqlite(database):
    with database.begin() as db_session:
        asked = ask(database, db_session, QUERIES)
        connection = db_session.connection()
        plans = [
            (name, step)
            for name, statement, parameters in asked
            for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]

    assert {name for name, _ in plans} == set(QUERIES)
    assert [(name, step) for name, step in plans if step.startswith("SCAN") and not allowed(step)] == []


SHARED = [name for name in QUERIES if re.search("review|link|comment|decision|answer|reader|trip|customer", name)]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_queries_on_what_is_shared_can_use_an_index_on_postgres(database):
    """Where a table is as small as here PostgreSQL reads all of it, unless it is told not to."""
    with database.begin() as db_session:
        connection = db_session.connection()
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        asked = ask(database, db_session, SHARED)
        plans = [
            (name, "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)))
            for name, statement, parameters in asked
        ]

    assert {name for name, _ in plans} == set(SHARED)
    assert [(name, plan) for name, plan in plans if "Seq Scan" in plan] == []


def allowed(step: str) -> bool:
    """Partial indexes, the rows of a path or a search, and the text index are small or made for it.

    So are the sums by person, which an admin looks at, and the three indexes that they are made of.
    """
    small = ("_unfinished", "_unseen", "SCAN path", "SCAN found", "SCAN search_index", "CONSTANT ROW")
    indexes = ("files_of_user", "deck_pictures_of_user", "sessions_messages")
    summed = [f"COVERING INDEX {one}" for one in indexes] + ["SCAN files_of", "SCAN pictures_of", "SCAN sessions_of"]
    return any(part in step for part in (*small, *summed))
