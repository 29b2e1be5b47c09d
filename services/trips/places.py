"""Where a page of a list ends, as text: an instant or a name, and the id of its last row."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from db.ids import MAX_ID
from services.errors import InvalidInputError

MAX_CURSOR_CHARS = 1_000
_MAX_MICROSECONDS = 10**16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cursor_at(place: datetime | str, row_id: int) -> str:
    """Return the cursor of a row of a list by instant or by name."""
    if isinstance(place, datetime):
        return f"{(place - _EPOCH) // timedelta(microseconds=1)}-{row_id}"
    return f"{urlsafe_b64encode(place.encode()).decode().rstrip('=')}.{row_id}"


def instant_place(cursor: str) -> tuple[datetime, int]:
    """Return the place in a list by instant that a cursor stands for. Raises InvalidInputError."""
    microseconds, _, row_id = cursor.partition("-")
    number = _number(microseconds)
    if number >= _MAX_MICROSECONDS:
        raise _no_place()
    return _EPOCH + timedelta(microseconds=number), min(_number(row_id), MAX_ID)


def name_place(cursor: str) -> tuple[str, int]:
    """Return the place in a list by name that a cursor stands for. Raises InvalidInputError."""
    coded, _, row_id = cursor[:MAX_CURSOR_CHARS].partition(".")
    try:
        name = urlsafe_b64decode(coded.encode("ascii") + b"=" * (-len(coded) % 4)).decode()
    except ValueError as exc:  # no base64, or no text
        raise _no_place() from exc
    if "\x00" in name:
        raise _no_place()
    return name, min(_number(row_id), MAX_ID)


def number_place(cursor: str) -> int:
    """Return the number that a cursor stands for. Raises InvalidInputError."""
    return min(_number(cursor), MAX_ID)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise _no_place()
    return int(text)


def _no_place() -> InvalidInputError:
    return InvalidInputError("That is not a place in this list.")
