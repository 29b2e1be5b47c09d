"""A session and a trip with something to make slides of, and who works on them."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

import db.participants
from db.engine import Database
from services.decks.brands import BrandService
from services.decks.decks import DeckService
from services.decks.pictures import DeckPictures
from services.decks.records import DeckOf
from services.decks.refreshing import DeckRefreshing
from services.sessions.files import FileShelf
from services.sessions.sessions import SessionService
from services.trips.members import TripMembers
from services.trips.trips import TripService
from tests.helpers.reviews import Reviews
from tests.helpers.services import make_user

PLAN = """# Four days in Lisbon

A calm city break.

## Day 1: Alfama

- Breakfast at the hotel
- Castle of São Jorge

## Day 2: Belém

- Jerónimos monastery

## What it costs

| Item | Price (EUR) |
|---|---:|
| Flights | 640.00 |
| Hotel | 712.50 |
| **Total** | **1,352.50** |
"""


def picture() -> bytes:
    """Return a picture as somebody sends it."""
    made = BytesIO()
    Image.new("RGB", (8, 8)).save(made, "PNG")
    return made.getvalue()


@dataclass
class Decks:
    """Everything that decks are made with, and a session of Ada's that Bob may change and Cleo may read."""

    database: Database
    reviews: Reviews
    decks: DeckService
    refreshing: DeckRefreshing
    pictures: DeckPictures
    brands: BrandService
    ada: int
    bob: int
    cleo: int
    eve: int
    trip_id: int
    session_id: int

    def say(self, *texts: str, **columns: Any) -> int:
        """Let the talk go on, for everybody who sees it; return the last message's id."""
        last_id = self.reviews.say(self.session_id, *texts, **columns)[-1]
        self.show(last_id)
        return last_id

    def show(self, last_id: int) -> None:
        """Let everybody see the talk up to a message."""
        with self.database.begin() as db_session:
            for user_id in (self.ada, self.bob, self.cleo):
                db.participants.change(db_session, [self.session_id], user_id=user_id, last_message_id=last_id)

    @property
    def session(self) -> DeckOf:
        return DeckOf("session", self.session_id)

    @property
    def trip(self) -> DeckOf:
        return DeckOf("trip", self.trip_id)


@pytest.fixture
def planning(database: Database, user_id: int) -> Decks:
    """Make a trip of three people with a session that holds a plan."""
    bob, cleo, eve = (make_user(database, name) for name in ("bob", "cleo", "eve"))
    brief = {"where": ["Lisbon"], "start": "2027-05-03", "end": "2027-05-07", "notes_private": "PRIVATE"}
    trip = TripService(database).create("Lisbon in May", user_id=user_id, brief=brief)
    for name, access in (("bob", "edit"), ("cleo", "view")):
        TripMembers(database).add(trip.id, name, user_id=user_id, access=access)
    sessions = SessionService(database, default_model="openai/gpt-4o")
    session_id = sessions.create(user_id=user_id, trip_id=trip.id).id
    planning = _with(database, Reviews(database), user_id, bob, cleo, eve, trip.id, session_id)
    planning.say("Four days in Lisbon, please", PLAN)
    return planning


def _with(database: Database, reviews: Reviews, *ids: int) -> Decks:
    decks = DeckService(database)
    return Decks(
        database=database,
        reviews=reviews,
        decks=decks,
        refreshing=DeckRefreshing(database, decks),
        pictures=DeckPictures(database, FileShelf(50_000_000)),
        brands=BrandService(database),
        **dict(zip(("ada", "bob", "cleo", "eve", "trip_id", "session_id"), ids, strict=True)),
    )
