"""A session as an audience sees it: the messages shown, and nothing of how they came about."""

from collections.abc import Sequence

import db.messages
import db.sessions
from db.engine import Database
from db.models import Message, User
from db.plain import Plain
from exports.reviews.records import Block, Snapshot, Source
from services.errors import NotFoundError, NotPossibleError
from services.intake import web_address
from services.message_status import MessageStatus
from services.parts import SourcePart, known_parts

MOST_MESSAGES = 500
_MOST_CHARS = 1_000_000
_NOT_WHOLE = "This answer is not complete."


class SharedSessions:
    """Makes snapshots of sessions. What is not a planner's does not exist: NotFoundError."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def snapshot(self, thing_id: int, *, user_id: int, first_id: int | None, last_id: int | None) -> Snapshot:
        """Return the messages shown of a session, all or from one to another, without what is only its planner's.

        Raises NotFoundError; NotPossibleError when there is nothing to share, too much, or one of the two messages
        is not shown any more.
        """
        with self._db.snapshot() as db_session:
            session = db.sessions.get_visible(db_session, thing_id, user_id=user_id)
            if session is None:
                raise NotFoundError("There is no such session.")
            path: Sequence[Plain[Message]] = []
            if session.last_message_id is not None:
                leaf_id, most = session.last_message_id, 10 * MOST_MESSAGES
                path = db.messages.path(db_session, leaf_id, user_id=user_id, limit=most)
            planner = db_session.get_one(User, session.user_id).name
            blocks = tuple(_block(row, planner) for row in _between(path, first_id, last_id) if _is_shown(row))
            title = session.title
        if not blocks:
            raise NotPossibleError("There is nothing to share yet: this session has no finished message.")
        if len(blocks) > MOST_MESSAGES or sum(len(block.text) for block in blocks) > _MOST_CHARS:
            raise NotPossibleError(
                f"That is more than a review can hold ({MOST_MESSAGES} messages). Share from one message to another."
            )
        return Snapshot("session", title, blocks)


def _between(path: Sequence[Plain[Message]], first_id: int | None, last_id: int | None) -> Sequence[Plain[Message]]:
    """Return the part of a path from one message to another; what is asked for is never widened."""
    ids = [row.id for row in path]
    if any(wanted is not None and wanted not in ids for wanted in (first_id, last_id)):
        raise NotPossibleError("The message that this link begins or ends at is no longer shown. Share it anew.")
    first = ids.index(first_id) if first_id is not None else 0
    last = ids.index(last_id) if last_id is not None else len(ids) - 1
    return path[first : last + 1]


def _is_shown(row: Plain[Message]) -> bool:
    """Whether an audience sees a message: what somebody wrote, or what the assistant has finished to say."""
    if row.role == "assistant":
        return bool(row.content.strip()) and not MessageStatus(row.status).unfinished
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
