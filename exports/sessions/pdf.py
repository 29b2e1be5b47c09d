"""The conversation shown, as a PDF; session.typ says what is on it."""

from datetime import tzinfo
from typing import Any

from exports import paper
from exports.moments import when
from exports.sessions.records import SavedMessage, SavedSession, ending


def session_pdf(session: SavedSession, *, zone: tzinfo) -> bytes:
    """Return a session as a PDF file, times in *zone*. The same session gives the same bytes."""

    def values(markdown: bool, room: paper.Room) -> dict[str, Any]:
        return {
            "planner": session.planner,
            "facts": [list(fact) for fact in session.facts(zone)],
            "messages": [_message(session, message, zone, room, markdown=markdown) for message in session.path()],
        }

    return paper.pdf(
        "sessions/session.typ",
        values,
        title=session.title,
        kept_in="The Markdown and JSON files hold them.",
        at=session.last_message_at,
    )


def _message(
    session: SavedSession, message: SavedMessage, zone: tzinfo, room: paper.Room, *, markdown: bool
) -> dict[str, Any]:
    return paper.turn(
        message.text,
        room,
        markdown=markdown and message.role == "assistant",
        key=message.role,
        who=session.speaker(message),
        at=when(message.created_at, zone),
        model=message.model,
        sources=message.sources(),
        ending=ending(message),
    )
