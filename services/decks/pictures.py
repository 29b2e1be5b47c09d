"""Pictures for slides: looked at before anything is kept, turned upright, scaled down."""

import hashlib
import threading
import warnings
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

import db.decks
import db.files
import db.trip_files
from db.engine import Database
from db.models import utc_now
from services.accounts.roles import writing
from services.decks.places import Place, changeable_place, found_deck, found_place, held_place
from services.decks.records import DeckOf, DeckPicture
from services.errors import FileRefusedError, NotFoundError
from services.sessions.files import FileShelf

MAX_PICTURE_BYTES = 20_000_000  # as it comes
MAX_PIXELS = 60_000_000  # of a JPEG, which is read at about the size that is needed
MAX_WHOLE_PIXELS = 16_000_000  # of what is read whole: a WebP takes 140 MB meanwhile
MAX_SIDE = 1_920  # pixels, as it is kept: a page on a large screen
MAX_DECK_PICTURES = 200
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_ONE_BY_ONE = threading.Lock()
_NO_PICTURE = "This is no picture that slides can show. Use a PNG, JPEG, WebP or GIF."


class DeckPictures:
    """The pictures of decks. *shelf* knows how much room a planner has."""

    def __init__(self, database: Database, shelf: FileShelf, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._shelf = shelf
        self._clock = clock

    def add(self, of: DeckOf, content: bytes, *, user_id: int) -> DeckPicture:
        """Keep a picture with a deck, for its slides to show; it takes room of the owner of the session or trip.

        Raises FileRefusedError, FileQuotaError, NotFoundError, NotPossibleError.
        """
        with self._db.snapshot() as db_session:  # before anything is decoded for whom it is not
            changeable_place(db_session, of, user_id)
            found_deck(db_session, of)
        made, media_type, width, height = scaled(content, side=MAX_SIDE)
        picture = DeckPicture(hashlib.sha256(made).hexdigest(), media_type, width, height)
        with writing(self._db, user_id) as db_session:
            place = held_place(db_session, of, user_id)
            self._keep(db_session, place, picture, made)
        return picture

    def add_file(self, of: DeckOf, file_id: int, *, user_id: int) -> DeckPicture:
        """Keep a picture that is a file of the session or trip. Raises as `add` does."""
        with self._db.snapshot() as db_session:
            found_place(db_session, of, user_id)
            if of.kind == "trip":
                file = db.trip_files.get(db_session, file_id, trip_id=of.id)
            else:
                file = db.files.get_visible(db_session, file_id, user_id=user_id)
                file = file if file and file.session_id == of.id else None
            if file is None:
                raise NotFoundError(f"There is no such file in this {of.kind}.")
            content = file.content
        return self.add(of, content, user_id=user_id)

    def get(self, of: DeckOf, sha256: str, *, user_id: int) -> bytes:
        """Return a picture of a deck. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            found_place(db_session, of, user_id)
            found = db.decks.pictures(db_session, found_deck(db_session, of).id, [sha256])
        if sha256 not in found:
            raise NotFoundError("There is no such picture.")
        return found[sha256]

    def _keep(self, db_session: Session, place: Place, picture: DeckPicture, content: bytes) -> None:
        found_deck(db_session, place.of)
        deck = db.decks.lock(db_session, **place.of.columns)
        assert deck is not None  # it was found, and its thing is held
        there = db.decks.picture_hashes(db_session, deck.id)
        if picture.sha256 in there:
            return
        if len(there) >= MAX_DECK_PICTURES:
            raise FileRefusedError(
                f"A deck holds at most {MAX_DECK_PICTURES} pictures, those of its versions among them."
            )
        self._shelf.check_room(db_session, [len(content)], place.owner_id)
        db.decks.keep_picture(
            db_session,
            deck_id=deck.id,
            sha256=picture.sha256,
            user_id=place.owner_id,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size=len(content),
            content=content,
            created_at=self._clock(),
        )


def scaled(content: bytes, *, side: int) -> tuple[bytes, Literal["image/png", "image/jpeg"], int, int]:
    """Return a picture upright, no side longer than *side* pixels, and its type, width and height.

    Nothing else that its file says is kept; of one that moves, the first frame is. Raises FileRefusedError.
    """
    if len(content) > MAX_PICTURE_BYTES:
        raise FileRefusedError(f"A picture has at most {MAX_PICTURE_BYTES // 1_000_000} MB. Save it smaller first.")
    try:
        with _ONE_BY_ONE, warnings.catch_warnings(), Image.open(BytesIO(content), formats=_FORMATS) as image:
            warnings.simplefilter("ignore")
            most = MAX_PIXELS if image.format == "JPEG" else MAX_WHOLE_PIXELS
            if image.width * image.height > most:
                raise FileRefusedError("This picture has too many pixels. Save it smaller first.")
            photo = image.format == "JPEG" or not (_is_seen_through(image) or len(image.getbands()) == 1)
            image.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(_of_bytes(image))
            upright.thumbnail((side, side))
            return _saved(upright, photo=photo)
    except FileRefusedError:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as exc:
        raise FileRefusedError(_NO_PICTURE) from exc


def _of_bytes(image: Image.Image) -> Image.Image:
    """Return an image whose every value is a byte of its own: no place in a palette, no half of a fine scale."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256, "L") if image.mode == "I;16" else image.convert("L")
    return image.convert("RGBA" if _is_seen_through(image) else "RGB") if image.mode in ("1", "P", "PA") else image


def _is_seen_through(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _saved(image: Image.Image, *, photo: bool) -> tuple[bytes, Literal["image/png", "image/jpeg"], int, int]:
    seen_through = _is_seen_through(image)
    bare = image.convert("RGBA" if seen_through else "RGB")
    bare.info = {}  # a comment, a profile, a place on earth
    made = BytesIO()
    if photo:
        bare.save(made, "JPEG", quality=85, optimize=True)
        return made.getvalue(), "image/jpeg", bare.width, bare.height
    bare.save(made, "PNG")
    return made.getvalue(), "image/png", bare.width, bare.height
