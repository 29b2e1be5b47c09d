"""Decks as JSON: their typed slides, and as HTML what those look like."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, WrapValidator

from api.review_schemas import Hash
from api.schemas import Cursor, Given, Id, Instant
from exports.decks.building.merging import TITLE, Change, Choice, Refresh
from exports.decks.html import DeckHtml
from exports.decks.problems import Problem
from exports.decks.records import MAX_SLIDES, Brand, Deck, Font, Preset, Slide, Title, deck_values
from services.decks.files import DeckFormat
from services.decks.records import DeckOf, DeckPicture, DeckSummary, DeckVersions, SavedDeck

_SLIDES = Field(
    max_length=MAX_SLIDES,
    description="In their order. Text is plain, what looks like markup in it too. A slide with an id that the deck "
    "does not have is a new one, and gets an id of its own. `origin`, `built` and `message_ids` are ours to say.",
)
_AS_JSON = TypeAdapter(Annotated[tuple[Slide, ...], Field(max_length=MAX_SLIDES)])


def _as_json(values: object, _: object) -> tuple[Slide, ...]:
    """Return slides, strictly: as Python's values arrays would be no tuples. Raises ValueError (pydantic's)."""
    return _AS_JSON.validate_json(json.dumps(values), strict=True)


Slides = Annotated[tuple[Slide, ...], _SLIDES, WrapValidator(_as_json)]
Rev = Annotated[
    int | None,
    Field(ge=1, le=2**31 - 1, description="The version that was read: a later one is not replaced."),
]


def _written(value: object) -> object:
    """Return a day as JSON writes it. Raises ValueError: a number is none."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("A day is written like 2026-05-01.")
    return value


Day = Annotated[date, Field(strict=False), BeforeValidator(_written)]


class DeckIn(Given):
    """A deck as it is to be."""

    rev: Rev = Field(description="The version that was changed.")
    title: Annotated[Title, Field(min_length=1)] | None = Field(default=None, description="Null: as it is.")
    slides: Slides


class DeckMake(Given):
    """How a deck is to be made."""

    preset: Annotated[Preset, Field(strict=False)] = Preset.PROPOSAL
    valid_until: Day | None = Field(default=None, description="Till when a proposal stands.")
    rev: Rev = Field(default=None, description="The version that is made anew; null: there is none yet.")


class DeckRestore(Given):
    """Which version a deck is to be again."""

    version: int = Field(ge=1, le=2**31 - 1)
    rev: int = Field(ge=1, le=2**31 - 1, description="The version that it is now.")


class SlidesAccepted(Given):
    """Which of the slides that a reply proposes are to be added."""

    message_id: Id
    slide_ids: list[str] | None = Field(default=None, max_length=MAX_SLIDES, description="As proposed; null: all.")
    rev: Rev = None


class DeckRefresh(Given):
    """Which slides are to be made anew, and what stands where both a person and the source changed something."""

    rev: int = Field(ge=1, le=2**31 - 1)
    slides: dict[str, dict[str, Annotated[Choice, Field(strict=False)]]] = Field(
        default_factory=dict, description="By slide; of each its conflicts, by part: `present` or `anew`."
    )
    new: list[str] = Field(default_factory=list, max_length=MAX_SLIDES, description="The origins of new slides.")


class DeckExport(Given):
    """What kind of file a deck is to be."""

    format: Annotated[DeckFormat, Field(strict=False)] = DeckFormat.PPTX
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1, description="Null: as it is now.")] = None


class SlideOut(BaseModel):
    """A slide as it looks: a section for each of its pages. Escaped, without scripts."""

    slide_id: str
    html: str


class SlideDeck(BaseModel):
    """What slides look like. *css* holds for them alone."""

    slides: list[SlideOut]
    css: str
    scripts: Literal[""] = ""

    @classmethod
    def of(cls, made: DeckHtml) -> Self:
        """Return slides as JSON shows them."""
        return cls(slides=[SlideOut(slide_id=one.slide_id, html=one.html) for one in made.slides], css=made.css)


