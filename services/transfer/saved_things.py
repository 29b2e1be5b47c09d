"""Customers, trips and templates from a file of somebody's data, made fit to be stored, and stored once."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

import db.customers
import db.templates
import db.trips
from db.models import Template
from exports.sessions.records import SavedCustomer, SavedTrip
from exports.sessions.things import Kind, Saved, SavedTemplate
from services.errors import InvalidInputError
from services.texts import MAX_TITLE_CHARS, check_model, clean_instructions, clean_message, clean_title
from services.transfer.saved_trips import checked_customer, checked_trip, customer_of, own_id, trip_of

MAX_CUSTOMERS, MAX_TRIPS, MAX_TEMPLATES = 5_000, 10_000, 100  # of one planner
_MOST: dict[Kind, int] = {"customers": MAX_CUSTOMERS, "trips": MAX_TRIPS, "templates": MAX_TEMPLATES}
_IMPORTED = " (imported)"
_OPENING = ("instructions", "first_message", "model", "memory", "web_search")


def checked_things(things: Mapping[Kind, Sequence[Saved]]) -> dict[Kind, list[Saved]]:
    """Return those that can be stored, of each kind as many as a planner may have. What is no use is left out."""
    kept: dict[Kind, list[Saved]] = {}
    for kind, given in things.items():
        kept[kind] = []
        for thing in given[: _MOST[kind]]:
            with suppress(InvalidInputError):
                if checked := _checked(thing):
                    kept[kind].append(checked)
    return kept


def _checked(thing: Saved) -> Saved | None:
    match thing:
        case SavedCustomer():
            return checked_customer(thing)
        case SavedTrip():
            return checked_trip(thing)
    first_message = clean_message(thing.first_message) if thing.first_message.strip() else ""
    instructions = clean_instructions(thing.instructions) or ""
    if not first_message and not instructions:
        return None
    return replace(
        thing,
        name=clean_title(thing.name),
        instructions=instructions,
        first_message=first_message,
        model=_model(thing.model),
    )


def _model(given: str | None) -> str | None:
    with suppress(InvalidInputError):
        return check_model(given) if given else None
    return None


def room_for(db_session: Session, kind: Kind, user_id: int) -> int:
    """Return how many more of a kind a planner may have."""
    count = {"customers": db.customers.count_own, "trips": db.trips.count_owned, "templates": db.templates.count}
    return _MOST[kind] - count[kind](db_session, user_id=user_id)


def keep_thing(db_session: Session, kind: Kind, thing: Saved, user_id: int) -> bool:
    """Store a thing that was checked unless it is the planner's already; return whether it is new.

    Whoever calls holds the user.
    """
    match thing:
        case SavedCustomer():
            if _is_here(db_session, kind, thing.key, user_id):
                return False
            customer_of(db_session, thing, user_id)
        case SavedTrip():
            if _is_here(db_session, kind, thing.key, user_id):
                return False
            trip_of(db_session, thing, user_id)
        case _:
            return _keep_template(db_session, thing, user_id)
    return True


def _is_here(db_session: Session, kind: Kind, key: str, user_id: int) -> bool:
    find = db.customers.imported if kind == "customers" else db.trips.imported
    return find(db_session, key, own_id=own_id(key), user_id=user_id) is not None


def _keep_template(db_session: Session, thing: SavedTemplate, user_id: int) -> bool:
    """Store a template; one that says the same is the same, whatever it is called."""
    rows = db_session.scalars(select(Template).where(Template.user_id == user_id)).all()
    opening = {name: getattr(thing, name) for name in _OPENING}
    if any(all(getattr(row, name) == value for name, value in opening.items()) for row in rows):
        return False
    name, taken = thing.name, {row.name for row in rows}
    while name in taken and len(name) < MAX_TITLE_CHARS:
        name = f"{name[: MAX_TITLE_CHARS - len(_IMPORTED)]}{_IMPORTED}"[:MAX_TITLE_CHARS]
    if name in taken:
        return False
    db_session.add(Template(user_id=user_id, name=name, **opening))
    db_session.flush()
    return True
