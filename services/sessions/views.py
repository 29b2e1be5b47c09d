"""Rows made into the plain data that goes up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from db.models import ChatSession, Message, SessionFile
from services.message_status import MessageStatus
from services.parts import Part
from services.sessions.records import FileInfo, MessageView, SessionSummary


def session_summary(session: ChatSession | Row[Any], *, answering: bool) -> SessionSummary:
    """Return a session as lists show it."""
    return SessionSummary(
        id=session.id,
        title=session.title,
        title_chosen=session.title_chosen,
        model=session.model,
        memory=session.memory,
        instructions=session.instructions,
        web_search=session.web_search,
        pinned=session.pinned,
        archived=session.archived,
        message_count=session.message_count,
        total_tokens=session.total_tokens,
        preview=session.last_message_preview,
        last_message_id=session.last_message_id,
        last_message_at=session.last_message_at,
        created_at=session.created_at,
        updated_at=session.updated_at,
        answering=answering,
        unseen=session.unseen,
        cost_micros=session.cost_micros,
        unpriced=session.unpriced,
        sample=session.sample,
    )


def file_info(file: SessionFile | Row[Any]) -> FileInfo:
    """Return a file as services hand it up, without what is in it."""
    return FileInfo(file.id, file.session_id, file.message_id, file.name, file.media_type, file.size, file.created_at)


def message_view(
    message: Message | Row[Any], versions: Sequence[int] = (), files: Sequence[SessionFile | Row[Any]] = ()
) -> MessageView:
    """Return a message as the chat shows it, with the ids of all versions of its turn, and its own of *files*."""
    return MessageView(
        id=message.id,
        session_id=message.session_id,
        parent_id=message.parent_id,
        role=message.role,
        status=MessageStatus(message.status),
        text=message.content,
        parts=tuple(Part(**part) for part in message.parts),
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
        rating=message.rating,
        rating_reason=message.rating_reason,
        files=tuple(file_info(one) for one in files if one.message_id == message.id),
    )


def _seconds(begin: datetime, end: datetime | None) -> float | None:
    return (end - begin).total_seconds() if end else None
