"""What stakeholders are shown, as a PDF to keep; review.typ says how it looks."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from exports import paper
from exports.markdown_text import is_too_deep
from exports.moments import when
from exports.reviews.records import Block, Snapshot, ThingKind

TEMPLATE = "reviews/review.typ"
THINGS: dict[ThingKind, str] = {"session": "Session", "trip": "Trip brief", "deck": "Deck"}
_GROUP = 8


def snapshot_pdf(
    snapshot: Snapshot, *, audience: str, planner: str, version: int, shared_at: datetime, sha256: str, zone: tzinfo
) -> bytes:
    """Return a snapshot as a PDF file, times in *zone*. What is the same gives the same bytes."""
    facts = [
        ("What", f"{THINGS[snapshot.thing]}, shared for review"),
        ("For", audience),
        ("Shared by", planner),
        ("Version", f"{version}, shared {when(shared_at, zone)}"),
    ]
    return paper.pdf(
        TEMPLATE,
        lambda markdown, room: (
            shared_values(facts, planner, sha256) | {"messages": turns(snapshot, zone, room, markdown)}
        ),
        title=snapshot.title,
        kept_in="The page of the review shows them.",
        at=shared_at,
    )


def shared_values(facts: Sequence[tuple[str, str]], planner: str, sha256: str) -> dict[str, Any]:
    """Return what stands above the content, and that there are no decisions to tell."""
    return {"facts": [list(fact) for fact in facts], "planner": planner, "hash": grouped(sha256), "decisions": None}


def turns(snapshot: Snapshot, zone: tzinfo, room: paper.Room, markdown: bool) -> list[dict[str, Any]]:
    """Return the messages, or slides; replies are read as Markdown unless told not to."""
    return [_turn(block, zone, room, markdown) for block in snapshot.blocks if block.kind != "part"]


def grouped(sha256: str) -> str:
    """Return a hash in groups, between which a line can end."""
    return " ".join(sha256[at : at + _GROUP] for at in range(0, len(sha256), _GROUP))


def _turn(block: Block, zone: tzinfo, room: paper.Room, markdown: bool) -> dict[str, Any]:
    is_reply = block.kind == "reply"
    return paper.turn(
        block.text,
        room,
        markdown=markdown and is_reply and not is_too_deep(block.text),
        key="assistant" if is_reply else "user",
        who=block.author,
        at=when(block.at, zone) if block.at else "",
        sources=[(source.title, source.url) for source in block.sources],
        ending=block.ending,
    )
