"""Snapshots made up of whatever text a test needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from exports.reviews.records import Block, Snapshot, Source

BEGUN = datetime(2026, 5, 12, 12, 3, tzinfo=UTC)


def message(anchor: str, text: str, *, author: str = "Ada Lovelace", at: datetime = BEGUN) -> Block:
    return Block(anchor, "message", author, at, text)


def reply(anchor: str, text: str, *, sources: tuple[Source, ...] = (), ending: str | None = None) -> Block:
    return Block(anchor, "reply", "Assistant", BEGUN + timedelta(minutes=2), text, sources, ending)


def snapshot(*blocks: Block, title: str = "Lisbon [in] May") -> Snapshot:
    return Snapshot("session", title, blocks)


def said(answer: str, question: str = "Five days in Lisbon?", **of_reply: Any) -> Snapshot:
    """Return a snapshot of one question and its answer."""
    return snapshot(message("m1", question), reply("m2", answer, **of_reply))
