"""What blocks of a deck say, as plain text."""

from exports.decks.records import (
    Amount,
    Block,
    BulletsBlock,
    Cell,
    ChartBlock,
    FiguresBlock,
    PictureBlock,
    TableBlock,
    TextBlock,
    plain_text,
)
from exports.decks.wording import cell_text, figure_text, shown_amount

_NAMES = {
    "text": "Text",
    "bullets": "List",
    "table": "Table",
    "chart": "Chart",
    "picture": "Picture",
    "figures": "Figures",
}


def kind_name(block: Block) -> str:
    """Return what people call a block of this kind."""
    return "Heading" if isinstance(block, TextBlock) and block.heading else _NAMES[block.kind]


def block_text(block: Block, language: str) -> str:
    """Return what a block says, with numbers as the deck's language writes them; a row, or a point, is a line."""
    if isinstance(block, TextBlock):
        return "\n".join(map(plain_text, block.paragraphs))
    if isinstance(block, BulletsBlock):
        return "\n".join(plain_text(item.runs) for item in block.items)
    if isinstance(block, TableBlock):
        return "\n".join(_row(row, language) for row in (block.head, *block.rows))
    if isinstance(block, FiguresBlock):
        return "\n".join(f"{one.label}: {figure_text(one, language)}" for one in block.figures)
    if isinstance(block, PictureBlock):
        return block.alt
    return _chart(block, language)


def _row(row: tuple[Cell, ...], language: str) -> str:
    return " · ".join(cell_text(cell, language) for cell in row)


def _chart(block: ChartBlock, language: str) -> str:
    def shown(series: int, at: int) -> str:
        value = block.series[series].values[at]
        return "" if value is None else shown_amount(Amount(value, block.currency, block.places), language)

    lines = [" · ".join(["", *(one.name for one in block.series)]).removeprefix(" · ")]
    for at, category in enumerate(block.categories):
        lines.append(" · ".join([category, *(shown(series, at) for series in range(len(block.series)))]))
    return "\n".join(lines)
