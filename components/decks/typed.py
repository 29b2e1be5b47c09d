r"""A slide's content as people type it, and what they typed as content again.

In texts `**bold**`, `*italic*` and `[words](https://…)` are what they are in Markdown; `\*` is a star. What is not
touched stays exactly what it was.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from exports.decks.building.amounts import Reader, currency_named, reader_of
from exports.decks.records import (
    Amount,
    BulletsBlock,
    Cell,
    ChartBlock,
    Figure,
    FiguresBlock,
    Item,
    Run,
    Runs,
    Series,
    TableBlock,
    TextBlock,
    is_link,
)
from exports.decks.wording import cell_text, figure_text, shown_amount

_SPECIAL = re.compile(r"([\\*\[\]])")
_PIECE = re.compile(r"\\([\\*\[\]])|\[((?:\\.|[^\[\]\\])*)\]\(([^()\s]+)\)|(\*{1,3})|([^\\*\[]+|.)", re.S)
_LINE = re.compile(r"(?P<indent>[ \t]*)(?:(?P<number>\d{1,4})[.)] |[-•*] )?(?P<text>.*)", re.S)
_BEGINS = re.compile(r"(\d{1,4}[.)]|[-•*]) ")
_LEVELS = 3
_NO_NUMBER = "is no number. Write it as 1240.50, or as the deck's language does."

Row = tuple[int | None, Sequence[str]]  # the number of the row that it was, and what its cells say


# Words


def runs_text(runs: Runs) -> str:
    """Return words as they are typed."""
    return "".join(map(_run_text, _merged(runs)))


def _run_text(run: Run) -> str:
    marks = "*" * (2 * run.bold + run.italic)
    plain = _SPECIAL.sub(r"\\\1", run.text)
    text = f"{marks}{plain}{marks}"
    return f"[{text}]({run.url})" if run.url else text


def typed_runs(text: str) -> Runs:
    """Return what somebody typed; stars that are not closed are stars."""
    runs, is_open = _read(text, None)
    return (Run(text),) if is_open else _merged(runs)


def _read(text: str, url: str | None) -> tuple[tuple[Run, ...], bool]:
    runs, bold, italic = list[Run](), False, False
    for found in _PIECE.finditer(text):
        escaped, words, address, stars, plain = found.groups()
        if stars:
            bold, italic = bold ^ (len(stars) > 1), italic ^ (len(stars) != 2)
        elif address and is_link(address) and url is None:
            inner, is_open = _read(words, address)
            if is_open:
                inner = (Run(words, url=address),)
            runs += [replace(run, bold=run.bold ^ bold, italic=run.italic ^ italic) for run in inner]
        else:
            runs.append(Run(escaped or plain or found[0], bold, italic, url))
    return tuple(runs), bold or italic


def _merged(runs: Sequence[Run]) -> Runs:
    merged = list[Run]()
    for run in runs:
        if not run.text:
            continue
        if merged and replace(merged[-1], text="") == replace(run, text=""):
            merged[-1] = replace(run, text=merged[-1].text + run.text)
        else:
            merged.append(run)
    return tuple(merged)


def paragraphs_text(block: TextBlock) -> str:
    """Return paragraphs as they are typed: an empty line between two."""
    return "\n\n".join(map(runs_text, block.paragraphs))


def typed_paragraphs(block: TextBlock, text: str) -> TextBlock:
    """Return a text with what somebody typed."""
    if text == paragraphs_text(block):
        return block
    parts = (part.strip() for part in re.split(r"\n[ \t]*\n", text.strip()))
    return replace(block, paragraphs=tuple(typed_runs(part) for part in parts if part))


# Lists


def items_text(block: BulletsBlock) -> str:
    """Return a list as it is typed: a line for each point, two spaces before it for each level."""
    return "\n".join(map(_item_text, block.items))


def _item_text(item: Item) -> str:
    text = " ".join(runs_text(item.runs).split("\n"))
    number = f"{item.number}. " if item.number is not None else "- " if _BEGINS.match(text) else ""
    return f"{'  ' * item.level}{number}{text}"


def typed_items(block: BulletsBlock, text: str) -> BulletsBlock:
    """Return a list with what somebody typed."""
    if text == items_text(block):
        return block
    return replace(block, items=tuple(_item(line) for line in text.split("\n") if line.strip()))


def _item(line: str) -> Item:
    found = _LINE.fullmatch(line)
    assert found is not None  # everything in it is optional
    indent = len(found["indent"].replace("\t", "  ")) // 2
    number = int(found["number"]) if found["number"] else None
    return Item(typed_runs(found["text"].strip()), min(indent, _LEVELS), number)


# Tables


def table_rows(block: TableBlock, language: str) -> list[list[str]]:
    """Return the cells of a table below its head as they are typed."""
    return [[_cell_text(cell, language) for cell in row] for row in block.rows]


def heads(block: TableBlock, language: str) -> list[str]:
    """Return the head of a table as it is typed."""
    return [_cell_text(cell, language) for cell in block.head]


def _cell_text(cell: Cell, language: str) -> str:
    return cell_text(cell, language) if cell.amount else runs_text(cell.runs)


def typed_table(
    block: TableBlock, head: Sequence[str], rows: Sequence[Row], total: bool, language: str
) -> TableBlock:
    """Return a table with what somebody typed; what is an amount in a column of amounts is one. Raises ValueError."""
    if len(head) != len(block.head):
        raise ValueError(f"The table has {len(block.head)} columns. Give each a name, one on a line.")
    texts = [cell for _, row in rows for cell in row]
    reader = reader_of(" ".join([*head, *texts]), language)
    columns = [_unit(block, at, head[at], reader) for at in range(len(head))]
    made = tuple(
        tuple(
            _typed_cell(_before(block, was, at), text, columns[at], reader, language) for at, text in enumerate(row)
        )
        for was, row in rows
        if any(text.strip() for text in row)
    )
    names = tuple(_typed_cell(cell, text, None, None, language) for cell, text in zip(block.head, head, strict=True))
    return replace(block, head=names, rows=made, total=total and bool(made))


def _before(block: TableBlock, row: int | None, column: int) -> Cell | None:
    return block.rows[row][column] if row is not None and row < len(block.rows) else None


def _unit(block: TableBlock, column: int, head: str, reader: Reader) -> tuple[bool, str | None, int]:
    """Return whether a column has numbers, their currency, and how many decimals they have."""
    amounts = [row[column].amount for row in block.rows]
    found = [one for one in amounts if one]
    if found:
        return True, found[0].currency, max(one.places for one in found)
    currency = currency_named(head, reader)
    return currency is not None, currency, 0


def _typed_cell(
    before: Cell | None,
    text: str,
    unit: tuple[bool, str | None, int] | None,
    reader: Reader | None,
    language: str,
) -> Cell:
    if before is not None and text == _cell_text(before, language):
        return before
    if unit and reader and unit[0] and (amount := _amount(text, unit[1], unit[2], reader)):
        return Cell(amount=amount)
    return Cell(typed_runs(text.strip()))


def _amount(text: str, currency: str | None, places: int, reader: Reader) -> Amount | None:
    found = reader.amount(text, currency) or (reader.number(text) if currency is None else None)
    return replace(found, places=max(found.places, places)) if found else None


def wrong_sums(block: TableBlock, language: str) -> list[str]:
    """Return sentences on the totals of a table that are not what its rows add up to."""
    if not block.total or len(block.rows) < 3:
        return []
    columns = zip(*([cell.amount for cell in row] for row in block.rows), strict=True)
    told = []
    for cell, (*above, last) in zip(block.head, columns, strict=True):
        added = [one for one in above if one]
        if last and len(added) > 1 and {one.currency for one in added} == {last.currency}:
            total = sum((one.value for one in added), Decimal(0))
            if total != last.value:
                shown = shown_amount(replace(last, value=total), language)
                told.append(f"The rows of “{cell_text(cell, language)}” add up to {shown}.")
    return told


# Figures


def figure_rows(block: FiguresBlock, language: str) -> list[list[str]]:
    """Return figures as they are typed: the value, and what it says."""
    return [[figure_text(one, language), one.label] for one in block.figures]


def typed_figures(block: FiguresBlock, rows: Sequence[Row], language: str) -> FiguresBlock:
    """Return figures with what somebody typed. Raises ValueError."""
    reader = reader_of(" ".join(cell for _, row in rows for cell in row), language)
    made = tuple(
        _figure(block.figures[was] if was is not None and was < len(block.figures) else None, row, reader, language)
        for was, row in rows
        if any(cell.strip() for cell in row)
    )
    if not 1 <= len(made) <= 8:
        raise ValueError("There are one to eight figures side by side.")
    return replace(block, figures=made)


def _figure(before: Figure | None, row: Sequence[str], reader: Reader, language: str) -> Figure:
    value, label = row
    if before is not None and value == figure_text(before, language):
        return replace(before, label=label)
    was = before.amount if before else None
    amount = _amount(value, was.currency if was else None, was.places if was else 0, reader)
    return Figure(label, "" if amount else value.strip(), amount)


# Charts


def chart_rows(block: ChartBlock, language: str) -> list[list[str]]:
    """Return a chart as it is typed: a row for each category, with a number of each series."""
    return [
        [name, *(_number_text(one.values[at], block, language) for one in block.series)]
        for at, name in enumerate(block.categories)
    ]


def _number_text(value: Decimal | None, block: ChartBlock, language: str) -> str:
    return "" if value is None else shown_amount(Amount(value, None, block.places), language)


def typed_chart(block: ChartBlock, rows: Sequence[Row], language: str) -> ChartBlock:
    """Return a chart with what somebody typed. Raises ValueError."""
    kept = [(was, row) for was, row in rows if any(cell.strip() for cell in row)]
    if not 1 <= len(kept) <= 40:
        raise ValueError("A chart has one to forty rows.")
    reader = reader_of(" ".join(cell for _, row in kept for cell in row), language)
    shown = chart_rows(block, language)
    columns = [
        tuple(_value(block, shown, was, row, at, reader) for was, row in kept) for at in range(len(block.series))
    ]
    series = tuple(Series(one.name, values) for one, values in zip(block.series, columns, strict=True))
    categories = tuple(row[0].strip() for _, row in kept)
    return replace(block, categories=categories, series=series)


def _value(
    block: ChartBlock, shown: list[list[str]], was: int | None, row: Sequence[str], at: int, reader: Reader
) -> Decimal | None:
    text = row[at + 1].strip()
    if was is not None and was < len(shown) and shown[was][at + 1] == text:
        return block.series[at].values[was]
    if not text:
        return None
    found = reader.number(text) or reader.amount(text, block.currency)
    if found is None:
        raise ValueError(f"“{text}” {_NO_NUMBER}")
    return found.value


def following(before: TableBlock, after: TableBlock, chart: ChartBlock) -> ChartBlock:
    """Return a chart with the numbers of a table where it showed those of it; else as it is."""
    columns = list(_shown_columns(before, chart))
    if len(columns) != len(chart.series):
        return chart
    rows = [row for row in _data_rows(after) if any(row[at].amount for at in columns)]
    if not 1 <= len(rows) <= 40:
        return chart
    series = tuple(
        Series(one.name, tuple(cell.value if (cell := row[at].amount) else None for row in rows))
        for one, at in zip(chart.series, columns, strict=True)
    )
    categories = tuple(cell_text(row[0], "en") for row in rows)
    return replace(chart, categories=categories, series=series)


def _shown_columns(table: TableBlock, chart: ChartBlock) -> Iterator[int]:
    rows = {cell_text(row[0], "en"): row for row in _data_rows(table)}
    if not set(chart.categories) <= set(rows):
        return
    for one in chart.series:
        for at in range(1, len(table.head)):
            amounts = [rows[name][at].amount for name in chart.categories]
            if tuple(amount.value if amount else None for amount in amounts) == one.values:
                yield at
                break


def _data_rows(table: TableBlock) -> Sequence[Sequence[Cell]]:
    return table.rows[:-1] if table.total else table.rows
