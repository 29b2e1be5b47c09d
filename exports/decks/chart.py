"""A chart as SVG, for screen and PDF alike: bars to the right of their categories, each with its number."""

from dataclasses import dataclass
from decimal import Decimal
from html import escape

from exports.decks.measure import Measure
from exports.decks.phrases import phrases
from exports.decks.records import Amount, ChartBlock, Run, Slide
from exports.decks.theme import LINE, Theme
from exports.decks.wording import shown_amount

NONE = "–"  # where a category has no number
_SIDE = 0.38  # of the width: no category's name is wider
_ROOM = 8.0  # between a name, its bar and the number
_BAR = 36.0  # no bar is thicker
_BAND = 0.78  # of a category's height: what its bars fill
_LEAST = 12.0  # of the letters of numbers
_SQUARE = 0.75  # of the legend, in sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """What all parts of a chart's drawing need to know."""

    width: float
    height: float
    size: float
    look: Theme
    measure: Measure

    def text(self, x: float, y: float, words: str, *, anchor: str = "start", size: float = 0.0) -> str:
        """Return words whose line has its middle at *y*."""
        size = size or self.size
        return (
            f'<text x="{x:.2f}" y="{y + size * 0.35:.2f}" font-size="{size:g}" text-anchor="{anchor}"'
            f' fill="{self.look.ink}">{escape(words)}</text>'
        )

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> str:
        """Return an area that is seen on white, however pale it is."""
        return (
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{colour}"'
            f' stroke="{self.look.pale}" stroke-width="0.5"/>'
        )

    def wide(self, words: str) -> float:
        return self.measure.width(words) * self.size


def chart_svg(
    block: ChartBlock, whole: ChartBlock, width: float, height: float, size: float, *, look: Theme, measure: Measure,
    families: str, language: str,
) -> str:  # fmt: skip
    """Return a chart of *width* times *height* points whose letters are of *size*.

    Its bars are as long as in the others that the *whole* chart is parted in.
    """
    drawn = _Drawn(width=width, height=height, size=size, look=look, measure=measure)
    legend, top = _legend(block, drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.2f} {height:.2f}" width="{width:.2f}"'
        f' height="{height:.2f}" role="img" font-family="{escape(families)}">'
        f"<title>{escape(chart_alt(block, language))}</title>{legend}"
        f"{_bars(block, whole, drawn, top, language)}</svg>"
    )


def whole_of(slide: Slide, part: ChartBlock) -> ChartBlock:
    """Return the chart that *part* is what stands on one page of."""
    return next((block for block in slide.blocks if isinstance(block, ChartBlock) and block.id == part.id), part)


def chart_alt(block: ChartBlock, language: str) -> str:
    """Return what a chart shows, in words: those given with it, or all its numbers."""
    if block.alt:
        return block.alt
    told = (
        f"{one.name or phrases(language).chart}: "
        + ", ".join(
            f"{name} {_shown(value, block, language)}"
            for name, value in zip(block.categories, one.values, strict=True)
        )
        for one in block.series
    )
    return ". ".join(told)


def _shown(value: Decimal | None, block: ChartBlock, language: str) -> str:
    return NONE if value is None else shown_amount(Amount(value, block.currency, block.places), language)


def _legend(block: ChartBlock, drawn: _Drawn) -> tuple[str, float]:
    """Return the names of the series, if they have any, and where the bars begin below them."""
    if not any(one.name for one in block.series):
        return "", 0.0
    made, x, y, line, square = [], 0.0, 0.0, drawn.size * LINE, drawn.size * _SQUARE
    for one, colour in zip(block.series, drawn.look.series, strict=False):
        name = drawn.measure.shortened(one.name, drawn.size, drawn.width - square - _ROOM)
        wide = square + _ROOM + drawn.wide(name) + 2 * _ROOM
        if x and x + wide > drawn.width:
            x, y = 0.0, y + line
        made.append(drawn.bar(x, y + (line - square) / 2, square, square, colour))
        made.append(drawn.text(x + square + _ROOM, y + line / 2, name))
        x += wide
    return "".join(made), y + line + _ROOM


def _bars(block: ChartBlock, whole: ChartBlock, drawn: _Drawn, top: float, language: str) -> str:
    shown = {value: _shown(value, whole, language) for one in whole.series for value in one.values}
    names = [_lines(name, drawn) for name in block.categories]
    side = max(drawn.wide(line) for name in whole.categories for line in _lines(name, drawn)) + _ROOM
    numbers = max(map(drawn.wide, shown.values())) + _ROOM
    scale = _Scale(list(shown), side, max(drawn.width - side - numbers, 1.0))
    band = (drawn.height - top) / len(names)
    thick = min(band * _BAND / len(block.series), _BAR)
    letters = max(_LEAST, min(drawn.size, thick))
    made = [_axis(drawn, scale.zero, top)]
    for at, lines in enumerate(names):
        middle = top + band * (at + 0.5)
        for row, line in enumerate(lines):
            made.append(
                drawn.text(
                    side - _ROOM, middle + (row - (len(lines) - 1) / 2) * drawn.size * LINE, line, anchor="end"
                )
            )
        for which, (one, colour) in enumerate(zip(block.series, drawn.look.series, strict=False)):
            value = one.values[at]
            y = middle + (which - len(block.series) / 2) * thick
            if value:
                begin, long = scale.span(value)
                made.append(drawn.bar(begin, y + 1, long, max(thick - 2, 1), colour))
            made.append(drawn.text(scale.end(value) + _ROOM / 2, y + thick / 2, shown[value], size=letters))
    return "".join(made)


def _axis(drawn: _Drawn, x: float, top: float) -> str:
    return f'<path d="M{x:.2f} {top:.2f}V{drawn.height:.2f}" stroke="{drawn.look.edge}"/>'


def _lines(name: str, drawn: _Drawn) -> list[str]:
    """Return the lines of a category's name."""
    starts = drawn.measure.starts((Run(name),), drawn.size, drawn.width * _SIDE)
    return [name[start:end].strip() for start, end in zip(starts, [*starts[1:], len(name)], strict=True)]


class _Scale:
    """Where numbers stand. Those below zero go to the left, where room is left for them."""

    def __init__(self, values: list[Decimal | None], left: float, width: float) -> None:
        known = [float(value) for value in values if value is not None]
        low, high = min(0.0, *known, 0.0), max(0.0, *known, 0.0)
        self._unit = width / ((high - low) or 1.0)
        self.zero = left - low * self._unit

    def span(self, value: Decimal) -> tuple[float, float]:
        """Return where a bar begins, from the left, and how long it is."""
        long = abs(float(value)) * self._unit
        return self.zero - (long if value < 0 else 0), long

    def end(self, value: Decimal | None) -> float:
        """Return where the number of a bar begins."""
        return self.zero + max(float(value or 0), 0.0) * self._unit
