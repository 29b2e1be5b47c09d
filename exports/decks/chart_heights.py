"""How high a chart is: each category has a name at the left, and a bar with its number for each series."""

from dataclasses import replace

from exports.decks.measure import Measure
from exports.decks.records import ChartBlock, Run
from exports.decks.theme import CHART_NAMES, GAP, LINE

_BAR = 1.3  # what a bar takes at least, in sizes of its number


def chart_height(block: ChartBlock, size: float, width: float, measure: Measure) -> float:
    """Return how high a chart of *width* is at least, so that its words and numbers stand clear of each other."""
    return _legend(block, size, width, measure) + len(block.categories) * _band(block, size, width, measure)


def chart_parts(block: ChartBlock, size: float, width: float, height: float, measure: Measure) -> list[ChartBlock]:
    """Return charts of as many categories as have room in *height*, of one at least; they have about as many each."""
    room = height - _legend(block, size, width, measure)
    most = max(1, int(room // _band(block, size, width, measure)))
    count = -(-len(block.categories) // most)
    each = -(-len(block.categories) // count)
    return [
        replace(
            block,
            categories=block.categories[at : at + each],
            series=tuple(replace(one, values=one.values[at : at + each]) for one in block.series),
        )
        for at in range(0, len(block.categories), each)
    ]


def _band(block: ChartBlock, size: float, width: float, measure: Measure) -> float:
    """Return what each category takes."""
    lines = max(measure.lines((Run(name),), size, width * CHART_NAMES) for name in block.categories)
    return size * max(lines * LINE, len(block.series) * _BAR)


def _legend(block: ChartBlock, size: float, width: float, measure: Measure) -> float:
    names = [one.name for one in block.series if one.name]
    if not names:
        return 0.0
    wide = sum(measure.width(name) * size + 2 * GAP for name in names)
    return size * LINE * (1 + wide // width) + GAP
