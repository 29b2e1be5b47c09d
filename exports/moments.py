"""Instants for people."""

from contextlib import suppress
from datetime import datetime, tzinfo


def when(at: datetime, zone: tzinfo) -> str:
    """Return an instant for people, with its zone's distance from UTC."""
    with suppress(OverflowError):  # before the year 1 or after 9999 there
        at = at.astimezone(zone)
    offset = f"{at:%z}" or "+0000"
    name = "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{at.day} {at:%B %Y, %H:%M} {name}"
