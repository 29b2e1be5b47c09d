"""The parts of a slide as fields: drawn with what they say, and read back as what somebody typed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from components.decks.typed import (
    Row,
    chart_rows,
    figure_rows,
    heads,
    items_text,
    paragraphs_text,
    table_rows,
    typed_chart,
    typed_figures,
    typed_items,
    typed_paragraphs,
    typed_table,
    wrong_sums,
)
from components.labels import escape_label
from exports.decks.records import (
    Block,
    BulletsBlock,
    Cell,
    ChartBlock,
    Figure,
    FiguresBlock,
    Item,
    PictureBlock,
    Run,
    TableBlock,
    TextBlock,
)

NAMES: dict[str, str] = {
    "text": "Text",
    "bullets": "List",
    "table": "Table",
    "chart": "Chart",
    "figures": "Figures",
    "picture": "Picture",
}
_HELP = "\\*\\*bold\\*\\*, \\*italic\\* and \\[words\\](https://…) are shown as such."


def blank(kind: str, block_id: str) -> Block:
    """Return a part of a kind with nothing in it yet."""
    cell = (Cell((Run("Item"),)), Cell((Run("Price"),)))
    made: dict[str, Callable[[], Block]] = {
        "text": lambda: TextBlock(id=block_id, paragraphs=((Run("Text"),),)),
        "bullets": lambda: BulletsBlock(id=block_id, items=(Item((Run("First point"),)),)),
        "table": lambda: TableBlock(id=block_id, head=cell, rows=((Cell(), Cell()),)),
        "figures": lambda: FiguresBlock(id=block_id, figures=(Figure("What it says", "0"),)),
    }
    return made[kind]()


def edited_part(block: Block, *, key: str, language: str) -> Block:
    """Draw the fields of a part; return it with what is typed there. Raises ValueError where that cannot be."""
    match block:
        case TextBlock():
            text = st.text_area(
                "Heading" if block.heading else "Text",
                paragraphs_text(block),
                key=f"{key}_text",
                height="content",
                help=f"An empty line begins a new paragraph. {_HELP}",
            )
            return typed_paragraphs(block, text)
        case BulletsBlock():
            text = st.text_area(
                "List",
                items_text(block),
                key=f"{key}_items",
                height="content",
                help=f"A line for each point, two spaces before it for the level below. {_HELP}",
            )
            return typed_items(block, text)
        case TableBlock():
            return _table(block, key, language)
        case FiguresBlock():
            st.markdown("**Figures**")
            rows = _grid(["Value", "What it says"], figure_rows(block, language), f"{key}_figures", "Figures")
            return typed_figures(block, rows, language)
        case ChartBlock():
            st.markdown("**Chart**")
            names = ["Category", *(one.name for one in block.series)]
            rows = _grid(names, chart_rows(block, language), f"{key}_chart", block.alt or "Chart")
            st.caption("Where it shows the numbers of a table on this slide, it follows that.")
            alt = st.text_input("What it shows, in words", block.alt, max_chars=1_000, key=f"{key}_alt")
            return replace(typed_chart(block, rows, language), alt=alt)
        case PictureBlock():
            st.markdown("**Picture**")
            alt = st.text_input(
                "What it shows, in words",
                block.alt,
                max_chars=1_000,
                key=f"{key}_alt",
                help="For those who cannot see it.",
            )
            if not alt.strip():
                raise ValueError("Say in words what the picture shows.")
            return replace(block, alt=alt)


def _table(block: TableBlock, key: str, language: str) -> TableBlock:
    names = heads(block, language)
    st.markdown("**Table**")
    rows = _grid(names, table_rows(block, language), f"{key}_table", block.alt or "Table")
    with st.expander("Columns and total"):
        typed = st.text_area("Names of the columns, one on a line", "\n".join(names), key=f"{key}_head")
        total = st.checkbox("The last row is the total", block.total, key=f"{key}_total")
    head = names if typed == "\n".join(names) else typed.strip("\n").split("\n")
    made = typed_table(block, head, rows, total, language)
    for one in wrong_sums(made, language):
        st.markdown(f":orange[:material/warning:] :small[{escape_label(one)}]")
    return made


def _grid(names: Sequence[str], rows: Sequence[Sequence[str]], key: str, alt: str) -> list[Row]:
    """Draw texts in a grid that can be typed into; return each row with the number that it had."""
    columns = [str(at) for at in range(len(names))]
    frame = pd.DataFrame([list(row) for row in rows], columns=columns, dtype="str")
    edited = st.data_editor(
        frame,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        alt=alt,
        column_config={
            column: st.column_config.TextColumn(name or " ") for column, name in zip(columns, names, strict=True)
        },
    )
    return [(_number(at), [_said(cell) for cell in row]) for at, row in zip(edited.index, edited.values, strict=True)]


def _number(label: Any) -> int | None:
    return int(label) if isinstance(label, int) or getattr(label, "is_integer", bool)() else None


def _said(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""
