"""Lays out the blocks of a slide in the largest letters in which they are one page."""

from collections.abc import Sequence

from exports.decks.flow import Flow, tall
from exports.decks.growing import grown
from exports.decks.places import Box, Placed
from exports.decks.records import Block, BulletsBlock, FiguresBlock, Item, Run, TextBlock
from exports.decks.rhythm import spread
from exports.decks.sheet import Sheet
from exports.decks.wording import figure_text

SIZES = (
    24.0,
    12.0,
    22.0,
    20.0,
    18.0,
    16.0,
    14.0,
    13.0,
)  # that of a slide of one page is the largest; what fails at 12 fails at all
SPLIT_SIZE = 14.0  # where it is several pages


def flowed(blocks: Sequence[Block], area: Box, sheet: Sheet) -> list[tuple[Placed, ...]]:
    """Return what stands on each page, in the largest size in which it is one, or else on several."""
    shown = [_tame(block, area, sheet) for block in blocks if not _is_empty(block)]
    if not shown:
        return []
    best = None
    for size in SIZES:
        flow = Flow(sheet, size, area, most=1)
        flow.add_all(shown)
        if len(flow.pages) == 1:
            best = flow
            if size != min(SIZES):
                break
        elif size == min(SIZES):
            break
    if best is None:
        best = Flow(sheet, SPLIT_SIZE, area)
        best.add_all(shown)
    made = [grown(page, area) for page in best.pages]
    return [spread(made[0], area)] if len(made) == 1 else made


def _is_empty(block: Block) -> bool:
    if isinstance(block, TextBlock):
        return not block.paragraphs
    return isinstance(block, BulletsBlock) and not block.items


def _tame(block: Block, area: Box, sheet: Sheet) -> Block:
    """Return a block as it is laid out: figures that are long texts become a list."""
    if not isinstance(block, FiguresBlock) or sheet.tiles(block, SPLIT_SIZE, area.width, tall(area, SPLIT_SIZE)):
        return block
    told = ((figure.label, figure_text(figure, sheet.language)) for figure in block.figures)
    items = (Item((Run(f"{label}: ", bold=True), Run(text))) for label, text in told)
    return BulletsBlock(id=block.id, items=tuple(items))
