"""What a stakeholder is shown, as plain data: the same on the page, in files, and in what is hashed."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from exports.decks.records import Brand, Deck

ThingKind = Literal["session", "trip", "deck"]
Anchor = Annotated[str, Field(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class Source:
    """A page of the web that a reply names; *url* is http or https."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """A piece that can be commented on. Its *anchor* stays the same from one snapshot to the next.

    *text* is Markdown of the assistant's in a reply, in everything else it is plain. *ending* says why a reply is not
    whole. Of a field of a brief, of a question that is open there, of a slide or of one of its parts, *author* is
    what it is called; nobody has said it at any one time. A slide says all that its parts say, which come after it.
    """

    anchor: Anchor
    kind: Literal["message", "reply", "field", "question", "slide", "part"]
    author: str
    at: AwareDatetime | None
    text: str
    sources: tuple[Source, ...] = ()
    ending: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A thing as it was when it was shared: all that its audience is shown, and nothing else."""

    thing: ThingKind
    title: str
    blocks: tuple[Block, ...]
    format: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class SharedDeck:
    """A version of a deck as it looked: its slides that are shown, without how they came about.

    *sha256* is `deck_hash`. *logo* is base64, the brand's own is None; pictures are kept with the deck by their
    hashes.
    """

    deck: Deck
    brand: Brand
    logo: str | None
    rev: int
    at: AwareDatetime
    sha256: str


@dataclass(frozen=True, slots=True)
class DeckSnapshot(Snapshot):
    """A deck as it was when it was shared, with all that is needed to draw it again."""

    deck: SharedDeck = field(kw_only=True)


AnySnapshot = Annotated[DeckSnapshot | Snapshot, Field(union_mode="left_to_right")]
_SNAPSHOT: TypeAdapter[Snapshot] = TypeAdapter(AnySnapshot)


def snapshot_values(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot as JSON values."""
    values: dict[str, Any] = _SNAPSHOT.dump_python(snapshot, mode="json")
    return values


def snapshot_text(snapshot: Snapshot) -> str:
    """Return a snapshot as the JSON that is kept and hashed: keys in order, no spaces between, not ASCII alone."""
    return json.dumps(snapshot_values(snapshot), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def snapshot_hash(text: str) -> str:
    """Return the SHA-256 of `snapshot_text`, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_snapshot(text: str | bytes) -> Snapshot:
    """Return the snapshot that was kept as *text*. Raises ValueError (pydantic's)."""
    return _SNAPSHOT.validate_json(text)
