"""Tables of many columns: as they are drawn, and as files that spreadsheets open."""

import pandas as pd
import streamlit as st

CSV_ENCODING = "utf-8-sig"  # UTF-8 with its mark: without it, spreadsheets take it for something else
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def wide_table(frame: pd.DataFrame, *, alt: str) -> None:
    """Draw a pandas frame whose texts are Markdown; *alt* says in words what is in it."""
    st.table(frame, hide_index=True, border="horizontal", alt=alt)


def as_text(value: str) -> str:
    """Return *value* so that no spreadsheet takes it for a formula."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
