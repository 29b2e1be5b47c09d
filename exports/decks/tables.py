"""How wide the columns of a table are, and how high its rows."""

from functools import cached_property

from exports.decks.measure import Measure, cut
from exports.decks.records import Cell, Run, Runs, TableBlock
from exports.decks.theme import CELL_X, CELL_Y, LINE, SLACK
from exports.decks.wording import cell_text

_LEAST = 2.2  # a column's words, in sizes
_PAD = 2 * CELL_X
Row = tuple[Cell, ...]


def number_columns(table: TableBlock) -> tuple[bool, ...]:
    """Return which columns hold numbers and nothing else."""
    return tuple(
        any(cell.amount for cell in column) and all(cell.amount or not cell.runs for cell in column)
        for column in (zip(*table.rows, strict=True) if table.rows else [()] * len(table.head))
    )


class Grid:
    """A table as it is measured; the head and a row that is a sum are bold."""

    def __init__(self, table: TableBlock, measure: Measure, language: str) -> None:
        """Measure *table*, its numbers as *language* writes them."""
        self.table, self.measure, self.language = table, measure, language
        self._heights: dict[tuple[float, tuple[float, ...]], list[float]] = {}

    @cached_property
    def numbers(self) -> tuple[bool, ...]:
        """Which columns stand at the right."""
        return number_columns(self.table)

    @cached_property
    def _wanted(self) -> tuple[list[float], list[float]]:
        """How wide each column must be for its longest word, and for no line to break, in sizes."""
        words, lines = [], []
        last = len(self.table.rows) - 1
        for column, head in enumerate(self.table.head):
            sizes = [self.measure.natural(self.runs(head), bold=True)]
            for index, row in enumerate(self.table.rows):
                sizes.append(self.measure.natural(self.runs(row[column]), bold=self._bold(index, last)))
            words.append(max(max(word for word, _ in sizes), _LEAST))
            lines.append(max(max(line for _, line in sizes), _LEAST))
        return words, lines

    def natural(self, size: float) -> float:
        """Return how wide the table is where no cell breaks."""
        return sum(line * size + _PAD for line in self._wanted[1]) + 1

    def widths(self, size: float, width: float) -> tuple[float, ...]:
        """Return the columns' widths, *width* together: room for the longest words, then as each has to tell."""
        words, lines = ([one * size + _PAD + 1 for one in some] for some in self._wanted)
        if (spare := width - sum(lines)) >= 0:
            grow = [0.0 if number else line for line, number in zip(lines, self.numbers, strict=True)]
            grow = grow if any(grow) else lines
            return tuple(line + spare * part / sum(grow) for line, part in zip(lines, grow, strict=True))
        if (spare := width - sum(words)) >= 0:
            wish = [line - word for line, word in zip(lines, words, strict=True)]
            return tuple(word + spare * part / sum(wish) for word, part in zip(words, wish, strict=True))
        least = _LEAST * size + _PAD
        over = [word - least for word in words]  # some words break
        room = max(0.0, width - least * len(words))
        return tuple(least + room * part / (sum(over) or 1) for part in over)

    def runs(self, cell: Cell) -> Runs:
        """Return what a cell says."""
        return (Run(cell_text(cell, self.language)),) if cell.amount else cell.runs

    def height(self, row: Row, size: float, widths: tuple[float, ...], *, bold: bool = False) -> float:
        """Return how high a row is."""
        lines = (
            self.measure.lines(self.runs(cell), size, width - _PAD, bold=bold)
            for cell, width in zip(row, widths, strict=True)
        )
        return max(lines) * LINE * size * SLACK + 2 * CELL_Y

    def heights(self, size: float, widths: tuple[float, ...]) -> list[float]:
        """Return the rows' heights, that of the head first."""
        last = len(self.table.rows) - 1
        rows = [self.height(row, size, widths, bold=self._bold(at, last)) for at, row in enumerate(self.table.rows)]
        return [self.height(self.table.head, size, widths, bold=True), *rows]

    def cut(
        self, row: Row, size: float, widths: tuple[float, ...], room: float, *, bold: bool = False
    ) -> tuple[Row, Row]:
        """Return what of a row stands in *room*, a line at least, and what is left."""
        lines = max(1, int((room - 2 * CELL_Y + 1e-6) // (LINE * size * SLACK)))
        here, left = [], []
        for cell, width in zip(row, widths, strict=True):
            starts = self.measure.starts(self.runs(cell), size, width - _PAD, bold=bold)
            if cell.amount or len(starts) <= lines:
                here.append(cell)
                left.append(Cell())
                continue
            before, after = cut(cell.runs, starts[lines])
            here.append(Cell(before))
            left.append(Cell(after))
        return tuple(here), tuple(left)

    def _bold(self, index: int, last: int) -> bool:
        return self.table.total and index == last
