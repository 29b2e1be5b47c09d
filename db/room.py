"""Queries on the room that planners take: their files, sessions and messages."""

from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from db.models import ChatSession, DeckPicture, SessionFile, User
from db.plain import run

LEAST_BYTES = 4096  # that a file or picture takes, however small: what a disk gives to one

_ROOM, _PICTURE_ROOM = (
    case((size < LEAST_BYTES, LEAST_BYTES), else_=size) for size in (SessionFile.size, DeckPicture.size)
)
_OF_USER = select(func.sum(_ROOM)).where(SessionFile.user_id == bindparam("user_id"))
_PICTURES_OF_USER = select(func.sum(_PICTURE_ROOM)).where(DeckPicture.user_id == bindparam("user_id"))


class Kept(NamedTuple):
    """What one user keeps."""

    user: User
    bytes: int
    files: int
    sessions: int
    messages: int


def file_bytes(db_session: Session, *, user_id: int) -> int:
    """Return how much room a planner's files and pictures take. Reads two indexes only, an entry for each."""
    return sum(
        int(run(db_session, query, {"user_id": user_id}).scalar() or 0) for query in (_OF_USER, _PICTURES_OF_USER)
    )


def by_person(db_session: Session, *, order: str, limit: int) -> list[Kept]:
    """Return who keeps something; the most comes first.

    *order* is a number of `Kept`. Reads three indexes, an entry for each file, picture and session.
    """
    files = select(
        SessionFile.user_id, func.sum(_ROOM).label("bytes"), func.count().label("files")
    ).group_by(SessionFile.user_id).subquery("files_of")  # fmt: skip
    pictures = select(
        DeckPicture.user_id, func.sum(_PICTURE_ROOM).label("bytes")
    ).group_by(DeckPicture.user_id).subquery("pictures_of")  # fmt: skip
    sessions = select(
        ChatSession.user_id, func.count().label("sessions"), func.sum(ChatSession.message_count).label("messages")
    ).group_by(ChatSession.user_id).subquery("sessions_of")  # fmt: skip
    taken = func.coalesce(files.c.bytes, 0) + func.coalesce(pictures.c.bytes, 0)
    counts = {
        name: func.coalesce(column, 0).label(name)
        for name, column in zip(
            Kept._fields[1:], (taken, files.c.files, sessions.c.sessions, sessions.c.messages), strict=True
        )
    }
    query = (
        select(User, *counts.values())
        .select_from(sessions)  # a file is in one
        .join(User, User.id == sessions.c.user_id)
        .outerjoin(files, files.c.user_id == sessions.c.user_id)
        .outerjoin(pictures, pictures.c.user_id == sessions.c.user_id)
        .order_by(counts[order].desc(), User.username)
    )
    return [Kept(user, *map(int, counts)) for user, *counts in db_session.execute(query.limit(limit))]
