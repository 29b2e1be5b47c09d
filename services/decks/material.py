"""What a deck is made of: a session's shown path, or a trip's brief and what its sessions hold. Nothing private."""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy.orm import Session

import db.decks
import db.messages
import db.trip_files
import db.trips
import db.users
from db.models import Message
from db.plain import Plain
from exports.decks.building.from_talk import Said, Talk, from_talk, plan_of
from exports.decks.building.from_trip import Held, TripMaterial, from_trip
from exports.decks.records import Deck, Preset, Slide
from services.decks.brands import brand_of
from services.decks.places import Place
from services.decks.proposals import of_reply, slides_in
from services.errors import NotPossibleError
from services.intake import web_address
from services.message_status import MessageStatus
from services.parts import SourcePart, known_parts
from travel.brief import known_brief

_MOST_MESSAGES = 200  # that are looked at, the latest
_MOST_SESSIONS = 40
_MOST_SOURCES = 60


def built_deck(
    db_session: Session,
    place: Place,
    preset: Preset,
    *,
    user_id: int,
    new_id: Callable[[], str],
    valid_until: date | None = None,
) -> Deck:
    """Return the deck that a session or trip makes now. Raises NotPossibleError where there is nothing in it yet."""
    brand = brand_of(db_session, place.owner_id)
    if place.of.kind == "trip":
        trip = _trip(db_session, place, user_id, brand.language)
        return from_trip(trip, preset, new_id=new_id, brand=brand, valid_until=valid_until)
    talk = _talk(db_session, place, user_id, brand.language)
    return from_talk(talk, preset, new_id=new_id, brand=brand, valid_until=valid_until)


def proposed_now(db_session: Session, place: Place, *, user_id: int, new_id: Callable[[], str]) -> dict[str, Slide]:
    """Return by its origin each slide that the assistant proposes in a session, as it was proposed last."""
    found: dict[str, Slide] = {}
    for row in _shown(db_session, place.leaf_id, user_id):
        for slide in slides_in(known_parts(row.parts)) if row.role == "assistant" else ():
            one = of_reply(slide, row.id, slide_id=new_id())
            found[one.origin or ""] = one
    return found


def _talk(db_session: Session, place: Place, user_id: int, language: str) -> Talk:
    rows = _shown(db_session, place.leaf_id, user_id)
    said = [Said(str(row.id), row.role, row.content) for row in rows]
    if not any(one.role == "assistant" for one in said):
        raise NotPossibleError("There is nothing to make slides of yet: this session has no finished answer.")
    return Talk(
        title=place.title,
        messages=said,
        sources=_sources(rows),
        planner=db.users.names(db_session, {place.owner_id})[place.owner_id],
        language=language,
    )


def _trip(db_session: Session, place: Place, user_id: int, language: str) -> TripMaterial:
    row = db.trips.get_visible(db_session, place.of.id, user_id=user_id)
    assert row is not None  # it was found
    sessions = db.decks.sessions_of_trip(db_session, place.of.id, user_id=user_id, limit=_MOST_SESSIONS)
    shown = [(one, _shown(db_session, one.last_message_id, user_id)) for one in sessions]
    return TripMaterial(
        title=place.title,
        brief=known_brief(row[0].brief),
        customer_name=row[2] or "",
        sessions=[_held(one.title, one.session_id, rows) for one, rows in shown],
        files=db.trip_files.names(db_session, place.of.id),
        sources=_sources([row for _, rows in shown for row in rows]),
        planner=db.users.names(db_session, {place.owner_id})[place.owner_id],
        language=language,
    )


def _held(title: str, session_id: int, rows: Sequence[Plain[Message]]) -> Held:
    plan = plan_of([Said(str(row.id), row.role, row.content) for row in rows])
    return Held(title, str(session_id), plan.text if plan else "", plan.id if plan else None)


def _shown(db_session: Session, leaf_id: int | None, user_id: int) -> Sequence[Plain[Message]]:
    """Return what an audience sees of a path, its latest messages: what somebody wrote, and whole answers."""
    if leaf_id is None:
        return []
    rows = db.messages.path(db_session, leaf_id, user_id=user_id, limit=_MOST_MESSAGES)
    return [
        row
        for row in rows
        if row.role == "user" or (MessageStatus(row.status) is MessageStatus.COMPLETE and row.content.strip())
    ]


def _sources(rows: Sequence[Plain[Message]]) -> list[tuple[str, str]]:
    """Return the pages that replies name, each once: title and address."""
    found = {
        url: part.title
        for row in rows
        if row.role == "assistant"
        for part in known_parts(row.parts)
        if isinstance(part, SourcePart) and (url := web_address(part.url))
    }
    return [(title, url) for url, title in found.items()][:_MOST_SOURCES]
