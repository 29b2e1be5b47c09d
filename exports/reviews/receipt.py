"""What was decided on a version of a thing, by whom and when, with all that they saw: for people and for programs."""

import json
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal

from pydantic import TypeAdapter

from exports import paper
from exports.moments import when
from exports.reviews.pdf import TEMPLATE, THINGS, grouped, shared_values, turns
from exports.reviews.records import Snapshot, snapshot_values
from exports.writing import language

FORMAT = "travelbot.receipt"
VERSION = 1
_HOW_HASHED = "SHA-256 of `snapshot` as JSON with sorted keys, no spaces between, UTF-8, no needless escapes."
_NOT_VERIFIED = "Names are as people gave them. Nobody has verified them."
_CHECKED_BY = (
    "The SHA-256 is that of the content below; the JSON file of this receipt holds the same content and says how to "
    "check it."
)
_KEPT_IN = "The JSON file of this receipt holds them."
_IN_SHORT = "Of decisions that were replaced, the notes are in the JSON file only."
_LINES_OF_NOTES = 3_000  # of all together; what was decided last comes first
_LINES_OF_NOTE = 100
DecisionKind = Literal["approve", "approve_with_notes", "ask_for_changes", "decline"]
_WHAT: dict[DecisionKind, str] = {
    "approve": "Approved",
    "approve_with_notes": "Approved with notes",
    "ask_for_changes": "Changes requested",
    "decline": "Declined",
}


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """What somebody decided on the version that *sha256* names; *outdated* where another one took its place.

    *replaced* where a later decision about it took its place; *by_phone* where it was told to *recorded_by*, who
    wrote it down.
    """

    kind: DecisionKind
    note: str
    name: str
    at: datetime
    by_phone: bool
    recorded_by: str | None
    sha256: str
    version: int
    outdated: bool
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was decided until *made_at*; *snapshot* is the content of *version*, and *state* is for people."""

    title: str
    audience: str
    planner: str
    state: str
    version: int
    shared_at: datetime
    sha256: str
    snapshot: Snapshot
    decisions: tuple[DecisionRecord, ...]
    made_at: datetime


_DECISIONS = TypeAdapter(tuple[DecisionRecord, ...])
_INSTANT = TypeAdapter(datetime)


def receipt_json(receipt: Receipt) -> bytes:
    """Return a receipt as JSON, which says how to check the hash of what it holds."""
    values = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": _INSTANT.dump_python(receipt.made_at, mode="json"),
        "review": {
            "title": receipt.title,
            "audience": receipt.audience,
            "planner": receipt.planner,
            "state": receipt.state,
            "version": receipt.version,
            "shared_at": _INSTANT.dump_python(receipt.shared_at, mode="json"),
            "sha256": receipt.sha256,
            "how_hashed": _HOW_HASHED,
        },
        "names": _NOT_VERIFIED,
        "decisions": _DECISIONS.dump_python(receipt.decisions, mode="json"),
        "snapshot": snapshot_values(receipt.snapshot),
    }
    return json.dumps(values, ensure_ascii=False, indent=2).encode() + b"\n"


def receipt_pdf(receipt: Receipt, *, zone: tzinfo) -> bytes:
    """Return a receipt as a PDF file, times in *zone*: the decisions, then what they were about."""
    facts = [
        ("What", f"Receipt: decisions on a {THINGS[receipt.snapshot.thing].lower()} shared for review"),
        ("For", receipt.audience),
        ("Shared by", receipt.planner),
        ("State", receipt.state),
        ("Version", f"{receipt.version}, shared {when(receipt.shared_at, zone)}"),
        ("Receipt made", when(receipt.made_at, zone)),
    ]
    replaced = any(one.replaced and one.note for one in receipt.decisions)
    room = paper.Room(_KEPT_IN, lines=_LINES_OF_NOTES)
    told = [_decision(one, receipt, zone, room) for one in reversed(receipt.decisions)]
    above = shared_values(facts, receipt.planner, receipt.sha256) | {
        "decisions": told[::-1],
        "explained": " ".join([_NOT_VERIFIED] * bool(told) + [_IN_SHORT] * replaced + [_CHECKED_BY]),
        "content": f"Content of version {receipt.version}",
    }
    return paper.pdf(
        TEMPLATE,
        lambda markdown, room: above | {"messages": turns(receipt.snapshot, zone, room, markdown)},
        title=receipt.title,
        kept_in=_KEPT_IN,
        at=receipt.made_at,
    )


def _decision(one: DecisionRecord, receipt: Receipt, zone: tzinfo, room: paper.Room) -> dict[str, Any]:
    is_here = one.sha256 == receipt.sha256
    about = f"On version {one.version}, the content below." if is_here else f"On version {one.version}, SHA-256"
    return {
        "key": one.kind,
        "what": _WHAT[one.kind],
        "outdated": one.outdated,
        "replaced": one.replaced,
        "when": when(one.at, zone),
        "who": one.name,
        "recorded_by": (one.recorded_by or receipt.planner) if one.by_phone else None,
        "about": about,
        "hash": None if is_here else grouped(one.sha256),
        "lang": language(one.note),
        "note": [] if one.replaced or not one.note.strip() else paper.as_typed(one.note, room, most=_LINES_OF_NOTE),
    }
