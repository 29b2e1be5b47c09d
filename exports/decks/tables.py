"""How wide the columns of a table are, and how high its rows."""

from functools import cached_property

from exports.decks.measure import Measure, cut
from exports.decks.records import Cell, Run, Runs, TableBlock
from exports.decks.theme import CELL_X, CELL_Y, LINE, SLACK
from exports.decks.wording import cell_text

_LEAST = 2.2  # how wide a column's words are, in sizes
_PAD = 2 * CELL_X
Row = tuple[Cell, ...]
Widths = tuple[float, ...]


def number_columns(table: TableBlock) -> tuple[bool, ...]:
    """Return which columns hold numbers and nothing else."""
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.head)
    return tuple(
        any(cell.amount for cell in column) and all(cell.amount or not cell.runs for cell in column)
        for column in columns
    )


class Grid:
    """A table as it is measured; the head and a row that is a sum are bold."""

    def __init__(self, table: TableBlock, measure: Measure, language: str) -> None:
        """Measure *table*, its numbers as *language* writes them."""
        self.table, self._measure, self._language = table, measure, language
        self._known: dict[tuple[float, Widths], list[float]] = {}

    @cached_property
    def numbers(self) -> tuple[bool, ...]:
        """Which columns stand at the right."""
        return number_columns(self.table)

    @cached_property
    def _rows(self) -> list[tuple[Row, bool]]:
        """The head and the rows, each with whether it is bold."""
        last = len(self.table.rows) - 1
        rows = ((row, self.table.total and at == last) for at, row in enumerate(self.table.rows))
        return [(self.table.head, True), *rows]

    @cached_property
    def _lengths(self) -> list[list[tuple[float, float]]]:
        """How wide the longest word and the longest line of each cell are, in sizes; those of the head first."""
        return [[self._measure.natural(self._runs(cell), bold=bold) for cell in row] for row, bold in self._rows]

    @cached_property
    def _wanted(self) -> tuple[list[float], list[float]]:
        """How wide each column must be for its longest word, and for no line to break, in sizes."""
        columns = list(zip(*self._lengths, strict=True))
        words = [max(_LEAST, *(word for word, _ in column)) for column in columns]
        return words, [max(_LEAST, *(line for _, line in column)) for column in columns]

    def natural(self, size: float) -> float:
        """Return how wide the table is where no cell breaks."""
        return sum(line * size + _PAD + 1 for line in self._wanted[1])

    def widths(self, size: float, width: float) -> Widths:
        """Return the columns' widths, *width* together: room for the longest words, then as each has to tell."""
        words, lines = ([one * size + _PAD + 1 for one in some] for some in self._wanted)
        if (spare := width - sum(lines)) >= 0:
            grow = [0.0 if number else line for line, number in zip(lines, self.numbers, strict=True)]
            grow = grow if any(grow) else lines
            return tuple(line + spare * part / sum(grow) for line, part in zip(lines, grow, strict=True))
        if (spare := width - sum(words)) >= 0:
            wish = [line - word for line, word in zip(lines, words, strict=True)]
            return tuple(word + spare * part / sum(wish) for word, part in zip(words, wish, strict=True))
        least = _LEAST * size + _PAD + 1
        over = [word - least for word in words]  # some words break
        room = max(0.0, width - least * len(words))
        return tuple(least + room * part / (sum(over) or 1) for part in over)

    def heights(self, size: float, widths: Widths) -> list[float]:
        """Return the rows' heights, that of the head first."""
        if (known := self._known.get((size, widths))) is None:
            room = [(width - _PAD) / size for width in widths]
            known = self._known[size, widths] = [
                _height(1, size)
                if all(line <= most for (_, line), most in zip(lengths, room, strict=True))
                else self.height(row, size, widths, bold=bold)
                for (row, bold), lengths in zip(self._rows, self._lengths, strict=True)
            ]
        return known

    def height(self, row: Row, size: float, widths: Widths, *, bold: bool = False) -> float:
        """Return how high a row is."""
        lines = (
            self._measure.lines(self._runs(cell), size, width - _PAD, bold=bold)
            for cell, width in zip(row, widths, strict=True)
        )
        return _height(max(lines), size)

    def cut(self, row: Row, size: float, widths: Widths, room: float, *, bold: bool = False) -> tuple[Row, Row]:
        """Return what of a row stands in *room*, a line at least, and what is left."""
        lines = max(1, int((room - 2 * CELL_Y + 1e-6) // (LINE * size * SLACK)))
        here, left = [], []
        for cell, width in zip(row, widths, strict=True):
            starts = self._measure.starts(self._runs(cell), size, width - _PAD, bold=bold)
            whole = bool(cell.amount) or len(starts) <= lines
            before, after = (cell.runs, ()) if whole else cut(cell.runs, starts[lines])
            here.append(Cell(before, cell.amount))
            left.append(Cell(after))
        return tuple(here), tuple(left)

    def _runs(self, cell: Cell) -> Runs:
        return (Run(cell_text(cell, self._language)),) if cell.amount else cell.runs


def _height(lines: int, size: float) -> float:
    return lines * LINE * size * SLACK + 2 * CELL_Y
