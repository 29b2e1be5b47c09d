"""The sample sessions that a planner is offered at the start: exports like any other, written by hand."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from exports.sessions.records import SavedSession
from services.transfer.import_file import sources

_FOLDER = Path(__file__).parent / "sample_sessions"


@cache
def samples() -> tuple[SavedSession, ...]:
    """Return the sample sessions, as they were written."""
    files = sorted(_FOLDER.glob("*.json"))
    return tuple(source.read() for file in files for source in sources(file.read_bytes()))


def shifted(saved: SavedSession, shift: timedelta) -> SavedSession:
    """Return a session as if it had been used so much later."""

    def later(at: datetime | None) -> datetime | None:
        return at + shift if at else None

    messages = [
        replace(
            one,
            created_at=one.created_at + shift,
            first_text_at=later(one.first_text_at),
            ended_at=later(one.ended_at),
        )
        for one in saved.messages
    ]
    return replace(
        saved,
        created_at=saved.created_at + shift,
        last_message_at=saved.last_message_at + shift,
        messages=messages,
    )
