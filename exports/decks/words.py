"""How high paragraphs and items are, and how one that is higher than a page is parted."""

from dataclasses import dataclass, replace

from exports.decks.agenda import label_width, labelled
from exports.decks.measure import Measure, cut
from exports.decks.places import Box, Placed
from exports.decks.records import Block, BulletsBlock, Runs, TextBlock
from exports.decks.theme import AGENDA_GAP, HEADING, INDENT, LINE, PARAGRAPH_GAP, SLACK

Words = TextBlock | BulletsBlock


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph or an item, or what is left of it where it *continued*; *gap* is below it.

    Its *label*, if it has one, stands beside its *runs*, in a column that is *labels* wide.
    """

    index: int
    runs: Runs
    width: float
    height: float
    gap: float
    continued: bool = False
    label: Runs = ()
    labels: float = 0.0


def is_heading(block: Block) -> bool:
    """Return whether a block is a line above others."""
    return isinstance(block, TextBlock) and block.heading


def letters(block: Words, size: float) -> float:
    """Return the size of a block's letters where the page's is *size*."""
    return size * HEADING if is_heading(block) else size


def line_height(block: Words, size: float) -> float:
    """Return how high a line is, with what another font may need."""
    return LINE * SLACK * letters(block, size)


def units(block: Words, size: float, width: float, measure: Measure) -> list[Unit]:
    """Return the paragraphs or items of a block."""
    own, line, bold = letters(block, size), line_height(block, size), is_heading(block)
    if isinstance(block, BulletsBlock) and (labels := label_width(block, own, width, measure)):
        return _labelled(block, own, width, labels, measure)
    if isinstance(block, TextBlock):
        texts = [(runs, width) for runs in block.paragraphs]
    else:
        texts = [(item.runs, width - INDENT * own * (item.level + 1)) for item in block.items]
    return [
        Unit(index, runs, room, measure.lines(runs, own, room, bold=bold) * line, PARAGRAPH_GAP * own)
        for index, (runs, room) in enumerate(texts)
    ]


def _labelled(block: BulletsBlock, size: float, width: float, labels: float, measure: Measure) -> list[Unit]:
    made, room, line = list[Unit](), width - labels, line_height(block, size)
    for index, item in enumerate(block.items):
        label, runs = labelled(item.runs) or ((), item.runs)
        height = measure.lines(runs, size, room) * line
        made.append(Unit(index, runs, room, height, AGENDA_GAP * size, label=label, labels=labels))
    return made


def height(some: list[Unit]) -> float:
    """Return how high some are, one below the other."""
    return sum(unit.height + unit.gap for unit in some) - (some[-1].gap if some else 0.0)


def parted(unit: Unit, block: Words, size: float, room: float, measure: Measure) -> tuple[Unit, Unit]:
    """Return what of a unit that is higher than *room* stands in it, a line at least, and what is left."""
    line = line_height(block, size)
    starts = measure.starts(unit.runs, letters(block, size), unit.width, bold=is_heading(block))
    count = max(1, min(int((room + 1e-6) // line), len(starts) - 1))
    before, after = cut(unit.runs, starts[count])
    return (
        replace(unit, runs=before, height=count * line),
        replace(unit, runs=after, height=(len(starts) - count) * line, continued=True, label=()),
    )


def placed(block: Words, some: list[Unit], size: float, box: Box) -> Placed:
    """Return the part of a block that is these units."""
    part: Words
    if isinstance(block, TextBlock):
        part = replace(block, paragraphs=tuple(unit.runs for unit in some))
    else:
        part = replace(
            block, items=tuple(replace(block.items[unit.index], runs=unit.label + unit.runs) for unit in some)
        )
    return Placed(
        block=part,
        box=box,
        size=letters(block, size),
        first=some[0].index,
        continued=some[0].continued,
        rows=tuple(unit.height / SLACK for unit in some) if some[0].labels else (),
        gap=some[0].gap,
        labels=some[0].labels,
    )


def fitting(heights: list[tuple[float, float]], room: float) -> int:
    """Return how many of these, each with the gap below it, have room; not all but one where that can be helped."""
    count, used = 0, 0.0
    for height, gap in heights:
        if used + height > room + 1e-6:
            break
        used += height + gap
        count += 1
    return count - 1 if count >= 3 and count == len(heights) - 1 else count
