"""A session as an audience sees it: the messages shown, and nothing of how they came about."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

import db.messages
import db.participants
import db.sessions
import db.users
from db.engine import Database
from db.models import Message
from db.plain import Plain
from exports.reviews.records import Block, Snapshot, Source
from services.errors import NotFoundError, NotPossibleError
from services.intake import web_address
from services.message_status import MessageStatus
from services.parts import SourcePart, known_parts

MOST_MESSAGES = 500
_MOST_ROWS = 2 * MOST_MESSAGES  # with those that nobody is shown
_MOST_CHARS = 1_000_000
_NOT_WHOLE = "This answer is not complete."


class SharedSessions:
    """Makes snapshots of sessions. What is not a planner's does not exist: NotFoundError."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def snapshot(self, thing_id: int, *, user_id: int, first_id: int | None, last_id: int | None) -> Snapshot:
        """Return the messages shown of a session, all or from one to another, without what is only its planner's.

        Raises NotFoundError; NotPossibleError when there is nothing to share, too much, a reply is being written, or
        one of the two messages is not shown any more, or they are the wrong way round.
        """
        with self._db.snapshot() as db_session:
            mine = db.participants.get(db_session, thing_id, user_id=user_id)
            if mine is None:
                raise NotFoundError("There is no such session.")
            rows: Sequence[Plain[Message]] = []
            if mine.last_message_id is not None:
                rows = _between(db_session, mine.last_message_id, first_id, last_id, user_id)
            names = db.users.names(db_session, {row.user_id for row in rows})
            if any(MessageStatus(row.status).unfinished for row in rows):
                raise NotPossibleError("A reply is still being written. Share this when it is there.")
            blocks = tuple(_block(row, names[row.user_id]) for row in rows if _is_shown(row))
            title = mine.title
        if not blocks:
            raise NotPossibleError("There is nothing to share yet: this session has no finished message.")
        if len(blocks) > MOST_MESSAGES or sum(len(block.text) for block in blocks) > _MOST_CHARS:
            raise _too_much()
        return Snapshot("session", title, blocks)

    def hold(self, db_session: Session, thing_id: int, *, user_id: int) -> tuple[str, int]:
        """Hold a session that somebody shares; return its title, and its owner's id. Raises NotFoundError."""
        session = db.sessions.lock_visible(db_session, thing_id, user_id=user_id)
        if session is None:
            raise NotFoundError("There is no such session.")
        return session.title, session.user_id


def _between(
    db_session: Session, leaf_id: int, first_id: int | None, last_id: int | None, user_id: int
) -> Sequence[Plain[Message]]:
    """Return the path shown from one message to another: neither more nor less than was asked for."""
    ids = db.messages.path_ids(db_session, leaf_id, user_id=user_id, down_to=first_id or 0)  # latest first
    if last_id is not None:
        ids = ids[ids.index(last_id) :] if last_id in ids else []
    if len(ids) > _MOST_ROWS:
        raise _too_much()
    rows = db.messages.path(db_session, ids[0], user_id=user_id, limit=len(ids)) if ids else []
    within = set(ids)
    rows = [row for row in rows if row.id in within]  # a deleted one is not counted: there may be others above
    there = {row.id for row in rows}
    if any(wanted is not None and wanted not in there for wanted in (first_id, last_id)):
        path = db.messages.path_ids(db_session, leaf_id, user_id=user_id, down_to=0)
        if first_id in path and last_id in path and path.index(first_id) < path.index(last_id):
            raise NotPossibleError("The first message comes after the last one.")
        raise NotPossibleError("The message that this link begins or ends at is no longer shown. Share it anew.")
    return rows


def _too_much() -> NotPossibleError:
    return NotPossibleError(
        f"That is more than a review can hold ({MOST_MESSAGES} messages). Share from one message to another."
    )


def _is_shown(row: Plain[Message]) -> bool:
    """Whether an audience sees a message: what somebody wrote, or what the assistant has finished to say."""
    if row.role == "assistant":
        return bool(row.content.strip())
    return row.role == "user"


def _block(row: Plain[Message], planner: str) -> Block:
    reply = row.role == "assistant"
    found = [part for part in known_parts(row.parts) if isinstance(part, SourcePart)] if reply else []
    return Block(
        anchor=str(row.id),
        kind="reply" if reply else "message",
        author="Assistant" if reply else planner,
        at=row.created_at,
        text=row.content,
        sources=tuple(Source(part.title, url) for part in found if (url := web_address(part.url))),
        ending=None if MessageStatus(row.status) is MessageStatus.COMPLETE else _NOT_WHOLE,
    )
