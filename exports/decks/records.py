"""A deck as plain data: typed slides that three renderers show alike, and their JSON.

Blocks hold values, not looks: where things stand on a page is for `exports.decks.pages` alone. Every text is plain,
what looks like markup in it too.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter

MAX_SLIDES = 200
MAX_BLOCKS = 20
MAX_ROWS = 500
MAX_COLUMNS = 12
MAX_ITEMS = 200
MAX_TEXT_CHARS = 20_000
MAX_TITLE_CHARS = 200

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MAX_MARKS = 30  # on one letter, as in Unicode's stream-safe text: to put many in order takes too long
_MAYBE_MARKS = re.compile(f"[^\x00-\u02ff]{{{_MAX_MARKS + 1},}}")
_URL = re.compile(r"(?:https://|mailto:)[^\s<>\"]{1,2000}", re.IGNORECASE)


def clean(text: object) -> object:
    """Return a text without what no file can hold: control characters, halves of characters, heaps of marks."""
    if not isinstance(text, str):
        return text
    kept = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", _MAYBE_MARKS.sub(_few_marks, kept))


def _few_marks(found: re.Match[str]) -> str:
    kept, run = list[str](), 0
    for char in found[0]:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def is_link(url: str) -> bool:
    """Return whether *url* is one that a deck may link to."""
    return bool(_URL.fullmatch(url))


def _line(text: str) -> str:
    return " ".join(text.split())


def _web_or_mail(url: str) -> str:
    if not is_link(url):
        raise ValueError("A link begins with https:// or mailto:.")
    return url


Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]
Text = Annotated[str, BeforeValidator(clean), Field(max_length=MAX_TEXT_CHARS)]
Line = Annotated[str, BeforeValidator(clean), AfterValidator(_line), Field(max_length=1_000)]
Title = Annotated[str, BeforeValidator(clean), AfterValidator(_line), Field(max_length=MAX_TITLE_CHARS)]
Url = Annotated[str, AfterValidator(_web_or_mail)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Number = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=24, decimal_places=8)]


class Preset(StrEnum):
    """What a deck is for: to be accepted, with prices; or to tell in short where things are."""

    PROPOSAL = "proposal"
    STATUS = "status"


class SlideKind(StrEnum):
    """What a slide shows. Only a cover is laid out in another way."""

    COVER = "cover"
    ASKED = "asked"
    PLAN = "plan"
    BUDGET = "budget"
    SESSIONS = "sessions"
    QUESTIONS = "questions"
    APPROVE = "approve"
    SOURCES = "sources"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that look alike."""

    text: Text
    bold: bool = False
    italic: bool = False
    url: Url | None = None


