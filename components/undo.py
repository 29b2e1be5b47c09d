"""The bar that offers to undo what was done last: at the bottom of the window, in sight wherever the page is."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def undo_bar(
    text: str, *, key: str, undo: Callable[..., Any], args: tuple[Any, ...] = (), close: Callable[[], Any]
) -> None:
    """Draw the bar: what was done, in Markdown; *undo* and *close* are callbacks."""
    with (
        st.bottom,
        st.container(border=True, horizontal=True, wrap=False, vertical_alignment="center", key=f"{key}_undo_bar"),
    ):
        st.markdown(text, width="stretch")
        st.button("Undo", key=f"{key}_undo_button", icon=":material/undo:", on_click=undo, args=args)
        st.button("Close", key=f"{key}_undo_close", type="tertiary", on_click=close)
