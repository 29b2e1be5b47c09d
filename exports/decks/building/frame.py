"""The slides around a plan: cover, who to tell, open questions, sources."""

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date

from exports.decks.building.from_text import Making, built
from exports.decks.building.words import link_target, paragraph_blocks, plain_runs, short_title
from exports.decks.phrases import Phrases
from exports.decks.records import (
    Block,
    Brand,
    BulletsBlock,
    Deck,
    Item,
    Preset,
    Run,
    Runs,
    Slide,
    SlideKind,
    deck_text,
    read_deck,
)
from travel.types import locale_of

Source = tuple[str, str]  # its title and address
_MAX_LISTED = 100
_MAX_ASKED_CHARS = 1_500


def deck(
    title: str, preset: Preset, slides: Sequence[Slide | None], words: Phrases, valid_until: date | None = None
) -> Deck:
    """Return a deck of those slides that there are, as it will be when it is read again."""
    there = tuple(slide for slide in slides if slide)
    name = short_title(title) or words.untitled
    return read_deck(deck_text(Deck(title=name, preset=preset, slides=there, valid_until=valid_until)))


def cover(title: str, preset: Preset, planner: str, lines: Sequence[str], making: Making) -> Slide:
    """Return the cover; *lines* stand under what the deck is, and by whom."""
    words = making.words
    what = words.proposal if preset is Preset.PROPOSAL else words.status
    by = words.by.format(what=what, name=planner) if planner else what
    said = paragraph_blocks([plain_runs(line) for line in (by, *lines) if line], making.new_id)
    name = short_title(title) or words.untitled
    return built(making.new_id(), SlideKind.COVER, name, said, f"{making.origin}:cover", confirmed=True)


def asked(blocks: Sequence[Block], making: Making, message_ids: Sequence[str] = ()) -> Slide | None:
    """Return what was asked for, if anything is known of it."""
    title, origin = making.words.asked, f"{making.origin}:asked"
    if not blocks:
        return None
    return built(making.new_id(), SlideKind.ASKED, title, blocks, origin, message_ids, confirmed=True)


def words_of(text: str, making: Making) -> list[Block]:
    """Return somebody's words as they are, the beginning of long ones."""
    kept = text if len(text) <= _MAX_ASKED_CHARS else text[:_MAX_ASKED_CHARS].rsplit(None, 1)[0]
    lines = [plain_runs(line.strip()) for line in kept.splitlines() if line.strip()][:_MAX_LISTED]
    if lines and len(kept) < len(text):
        lines.append(plain_runs(making.words.shortened.format(where=making.where), italic=True))
    return paragraph_blocks(lines, making.new_id)


def approve(planner: str, brand: Brand | None, valid_until: date | None, making: Making) -> Slide | None:
    """Return how to go ahead, in what is known of it: until when, and whom to tell."""
    name, contact = (brand.name, brand.contact) if brand else ("", "")
    who = name or planner
    lines: list[str] = []
    if valid_until:
        day = format_date(valid_until, "long", locale=locale_of(making.language))
        lines.append(making.words.valid.format(day=day))
    if who or contact:
        tell = making.words.tell.format(who=who) if who else making.words.write
        lines.append(f"{tell}: {contact}" if contact else f"{tell}.")
    if not lines:
        return None
    blocks = paragraph_blocks([plain_runs(line) for line in lines], making.new_id)
    origin = f"{making.origin}:approve"
    return built(making.new_id(), SlideKind.APPROVE, making.words.go_ahead, blocks, origin, confirmed=True)


def questions(
    texts: Sequence[str], making: Making, message_ids: Sequence[str] = (), *, confirmed: bool = False
) -> Slide | None:
    """Return what is still to be answered, if anything is."""
    block = _list([plain_runs(text) for text in texts], making.words.more_questions, making)
    origin = f"{making.origin}:questions"
    if block is None:
        return None
    return built(
        making.new_id(),
        SlideKind.QUESTIONS,
        making.words.questions,
        [block],
        origin,
        message_ids,
        confirmed=confirmed,
    )


def sources(found: Sequence[Source], making: Making, message_ids: Sequence[str] = ()) -> Slide | None:
    """Return where facts are from, each address once."""
    once = {url: title for title, url in reversed(found) if url.strip()}
    lines = [_source(title, url) for url, title in reversed(once.items())]
    block = _list(lines, making.words.more_listed_sources, making, counted=True)
    origin = f"{making.origin}:sources"
    if block is None:
        return None
    return built(making.new_id(), SlideKind.SOURCES, making.words.sources, [block], origin, message_ids)


def aside(blocks: Sequence[Block], making: Making) -> Slide | None:
    """Return what was said to the planner alone, as a slide that is not shown unless somebody wants it to be."""
    origin, title = f"{making.origin}:aside", "Said to you, not to the customer"
    if not blocks:
        return None
    return built(making.new_id(), SlideKind.FREE, title, blocks, origin, making.message_ids, hidden=True)


def _source(title: str, url: str) -> Runs:
    target, name = link_target(url.strip()), " ".join(title.split()) or url.strip()
    text = name if target or name == url.strip() else f"{name}: {url.strip()}"
    return (Run(text[:2_000], url=target),)


def _list(lines: Sequence[Runs], more: str, making: Making, *, counted: bool = False) -> Block | None:
    shown, left = lines[:_MAX_LISTED], len(lines) - _MAX_LISTED
    items = [Item(line, number=number if counted else None) for number, line in enumerate(shown, 1)]
    if left > 0:
        items.append(Item(plain_runs(more.format(count=f"{left:,}", where=making.where), italic=True)))
    return BulletsBlock(id=making.new_id(), items=tuple(items)) if items else None
