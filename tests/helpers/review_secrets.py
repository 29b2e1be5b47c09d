"""A session and a trip with an unmistakable mark in every place that a link to them does not show."""

from typing import Any

from sqlalchemy import Integer, String, Table, update

import db.participants
from db.engine import Database
from db.models import Base, ChatSession, Customer, FollowUp, MemorySource, Message, Rating, SessionFile, User
from services.trips.trips import TripService
from tests.helpers.reviews import NOON, Reviews

SEEN = ("Four days in Lisbon, please.", "Walk up to the **castle**.", "Cheaper?", "Take the *tram*.")
# What a link shows, and what is no text of anybody's but says what a row is.
SHOWN = {"sessions": {"title"}, "messages": {"content", "role", "status"}, "users": {"name", "role", "provider"}}
SEEN_OF_BRIEF = ("Lisbon, Sintra", "A weekend of fado", "2 adults", "Tram 28")  # and that something is not known
NUMBER = 7_770_000_000  # of a column that holds a number, and its place is added


def marks(table: Table) -> dict[str, Any]:
    """Return an unmistakable value for every column of a table that a link does not show."""
    found: dict[str, Any] = {}
    for place, column in enumerate(table.columns):
        if column.primary_key or column.foreign_keys or column.name in SHOWN.get(table.name, ()):
            continue
        if isinstance(column.type, String):
            found[column.name] = f"mark {table.name} {column.name}"[: column.type.length]
        elif isinstance(column.type, Integer):
            found[column.name] = NUMBER + place if column.name.endswith(("_id", "_of", "micros")) else 777_000 + place
    return found


def parts(where: str) -> list[dict[str, Any]]:
    """Return a part of every kind that is nobody's business, and a source, which is shown."""
    private: list[dict[str, Any]] = [
        {"kind": "reasoning", "text": f"mark reasoning {where}", "at": 0},
        {"kind": "tool", "text": f"mark tool {where}", "call_id": f"mark call {where}", "at": 0}
        | {"input": f'{{"q": "mark input {where}"}}', "output": f"mark output {where}"},
        {"kind": "memory", "text": f"mark memory {where}", "call_id": f"mark memory id {where}", "at": 0},
        {"kind": "notice", "text": f"mark notice {where}", "at": 0},
        {"kind": "source", "text": "mark source", "url": "javascript:mark", "at": 0},
        {"kind": "of a later version", "text": f"mark later {where}"},
    ]
    return [*private, {"kind": "source", "text": "The tram", "url": "https://example.com/tram", "at": 0}]


def planted(database: Database, reviews: Reviews, user_id: int) -> int:
    """Make a session with a mark in every private place, and return its id."""
    session_id = reviews.session(user_id, SEEN, title="Lisbon in May")
    hidden = {"status": "complete", "user_id": user_id, "session_id": session_id}
    with database.begin() as db_session:
        shown = db_session.query(Message).where(Message.session_id == session_id).order_by(Message.id).all()
        question, reply, *_, last = shown
        another = {"role": "user", "content": "mark other version", "parent_id": reply.id, "parts": parts("other")}
        db_session.add(Message(**hidden, **another))
        regenerated = {"role": "assistant", "content": "mark regenerated", "parent_id": question.id}
        db_session.add(Message(**hidden, **regenerated, retry_of=reply.id))
        deleted = {"role": "user", "content": "mark deleted", "parent_id": last.id, "deleted_at": NOON}
        db_session.add(Message(**hidden, **deleted))
        for role in ("system", "tool"):
            said = Message(**hidden, role=role, content=f"mark said by {role}", parent_id=last.id)
            db_session.add(said)
            db_session.flush()
            last = said
        running = {"role": "assistant", "content": "mark running", "parent_id": last.id}
        db_session.add(Message(**(hidden | running | {"status": "running"})))
        db_session.flush()
        for one in shown:
            one.parts = parts("shown")
        of_session = {"session_id": session_id, "user_id": user_id}
        file = {"name": "mark file.txt", "media_type": "text/plain", "size": 1, "content": b"mark content of a file"}
        db_session.add(SessionFile(**of_session, message_id=question.id, **file))
        db_session.add(FollowUp(**of_session, text="mark waiting", client_message_id="mark waiting id"))
        db_session.add(MemorySource(user_id=user_id, backend="mark", memory_id="mark", message_id=question.id))
        db_session.flush()
        db_session.execute(
            update(ChatSession).where(ChatSession.id == session_id).values(**marks(_table("sessions")))
        )
        db.participants.change(db_session, [session_id], user_id=user_id, last_message_id=last.id)
        for one in shown:
            values = {"client_message_id": f"mark {one.id}", "run_id": "mark run"}
            db_session.execute(
                update(Message).where(Message.id == one.id).values(**(marks(_table("messages")) | values))
            )
            db_session.add(Rating(message_id=one.id, user_id=user_id, value=1, reason="mark reason"))
        unique = {"username": f"mark username {user_id}", "email": f"mark email {user_id}"}
        db_session.execute(update(User).where(User.id == user_id).values(**(marks(_table("users")) | unique)))
    reviews.session(user_id, ("mark another session", "mark another answer"), title="mark another title")
    return session_id


def planted_brief(database: Database, reviews: Reviews, user_id: int) -> int:
    """Make a trip with a mark in every private place, and return its id."""
    need = {"kind": "medical", "text": "mark need", "hard": True}
    adults = [{"label": f"mark label {number}", "band": "adult", "needs": [need]} for number in range(2)]
    known = {
        "where": ["Lisbon", "Sintra"],
        "purpose": "A weekend of fado",
        "must": [{"text": "Tram 28"}],
        "pace": None,
    }
    trip_id = reviews.trip(user_id, "mark earlier title", where=["mark earlier place"], notes_private="mark earlier")
    session_id = reviews.session(user_id, ("mark asked", "mark said"), title="mark session of the trip")
    private = {"travellers": adults, "notes_private": "mark notes", "tell_needs": False}
    customer = Customer(
        user_id=user_id, name="mark customer", contact="mark contact", language="de", notes="mark about them"
    )
    with database.begin() as db_session:
        db_session.add(customer)
        db_session.flush()
        customer_id = customer.id
        db_session.execute(update(ChatSession).where(ChatSession.id == session_id).values(trip_id=trip_id))
        file = {"name": "mark file.txt", "media_type": "text/plain", "size": 1, "content": b"mark content of a file"}
        db_session.add(SessionFile(trip_id=trip_id, user_id=user_id, **file))
        unique = {"username": f"mark username {user_id}", "email": f"mark email {user_id}"}
        db_session.execute(update(User).where(User.id == user_id).values(**(marks(_table("users")) | unique)))
    TripService(database).change(
        trip_id,
        user_id=user_id,
        title="Lisbon in May",
        status="proposed",
        customer_id=customer_id,
        brief=known | private,
    )
    reviews.trip(user_id, "mark another trip", purpose="mark another purpose")
    return trip_id


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
