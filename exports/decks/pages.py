"""Where everything stands on the pages of a deck: one splitter for screen, PPTX and PDF, so that all break alike.

Lengths are points, from the top left of a page of 960 x 540. Text is measured with the twin of the font that the
brand names. What does not fit goes on to a further page of the same slide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from exports.decks import words
from exports.decks.fitting import flowed
from exports.decks.flow import Flow
from exports.decks.measure import Measure
from exports.decks.phrases import phrases
from exports.decks.places import HEIGHT, WIDTH, Box, Page, Placed
from exports.decks.records import (
    Block,
    BulletsBlock,
    Edition,
    Item,
    PictureBlock,
    Run,
    Slide,
    SlideKind,
    TextBlock,
)
from exports.decks.sheet import Sheet, shape
from exports.decks.theme import (
    COVER_EDGE,
    COVER_LEAST,
    COVER_LOGO,
    COVER_PAD,
    COVER_PANEL,
    COVER_SIZES,
    FOOTER_SIZE,
    FOOTER_WIDTH,
    GAP,
    LINE,
    LOGO,
    MARGIN,
    TITLE_SIZES,
    TOP,
)
from exports.decks.wording import shown_date

__all__ = ["ABOUT", "HEIGHT", "WIDTH", "Box", "Page", "Placed", "pages"]

ABOUT = "about"  # the id of the slide that is added

_RIGHT, _FOOT = WIDTH - MARGIN, HEIGHT - MARGIN
_COVER_TEXTS, _FOOT_SIZE = (20.0, 18.0, 16.0), 14.0


def pages(edition: Edition) -> tuple[Page, ...]:
    """Return the pages of what a deck shows, and of a last slide on what in it nobody confirmed, if there is any."""
    measure = Measure(edition.brand.font)
    made: list[Page] = []
    for slide in edition.deck.shown():
        made += _slide_pages(slide, edition, measure, len(made) + 1)
    if any(not page.slide.confirmed for page in made):
        made += _slide_pages(_about(edition, made), edition, measure, len(made) + 1)
    return tuple(made)


def _slide_pages(slide: Slide, edition: Edition, measure: Measure, number: int) -> Iterator[Page]:
    cover = _Cover(slide, edition, measure) if slide.kind == SlideKind.COVER else None
    blocks = cover.left if cover else slide.blocks
    sheet = Sheet(measure, edition.brand.language)
    area = _area(slide.title, edition, measure)
    parts = flowed(blocks, area, sheet)
    if not cover and not parts:
        parts = [()]
    count = len(parts) + bool(cover)
    if count > 1 and (lower := _area(f"{slide.title} ({count}/{count})", edition, measure)) != area:
        parts = flowed(blocks, lower, sheet)
        count = len(parts) + bool(cover)
    base = Page(
        slide=slide,
        number=number,
        title=slide.title,
        title_box=Box(0, 0, 0, 0),
        title_size=0,
        placed=(),
        logo=_logo(edition),
        footer=measure.shortened(edition.brand.footer, FOOTER_SIZE, FOOTER_WIDTH),
        mark="" if slide.confirmed else phrases(edition.brand.language).mark,
    )
    if cover:
        yield replace(
            base,
            title_box=cover.title_box,
            title_size=cover.title_size,
            placed=cover.placed,
            logo=cover.logo,
            footer="",
            cover=True,
        )
    for part, placed in enumerate(parts, 1 + bool(cover)):
        title = f"{slide.title} ({part}/{count})".strip() if count > 1 else slide.title
        box, size = _title(title, edition, measure)
        yield replace(base, number=number + part - 1, title=title, title_box=box, title_size=size, placed=placed)


def _title(title: str, edition: Edition, measure: Measure) -> tuple[Box, float]:
    width = WIDTH - 2 * MARGIN - (LOGO[0] + GAP if edition.brand.logo else 0)
    size, lines = _fitting(title, TITLE_SIZES, width, measure)
    return Box(MARGIN, TOP, width, lines * LINE * size), size


def _fitting(title: str, sizes: tuple[float, ...], width: float, measure: Measure) -> tuple[float, int]:
    runs = (Run(title),)
    size = next((one for one in sizes if measure.lines(runs, one, width, bold=True) <= 2), sizes[-1])
    return size, measure.lines(runs, size, width, bold=True)


def _area(title: str, edition: Edition, measure: Measure) -> Box:
    """Return where the blocks of a slide stand."""
    top = _title(title, edition, measure)[0].bottom + GAP
    return Box(MARGIN, top, WIDTH - 2 * MARGIN, HEIGHT - MARGIN - top)


def _logo(edition: Edition) -> Box | None:
    return Box(WIDTH - MARGIN - LOGO[0], TOP, *LOGO) if edition.brand.logo else None


class _Cover:
    """A cover: its title on the panel, below what texts have room, whose it is, the logo; a picture at the right."""

    def __init__(self, slide: Slide, edition: Edition, measure: Measure) -> None:
        self.logo = Box(_RIGHT - COVER_LOGO[0], _FOOT - COVER_LOGO[1], *COVER_LOGO) if edition.brand.logo else None
        picture = next((block for block in slide.blocks if isinstance(block, PictureBlock)), None)
        width = _RIGHT - MARGIN
        picture_box = None
        if picture:
            width = width * 0.55
            x = MARGIN + width + GAP * 1.5
            room = Box(x, MARGIN, _RIGHT - x, (self.logo.y - GAP if self.logo else _FOOT) - MARGIN)
            picture_box = _within(picture, room)
        foot_width = min(width, self.logo.x - GAP - MARGIN) if self.logo else width
        foot = _foot(edition, foot_width, measure)
        foot_units = words.units(foot, _FOOT_SIZE, foot_width, measure)
        foot_height = words.height(foot_units)
        foot_box = Box(MARGIN, _FOOT - foot_height, foot_width, foot_height)
        self.title_box, self.title_size = _cover_title(slide.title, width, measure)
        below = COVER_PANEL + COVER_EDGE + 1.5 * GAP
        room = Box(MARGIN, below, foot_width, max(0.0, foot_box.y - GAP - below))
        told = [block for block in slide.blocks if block is not picture]
        sheet = Sheet(measure, edition.brand.language)
        placed, texts = list[Placed](), list[Block]()
        for size in _COVER_TEXTS:
            placed, texts = _texts(told, Flow(sheet, size, room))
            if not any(isinstance(block, TextBlock | BulletsBlock) for block in told[len(texts) :]):
                break
        self.left = tuple(block for block in slide.blocks if block not in (*texts, picture))
        self.placed = (
            *placed,
            *([Placed(block=picture, box=picture_box, size=_FOOT_SIZE)] if picture and picture_box else []),
            words.placed(foot, foot_units, _FOOT_SIZE, foot_box),
        )


def _cover_title(title: str, width: float, measure: Measure) -> tuple[Box, float]:
    """Return where the title of a cover stands, at the foot of the panel, and the size of its letters."""
    foot = COVER_PANEL - COVER_PAD
    size, lines = _fitting(title, COVER_SIZES, width, measure)
    if lines * LINE * size > foot - TOP:
        size = COVER_LEAST
        lines = measure.lines((Run(title),), size, width, bold=True)
    height = lines * LINE * size
    return Box(MARGIN, foot - height, width, height), size


def _texts(blocks: Sequence[Block], flow: Flow) -> tuple[list[Placed], list[Block]]:
    """Return the texts with which blocks begin, as far as they have room, and where they stand."""
    texts: list[Block] = []
    for block in blocks:
        if not isinstance(block, TextBlock | BulletsBlock) or not flow.add_whole(block):
            break
        texts.append(block)
    return flow.pages[0], texts


def _foot(edition: Edition, width: float, measure: Measure) -> TextBlock:
    """Return who made a deck, and when."""
    brand = edition.brand
    draft = "" if edition.approved else phrases(brand.language).draft.format(rev=edition.rev)
    told = (shown_date(edition.at.date(), brand.language), draft)
    lines = [" · ".join(filter(None, (brand.name, brand.contact))), " · ".join(filter(None, told))]
    short = (measure.shortened(line, _FOOT_SIZE, width, 2) for line in lines if line)
    return TextBlock(id="edition", paragraphs=tuple((Run(line),) for line in short))


def _within(picture: PictureBlock, room: Box) -> Box:
    """Return the largest place of a picture's shape in the middle of *room*."""
    width, height = shape(picture, room.width, room.height)
    return Box(room.x + (room.width - width) / 2, room.y + (room.height - height) / 2, width, height)


def _about(edition: Edition, made: list[Page]) -> Slide:
    """Return the slide that says what nobody confirmed, with the pages where that stands."""
    firsts: dict[str, Page] = {}
    for page in made:
        if not page.slide.confirmed:
            firsts.setdefault(page.slide.id, page)
    ids = {slide.id for slide in edition.deck.slides}
    name = ABOUT
    while name in ids:
        name += "."
    said = phrases(edition.brand.language)
    version = shown_date(edition.at.date(), edition.brand.language)
    if not edition.approved:
        version = f"{said.draft.format(rev=edition.rev)}, {version}"
    items = tuple(
        Item((Run(said.page.format(title=page.slide.title or said.untitled_slide, number=page.number)),))
        for page in firsts.values()
    )
    return Slide(
        id=name,
        kind=SlideKind.SOURCES,
        title=said.about,
        confirmed=True,
        blocks=(
            TextBlock(id="told", paragraphs=((Run(said.model_wrote),),)),
            BulletsBlock(id="slides", items=items),
            TextBlock(id="version", paragraphs=((Run(version),),)),
        ),
    )
