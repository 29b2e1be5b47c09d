"""A session's rows made into plain data, and plain data from a file made into rows."""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Literal, cast

from pydantic import TypeAdapter
from sqlalchemy import insert
from sqlalchemy.orm import Session

import db.search
import db.sessions
import db.sides
from db.ids import MAX_ID, new_id
from db.models import Message, Participant, PathEnd, Rating, utc_now
from db.plain import Plain
from exports.sessions.records import Role, SavedMessage, SavedSession, SavedTrip, Status
from exports.sessions.settings import PERSONAL, setting_values
from services.errors import InvalidInputError
from services.intake import MAX_PARTS, MAX_TEXT_CHARS, kept, kept_model, kept_part
from services.message_status import MessageStatus
from services.parts import StoredPart, known_parts, read_part, stored_part
from services.sessions.memory_wall import MemoryWall
from services.sessions.new_sessions import add_session
from services.sessions.sessions import NO_TITLE
from services.texts import MAX_TITLE_CHARS, preview, without_controls
from services.transfer.saved_trips import checked_trip, trip_of

MAX_MESSAGES = 20_000  # of one imported session: it is stored whole or not at all, and others wait meanwhile
_AT_ONCE = 500
_OURS = "travelbot:"
_PARTS = TypeAdapter(list[StoredPart])
_CUT_OFF = "This reply was still being written when it was exported."


def saved_session(
    mine: Participant,
    rows: Sequence[Message],
    ratings: Mapping[int, Plain[Rating]],
    ends: Mapping[int, int],
    *,
    names: Mapping[int, str],
    trip: SavedTrip | None,
    elsewhere: bool,
    wall: MemoryWall,
) -> SavedSession:
    """Return a session as somebody sees it, with those of all its messages that are not deleted.

    *ends* are where they left the paths below versions, *names* those of its owner and of all who wrote in it; *wall*
    says what they are shown of memories.
    """
    session = mine.session
    rows = sorted(rows, key=lambda row: row.id)
    kept = {row.id for row in rows if row.deleted_at is None}
    parents = {row.id: row.parent_id for row in rows}

    def name(message_id: int | None) -> str | None:
        """Name a message, or in the place of a deleted one the next above it."""
        while message_id is not None and message_id not in kept:
            message_id = parents.get(message_id)
        return str(message_id) if message_id is not None else None

    return SavedSession(
        key=session.import_key or f"{_OURS}{session.id}",
        **setting_values(session, **{name: getattr(mine, name) for name in PERSONAL}),
        title_chosen=session.title_chosen,
        planner=names[session.user_id],
        created_at=session.created_at,
        last_message_at=session.last_message_at,
        last_message_id=name(mine.last_message_id),
        messages=[
            replace(
                _saved_message(row, name(row.parent_id), kept, ratings.get(row.id), name(ends.get(row.id))),
                parts=_without_none(_shown(row, wall)),
                author=names[row.user_id] if row.role == "user" and row.user_id != session.user_id else None,
            )
            for row in rows
            if row.id in kept
        ],
        sample=session.sample,
        trip=trip,
        elsewhere=elsewhere,
    )


def _saved_message(
    row: Message, parent: str | None, kept: Set[int], rating: Plain[Rating] | None, end: str | None
) -> SavedMessage:
    return SavedMessage(
        id=str(row.id),
        parent_id=parent,
        role=cast("Role", row.role),
        status=cast("Status", row.status),
        text=row.content,
        created_at=row.created_at,
        model=row.model,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_micros=row.cost_micros,
        first_text_at=row.first_text_at,
        ended_at=row.ended_at,
        error_code=row.error_code,
        error_text=row.error_text,
        rating=cast("Literal[1, -1] | None", rating.value if rating else None),
        rating_reason=rating.reason if rating else None,
        retry_of=str(row.retry_of) if row.retry_of in kept else None,
        leaf_id=end,
    )


def _shown(row: Plain[Message], wall: MemoryWall) -> Sequence[Mapping[str, Any]]:
    """Return the parts of a message as they are stored, without memories that are not for who asks."""
    if all(part.get("kind") != "memory" for part in row.parts) or wall.shows(row):
        return row.parts
    return [stored_part(part) for part in wall.shown(tuple(known_parts(row.parts)), row)]


def _without_none(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in part.items() if value is not None} for part in parts]


def checked(saved: SavedSession) -> SavedSession:
    """Return a session that a file holds, made fit to be stored. Raises InvalidInputError."""
    title = " ".join(without_controls(saved.title).split())[:MAX_TITLE_CHARS] or NO_TITLE
    if len(saved.messages) > MAX_MESSAGES:
        raise InvalidInputError(f"“{title}” has more than {MAX_MESSAGES:,} messages.")
    try:
        saved = kept(replace(saved, title=title), clean=without_controls, now=utc_now())
        if not saved.key:
            raise InvalidInputError("It has no key.")
        names: set[str] = set()
        for message in saved.messages:
            if message.id in names or (message.parent_id is not None and message.parent_id not in names):
                raise InvalidInputError("Its messages do not form one conversation.")
            names.add(message.id)
        trip = checked_trip(saved.trip) if saved.trip else None
        return replace(saved, messages=[_checked_message(one) for one in saved.messages], trip=trip)
    except InvalidInputError as exc:
        raise InvalidInputError(f"“{title}” cannot be imported. {exc.message}") from exc