Runs = Annotated[tuple[Run, ...], Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number; with a currency (ISO 4217) it is money. *places* are the decimals that it is shown with."""

    value: Number
    currency: Currency | None = None
    places: Annotated[int, Field(ge=0, le=8)] = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A point of a list; *number* where it is counted."""

    runs: Runs
    level: Annotated[int, Field(ge=0, le=3)] = 0
    number: Annotated[int, Field(ge=0, le=9_999)] | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: words, or, where *amount* is given, that number as the deck's language writes it."""

    runs: Runs = ()
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of a chart under one name, one for each category."""

    name: Line
    values: Annotated[tuple[Number | None, ...], Field(max_length=MAX_ROWS)]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that matters, or a word, with what it says."""

    label: Line
    text: Line = ""
    amount: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """Paragraphs. A *heading* is one line above what follows."""

    id: Id
    kind: Literal["text"] = "text"
    paragraphs: Annotated[tuple[Runs, ...], Field(max_length=MAX_ITEMS)]
    heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletsBlock:
    """A list."""

    id: Id
    kind: Literal["bullets"] = "bullets"
    items: Annotated[tuple[Item, ...], Field(max_length=MAX_ITEMS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A table of rows that are as long as its head. *total*: its last row is a sum. *alt* says what it holds."""

    id: Id
    kind: Literal["table"] = "table"
    head: Annotated[tuple[Cell, ...], Field(min_length=1, max_length=MAX_COLUMNS)]
    rows: Annotated[tuple[tuple[Cell, ...], ...], Field(max_length=MAX_ROWS)]
    total: bool = False
    alt: Line = ""

    def __post_init__(self) -> None:
        """Raise ValueError where a row is not as long as the head."""
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError("Each row of a table has as many cells as its head.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBlock:
    """Bars over categories. *currency* and *places* as in `Amount`, for all its numbers."""

    id: Id
    kind: Literal["chart"] = "chart"
    categories: Annotated[tuple[Line, ...], Field(min_length=1, max_length=40)]
    series: Annotated[tuple[Series, ...], Field(min_length=1, max_length=6)]
    currency: Currency | None = None
    places: Annotated[int, Field(ge=0, le=8)] = 0
    alt: Line = ""

    def __post_init__(self) -> None:
        """Raise ValueError where a series has not one number for each category."""
        if any(len(one.values) != len(self.categories) for one in self.series):
            raise ValueError("Each series of a chart has one number for each category.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureBlock:
    """A picture that is kept with the deck under its SHA-256, and what it shows, in words."""

    id: Id
    kind: Literal["picture"] = "picture"
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    width: Annotated[int, Field(ge=1, le=10_000)]  # pixels
    height: Annotated[int, Field(ge=1, le=10_000)]
    alt: Annotated[str, BeforeValidator(clean), AfterValidator(_line), Field(min_length=1, max_length=1_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresBlock:
    """A few figures side by side."""

    id: Id
    kind: Literal["figures"] = "figures"
    figures: Annotated[tuple[Figure, ...], Field(min_length=1, max_length=8)]


Block = Annotated[
    TextBlock | BulletsBlock | TableBlock | ChartBlock | PictureBlock | FiguresBlock, Field(discriminator="kind")
]
Blocks = Annotated[tuple[Block, ...], Field(max_length=MAX_BLOCKS)]


@dataclass(frozen=True, slots=True)
class Built:
    """A slide's title and blocks as they were made from a talk or a trip, before a person changed any of it."""

    title: Title
    blocks: Blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """One slide; too full, it becomes several pages. Its *id* is never another, nor used again.

    *origin* names what it is made from, the same each time it is made; *built* is how it was made. Both are None of
    a slide of a person's own, or that the assistant proposed. *confirmed*: a person stands by its words.
    """

    id: Id
    kind: SlideKind = SlideKind.FREE
    title: Title
    blocks: Blocks = ()
    notes: Text = ""
    hidden: bool = False
    confirmed: bool = False
    origin: Annotated[str, Field(max_length=200)] | None = None
    message_ids: Annotated[tuple[str, ...], Field(max_length=100)] = ()  # which replies it rests on
    built: Built | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where two blocks have the same id."""
        if len({block.id for block in self.blocks}) != len(self.blocks):
            raise ValueError("Two blocks of a slide have the same id.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """Slides in their order. *dropped*: the origins that somebody removed; nothing is made from them again.

    *valid_until* is till when a proposal stands.
    """

    title: Title
    preset: Preset = Preset.PROPOSAL
    valid_until: date | None = None
    slides: Annotated[tuple[Slide, ...], Field(max_length=MAX_SLIDES)]
    dropped: Annotated[tuple[str, ...], Field(max_length=1_000)] = ()
    format: Literal[1] = 1

    def __post_init__(self) -> None:
        """Raise ValueError where two slides have the same id."""
        if len({slide.id for slide in self.slides}) != len(self.slides):
            raise ValueError("Two slides have the same id.")

    def shown(self) -> tuple[Slide, ...]:
        """Return the slides that are not hidden."""
        return tuple(slide for slide in self.slides if not slide.hidden)


class Font(StrEnum):
    """What a PPTX names; a twin of the same widths is in exports/fonts."""

    ARIAL = "Arial"
    TIMES = "Times New Roman"
    CALIBRI = "Calibri"
    CAMBRIA = "Cambria"


Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How a planner's decks look. *logo* is PNG, JPEG or SVG, already checked; *language* is BCP 47."""

    name: Line = ""
    contact: Line = ""
    footer: Line = ""
    primary: Colour = "#1F3A4D"
    accent: Colour = "#B5532A"
    font: Font = Font.ARIAL
    language: Annotated[str, Field(max_length=35)] = "en-GB"
    logo: bytes | None = None
    logo_type: Literal["image/png", "image/jpeg", "image/svg+xml"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What is rendered: one version of a deck with what stands around it. *pictures* are bytes by SHA-256."""

    deck: Deck
    brand: Brand
    rev: int  # of the deck, from 1
    at: datetime  # when this version was made, aware
    approved: bool  # till then it is a draft
    pictures: dict[str, bytes]


_DECK = TypeAdapter(Deck)
_SLIDES = TypeAdapter(Annotated[tuple[Slide, ...], Field(max_length=MAX_SLIDES)])


def deck_values(deck: Deck) -> dict[str, Any]:
    """Return a deck as JSON values."""
    values: dict[str, Any] = _DECK.dump_python(deck, mode="json")
    return values


def deck_text(deck: Deck) -> str:
    """Return a deck as the JSON that is kept and hashed: keys in order, no spaces between, not ASCII alone."""
    return json.dumps(deck_values(deck), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def deck_hash(deck: Deck) -> str:
    """Return the SHA-256, hex, of what of a deck its audience sees: not how it came about, nor what is hidden."""
    return hashlib.sha256(deck_text(audience_deck(deck)).encode()).hexdigest()


def audience_deck(deck: Deck) -> Deck:
    """Return of a deck what its audience sees."""
    shown = tuple(replace(slide, built=None, origin=None, message_ids=(), notes="") for slide in deck.shown())
    return replace(deck, slides=shown, dropped=())


def read_deck(text: str | bytes) -> Deck:
    """Return the deck that was kept as *text*. Raises ValueError (pydantic's)."""
    return _DECK.validate_json(text)


def read_slides(values: object) -> tuple[Slide, ...]:
    """Return slides from JSON values that anybody may have written. Raises ValueError (pydantic's)."""
    return _SLIDES.validate_python(values)


def plain_text(runs: Runs) -> str:
    """Return what runs say."""
    return "".join(run.text for run in runs)
