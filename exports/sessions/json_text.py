"""Sessions as JSON: everything that is known of them, every version of every message."""

import json
from collections.abc import Iterable, Iterator

from pydantic import TypeAdapter

from exports.sessions.records import SavedSession

FORMAT = "travelbot.sessions"
VERSION = 1
_SESSION = TypeAdapter(SavedSession)


def sessions_json(sessions: Iterable[SavedSession]) -> Iterator[bytes]:
    """Yield the pieces of a file that holds these sessions; one session at a time is in memory."""
    yield f'{{"format": "{FORMAT}", "version": {VERSION}, "sessions": ['.encode()
    between = b"\n"
    for session in sessions:
        values = _SESSION.dump_python(session, mode="json", exclude_none=True)
        yield between + json.dumps(values, ensure_ascii=False, indent=1).encode()
        between = b",\n"
    yield b"\n]}\n"


def read_session(data: bytes) -> SavedSession:
    """Return the session that one element of `sessions` is.

    Raises ValueError (pydantic's) where it is none; "true" or 1 is no true.
    """
    return _SESSION.validate_json(data, strict=True)
