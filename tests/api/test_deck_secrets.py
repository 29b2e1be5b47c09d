"""What is nobody else's business is in no part of a deck's files, nor in an answer about it."""

import io
import re
import zipfile
from collections.abc import Iterator

import pypdf
import pytest
from pypdf.generic import StreamObject
from sqlalchemy import update

import db.participants
from db.engine import Database
from db.models import ChatSession, Message, SessionFile, utc_now
from services.decks.files import DeckFormat
from services.trips.trips import TripService
from tests.helpers.api import client
from tests.helpers.pdfs import words
from tests.helpers.review_secrets import NUMBER, SEEN, planted
from tests.helpers.reviews import Reviews

SECRET = re.compile(rf"\bmark \w|{NUMBER // 1000}", re.IGNORECASE)


def planted_trip(database: Database, reviews: Reviews, user_id: int, session_id: int) -> int:
    """Put a session into a trip with a mark in every private place, and return the trip's id."""
    need = {"kind": "medical", "text": "mark need", "hard": True}
    brief = {
        "where": ["Lisbon"],
        "purpose": "A weekend of fado",
        "travellers": [{"label": f"mark label {number}", "band": "adult", "needs": [need]} for number in range(2)],
        "tell_needs": False,
        "notes_private": "mark notes",
    }
    trip_id = reviews.trip(user_id, "mark earlier title", where=["mark earlier place"], notes_private="mark earlier")
    TripService(database).change(trip_id, user_id=user_id, title="Fado", brief=brief)
    reviews.trip(user_id, "mark another trip", purpose="mark another purpose")
    with database.begin() as db_session:
        db_session.execute(update(ChatSession).where(ChatSession.id == session_id).values(trip_id=trip_id))
        db.participants.settle(db_session, [session_id])
        file = {"name": "tickets.txt", "media_type": "text/plain", "size": 1, "content": b"mark content of a file"}
        db_session.add(SessionFile(trip_id=trip_id, user_id=user_id, **file))
    return trip_id


def parts(content: bytes) -> Iterator[bytes]:
    """Yield every part of a file, those in workbooks in it too, and what each says without its markup."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            yield name.encode()
            if part.startswith(b"PK"):
                yield from parts(part)
            else:
                yield part
                yield re.sub(rb"<[^>]*>", b"", part)


def streams(content: bytes) -> Iterator[bytes]:
    """Yield every object of a PDF, streams as they are once unpacked."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    for number in reader.xref[0]:
        found = reader.get_object(pypdf.generic.IndirectObject(number, 0, reader))
        yield found.get_data() if isinstance(found, StreamObject) else repr(found).encode()
    yield repr(reader.metadata).encode()
    yield words(content).encode()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["session", "trip"])
def test_marked_secrets_are_in_no_file_and_no_answer(database, services, address, user_id, kind):
    reviews = Reviews(database, now=utc_now())
    secret = services.tokens.create(user_id=user_id, name="test").secret
    session_id = planted(database, reviews, user_id)
    trip_id = planted_trip(database, reviews, user_id, session_id)
    place = f"/sessions/{session_id}" if kind == "session" else f"/trips/{trip_id}"
    with database.read() as db_session:
        message_ids = [str(one) for one in db_session.scalars(Message.__table__.select()).all()]
    with client(address, secret) as http:
        proposed = http.get(f"{place}/slides").text
        assert http.post(f"{place}/slides", json={"preset": "proposal"}).status_code == 201
        made = [http.get(f"{place}/slides{path}").text for path in ("", "/versions", "/refresh")]
        files = {one: http.post(f"{place}/export", json={"format": one}) for one in DeckFormat}

    assert {one.status_code for one in files.values()} == {200}
    shown = SEEN[-1].replace("*", "")
    assert shown in made[0] or "tram" in made[0]
    said = [
        *parts(files[DeckFormat.PPTX].content),
        *streams(files[DeckFormat.PDF].content),
        files[DeckFormat.MARKDOWN].content,
        files[DeckFormat.JSON].content,
    ]
    assert sum(b"tram" in one for one in said) >= len(DeckFormat)
    for text in [
        proposed,
        *made,
        *[one.decode("latin-1") for one in said],
        *[repr(one.headers) for one in files.values()],
    ]:
        assert not SECRET.search(text), SECRET.search(text)
    for one in said:
        assert not [message_id for message_id in message_ids if message_id.encode() in one]
