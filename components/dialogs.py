"""The dialog that is open, one at most: which it is, and how it closes.

In `st.session_state`: `dialog` is {"name", "about": what its function is called with, "page": where it was opened}
while one is open, so that a rerun meanwhile does not close it. What closes it is a button in it, its cross, Esc, and
another page.
"""

from collections.abc import Callable
from typing import NoReturn

import streamlit as st

from services.accounts.records import User
from settings import ROOT

Dialogs = dict[str, Callable[..., None]]  # by name: what draws a dialog, called with what it is about and *user*


def open_dialog(name: str, /, **about: object) -> None:
    """Open a dialog, in place of any other; *about* is small values that can be pickled."""
    st.session_state.dialog = {"name": name, "about": about}


def close_dialog() -> None:
    """Forget the dialog that is open. A callback: `on_dismiss` of each of them."""
    st.session_state.pop("dialog", None)


def leave_dialog() -> NoReturn:
    """Close the dialog that this runs in, and draw the page without it."""
    close_dialog()
    st.rerun()


def dialog_is_open() -> bool:
    """Return whether a dialog is open. What is clicked in it waits for the end of the run that drew it."""
    return "dialog" in st.session_state


def draw_dialog(dialogs: Dialogs, *, user: User, page: str) -> None:
    """Draw the dialog that is open, or forget it where it was opened on another page. Before the page is drawn."""
    dialog = st.session_state.get("dialog")
    if dialog is None:
        return
    if dialog.setdefault("page", page) != page:
        close_dialog()
    else:
        dialogs[dialog["name"]](**dialog["about"], user=user)


def confirmed(label: str, *, key: str, icon: str | None = None) -> bool:
    """Draw the buttons below a question whether to delete; return whether the answer was *label*.

    "Cancel" closes the dialog.
    """
    st.html(ROOT / "static" / "dialogs.css")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key=f"{key}_cancel"):
            leave_dialog()
        return st.button(label, key=f"{key}_confirm", type="primary", icon=icon)
