"""How decks look: the lengths that layout and renderers share, and a brand's colours with what is readable on them.

Letters stand on lines of exactly `LINE` times their size, whatever the font. The layout makes what it measured higher
by `SLACK`, as another font may draw it, so boxes are anchored at the top.
"""

from dataclasses import dataclass

from exports.decks.records import Brand

MARGIN = 48.0  # at the left, the right and the foot; the footer stands within that of the foot
TOP = 36.0  # above the title
FOOTER_Y, FOOTER_SIZE = 505.0, 12.0  # mark, what the brand says there, page number: one line
FOOTER_WIDTH = 500.0  # of what the brand says, at most
GAP = 16.0  # between blocks, and between what stands side by side
LINE = 1.3  # a line's height, in sizes
SLACK = 1.1
PARAGRAPH_GAP = 0.4  # between paragraphs and items, in sizes
INDENT = 1.4  # of an item's words, in sizes, once more for each level
CELL_X, CELL_Y = 7.0, 4.0  # between a cell's edge and its words
LABEL_GAP = 1.3  # beside labels, in sizes
LABEL_STEP = (
    2.2  # the column of labels is a multiple of that wide, so that those of several slides are alike; in sizes
)
LABEL_MOST = 0.3  # of the width: labels that take more stand in their points
AGENDA_GAP = 1.1  # between points with labels, in sizes; a thin line is in the middle of it
RULE = 0.75  # how thick that is
HEADING = 1.15  # a heading, in sizes of what is below; it is bold
FIGURE = 1.75  # a figure's number, in sizes of what it says; it is bold and stands above that
FIGURE_PAD = 12.0  # between a figure's edge and its words
CHART_NAMES = 0.38  # of a chart's width: no category's name is wider
TITLE_SIZES = (30.0, 26.0, 22.0, 20.0)  # the first that makes no more than two lines, or the last; bold
COVER_SIZES = (44.0, 36.0, 30.0, 26.0, 22.0, 20.0)
COVER_LEAST = 14.0  # where the last of these has no room on the panel
COVER_PANEL = (
    240.0  # how much of a cover, from the top, is of the primary colour; its title stands at the foot of that
)
COVER_PAD = 28.0  # below the title
COVER_EDGE = 6.0  # how high the line of the accent colour below that is
BAR_WIDTH, BAR_HEIGHT = 44.0, 4.0  # of the line of the accent colour above all other titles
LOGO = (120.0, 40.0)  # a logo stays within this, at the top right
COVER_LOGO = (200.0, 72.0)  # at the bottom right, above the page number

WHITE, INK, PALE, EDGE = "#FFFFFF", "#1D2B2F", "#56666B", "#CFD8DA"
READABLE = 4.5  # WCAG 2.2, 1.4.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of a deck on white pages.

    *primary*, *accent*: as the brand has them, for areas and bars. *title*, *link*: the same for letters on white, or
    ink where nobody could read them. *on_primary*, *on_accent*: for letters on these. *tint*: a pale area for letters
    of ink, every other row. *series*: of a chart, as many as it can have.
    """

    primary: str
    accent: str
    title: str
    link: str
    on_primary: str
    on_accent: str
    tint: str
    series: tuple[str, ...]
    ink: str = INK
    pale: str = PALE
    edge: str = EDGE
    ground: str = WHITE


def theme(brand: Brand) -> Theme:
    """Return how a brand's decks are coloured."""
    primary, accent = brand.primary.upper(), brand.accent.upper()
    return Theme(
        primary=primary,
        accent=accent,
        title=primary if contrast(primary, WHITE) >= READABLE else INK,
        link=accent if contrast(accent, WHITE) >= READABLE else INK,
        on_primary=_on(primary),
        on_accent=_on(accent),
        tint=mixed(primary, WHITE, 0.07),
        series=(primary, accent, *(mixed(one, WHITE, part) for part in (0.55, 0.3) for one in (primary, accent))),
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG has it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, part: float) -> str:
    """Return a colour made of *part* of the first and else of the other."""
    values = (part * a + (1 - part) * b for a, b in zip(_values(one), _values(other), strict=True))
    return "#" + "".join(f"{round(value):02X}" for value in values)


def contrast_problems(brand: Brand) -> tuple[str, ...]:
    """Return sentences on the colours of a brand that are hard to read, and what is done about them."""
    found = []
    for name, colour, place in (
        ("main", brand.primary, "titles are"),
        ("second", brand.accent, "links are"),
    ):
        ratio = contrast(colour, WHITE)
        if ratio < READABLE:
            found.append(
                f"The {name} colour {colour.upper()} is hard to read on white"
                f" (contrast {ratio:.1f}, at least {READABLE} is needed), so {place} dark instead."
            )
    return tuple(found)


def _on(colour: str) -> str:
    return max((WHITE, INK, "#000000"), key=lambda one: (contrast(one, colour) >= READABLE, one == WHITE, one == INK))


def _values(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in _values(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
