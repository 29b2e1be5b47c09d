"""Rows made into the plain data that goes up."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from db.models import ChatSession, Message, Participant, Rating, SessionFile
from db.plain import Plain
from services.message_status import MessageStatus
from services.parts import known_parts
from services.sessions.memory_wall import MemoryWall
from services.sessions.records import FileInfo, MessageView, SessionSummary

_COLUMNS = tuple(one.name for one in fields(SessionSummary) if one.name != "answering")
_COUNTED = frozenset({"people", "owner_name", "trip_access"})
_MINE = frozenset({"access", "pinned", "archived", "unseen", "last_message_id"})


def session_summary(session: Plain[ChatSession], answering: bool) -> SessionSummary:
    """Return a session as lists show it."""
    return SessionSummary(answering=answering, **{name: getattr(session, name) for name in _COLUMNS})


def own_summary(mine: Participant, answering: bool = False) -> SessionSummary:
    """Return the same of a session of their own that was just made."""
    values = {n: getattr(mine if n in _MINE else mine.session, n) for n in _COLUMNS if n not in _COUNTED}
    return SessionSummary(answering=answering, **values)


def file_info(file: Plain[SessionFile]) -> FileInfo:
    """Return a file as services hand it up, without what is in it."""
    return FileInfo(file.id, file.session_id, file.message_id, file.name, file.media_type, file.size, file.created_at)


def message_view(
    message: Plain[Message],
    wall: MemoryWall,
    versions: Sequence[int] = (),
    files: Sequence[Plain[SessionFile]] = (),
    rating: Plain[Rating] | None = None,
) -> MessageView:
    """Return a message as the chat shows it, with the ids of all versions of its turn, and its own of *files*.

    *rating* is that of who looks, and *wall* says what they are shown of memories.
    """
    return MessageView(
        id=message.id,
        session_id=message.session_id,
        parent_id=message.parent_id,
        role=message.role,
        status=MessageStatus(message.status),
        text=message.content,
        parts=wall.shown(tuple(known_parts(message.parts)), message),
        model=message.model,
        input_tokens=message.input_tokens,
        output_tokens=message.output_tokens,
        first_text_s=_seconds(message.created_at, message.first_text_at),
        duration_s=_seconds(message.created_at, message.ended_at),
        error_code=message.error_code,
        error_text=message.error_text,
        retry_of=message.retry_of,
        created_at=message.created_at,
        versions=tuple(versions),
        cost_micros=message.cost_micros,
        rating=rating.value if rating else None,
        rating_reason=rating.reason if rating else None,
        author_id=message.user_id,
        memory_customer_id=message.memory_customer_id,
        for_another=wall.is_for_another(message),
        files=tuple(file_info(one) for one in files if one.message_id == message.id),
    )


def _seconds(begin: datetime, end: datetime | None) -> float | None:
    return (end - begin).total_seconds() if end else None
