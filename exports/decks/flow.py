"""Puts blocks one below the other, some side by side, on as many pages as they take."""

from collections.abc import Sequence
from dataclasses import replace

from exports.decks import words
from exports.decks.chart_heights import chart_height, chart_parts
from exports.decks.places import Box, Placed
from exports.decks.records import (
    Block,
    Cell,
    ChartBlock,
    FiguresBlock,
    PictureBlock,
    TableBlock,
    TextBlock,
)
from exports.decks.sheet import Sheet, shape
from exports.decks.theme import CELL_Y, GAP, HEADING, LINE, SLACK
from exports.decks.words import Unit, Words, is_heading, line_height

_SEEN = 200.0  # a chart's or picture's least height; both grow where there is room
_BESIDE = 0.56  # how much of the width a table beside a chart or a picture may take
_BESIDE_LEAST = 0.42
_BESIDE_GAP = 1.5 * GAP
_HEADING_LINES = 3.2  # above what is not parted, with the gaps
_HEAD_MOST = 0.4  # of a page: a higher head of a table stands below a shorter one, as a row

Seen = ChartBlock | PictureBlock
Group = tuple[Block, ...]  # what stands side by side
Row = tuple[int, tuple[Cell, ...], float]  # its number, its cells, its height


class Flow:
    """Pages that fill up; with *most*, it stops where there are more."""

    def __init__(self, sheet: Sheet, size: float, area: Box, *, most: int | None = None) -> None:
        """Begin at the top of *area*, with letters of *size*."""
        self.pages: list[list[Placed]] = [[]]
        self._sheet, self._size, self._area, self._most = sheet, size, area, most
        self._tall = area.height  # what is not parted is at most so high
        self._y = area.y

    def add_all(self, blocks: Sequence[Block]) -> None:
        """Add blocks, each heading with what follows it."""
        if any(map(is_heading, blocks)):
            self._tall = tall(self._area, self._size)
        groups = self._groups(blocks)
        for at, group in enumerate(groups):
            if self.pages[-1] and self._least(groups[at:]) > self._room:
                self._turn()
            if self._most and len(self.pages) > self._most:
                return
            if len(group) == 2:
                self._add_pair(*group)
            else:
                self._add(group[0])

    def add_whole(self, block: Words) -> bool:
        """Add texts where all of them have room on this page; return whether they had."""
        if words.height(self._units(block)) > self._room:
            return False
        self._add_words(block)
        return True

    @property
    def _room(self) -> float:
        return self._area.bottom - self._y

    def _turn(self) -> None:
        self.pages.append([])
        self._y = self._area.y

    def _turn_for(self, height: float) -> None:
        if height > self._room and self.pages[-1]:
            self._turn()

    def _put(self, placed: Placed, gap: float = GAP) -> None:
        self.pages[-1].append(placed)
        self._y = placed.box.bottom + gap

    def _units(self, block: Words) -> list[Unit]:
        return self._sheet.units(block, self._size, self._area.width)

    # What stands side by side

    def _groups(self, blocks: Sequence[Block]) -> list[Group]:
        groups: list[Group] = []
        at = 0
        while at < len(blocks):
            pair = blocks[at : at + 2]
            count = 2 if len(pair) == 2 and self._beside(*pair) else 1
            groups.append(tuple(blocks[at : at + count]))
            at += count
        return groups

    def _beside(self, one: Block, other: Block) -> bool:
        """Return whether one of two blocks is a chart or a picture that the other has room beside."""
        told, seen = _sorted_pair(one, other)
        if not isinstance(seen, Seen):
            return False
        if isinstance(told, TableBlock):
            narrow = self._sheet.grid(told).natural(self._size) <= self._area.width * _BESIDE
            return narrow and max(self._height_beside(told), self._least_beside(told, seen)) <= self._tall
        if not isinstance(told, Words) or is_heading(told) or isinstance(seen, ChartBlock):
            return False
        return 3 * LINE * self._size <= self._height_beside(told) <= self._tall

    def _width_beside(self, told: Block) -> float:
        if isinstance(told, TableBlock):
            return max(self._sheet.grid(told).natural(self._size), self._area.width * _BESIDE_LEAST)
        return (self._area.width - _BESIDE_GAP) / 2

    def _height_beside(self, told: Block) -> float:
        width = self._width_beside(told)
        if isinstance(told, TableBlock):
            grid = self._sheet.grid(told)
            return sum(grid.heights(self._size, grid.widths(self._size, width)))
        assert isinstance(told, Words)
        return words.height(self._sheet.units(told, self._size, width))

    def _least_beside(self, told: Block, seen: Seen) -> float:
        """Return how high a chart or picture beside another block is at least."""
        return self._seen_height(seen, self._area.width - self._width_beside(told) - _BESIDE_GAP)

    def _pair_height(self, one: Block, other: Block) -> float:
        told, seen = _sorted_pair(one, other)
        assert isinstance(seen, Seen)
        return min(max(self._height_beside(told), self._least_beside(told, seen)), self._tall)

    def _add_pair(self, one: Block, other: Block) -> None:
        height = self._pair_height(one, other)
        self._turn_for(height)
        told, seen = _sorted_pair(one, other)
        assert isinstance(seen, Seen)
        top, width = self._y, self._width_beside(told)
        rest = self._area.width - width - _BESIDE_GAP
        told_x, seen_x = self._area.x, self._area.x + width + _BESIDE_GAP
        if seen is one:
            told_x, seen_x = self._area.x + rest + _BESIDE_GAP, self._area.x
        placed = Placed(block=seen, box=Box(seen_x, top, *shape(seen, rest, height)), size=self._size)
        if seen is one:
            self._put(placed)
            self._y = top
        if isinstance(told, TableBlock):
            widths = self._sheet.grid(told).widths(self._size, width)
            self._put_rows(told, self._rows(told, widths), widths, x=told_x)
        else:
            assert isinstance(told, Words)
            units = self._sheet.units(told, self._size, width)
            self._put(words.placed(told, units, self._size, Box(told_x, top, width, words.height(units))))
        if seen is other:
            self._put(placed)
        self._y = top + height + GAP

    def _least(self, groups: Sequence[Group]) -> float:
        """Return how much room the beginning of these takes that must not be parted."""
        height = 0.0
        for group in groups:
            block = group[0]
            if len(group) == 1 and is_heading(block):
                assert isinstance(block, TextBlock)
                units = self._units(block)
                if words.height(units) < self._area.height / 3:
                    height += words.height(units) + units[-1].gap
                    continue
            height += self._pair_height(*group) if len(group) == 2 else self._first(block)
            break
        return min(height, self._area.height)

    def _first(self, block: Block) -> float:
        """Return how high the least part of a block is that stands on a page."""
        if isinstance(block, Words):
            height = self._units(block)[0].height
            return height if height <= self._tall else 4 * line_height(block, self._size)
        if isinstance(block, TableBlock):
            head, *rows = self._sheet.grid(block).heights(self._size, self._table_widths(block))
            height = sum([head, *rows[:1]])
            return height if height <= self._tall else head + self._area.height / 4
        if isinstance(block, FiguresBlock):
            tiles = self._tiles(block)
            return _tiled_height(tiles[1]) if tiles else self._area.height
        return self._seen_shape(block)[1]

    # Each kind of block

    def _add(self, block: Block) -> None:
        if isinstance(block, Words):
            self._add_words(block)
        elif isinstance(block, TableBlock):
            self._add_table(block)
        elif isinstance(block, FiguresBlock):
            self._add_figures(block)
        else:
            self._add_seen(block)

    def _add_seen(self, block: Seen) -> None:
        height = self._seen_height(block, self._area.width)
        parts: list[Seen] = [block]
        if isinstance(block, ChartBlock) and height > self._tall:
            if self._most:
                self._turn()  # too large a size
                return
            parts = [*chart_parts(block, self._size, self._area.width, self._tall, self._sheet.measure)]
        first = 0
        for part in parts:
            width, height = self._seen_shape(part)
            self._turn_for(height)
            left = self._area.x + (self._area.width - width) / 2
            self._put(Placed(block=part, box=Box(left, self._y, width, height), size=self._size, first=first))
            first += len(part.categories) if isinstance(part, ChartBlock) else 0

    def _seen_height(self, block: Seen, width: float) -> float:
        if isinstance(block, ChartBlock):
            return max(_SEEN, chart_height(block, self._size, width, self._sheet.measure))
        return min(_SEEN, self._tall)

    def _seen_shape(self, block: Seen) -> tuple[float, float]:
        height = self._seen_height(block, self._area.width)
        return shape(block, self._area.width, min(height, self._tall))

    def _add_figures(self, block: FiguresBlock) -> None:
        if (tiles := self._tiles(block)) is None:
            self._turn()  # too large a size
            return
        columns, rows = tiles
        height = _tiled_height(rows)
        self._turn_for(height)
        box = Box(self._area.x, self._y, self._area.width, height)
        self._put(Placed(block=block, box=box, size=self._size, columns=columns, rows=rows))

    def _tiles(self, block: FiguresBlock) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        return self._sheet.tiles(block, self._size, self._area.width, self._tall)

    def _add_words(self, block: Words) -> None:
        left = self._units(block)
        while left:
            count = words.fitting([(unit.height, unit.gap) for unit in left], self._room)
            if not count and self.pages[-1] and self._better_on_next(left[0].height, line_height(block, self._size)):
                self._turn()
                continue
            here, left = left[:count], left[count:]
            if not here:
                first, rest = words.parted(left[0], block, self._size, self._room, self._sheet.measure)
                here, left = [first], [rest, *left[1:]]
            box = Box(self._area.x, self._y, self._area.width, words.height(here))
            self._put(words.placed(block, here, self._size, box), here[-1].gap if is_heading(block) else GAP)
            if left:
                self._turn()
                if self._most:
                    return

    def _better_on_next(self, height: float, line: float) -> bool:
        """Return whether what has no room here has it on the next page, or there is next to no room here."""
        return height <= self._tall or self._room < 4 * line

    def _table_widths(self, table: TableBlock) -> tuple[float, ...]:
        return self._sheet.table_widths(table, self._size, self._area.width)

    def _rows(self, table: TableBlock, widths: tuple[float, ...]) -> list[Row]:
        heights = self._sheet.grid(table).heights(self._size, widths)[1:]
        return [(at, row, height) for at, (row, height) in enumerate(zip(table.rows, heights, strict=True))]

    def _add_table(self, table: TableBlock) -> None:
        widths = self._table_widths(table)
        table = self._with_low_head(table, widths)
        head = self._sheet.grid(table).heights(self._size, widths)[0]
        left = self._rows(table, widths)
        continued = False
        while True:
            room = self._room - head
            count = words.fitting([(height, 0.0) for _, _, height in left], room)
            here, left = left[:count], left[count:]
            parted = bool(left) and not here
            if parted:
                if self.pages[-1] and (left[0][2] <= self._tall - head or room < self._area.height / 4):
                    self._turn()
                    continue
                first, rest = self._parted_row(table, left[0], widths, room)
                here, left = [first], [rest, *left[1:]]
            self._put_rows(table, here, widths, continued=continued, ends=not left)
            continued = parted
            if not left:
                return
            self._turn()
            if self._most:
                return

    def _with_low_head(self, table: TableBlock, widths: tuple[float, ...]) -> TableBlock:
        """Return a table whose head leaves room: one that is too high becomes a row, below its first lines."""
        grid = self._sheet.grid(table)
        if grid.heights(self._size, widths)[0] <= self._area.height * _HEAD_MOST:
            return table
        one_line = LINE * SLACK * self._size + 2 * CELL_Y
        low, _ = grid.cut(table.head, self._size, widths, one_line, bold=True)
        return replace(table, head=low, rows=(table.head, *table.rows))

    def _parted_row(self, table: TableBlock, row: Row, widths: tuple[float, ...], room: float) -> tuple[Row, Row]:
        at, cells, _ = row
        grid = self._sheet.grid(table)
        bold = table.total and at == len(table.rows) - 1
        here, left = grid.cut(cells, self._size, widths, room, bold=bold)
        return (
            (at, here, grid.height(here, self._size, widths, bold=bold)),
            (at, left, grid.height(left, self._size, widths, bold=bold)),
        )

    def _put_rows(
        self,
        table: TableBlock,
        rows: list[Row],
        widths: tuple[float, ...],
        *,
        continued: bool = False,
        ends: bool = True,
        x: float | None = None,
    ) -> None:
        grid = self._sheet.grid(table)
        heights = (grid.heights(self._size, widths)[0], *(height for _, _, height in rows))
        box = Box(self._area.x if x is None else x, self._y, sum(widths), sum(heights))
        self._put(
            Placed(
                block=replace(table, rows=tuple(row for _, row, _ in rows), total=table.total and ends),
                box=box,
                size=self._size,
                first=rows[0][0] if rows else 0,
                continued=continued,
                columns=widths,
                rows=heights,
                numbers=grid.numbers,
            )
        )


def _sorted_pair(one: Block, other: Block) -> tuple[Block, Block]:
    """Return two blocks, a chart or picture last."""
    return (other, one) if isinstance(one, Seen) and not isinstance(other, Seen) else (one, other)


def tall(area: Box, size: float) -> float:
    """Return how high what is not parted may be: below a heading of three lines."""
    return area.height - _HEADING_LINES * HEADING * LINE * SLACK * size


def _tiled_height(rows: tuple[float, ...]) -> float:
    return sum(rows) + GAP * (len(rows) - 1)
