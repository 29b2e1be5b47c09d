"""How a planner's decks look: names, colours, font, language, and a logo that is checked before it is kept."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

import db.decks
import db.users
from db.engine import Database
from db.models import Brand as BrandRow
from db.models import utc_now
from exports.decks.records import Brand
from services.accounts.roles import refuse_viewer, writing
from services.decks.logos import checked_logo
from services.decks.places import found_place
from services.decks.records import DeckOf
from services.errors import InvalidFieldsError

_BRAND = TypeAdapter(Brand)
_LOGO = ("logo", "logo_type")
_FIELDS = {
    "name": "The name is longer than 1,000 characters.",
    "contact": "The contact is longer than 1,000 characters.",
    "footer": "The footer is longer than 1,000 characters.",
    "primary": "The main colour is no colour such as #1F3A4D.",
    "accent": "The second colour is no colour such as #B5532A.",
    "font": "The font is none of those that decks can have.",
    "language": "The language is none that is known, such as en-GB or de.",
}


class BrandService:
    """How decks look: those of a planner's own sessions and trips, for everybody who works on them.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    def get(self, *, user_id: int) -> Brand:
        """Return how a planner's own decks look."""
        with self._db.read() as db_session:
            return brand_of(db_session, user_id)

    def of_deck(self, of: DeckOf, *, user_id: int) -> Brand:
        """Return how the deck of a session or trip looks: as its owner's do. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            return brand_of(db_session, found_place(db_session, of, user_id).owner_id)

    def change(self, values: dict[str, Any], *, user_id: int) -> Brand:
        """Let a planner's own decks look so from now on; *values* are fields of a `Brand`, but its logo.

        Raises InvalidFieldsError.
        """
        with writing(self._db, user_id) as db_session:
            db.users.lock(db_session, user_id)
            before = brand_of(db_session, user_id)
            brand = _checked(_settings(before) | values)
            self._keep(db_session, user_id, replace(brand, logo=before.logo, logo_type=before.logo_type))
            return brand_of(db_session, user_id)

    def set_logo(self, content: bytes | None, *, user_id: int) -> Brand:
        """Let a planner's own decks have a logo, a PNG, JPEG or SVG, or none any more. Raises FileRefusedError."""
        refuse_viewer(self._db, user_id)
        logo, media_type = checked_logo(content) if content is not None else (None, None)
        with writing(self._db, user_id) as db_session:
            db.users.lock(db_session, user_id)
            brand = replace(brand_of(db_session, user_id), logo=logo, logo_type=media_type)
            self._keep(db_session, user_id, brand)
            return brand

    def _keep(self, db_session: Session, user_id: int, brand: Brand) -> None:
        values = {"settings": _settings(brand), "logo": brand.logo, "logo_type": brand.logo_type}
        db.decks.keep_brand(db_session, user_id, at=self._clock(), **values)


def brand_of(db_session: Session, user_id: int) -> Brand:
    """Return how a planner's decks look, inside the caller's transaction."""
    row: BrandRow | None = db.decks.brand(db_session, user_id)
    if row is None:
        return Brand()
    return _BRAND.validate_python(row.settings | {"logo": row.logo, "logo_type": row.logo_type})


def _settings(brand: Brand) -> dict[str, Any]:
    return {name: str(value) for name, value in asdict(brand).items() if name not in _LOGO}


def _checked(values: dict[str, Any]) -> Brand:
    problems = {name: f"There is no field {name} in a brand." for name in values.keys() - _FIELDS.keys()}
    try:
        Locale.parse(str(values["language"]), sep="-")
    except (ValueError, UnknownLocaleError):
        problems["language"] = _FIELDS["language"]
    try:
        brand = _BRAND.validate_python(values)
    except ValidationError as exc:
        wrong = {str(one["loc"][0]) for one in exc.errors()} & _FIELDS.keys()
        raise InvalidFieldsError(problems | {name: _FIELDS[name] for name in wrong}) from exc
    if problems:
        raise InvalidFieldsError(problems)
    return brand
