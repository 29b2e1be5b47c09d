"""Where things stand on the pages of a deck, as plain data: what `exports.decks.pages` gives."""

from dataclasses import dataclass

from exports.decks.records import Block, Slide
from exports.decks.theme import (
    BAR_HEIGHT,
    BAR_WIDTH,
    COVER_EDGE,
    COVER_PANEL,
    FOOTER_SIZE,
    FOOTER_WIDTH,
    FOOTER_Y,
    GAP,
    LINE,
    MARGIN,
    TOP,
)

WIDTH, HEIGHT = 960.0, 540.0


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.y + self.height


PANEL = Box(0, 0, WIDTH, COVER_PANEL)  # of a cover
PANEL_EDGE = Box(0, COVER_PANEL, WIDTH, COVER_EDGE)
BAR = Box(MARGIN, TOP - BAR_HEIGHT - 8, BAR_WIDTH, BAR_HEIGHT)  # above a title that is written from the left

# At the foot of every page, side by side: what the brand says, the mark, the number.
FOOTER = Box(MARGIN, FOOTER_Y, FOOTER_WIDTH, FOOTER_SIZE * LINE)
NUMBER = Box(WIDTH - MARGIN - 40, FOOTER_Y, 40, FOOTER_SIZE * LINE)
MARK = Box(FOOTER.right + GAP, FOOTER_Y, NUMBER.x - GAP - FOOTER.right - GAP, FOOTER_SIZE * LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A block on a page, or the part of it that stands there: *block* holds no more than is drawn.

    *first* is the number, in the whole block, of its first paragraph, item, row or category; *continued*: that one
    began on the page before, so it has no bullet or number here. *size* is that of its letters; of figures, that of
    what they say.

    Of a table, *columns* are its columns' widths, *rows* its rows' heights, that of the head first (the head stands
    on each of its pages), and *numbers* says which columns stand at the right. A head that would leave no room is
    cut, and stands whole as the first row, which counts as one. Of figures, *columns* are the widths of those side by
    side, and *rows* the heights of their rows; between them is `theme.GAP`.

    Between paragraphs or items is *gap*. Where a list's items stand beside their labels (see `exports.decks.agenda`),
    *labels* is the width of these, and *rows* are the heights of the items as they are drawn.
    """

    block: Block
    box: Box
    size: float
    first: int = 0
    continued: bool = False
    columns: tuple[float, ...] = ()
    rows: tuple[float, ...] = ()
    numbers: tuple[bool, ...] = ()
    gap: float = 0.0
    labels: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. *title* says which part of its slide it is, if there are several; *number* counts in the deck.

    *mark* is what stands at its foot where nobody confirmed what a model wrote; *footer* what the brand says there.
    *cover*: it is laid out as one.
    """

    slide: Slide
    number: int
    title: str
    title_box: Box
    title_size: float
    placed: tuple[Placed, ...]
    logo: Box | None
    footer: str
    mark: str
    cover: bool = False
