"""Locks on PostgreSQL: all writers take them in one order, so that no two wait for each other."""

import threading
from collections.abc import Callable
from types import SimpleNamespace

import psycopg
import pytest

import db.trips
from db.models import (
    BackboardThread,
    Brand,
    ChatSession,
    Customer,
    Deck,
    FollowUp,
    Message,
    Review,
    Trip,
    Usage,
    utc_now,
)
from services.message_status import MessageStatus
from services.messages.follow_ups import FollowUpService
from services.replies.records import Ending, ReplySnapshot
from services.replies.replies import ReplyService
from services.replies.store import ReplyStore
from services.sessions.file_types import checked_file
from services.sessions.files import FileService, FileShelf
from services.sessions.sessions import SessionService
from services.usage.costs import CostService
from tests.helpers.lock_order import ORDER, out_of_order
from tests.helpers.services import until

MODEL = "openai/gpt-4o"
PLAN = checked_file("plan.txt", b"Two nights in Lisbon")

Write = Callable[[], object]


def unfinished(database, user_id: int) -> tuple[int, int]:
    """Make a session with something in every table that is locked; return its id and its unfinished reply's."""
    with database.begin() as db_session:
        customer = Customer(user_id=user_id, name="Weber")
        db_session.add(customer)
        db_session.flush()
        trip = Trip(
            user_id=user_id, customer_id=customer.id, title="Lisbon", status="draft", brief={}, content_hash="0" * 64
        )
        db.trips.add(db_session, trip, at=utc_now())
        session = ChatSession(user_id=user_id, trip_id=trip.id, title="Lisbon", model=MODEL)
        db_session.add(session)
        db_session.flush()
        here = {"session_id": session.id, "user_id": user_id}
        question = Message(role="user", status="complete", content="Hi", **here)
        db_session.add(question)
        db_session.flush()
        reply = Message(role="assistant", status="queued", parent_id=question.id, **here)
        waiting = FollowUp(text="And then?", client_message_id="next", created_at=utc_now(), **here)
        used = Usage(user_id=user_id, day=utc_now().date(), model=MODEL)
        thread = BackboardThread(session_id=session.id, backend="demo", thread_id="t")
        review = Review(user_id=user_id, session_id=session.id, audience="Customer", may="look", token_hash="0" * 64)
        slides = Deck(session_id=session.id, rev=0)
        look = Brand(user_id=user_id, settings={})
        db_session.add_all([reply, waiting, used, thread, review, slides, look])
        db_session.flush()
        return session.id, reply.id


def writes(database, user_id: int) -> dict[str, Write]:
    """Return what can be done to such a session, by name."""
    session_id, reply_id = unfinished(database, user_id)
    costs, shelf = CostService(database), FileShelf(1_000_000)
    store = ReplyStore(database, costs, owner="here", default_model=MODEL)
    (work,) = store.claim_free(1, set(), newborn=True)
    claims = SimpleNamespace(wake=lambda born=None: None, stop=lambda reply_id: None)
    replies = ReplyService(database, claims, None, costs=costs, shelf=shelf, default_model=MODEL)  # type: ignore[arg-type]
    sessions = SessionService(database, default_model=MODEL)
    snapshot = ReplySnapshot(reply_id, MessageStatus.COMPLETE, "Gladly.", (), None)
    mine = {"session_id": session_id, "user_id": user_id}
    return {
        "end": lambda: store.end(work, snapshot, Ending(MessageStatus.COMPLETE), None),
        "stop": lambda: replies.stop(reply_id, user_id=user_id),
        "wait": lambda: FollowUpService(database, replies, shelf).add(
            "More", client_message_id="more", files=[PLAN], **mine
        ),
        "add a file": lambda: FileService(database, shelf).add(session_id, "a.txt", b"Hello", user_id=user_id),
        "choose a model": lambda: sessions.change(session_id, model="openai/gpt-4.1", user_id=user_id),
        "delete": lambda: sessions.delete([session_id], user_id=user_id),
    }


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("name", ["end", "stop", "wait", "add a file", "choose a model", "delete"], ids=str)
def test_who_waits_for_a_session_holds_nothing_that_comes_after_it(database, database_url, user_id, name):
    write = writes(database, user_id)[name]
    address = database_url.replace("+psycopg", "")
    with psycopg.connect(address) as other, psycopg.connect(address, autocommit=True) as watching:
        other.execute("SELECT id FROM sessions FOR UPDATE")
        writing = threading.Thread(target=write)
        writing.start()
        waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        until(lambda: watching.execute(waits).fetchone(), what="it waits")
        held = [table for table in ORDER if not free(watching, table)]
        other.rollback()
        writing.join(20)

    assert held == ["sessions"]
    assert not writing.is_alive()


def free(connection: psycopg.Connection, table: str) -> bool:
    """Return whether nobody holds a row of a table; there has to be one."""
    try:
        return connection.execute(f"SELECT 1 FROM {table} FOR UPDATE NOWAIT").fetchone() is not None
    except psycopg.errors.LockNotAvailable:
        return False


@pytest.mark.parametrize(
    ("statements", "wrong"),
    [
        (["SELECT s.id \nFROM sessions AS s WHERE 1 FOR UPDATE", "UPDATE messages SET status=1"], None),
        (["UPDATE messages SET status=1", "UPDATE sessions SET title=1"], "sessions after messages"),
        (["SELECT m.id FROM messages JOIN sessions ON 1 FOR UPDATE OF sessions", "DELETE FROM threads"], None),
        (["SELECT id FROM users FOR NO KEY UPDATE", "SELECT id FROM sessions FOR UPDATE"], "sessions after users"),
        (["INSERT INTO usage (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a=1", "DELETE FROM threads"], "threads"),
        (["UPDATE users SET name=1", "INSERT INTO sessions (a) VALUES (1)", "UPDATE sessions SET a=1"], None),
        (["UPDATE users SET name=1", "SELECT id FROM sessions"], None),
    ],
    ids=str,
)
def test_order_of_locks_is_seen_in_what_is_said_to_the_database(statements, wrong):
    found = out_of_order(statements)

    assert (found is None) if wrong is None else (found or "").startswith(wrong)
