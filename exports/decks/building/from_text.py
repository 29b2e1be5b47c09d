"""Slides from Markdown: a heading is the title of one, and nothing that the text says is lost."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from exports.decks.building.amounts import Reader, reader_of
from exports.decks.building.markdown import MAX_CHARS, Piece, Section, piece_lines, pieces_of, sections
from exports.decks.building.tables import table_blocks, total_of
from exports.decks.building.words import NewId, lines_of, paragraph_blocks, plain_runs, runs_of, short_title
from exports.decks.phrases import Phrases, phrases
from exports.decks.records import (
    MAX_BLOCKS,
    MAX_ITEMS,
    MAX_TITLE_CHARS,
    Block,
    Built,
    BulletsBlock,
    Figure,
    FiguresBlock,
    Item,
    Runs,
    Slide,
    SlideKind,
    TableBlock,
    TextBlock,
    plain_text,
)

MAX_BUILT = 120  # slides of one text
_FITS = 14  # lines
_BRIEF, _FIRST = 10, 30  # in short; the first piece alone
_MAX_LISTED = 20
_MAX_LEVEL = 3
_MAX_NUMBER = 9_999
_FEW = 7  # lines of a section that is gathered with its neighbours
_GATHERED = "gathered"
_NUMBERED = re.compile(r"\b\w{1,40} \d{1,6}(?!\w)|第\d{1,6}\w")
_LABELLED = re.compile(r"(\w+ \d+):( \S.*)")
_TASK = re.compile(r"\[ \] ")


@dataclass(frozen=True, slots=True)
class Making:
    """What all slides of one text have in common. *origin* begins their origins; *where* says where the text is."""

    new_id: NewId
    origin: str
    where: str  # as the end of a sentence: "the session"
    language: str | None = None
    message_ids: tuple[str, ...] = ()
    taken: Counter[str] = field(default_factory=Counter)

    @property
    def words(self) -> Phrases:
        """Return what the deck says by itself, in its language."""
        return phrases(self.language)


def slides_of(text: str, title: str, making: Making) -> tuple[Slide, ...]:
    """Return the slides that a text in Markdown makes; *title* is of what stands above its first heading."""
    return pieces_slides(pieces_of(text), text, title, making)


def pieces_slides(pieces: Sequence[Piece], text: str, title: str, making: Making) -> tuple[Slide, ...]:
    """Return the slides that pieces of *text* make, at most `MAX_BUILT`; the last one says what is left out."""
    reader = reader_of(text[:MAX_CHARS], making.language)
    parts = (_called(part, making) for part in _parts(sections(pieces)))
    found = [slide for part in parts for slide in _slides(part, title, reader, making)]
    slides = at_most(MAX_BUILT, found, making)
    if len(text) > MAX_CHARS and slides:
        slides = (*slides[:-1], with_note(slides[-1], making.words.longer.format(where=making.where), making))
    return slides


def text_blocks(pieces: Sequence[Piece], text: str, making: Making) -> list[Block]:
    """Return the blocks that pieces of *text* make, without slides."""
    return list(_blocks(pieces, reader_of(text[:MAX_CHARS], making.language), making))[:MAX_BLOCKS]


def at_most(most: int, slides: Sequence[Slide], making: Making) -> tuple[Slide, ...]:
    """Return the first of the slides; the last of them says how many are left out."""
    if len(slides) <= most:
        return tuple(slides)
    left = making.words.slides_left_out.format(count=f"{len(slides) - most:,}", where=making.where)
    return (*slides[: most - 1], with_note(slides[most - 1], left, making))


@dataclass(frozen=True, slots=True)
class _Part:
    """What one slide is made of: a section with all that is in it, or with the titles of what follows.

    *key* ends its origin, where that is not made from its title.
    """

    section: Section
    whole: bool
    top: bool = False
    key: str = ""


def _called(part: _Part, making: Making) -> _Part:
    """Return a part with a title, if it is of sections that nothing stands above."""
    if part.key != _GATHERED:
        return part
    heading = ({"t": "text", "s": making.words.good_to_know},)
    return replace(part, section=replace(part.section, heading=heading))


def _parts(whole: Section) -> Iterator[_Part]:
    if whole.pieces:
        yield _Part(Section((), 0, whole.pieces), whole=True)
    yield from _grouped_parts(whole.inner, top=len(whole.inner) == 1)


def _within(section: Section, *, top: bool = False) -> Iterator[_Part]:
    fits = not section.inner or section.lines() <= _FITS
    yield _Part(section, whole=fits, top=top)
    if not fits:
        yield from _grouped_parts(section.inner)


def _grouped_parts(inner: Sequence[Section], *, top: bool = False) -> Iterator[_Part]:
    for group in _grouped(inner):
        if len(group) > 1:
            yield _Part(Section((), 0, inner=list(group)), whole=True, key=_GATHERED)
        else:
            yield from _within(group[0], top=top)


def _grouped(inner: Sequence[Section]) -> Iterator[Sequence[Section]]:
    """Yield sections, each alone but for those of a few lines that follow each other behind the last day."""
    last_day = max((at for at, one in enumerate(inner) if _is_numbered(one)), default=len(inner))
    group: list[Section] = []
    for at, one in enumerate(inner):
        together = at > last_day and _is_small(one) and all(map(_is_small, group))
        if group and not (together and sum(2 + part.lines() for part in (*group, one)) <= _FITS):
            yield group
            group = []
        group.append(one)
        if at <= last_day:
            yield group
            group = []
    if group:
        yield group


def _is_numbered(section: Section) -> bool:
    return bool(_NUMBERED.match(section.title))


def _is_small(section: Section) -> bool:
    told = all(piece["t"] in ("par", "list", "quote", "rule") for piece in section.pieces)
    return told and not section.inner and 0 < section.lines() <= _FEW


def _slides(part: _Part, title: str, reader: Reader, making: Making) -> Iterator[Slide]:
    """Yield a slide, or as many as its blocks need."""
    section, own = part.section, bool(part.section.heading)
    called = section.title if own else " ".join(title.split())
    blocks = list[Block]()
    if len(called) > MAX_TITLE_CHARS:
        blocks.append(TextBlock(id=making.new_id(), paragraphs=(plain_runs(called),)))
    blocks += (
        _section_blocks(section, reader, making) if part.whole else _own_blocks(section, reader, making, top=part.top)
    )
    key = part.key or (("top" if part.top else _key(called)) if own else "before")
    making.taken[key] += 1
    number = making.taken[key]
    origin = f"{making.origin}:{key}{f'~{number}' if number > 1 else ''}"
    groups = [blocks[start : start + MAX_BLOCKS] for start in range(0, len(blocks), MAX_BLOCKS)] or [[]]
    for at, group in enumerate(groups):
        budget = any(isinstance(block, TableBlock) and block.total for block in group)
        yield built(
            making.new_id(),
            SlideKind.BUDGET if budget else SlideKind.PLAN,
            short_title(called),
            group,
            f"{origin}/{at + 1}" if at else origin,
            making.message_ids,
        )


def built(
    slide_id: str,
    kind: SlideKind,
    title: str,
    blocks: Sequence[Block],
    origin: str,
    message_ids: Sequence[str] = (),
    *,
    confirmed: bool = False,
    hidden: bool = False,
) -> Slide:
    """Return a slide that remembers how it was made."""
    return Slide(
        id=slide_id,
        kind=kind,
        title=title,
        blocks=tuple(blocks),
        confirmed=confirmed,
        hidden=hidden,
        origin=origin,
        message_ids=tuple(message_ids),
        built=Built(title, tuple(blocks)),
    )


def _key(title: str) -> str:
    """Return what stays of a title when a plan changes: "day 3" of "Day 3, Friday: Belém"."""
    plain = " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", title).casefold()))
    numbered = _NUMBERED.match(plain)
    key = numbered[0] if numbered else plain
    return key if len(key) <= 80 else f"{key[:60]}#{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def brief_blocks(pieces: Sequence[Piece], text: str, making: Making) -> tuple[str, list[Block]]:
    """Return the heading of a text, empty where it has none, and in a few lines what the text says."""
    whole = sections(pieces)
    section = whole.inner[0] if len(whole.inner) == 1 and not whole.pieces else whole
    kept, lines = list[Piece](), 0.0
    for piece in section.pieces:
        lines += piece_lines(piece)
        if lines > (_BRIEF if kept else _FIRST):
            break
        kept.append(piece)
    reader = reader_of(text[:MAX_CHARS], making.language)
    found = _own_blocks(Section(section.heading, 0, kept, section.inner), reader, making, top=True)[: MAX_BLOCKS - 1]
    if len(kept) < len(section.pieces):
        left = plain_runs(making.words.shortened.format(where=making.where), italic=True)
        found.append(TextBlock(id=making.new_id(), paragraphs=(left,)))
    return section.title, found


def _own_blocks(section: Section, reader: Reader, making: Making, *, top: bool) -> list[Block]:
    """Return what a section says before its own sections, what they are called, and of the whole text its sum.

    Where there are days, these are what is listed.
    """
    found = list(_blocks(section.pieces, reader, making))
    if top and (figure := _figure(section, reader, making)):
        found.append(figure)
    days = [one for one in section.inner if _is_numbered(one)]
    items = tuple(Item(_title_runs(one.title)) for one in (days if len(days) > 1 else section.inner))
    if 0 < len(items) <= _MAX_LISTED:
        found.append(BulletsBlock(id=making.new_id(), items=items))
    return found


def _title_runs(title: str) -> Runs:
    """Return a section's title; of a day's, what it is called before the colon is bold, as a label."""
    found = _LABELLED.fullmatch(title)
    return (*plain_runs(f"{found[1]}:", bold=True), *plain_runs(found[2])) if found else plain_runs(title)


def _figure(section: Section, reader: Reader, making: Making) -> Block | None:
    tables = [piece for one in section.inner for piece in one.pieces if piece["t"] == "table"]
    found = [block for table in tables for block in table_blocks(table, reader, making.words, making.new_id)]
    total = total_of(found)
    return FiguresBlock(id=making.new_id(), figures=(Figure(total[0], amount=total[1]),)) if total else None


def _section_blocks(section: Section, reader: Reader, making: Making) -> list[Block]:
    found = list(_blocks(section.pieces, reader, making))
    for one in section.inner:
        found.append(TextBlock(id=making.new_id(), paragraphs=(runs_of(one.heading),), heading=True))
        found += _section_blocks(one, reader, making)
    return found


def _blocks(pieces: Sequence[Piece], reader: Reader, making: Making) -> Iterator[Block]:
    """Yield the blocks that pieces make; paragraphs that follow each other are one."""
    paragraphs: list[Runs] = []
    for piece in pieces:
        lines = _paragraphs(piece)
        paragraphs += lines or ()
        if lines is None:
            yield from paragraph_blocks(paragraphs, making.new_id)
            paragraphs = []
            yield from _block(piece, reader, making)
    yield from paragraph_blocks(paragraphs, making.new_id)


def _paragraphs(piece: Piece) -> list[Runs] | None:
    match piece["t"]:
        case "par":
            return lines_of(piece["in"])
        case "code":
            return [plain_runs(line) for line in piece["s"].split("\n") if line.strip()]
        case "rule":
            return []
    return None


def _block(piece: Piece, reader: Reader, making: Making) -> Iterator[Block]:
    match piece["t"]:
        case "heading":
            if plain_text(runs := runs_of(piece["in"])).strip():
                yield TextBlock(id=making.new_id(), paragraphs=(runs,), heading=True)
        case "quote":
            yield from _blocks(piece["blocks"], reader, making)
        case "table":
            yield from table_blocks(piece, reader, making.words, making.new_id)
        case "list":
            yield from _bullets(piece, reader, making)


def _bullets(piece: Piece, reader: Reader, making: Making) -> Iterator[Block]:
    items: list[Item] = []
    for found in _items(piece, 0):
        if isinstance(found, Item):
            items.append(found)
            continue
        yield from _lists(items, making)
        items = []
        yield from _block(found, reader, making)
    yield from _lists(items, making)


def _lists(items: Sequence[Item], making: Making) -> Iterator[Block]:
    for start in range(0, len(items), MAX_ITEMS):
        yield BulletsBlock(id=making.new_id(), items=tuple(items[start : start + MAX_ITEMS]))


def _items(piece: Piece, level: int) -> Iterator[Item | Piece]:
    """Yield the points of a list, those of lists within it too; and what no point can be, a table."""
    for at, parts in enumerate(piece["items"]):
        number = None if piece["start"] is None else min(piece["start"] + at, _MAX_NUMBER)
        for place, part in enumerate(parts):
            if part["t"] == "list":
                yield from _items(part, min(level + 1, _MAX_LEVEL))
            elif (lines := _paragraphs(part)) is not None:
                for line, runs in enumerate(lines):
                    first = place == line == 0
                    yield Item(
                        _without_box(runs), level if first else min(level + 1, _MAX_LEVEL), number if first else None
                    )
            else:
                yield part


def _without_box(runs: Runs) -> Runs:
    return (
        (replace(runs[0], text=_TASK.sub("", runs[0].text, count=1)), *runs[1:])
        if _TASK.match(runs[0].text)
        else runs
    )


def with_note(slide: Slide, sentence: str, making: Making) -> Slide:
    """Return a slide that says at its end what is left out."""
    told = TextBlock(id=making.new_id(), paragraphs=(plain_runs(sentence, italic=True),))
    blocks = (*slide.blocks[: MAX_BLOCKS - 1], told)
    return replace(slide, blocks=blocks, built=Built(slide.title, blocks))