class DeckOut(BaseModel):
    """A deck: its typed slides, and what those look like. *rev* null: none was made yet, one would be made so."""

    session_id: Id | None
    trip_id: Id | None
    rev: int | None
    title: str
    preset: Preset
    valid_until: date | None
    changed_by: str | None
    changed_at: Instant | None
    slides: list[dict[str, Any]]
    slide_deck: SlideDeck
    problems: list[str] = Field(description="What cannot be shown as it should be.")

    @classmethod
    def of(cls, of: DeckOf, deck: Deck, saved: SavedDeck | None, made: DeckHtml, found: tuple[Problem, ...]) -> Self:
        """Return a deck as JSON shows it."""
        return cls(
            session_id=str(of.id) if of.kind == "session" else None,
            trip_id=str(of.id) if of.kind == "trip" else None,
            rev=saved.rev if saved else None,
            title=deck.title,
            preset=deck.preset,
            valid_until=deck.valid_until,
            changed_by=saved.by if saved else None,
            changed_at=saved.at if saved else None,
            slides=slide_list(deck),
            slide_deck=SlideDeck.of(made),
            problems=[one.text for one in found],
        )


def slide_list(deck: Deck) -> list[dict[str, Any]]:
    """Return the slides of a deck as JSON values, without how they were built at first."""
    slides: list[dict[str, Any]] = deck_values(
        replace(deck, slides=tuple(replace(slide, built=None) for slide in deck.slides))
    )["slides"]
    return slides


class DeckVersionOut(BaseModel):
    """One version of a deck without its slides."""

    version: int
    summary: str
    slides: int
    by: str | None
    at: Instant
    sha256: Hash

    @classmethod
    def of(cls, one: DeckSummary) -> Self:
        """Return a version as JSON shows it."""
        return cls(version=one.rev, summary=one.summary, slides=one.slides, by=one.by, at=one.at, sha256=one.sha256)


class DeckVersionList(BaseModel):
    """A page of versions, the latest first; *count* is how many are on it."""

    versions: list[DeckVersionOut]
    count: int
    next_cursor: Cursor

    @classmethod
    def of(cls, page: DeckVersions) -> Self:
        """Return versions as JSON shows them."""
        shown = [DeckVersionOut.of(one) for one in page.versions]
        return cls(versions=shown, count=len(shown), next_cursor=page.next_cursor)


class ConflictOut(BaseModel):
    """A title or block that both a person and the source changed."""

    part: str = Field(description=f"The id of a block, or `{TITLE}`.")
    conflict: bool

    @classmethod
    def of(cls, change: Change) -> Self:
        """Return a change as JSON shows it."""
        return cls(part=change.part, conflict=change.conflict)


class StaleOut(BaseModel):
    """A slide that would be made otherwise today."""

    slide_id: str
    title: str
    by_look: bool = Field(description="Only name, contact or language of the brand are others.")
    changes: list[ConflictOut]


class NewSlideOut(BaseModel):
    """A slide that there would be besides."""

    origin: str
    title: str


class RefreshOut(BaseModel):
    """What making a deck anew would change of it today."""

    stale: list[StaleOut]
    new: list[NewSlideOut]
    gone: list[str] = Field(description="Slides whose source says nothing of them any more.")

    @classmethod
    def of(cls, fresh: Refresh) -> Self:
        """Return what would change as JSON shows it."""
        return cls(
            stale=[
                StaleOut(
                    slide_id=one.slide.id,
                    title=one.slide.title,
                    by_look=one.by_look,
                    changes=[ConflictOut.of(each) for each in one.changes],
                )
                for one in fresh.stale
            ],
            new=[NewSlideOut(origin=one.slide.origin or "", title=one.slide.title) for one in fresh.new],
            gone=[slide.id for slide in fresh.gone],
        )


class PictureOut(BaseModel):
    """A picture that a deck has; width and height in pixels."""

    sha256: Hash
    media_type: str
    width: int
    height: int

    @classmethod
    def of(cls, picture: DeckPicture) -> Self:
        """Return a picture as JSON shows it."""
        return cls(sha256=picture.sha256, media_type=picture.media_type, width=picture.width, height=picture.height)


class BrandChange(Given):
    """How the caller's decks are to look; what is not named stays."""

    name: str | None = None
    contact: str | None = None
    footer: str | None = None
    primary: str | None = Field(default=None, examples=["#1F3A4D"])
    accent: str | None = Field(default=None, examples=["#B5532A"])
    font: Annotated[Font | None, Field(strict=False)] = None
    language: str | None = Field(default=None, max_length=35, examples=["en-GB"])


class BrandOut(BaseModel):
    """How the caller's decks look."""

    name: str
    contact: str
    footer: str
    primary: str
    accent: str
    font: Font
    language: str
    logo_type: str | None = Field(description="Null: there is no logo.")

    @classmethod
    def of(cls, brand: Brand) -> Self:
        """Return a brand as JSON shows it."""
        return cls(**{name: getattr(brand, name) for name in cls.model_fields})
