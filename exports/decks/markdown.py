"""A deck as Markdown: a heading for each slide, what looks like markup in its texts as text."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from exports.decks.phrases import phrases
from exports.decks.records import (
    Amount,
    Block,
    BulletsBlock,
    Cell,
    ChartBlock,
    Edition,
    FiguresBlock,
    PictureBlock,
    Run,
    Runs,
    Slide,
    TableBlock,
    TextBlock,
)
from exports.decks.wording import cell_text, figure_text, shown_date
from exports.markdown_text import plain

_COUNTED = re.compile(r"(\d{1,9})([.)])")


def deck_markdown(edition: Edition) -> str:
    """Return what a deck shows, and of a draft that it is one. Notes and hidden slides are not in it."""
    return "\n\n".join(_pieces(edition)) + "\n"


def block_text(block: Block, language: str) -> str:
    """Return what a block of a slide says."""
    return _block(block, language)


def _pieces(edition: Edition) -> Iterator[str]:
    language = edition.brand.language
    day = shown_date(edition.at.date(), language)
    yield f"# {plain(edition.deck.title)}"
    said = phrases(language)
    yield plain(day if edition.approved else f"{said.draft.format(rev=edition.rev)}, {day}")
    for slide in edition.deck.shown():
        yield f"## {plain(slide.title)}"
        yield from _blocks(slide, language)
        if not slide.confirmed:
            yield f"*{said.mark}*"
    if edition.brand.footer:
        yield f"---\n\n{_line(edition.brand.footer)}"


def _blocks(slide: Slide, language: str) -> Iterator[str]:
    for block in slide.blocks:
        if text := _block(block, language):
            yield text


def _block(block: Block, language: str) -> str:
    match block:
        case TextBlock(heading=True):
            return "\n\n".join(f"### {text}" for runs in block.paragraphs if (text := _words(runs)))
        case TextBlock():
            return "\n\n".join(text for runs in block.paragraphs if (text := _begun(_words(runs))))
        case BulletsBlock():
            return "\n".join(_items(block))
        case TableBlock():
            return _table(block.head, block.rows, language)
        case ChartBlock():
            return _chart(block, language)
        case PictureBlock():
            return f"*{plain(phrases(language).picture.format(alt=block.alt))}*"
        case FiguresBlock():
            rows = [(plain(one.label), plain(figure_text(one, language))) for one in block.figures]
            return "  \n".join(f"**{label}:** {text}" if label else text for label, text in rows)


def _items(block: BulletsBlock) -> Iterator[str]:
    level = -1
    for item in block.items:
        level = min(item.level, level + 1)
        mark = "-" if item.number is None else f"{item.number}."
        yield f"{'    ' * level}{mark} {_begun(_words(item.runs))}"


def _table(head: Sequence[Cell], rows: Sequence[Sequence[Cell]], language: str) -> str:
    lines = [head, *rows]
    shown = [f"| {' | '.join(_cell(cell, language) for cell in line)} |" for line in lines]
    right = [all(row[at].amount for row in rows) and bool(rows) for at in range(len(head))]
    return "\n".join([shown[0], f"| {' | '.join('---:' if one else '---' for one in right)} |", *shown[1:]])


def _chart(block: ChartBlock, language: str) -> str:
    """Return the numbers of a chart."""

    def cell(value: Decimal | None) -> Cell:
        return Cell(amount=Amount(value, block.currency, block.places)) if value is not None else Cell()

    head = [Cell(), *(Cell((Run(one.name),)) for one in block.series)]
    rows = [
        [Cell((Run(name),)), *(cell(one.values[at]) for one in block.series)]
        for at, name in enumerate(block.categories)
    ]
    return _table(head, rows, language)


def _cell(cell: Cell, language: str) -> str:
    return plain(cell_text(cell, language)) if cell.amount else _words(cell.runs)


def _words(runs: Runs) -> str:
    return " ".join("".join(map(_run, runs)).split())


def _run(run: Run) -> str:
    text = plain(run.text)
    if not text:
        return " " if run.text else ""
    before, after = (" " if run.text[at].isspace() else "" for at in (0, -1))
    if run.url:
        text = f"[{text}](<{run.url.replace(chr(92), '%5C')}>)"
    marks = "*" * (2 * run.bold + run.italic)
    return f"{before}{marks}{text}{marks}{after}"


def _line(text: str) -> str:
    return _begun(plain(text))


def _begun(text: str) -> str:
    """Return a line whose first number begins no list."""
    return _COUNTED.sub(r"\1\\\2", text, count=1) if _COUNTED.match(text) else text
