"""A deck from a trip: what is known of it, and what its sessions hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from exports.decks.building import frame
from exports.decks.building.around import taken_apart
from exports.decks.building.from_talk import budget_last
from exports.decks.building.from_text import Making, at_most, brief_blocks, built, pieces_slides
from exports.decks.building.markdown import MAX_CHARS, Piece, pieces_of
from exports.decks.building.words import NewId, paragraph_blocks, plain_runs, short_title
from exports.decks.phrases import phrases
from exports.decks.records import (
    MAX_BLOCKS,
    Brand,
    BulletsBlock,
    Deck,
    Item,
    Preset,
    Run,
    Slide,
    SlideKind,
    TextBlock,
)
from exports.markdown_cost import MOST_MS, cost_ms
from travel.brief import DATES, Brief, open_questions, shown_fields

_MAX_SLIDES = 160  # that show plans
_MAX_SESSIONS = 20
_MOST_MS = 2 * MOST_MS


@dataclass(frozen=True, slots=True)
class Held:
    """A session of a trip, with its last plan in Markdown, and which message that is."""

    title: str
    id: str
    text: str
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TripMaterial:
    """What there is of a trip to make a deck of; what is private in its *brief* is not looked at."""

    title: str
    brief: Brief
    customer_name: str = ""
    sessions: Sequence[Held] = ()
    files: Sequence[str] = ()  # what they are called
    sources: Sequence[frame.Source] = ()
    planner: str = ""
    language: str | None = None


def from_trip(
    trip: TripMaterial,
    preset: Preset,
    *,
    new_id: NewId,
    brand: Brand | None = None,
    valid_until: date | None = None,
) -> Deck:
    """Return the deck that a trip makes. What is not known is left out of it."""
    making = Making(new_id, "trip", phrases(trip.language).in_trip, trip.language)
    asked = [question.text for question in open_questions(trip.brief)]
    last = (frame.questions(asked, making, confirmed=True), frame.sources(trip.sources, making))
    if preset is Preset.STATUS:
        slides = [_cover(trip, preset, making), *_status(trip, making), *last]
        return frame.deck(trip.title, preset, slides, making.words)
    return frame.deck(
        trip.title,
        preset,
        [
            _cover(trip, preset, making),
            _asked(trip, making),
            *_plans(trip, making),
            frame.approve(trip.planner, brand, valid_until, making),
            *last[:1],
            _files(trip, making),
            *last[1:],
        ],
        making.words,
        valid_until,
    )


def _cover(trip: TripMaterial, preset: Preset, making: Making) -> Slide:
    fields = {field: text for field, _, text in shown_fields(trip.brief, trip.language)}
    known = [fields.get(field, "") for field in ("where", DATES, "months")]
    customer = making.words.for_customer.format(name=trip.customer_name) if trip.customer_name else ""
    return frame.cover(trip.title, preset, trip.planner, [customer, *known], making)


def _asked(trip: TripMaterial, making: Making) -> Slide | None:
    items = tuple(
        Item((Run(f"{label}: ", bold=True), *plain_runs(text)))
        for _, label, text in shown_fields(trip.brief, trip.language)
    )
    return frame.asked([BulletsBlock(id=making.new_id(), items=items)] if items else [], making)


def _plans(trip: TripMaterial, making: Making) -> Sequence[Slide]:
    """Return the slides of each session's plan."""
    slides: list[Slide] = []
    for held, plan in _read(trip):
        its = _making(held, making)
        slides += budget_last(pieces_slides(plan, held.text, held.title, its))
    if left := len(_planned(trip)[_MAX_SESSIONS:]):
        slides.append(_left_out(left, making))
    return at_most(_MAX_SLIDES, slides, making)


def _status(trip: TripMaterial, making: Making) -> Sequence[Slide]:
    """Return slides that say in short what each session holds."""
    slides: list[Slide] = []
    for held, plan in _read(trip):
        its = _making(held, making)
        heading, blocks = brief_blocks(plan, held.text, its)
        if heading:
            blocks.insert(0, TextBlock(id=making.new_id(), paragraphs=(plain_runs(heading),), heading=True))
        title = short_title(held.title) or making.words.session
        slides.append(
            built(
                making.new_id(),
                SlideKind.SESSIONS,
                title,
                blocks[:MAX_BLOCKS],
                f"{its.origin}:status",
                its.message_ids,
            )
        )
    if left := len(_planned(trip)[_MAX_SESSIONS:]):
        slides.append(_left_out(left, making))
    return slides


def _planned(trip: TripMaterial) -> Sequence[Held]:
    return [one for one in trip.sessions if one.text.strip()]


def _read(trip: TripMaterial) -> Iterator[tuple[Held, Sequence[Piece]]]:
    """Yield sessions with their plans. Together they may take so long only: those after that are plain text."""
    left = _MOST_MS
    for held in _planned(trip)[:_MAX_SESSIONS]:
        yield held, taken_apart(pieces_of(held.text, most_ms=min(left, MOST_MS))).plan
        left = max(0, left - cost_ms(held.text[:MAX_CHARS], most=MOST_MS))


def _left_out(count: int, making: Making) -> Slide:
    told = making.words.sessions_left_out.format(count=f"{count:,}", where=making.where)
    blocks = paragraph_blocks([plain_runs(told)], making.new_id)
    origin = f"{making.origin}:more"
    return built(making.new_id(), SlideKind.SESSIONS, making.words.more_sessions, blocks, origin, confirmed=True)


def _files(trip: TripMaterial, making: Making) -> Slide | None:
    """Return what the trip's files are called, not shown unless somebody wants it: names tell things too."""
    lines = [plain_runs(name) for name in trip.files[:200] if name.strip()]
    blocks = paragraph_blocks(lines, making.new_id)
    origin = f"{making.origin}:files"
    if not blocks:
        return None
    return built(making.new_id(), SlideKind.FREE, making.words.documents, blocks, origin, confirmed=True, hidden=True)


def _making(held: Held, making: Making) -> Making:
    ids = (held.message_id,) if held.message_id else ()
    where = making.words.in_named_session.format(title=held.title)
    return Making(making.new_id, f"session {held.id[:60]}", where, making.language, ids)
