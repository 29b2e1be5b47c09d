"""Customers and trips as they stand in the database, and what the emulator was given for each of them."""

from collections import defaultdict
from typing import Any

import httpx

import db.sides
from db.engine import Database
from db.ids import new_id
from db.models import ChatSession, Customer, Trip, TripMember, TripRevision
from services.sessions.records import Accepted
from services.wiring import Services
from tests.helpers.services import Emulator, until_ended
from travel.brief import Brief, brief_values, content_hash

KEY = {"X-API-Key": "demo-key"}


def make_customer(database: Database, user_id: int, name: str = "Kowalski") -> int:
    """Make a customer of a planner's and return its id."""
    with database.begin() as db_session:
        customer = Customer(id=new_id(), user_id=user_id, name=name)
        db_session.add(customer)
        return customer.id


def make_trip(
    database: Database, user_id: int, customer_id: int | None = None, *, title: str = "Spring", **more: Any
) -> int:
    """Make a trip of a planner's and return its id."""
    with database.begin() as db_session:
        values = {"status": "draft", "brief": {}, "content_hash": "none", **more}
        trip = Trip(id=new_id(), user_id=user_id, customer_id=customer_id, title=title, **values)
        db_session.add(trip)
        db_session.flush()
        db_session.add(TripMember(user_id=user_id, trip_id=trip.id, access="owner", title=title))
        return trip.id


def write_brief(database: Database, trip_id: int, brief: Brief) -> None:
    """Give a trip another brief, and keep it as a revision."""
    with database.begin() as db_session:
        trip = db_session.get_one(Trip, trip_id)
        trip.brief, trip.content_hash, trip.rev = brief_values(brief), content_hash(trip.title, brief), trip.rev + 1
        kept = ("rev", "user_id", "title", "status", "customer_id", "brief", "content_hash")
        row = {name: getattr(trip, name) for name in kept}
        db_session.add(TripRevision(trip_id=trip_id, summary="Changed", **row))


def join(database: Database, trip_id: int, user_id: int, access: str) -> None:
    """Let a planner work on a trip, or view it."""
    with database.begin() as db_session:
        db_session.add(TripMember(user_id=user_id, trip_id=trip_id, access=access, title="Spring"))


def move(database: Database, session_id: int, trip_id: int | None, *, carry: bool = False) -> None:
    """Put a session into a trip, or into none."""
    with database.begin() as db_session:
        session = db_session.get_one(ChatSession, session_id, with_for_update=True)
        db.sides.move(db_session, session, trip_id, carry=carry)


def new_session_in(services: Services, database: Database, trip_id: int | None, *, user_id: int) -> int:
    """Begin a session in a trip and return its id."""
    session_id = services.sessions.create(user_id=user_id).id
    move(database, session_id, trip_id)
    return session_id


def say(services: Services, text: str, session_id: int, *, user_id: int) -> Accepted:
    """Send a message and wait until it is answered."""
    accepted = services.replies.send(text, user_id=user_id, client_message_id=f"m{new_id()}", session_id=session_id)
    until_ended(services, accepted.reply_id, user_id)
    return accepted


def given(emulator: Emulator) -> dict[str, str]:
    """Return, by the name of each assistant at Backboard, all that it was ever given or has said, as one text."""
    texts: dict[str, list[str]] = defaultdict(list)
    names = {}
    with httpx.Client(base_url=f"{emulator.base_url}/", headers=KEY) as http:
        for assistant in http.get("assistants", params={"limit": 200}).json():
            place = f"assistants/{assistant['assistant_id']}"
            name = names[assistant["assistant_id"]] = assistant["name"]
            threads = http.get(f"{place}/threads", params={"limit": 200}).json()
            memories = http.get(f"{place}/memories").json()["memories"]
            texts[name] += [str(one["content"]) for thread in threads for one in thread["messages"]]
            texts[name] += [one["content"] for one in memories]
            for thread in threads:
                documents = http.get(f"threads/{thread['thread_id']}/documents")
                if documents.status_code != 404:  # what was deleted is removed there in the background
                    texts[name] += [one["filename"] for one in documents.json()]
    for run in emulator.runs:
        if run["assistant_id"] in names:
            texts[names[run["assistant_id"]]] += [run["system_prompt"] or "", run["text"] or ""]
    return {name: "\n".join(said) for name, said in texts.items()}