def _checked_message(message: SavedMessage) -> SavedMessage:
    if len(message.text) > MAX_TEXT_CHARS:
        raise InvalidInputError(f"A message has more than {MAX_TEXT_CHARS:,} characters.")
    return replace(message, parts=_checked_parts(message.parts), model=kept_model(message.model))


def _checked_parts(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        stored = _PARTS.validate_json(json.dumps(given), extra="forbid", strict=True)
        parts = [read_part(asdict(one)) for one in stored]
    except (TypeError, ValueError) as exc:
        raise InvalidInputError("The details of a reply cannot be read.") from exc
    if any(part.at < 0 for part in parts):
        raise InvalidInputError("The details of a reply cannot be read.")
    texts = (text or "" for one in stored for text in (one.text, one.input, one.output))
    if len(parts) > MAX_PARTS or any(len(text) > MAX_TEXT_CHARS for text in texts):
        raise InvalidInputError("A reply carries too many details.")
    return [stored_part(kept_part(part)) for part in parts]


def is_here(db_session: Session, key: str, user_id: int) -> bool:
    """Return whether this planner has the session already as their own, itself or imported."""
    own_id = key.removeprefix(_OURS)
    if own_id != key and own_id.isascii() and own_id.isdigit() and int(own_id[:20]) <= MAX_ID:
        session = db.sessions.get_visible(db_session, int(own_id), user_id=user_id)
    else:
        session = None
    return (session is not None and session.user_id == user_id) or bool(
        db.sessions.imported(db_session, [key], user_id=user_id)
    )


def store(db_session: Session, saved: SavedSession, user_id: int, model: str, *, sample: bool) -> int:
    """Store a session that was `checked` with new ids, its times kept, and return its id."""
    now = utc_now()
    ids = {message.id: new_id() for message in saved.messages}
    last = next((one for one in saved.messages if one.id == saved.last_message_id), None) or (
        saved.messages[-1] if saved.messages else None
    )
    mine = add_session(
        db_session,
        setting_values(saved, model=model),
        user_id=user_id,
        title_chosen=saved.title_chosen,
        import_key=saved.key,
        trip_id=trip_of(db_session, saved.trip, user_id) if saved.trip else None,
        sample=sample,
        message_count=len(ids),
        total_tokens=sum((one.input_tokens or 0) + (one.output_tokens or 0) for one in saved.messages),
        cost_micros=sum(one.cost_micros or 0 for one in saved.messages),
        unpriced=sum(one.output_tokens is not None and one.cost_micros is None for one in saved.messages),
        last_message_preview=preview(last.text) if last else "",
        last_message_at=saved.last_message_at,
        created_at=saved.created_at,
        updated_at=now,
    )
    mine.last_message_id = ids[last.id] if last else None
    session_id = mine.session_id
    for start in range(0, len(saved.messages), _AT_ONCE):
        some = saved.messages[start : start + _AT_ONCE]
        db_session.execute(insert(Message), [_row(one, session_id, user_id, ids, now) for one in some])
        texts = [(ids[one.id], one.text) for one in some]
        db.search.put_new(db_session, session_id, texts)
    if saved.elsewhere:
        db.sides.begin_afresh(db_session, mine.session)
    ends = [(ids[one.id], ids[one.leaf_id]) for one in saved.messages if one.leaf_id in ids]
    if ends:
        whose = {"user_id": user_id, "session_id": session_id}
        db_session.execute(insert(PathEnd), [{"message_id": at, "leaf_id": end, **whose} for at, end in ends])
    rated = [one for one in saved.messages if one.rating is not None]
    if rated:
        db_session.execute(
            insert(Rating),
            [
                {"message_id": ids[one.id], "user_id": user_id, "value": one.rating, "reason": one.rating_reason}
                for one in rated
            ],
        )
    return session_id


def _row(
    message: SavedMessage, session_id: int, user_id: int, ids: Mapping[str, int], now: datetime
) -> dict[str, Any]:
    unfinished = message.role == "assistant" and MessageStatus(message.status).unfinished
    return {
        "id": ids[message.id],
        "session_id": session_id,
        "user_id": user_id,
        "parent_id": ids[message.parent_id] if message.parent_id else None,
        "role": message.role,
        "status": MessageStatus.INTERRUPTED.value if unfinished else message.status,
        "content": message.text,
        "parts": message.parts,
        "model": message.model,
        "input_tokens": message.input_tokens,
        "output_tokens": message.output_tokens,
        "cost_micros": message.cost_micros,
        "first_text_at": message.first_text_at,
        "ended_at": message.ended_at,
        "error_code": message.error_code,
        "error_text": _CUT_OFF if unfinished else message.error_text,
        "retry_of": ids.get(message.retry_of or ""),
        "created_at": message.created_at,
        "updated_at": now,
    }
