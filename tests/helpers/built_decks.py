"""What a deck says, read back from its slides; and ids that count."""

from collections.abc import Callable, Iterable
from itertools import count

from exports.decks.records import Block, Slide, plain_text


def ids() -> Callable[[], str]:
    """Return what gives b1, b2 and so on."""
    numbers = count(1)
    return lambda: f"b{next(numbers)}"


def texts(slides: Iterable[Slide]) -> list[str]:
    """Return every text of slides, in order, an amount as its value and currency."""
    return [
        text for slide in slides for text in (slide.title, *(one for block in slide.blocks for one in _said(block)))
    ]


def _said(block: Block) -> list[str]:
    match block.kind:
        case "text":
            return [plain_text(runs) for runs in block.paragraphs]
        case "bullets":
            return [plain_text(item.runs) for item in block.items]
        case "table":
            cells = [cell for row in (block.head, *block.rows) for cell in row]
            return [f"{c.amount.value} {c.amount.currency}" if c.amount else plain_text(c.runs) for c in cells]
        case _:
            return []
