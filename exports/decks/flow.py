"""Puts the blocks of a slide one below the other, some side by side, on as many pages as they take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from exports.decks.measure import Measure, cut
from exports.decks.places import Box, Placed
from exports.decks.records import (
    Block,
    BulletsBlock,
    ChartBlock,
    FiguresBlock,
    Item,
    PictureBlock,
    Run,
    Runs,
    TableBlock,
    TextBlock,
)
from exports.decks.tables import Grid
from exports.decks.theme import (
    CELL_Y,
    FIGURE,
    FIGURE_PAD,
    GAP,
    HEADING,
    INDENT,
    LINE,
    PARAGRAPH_GAP,
    SLACK,
)
from exports.decks.wording import figure_text

SIZES = (18.0, 16.0, 14.0, 13.0, 12.0)  # the first in which a slide is one page
SPLIT_SIZE = 14.0  # where it is several

_CHART, _PICTURE = 200.0, 180.0  # the least height; both grow where there is room
_CHART_MOST = 380.0
_TILES = 4  # figures side by side, at most
_BESIDE = 0.56  # how much of the width what stands beside a chart or a picture may take
_HEAD_MOST = 0.4  # of a page: a higher head of a table stands above it once, as a row

Blocks = Sequence[Block]
Words = TextBlock | BulletsBlock


def flowed(blocks: Blocks, area: Box, measure: Measure, language: str) -> list[tuple[Placed, ...]]:
    """Return what stands on each page, in the largest size in which it is one, or else on several."""
    shown = [
        plain
        for block in blocks
        if not _is_empty(block)
        for plain in [_without_hostile(block, area, measure, language)]
    ]
    if not shown:
        return []
    for size in SIZES:
        flow = Flow(measure, language, size, area, most=1)
        flow.add_all(shown)
        if len(flow.pages) == 1:
            return flow.done()
    flow = Flow(measure, language, SPLIT_SIZE, area)
    flow.add_all(shown)
    return flow.done()


@dataclass
class _Unit:
    """A paragraph or an item on its way to a page."""

    index: int
    runs: Runs
    height: float
    gap: float  # below it
    width: float
    continued: bool = False


class Flow:
    """Pages that fill up; with *most*, it stops where there are more."""

    def __init__(self, measure: Measure, language: str, size: float, area: Box, *, most: int | None = None) -> None:
        """Begin at the top of *area*, with letters of *size*."""
        self.pages: list[list[Placed]] = [[]]
        self._measure, self._language, self._size, self._area, self._most = measure, language, size, area, most
        self._y = area.y
        self._grids: dict[str, Grid] = {}

    def add_all(self, blocks: Blocks) -> None:
        """Add blocks, each heading with what follows it."""
        groups = self._groups(blocks)
        for at, group in enumerate(groups):
            if self._most and len(self.pages) > self._most:
                return
            if self.pages[-1] and self._least(groups, at) > self._room:
                self._turn()
            if len(group) == 2:
                self._add_pair(group[0], group[1])
            else:
                self._add(group[0])

    def add_whole(self, block: Words) -> bool:
        """Add texts where all of them have room on this page; return whether they had."""
        if sum(unit.height + unit.gap for unit in self._units(block, self._area.width)) > self._room:
            return False
        self._add(block)
        return True

    def done(self) -> list[tuple[Placed, ...]]:
        """Return the pages, with charts and pictures as high as there is room for."""
        return [tuple(self._grown(page)) for page in self.pages if page]

    @property
    def _bottom(self) -> float:
        return self._area.bottom

    @property
    def _room(self) -> float:
        return self._bottom - self._y

    def _turn(self) -> None:
        self.pages.append([])
        self._y = self._area.y

    def _put(self, placed: Placed, gap: float = GAP) -> None:
        self.pages[-1].append(placed)
        self._y = placed.box.bottom + gap

    def _place(self, height: float, width: float | None = None) -> Box:
        return Box(self._area.x, self._y, width or self._area.width, height)

    # Which stand together

    def _groups(self, blocks: Blocks) -> list[tuple[Block, ...]]:
        groups: list[tuple[Block, ...]] = []
        at = 0
        while at < len(blocks):
            pair = tuple(blocks[at : at + 2])
            if len(pair) == 2 and self._beside(pair[0], pair[1]):
                groups.append(pair)
                at += 2
            else:
                groups.append((blocks[at],))
                at += 1
        return groups

    def _beside(self, one: Block, other: Block) -> bool:
        """Return whether one of two blocks is a picture or chart that the other has room beside."""
        words, seen = (one, other) if isinstance(other, ChartBlock | PictureBlock) else (other, one)
        if not isinstance(seen, ChartBlock | PictureBlock):
            return False
        if isinstance(words, TableBlock):
            return self._grid(words).natural(self._size) <= self._area.width * _BESIDE and (
                self._height_beside(words) <= self._area.height
            )
        if not isinstance(words, Words) or _is_heading(words) or isinstance(seen, ChartBlock):
            return False
        return 3 * LINE * self._size <= self._height_beside(words) <= self._area.height

    def _width_beside(self, words: Block) -> float:
        if isinstance(words, TableBlock):
            return max(self._grid(words).natural(self._size), self._area.width * 0.42)
        return (self._area.width - GAP) / 2

    def _height_beside(self, words: Block) -> float:
        width = self._width_beside(words)
        if isinstance(words, TableBlock):
            grid = self._grid(words)
            return sum(grid.heights(self._size, grid.widths(self._size, width)))
        assert isinstance(words, Words)
        return _height(self._units(words, width))

    def _grid(self, table: TableBlock) -> Grid:
        if (grid := self._grids.get(table.id)) is None:
            grid = self._grids[table.id] = Grid(table, self._measure, self._language)
        return grid

    def _least(self, groups: list[tuple[Block, ...]], at: int) -> float:
        """Return how much room the beginning of a group takes that must not be parted."""
        height = 0.0
        for group in groups[at:]:
            block = group[0]
            if len(group) == 2:
                height += self._pair_height(group[0], group[1])
            elif isinstance(block, Words):
                units = self._units(block, self._area.width)
                if _is_heading(block) and height + _height(units) < self._area.height / 3:
                    height += _height(units) + units[-1].gap
                    continue
                height += min(units[0].height, 3 * LINE * SLACK * self._size)
            elif isinstance(block, TableBlock):
                heights = self._grid(block).heights(self._size, self._widths(block))
                height += min(sum(heights[:2]), self._area.height / 2)
            elif isinstance(block, FiguresBlock):
                height += sum(self._tiles(block)[1])
            else:
                height += self._seen_height(block)
            break
        return min(height, self._area.height)

    # Each kind

    def _add(self, block: Block) -> None:
        if isinstance(block, Words):
            self._add_words(block)
        elif isinstance(block, TableBlock):
            self._add_table(block)
        elif isinstance(block, FiguresBlock):
            columns, rows = self._tiles(block)
            height = sum(rows) + GAP * (len(rows) - 1)
            self._turn_for(height)
            self._put(Placed(block=block, box=self._place(height), size=self._size, columns=columns, rows=rows))
        else:
            height = self._seen_height(block)
            self._turn_for(height)
            self._put(Placed(block=block, box=self._seen_box(block, self._place(height)), size=self._size))

    def _turn_for(self, height: float) -> None:
        if height > self._room and self.pages[-1]:
            self._turn()

    def _add_words(self, block: Words) -> None:
        units = self._units(block, self._area.width)
        while units:
            count = _fitting([unit.height for unit in units], [unit.gap for unit in units], self._room)
            if not count and (self.pages[-1] and (units[0].height <= self._area.height or self._lines(1) < 4)):
                self._turn()
                continue
            here, units = units[:count], units[count:]
            if not here:
                here, units = self._parted(units, block)
            self._put(
                self._words(block, here, self._place(_height(here))), GAP if not _is_heading(block) else here[-1].gap
            )
            if units:
                self._turn()

    def _words(self, block: Words, units: list[_Unit], box: Box) -> Placed:
        first = units[0].index
        size = self._size * (HEADING if _is_heading(block) else 1)
        part: Words
        if isinstance(block, TextBlock):
            part = replace(block, paragraphs=tuple(unit.runs for unit in units))
        else:
            part = replace(block, items=tuple(replace(block.items[unit.index], runs=unit.runs) for unit in units))
        return Placed(block=part, box=box, size=size, first=first, continued=units[0].continued)

    def _lines(self, scale: float) -> int:
        return int((self._room + 1e-6) // (LINE * SLACK * self._size * scale))

    def _parted(self, units: list[_Unit], block: Words) -> tuple[list[_Unit], list[_Unit]]:
        """Return what of the first unit has room on this page, and what is left."""
        scale = HEADING if _is_heading(block) else 1.0
        unit = units[0]
        starts = self._measure.starts(unit.runs, self._size * scale, unit.width, bold=_is_heading(block))
        lines = max(1, min(self._lines(scale), len(starts) - 1))
        before, after = cut(unit.runs, starts[lines])
        here = replace(unit, runs=before, height=lines * LINE * SLACK * self._size * scale)
        left = len(starts) - lines
        rest = replace(unit, runs=after, continued=True, height=left * LINE * SLACK * self._size * scale)
        return [here], [rest, *units[1:]]

    def _units(self, block: Words, width: float) -> list[_Unit]:
        heading = _is_heading(block)
        size = self._size * (HEADING if heading else 1)
        gap = PARAGRAPH_GAP * size
        texts = block.paragraphs if isinstance(block, TextBlock) else [item.runs for item in block.items]
        units = []
        for index, runs in enumerate(texts):
            indent = INDENT * size * (block.items[index].level + 1) if isinstance(block, BulletsBlock) else 0.0
            lines = self._measure.lines(runs, size, width - indent, bold=heading)
            units.append(_Unit(index, runs, lines * LINE * SLACK * size, gap, width - indent))
        return units

    def _widths(self, block: TableBlock, width: float | None = None) -> tuple[float, ...]:
        grid = self._grid(block)
        if width is None:
            width = min(self._area.width, max(grid.natural(self._size) * 1.3, self._area.width * 0.6))
        return grid.widths(self._size, width)

    def _add_table(self, block: TableBlock) -> None:
        grid, size = self._grid(block), self._size
        widths = self._widths(block)
        head, *heights = grid.heights(size, widths)
        if head > self._area.height * _HEAD_MOST:
            short, _ = grid.cut(block.head, size, widths, LINE * SLACK * size + 2 * CELL_Y, bold=True)
            self._grids[block.id] = Grid(
                replace(block, head=short, rows=(block.head, *block.rows)), self._measure, self._language
            )
            self._add_table(self._grids[block.id].table)
            return
        rows = [(index, row, height) for index, (row, height) in enumerate(zip(block.rows, heights, strict=True))]
        last = len(rows) - 1
        continued = False
        while True:
            room = self._room - head
            count = _fitting([height for _, _, height in rows], [0.0] * len(rows), room)
            here, rows = rows[:count], rows[count:]
            goes_on = False
            if rows and not here:
                index, row, height = rows[0]
                if self.pages[-1] and (height <= self._area.height - head or room < self._area.height / 4):
                    self._turn()
                    continue
                bold = block.total and index == last
                before, after = grid.cut(row, size, widths, room, bold=bold)
                here = [(index, before, grid.height(before, size, widths, bold=bold))]
                rows[0] = (index, after, grid.height(after, size, widths, bold=bold))
                goes_on = True
            self._put_rows(block, here, head, widths, continued=continued, ends=not rows)
            continued = goes_on
            if not rows:
                return
            self._turn()

    def _put_rows(
        self,
        block: TableBlock,
        rows: list[tuple[int, tuple, float]],
        head: float,
        widths: tuple[float, ...],
        *,
        continued: bool = False,
        ends: bool = True,
        x: float | None = None,
    ) -> None:
        heights = (head, *(height for _, _, height in rows))
        part = replace(block, rows=tuple(row for _, row, _ in rows), total=block.total and ends)
        box = Box(self._area.x if x is None else x, self._y, sum(widths), sum(heights))
        self._put(
            Placed(
                block=part,
                box=box,
                size=self._size,
                first=rows[0][0] if rows else 0,
                continued=continued,
                columns=widths,
                rows=heights,
                numbers=self._grid(block).numbers,
            )
        )

    def _tiles(self, block: FiguresBlock) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the widths of figures side by side, and the heights of their rows."""
        count = len(block.figures)
        most = min(_TILES, count)
        for across in range(-(-count // -(-count // most)), 0, -1):
            width = (self._area.width - GAP * (across - 1)) / across
            heights = [self._tile_height(figure, width - 2 * FIGURE_PAD) for figure in block.figures]
            rows = tuple(max(heights[at : at + across]) for at in range(0, count, across))
            if max(rows) <= self._area.height / 3 and sum(rows) + GAP * (len(rows) - 1) <= self._area.height:
                return (width,) * across, rows
        return (), (self._area.height * 2,)

    def _tile_height(self, figure, width: float) -> float:
        number = self._measure.lines(
            (Run(figure_text(figure, self._language)),), self._size * FIGURE, width, bold=True
        )
        label = self._measure.lines((Run(figure.label),), self._size, width)
        return (number * FIGURE + label) * LINE * SLACK * self._size + 2 * FIGURE_PAD

    def _seen_height(self, block: ChartBlock | PictureBlock) -> float:
        if isinstance(block, ChartBlock):
            return min(_CHART, self._area.height)
        return min(_PICTURE, self._area.height, self._area.width * block.height / block.width)

    def _seen_box(self, block: ChartBlock | PictureBlock, room: Box) -> Box:
        if isinstance(block, ChartBlock):
            return room
        scale = min(room.width / block.width, room.height / block.height)
        return replace(room, width=block.width * scale, height=block.height * scale)

    def _pair_height(self, one: Block, other: Block) -> float:
        words = other if isinstance(one, ChartBlock | PictureBlock) else one
        return min(max(self._height_beside(words), _CHART), self._area.height)

    def _add_pair(self, one: Block, other: Block) -> None:
        height = self._pair_height(one, other)
        self._turn_for(height)
        top = self._y
        seen_first = isinstance(one, ChartBlock | PictureBlock)
        words, seen = (other, one) if seen_first else (one, other)
        assert isinstance(seen, ChartBlock | PictureBlock)
        width = self._width_beside(words)
        rest = self._area.width - width - GAP * 1.5
        words_x = self._area.x + (rest + GAP * 1.5 if seen_first else 0)
        seen_x = self._area.x + (0 if seen_first else width + GAP * 1.5)
        room = Box(seen_x, top, rest, height)
        seen_placed = Placed(block=seen, box=self._seen_box(seen, room), size=self._size)
        if seen_first:
            self.pages[-1].append(seen_placed)
        if isinstance(words, TableBlock):
            grid = self._grid(words)
            widths = grid.widths(self._size, width)
            head, *heights = grid.heights(self._size, widths)
            rows = [(at, row, tall) for at, (row, tall) in enumerate(zip(words.rows, heights, strict=True))]
            self._put_rows(words, rows, head, widths, x=words_x)
        else:
            assert isinstance(words, Words)
            units = self._units(words, width)
            self._put(self._words(words, units, Box(words_x, top, width, _height(units))))
        if not seen_first:
            self.pages[-1].append(seen_placed)
        self._y = top + height + GAP

    def _grown(self, page: list[Placed]) -> list[Placed]:
        """Return a page whose charts and pictures are higher, by what is free at its foot."""
        return page


def _is_heading(block: Block) -> bool:
    return isinstance(block, TextBlock) and block.heading


def _is_empty(block: Block) -> bool:
    if isinstance(block, TextBlock):
        return not block.paragraphs
    return isinstance(block, BulletsBlock) and not block.items


def _height(units: list[_Unit]) -> float:
    return sum(unit.height + unit.gap for unit in units) - (units[-1].gap if units else 0)


def _fitting(heights: list[float], gaps: list[float], room: float) -> int:
    """Return how many have room; not all but one where that can be helped."""
    count, used = 0, 0.0
    for height, gap in zip(heights, gaps, strict=True):
        if used + height > room + 1e-6:
            break
        used += height + gap
        count += 1
    return count - 1 if count >= 3 and count == len(heights) - 1 else count


def _without_hostile(block: Block, area: Box, measure: Measure, language: str) -> Block:
    """Return a block; figures that are no figures but long texts become a list."""
    if not isinstance(block, FiguresBlock) or Flow(measure, language, 12.0, area)._tiles(block)[0]:
        return block
    return BulletsBlock(
        id=block.id,
        items=tuple(
            Item((Run(f"{figure.label}: ", bold=True), Run(figure_text(figure, language))))
            for figure in block.figures
        ),
    )
