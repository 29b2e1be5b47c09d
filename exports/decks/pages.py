"""Where everything stands on the pages of a deck: one splitter for screen, PPTX and PDF, so that all break alike.

Lengths are points, from the top left of a page of 960 x 540. Text is measured with the twin of the font that the
brand names. What does not fit goes on to a further page of the same slide.
"""

from dataclasses import dataclass

from exports.decks.records import Block, Slide

WIDTH, HEIGHT = 960.0, 540.0


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A block on a page, or the part of it that stands there: *first* is its first paragraph, item or row.

    Of a table, *columns* are its columns' widths and *rows* its rows' heights, that of the head first; the head
    stands on each of its pages. *size* is that of its letters.
    """

    block: Block
    box: Box
    size: float
    first: int = 0
    columns: tuple[float, ...] = ()
    rows: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. *title* says which part of its slide it is, if there are several; *number* counts in the deck.

    *mark* is what stands at its foot where nobody confirmed what a model wrote; *footer* what the brand says there.
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
