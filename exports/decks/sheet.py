"""What the blocks of one slide take, measured once for each size and width."""

from exports.decks.measure import Measure
from exports.decks.records import ChartBlock, Figure, FiguresBlock, PictureBlock, Run, TableBlock
from exports.decks.tables import Grid
from exports.decks.theme import FIGURE, FIGURE_PAD, GAP, LINE, SLACK
from exports.decks.wording import figure_text
from exports.decks.words import Unit, Words, units

_TILES = 4  # figures side by side, at most
_TILE_MOST = 1 / 3  # of the height that there is

Tiles = tuple[tuple[float, ...], tuple[float, ...]]


class Sheet:
    """The measures of a slide's blocks."""

    def __init__(self, measure: Measure, language: str) -> None:
        """Measure with *measure*, numbers as *language* writes them."""
        self.measure, self.language = measure, language
        self._kept: list[object] = []  # so that no id below is another block's
        self._grids: dict[int, Grid] = {}
        self._units: dict[tuple[int, float, float], list[Unit]] = {}
        self._tiles: dict[tuple[int, float, float, float], Tiles | None] = {}

    def grid(self, table: TableBlock) -> Grid:
        """Return the columns and rows of a table."""
        if (grid := self._grids.get(id(table))) is None:
            self._kept.append(table)
            grid = self._grids[id(table)] = Grid(table, self.measure, self.language)
        return grid

    def units(self, block: Words, size: float, width: float) -> list[Unit]:
        """Return the paragraphs or items of a block."""
        key = (id(block), size, width)
        if (known := self._units.get(key)) is None:
            self._kept.append(block)
            known = self._units[key] = units(block, size, width, self.measure)
        return known

    def table_widths(self, table: TableBlock, size: float, width: float) -> tuple[float, ...]:
        """Return the columns' widths where *width* is free; a table of two short columns leaves some of it."""
        grid = self.grid(table)
        wide = len(table.head) > 2 or grid.natural(size) > width / 2
        return grid.widths(size, width if wide else max(grid.natural(size) * 1.3, width / 2))

    def tiles(self, block: FiguresBlock, size: float, width: float, height: float) -> Tiles | None:
        """Return the widths of figures side by side and the heights of their rows; None where they take too much."""
        key = (id(block), size, width, height)
        if key not in self._tiles:
            self._kept.append(block)
            self._tiles[key] = self._tiled(block, size, width, height)
        return self._tiles[key]

    def _tiled(self, block: FiguresBlock, size: float, width: float, height: float) -> Tiles | None:
        count = len(block.figures)
        rows_least = -(-count // _TILES)
        for across in range(-(-count // rows_least), 0, -1):
            one = (width - GAP * (across - 1)) / across
            heights = [self._tile_height(figure, size, one - 2 * FIGURE_PAD) for figure in block.figures]
            rows = tuple(max(heights[at : at + across]) for at in range(0, count, across))
            if max(rows) <= height * _TILE_MOST and sum(rows) + GAP * (len(rows) - 1) <= height:
                return (one,) * across, rows
        return None

    def _tile_height(self, figure: Figure, size: float, width: float) -> float:
        number = (Run(figure_text(figure, self.language)),)
        lines = FIGURE * self.measure.lines(number, size * FIGURE, width, bold=True)
        lines += self.measure.lines((Run(figure.label),), size, width)
        return lines * LINE * SLACK * size + 2 * FIGURE_PAD


def shape(block: ChartBlock | PictureBlock, width: float, height: float) -> tuple[float, float]:
    """Return how large a chart or picture is in this room; a picture's pixels are never larger than a point."""
    if isinstance(block, ChartBlock):
        return width, height
    scale = min(width / block.width, height / block.height, 1.0)
    return block.width * scale, block.height * scale
