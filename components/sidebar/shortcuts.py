"""Shortcuts: what can be done without the mouse, and the list of it.

Buttons have theirs from Streamlit, which fires them in a text box too: so each holds a modifier, and none types
anything on Windows, macOS or Linux (no Ctrl+Alt, which is AltGr; no Ctrl with an arrow, which selects or jumps). Two
things are no button's: to focus the search, and `?`, which is no key to Streamlit: `static/js/shortcuts.js` has them.
"""

from collections.abc import Sequence

import streamlit as st

from components.dialogs import Dialogs, close_dialog, open_dialog
from components.state import active_session_id, show_session
from services.accounts.records import User

NEW_CHAT = "Ctrl+Shift+O"
STOP = "Ctrl+Shift+X"
NEXT_SESSION = "Alt+Down"
PREVIOUS_SESSION = "Alt+Up"


def shortcuts_button() -> None:
    """Draw the button that lists the shortcuts, which `?` presses too."""
    st.button(
        "Shortcuts",
        key="sidebar_shortcuts",
        icon=":material/keyboard:",
        type="tertiary",
        help="Keyboard shortcuts (?)",
        on_click=open_dialog,
        args=("shortcuts",),
    )


def neighbour_keys(listed_ids: Sequence[int], active_id: int | None) -> None:
    """Draw what the keys for the next and the previous session press; without an active one the first is the next.

    Buttons that nobody sees. Were the keys those of the rows, a row would keep its key until it is drawn again, and
    who presses twice quickly would open the same session twice.
    """
    st.session_state.sidebar_listed, st.session_state.sidebar_on_chat = list(listed_ids), active_id is not None
    with st.container(key="sidebar_neighbours"):
        for label, key, step in (("Next session", NEXT_SESSION, 1), ("Previous session", PREVIOUS_SESSION, -1)):
            st.button(label, key=f"sidebar_step_{step}", shortcut=key, on_click=_show_neighbour, args=(step,))


def _show_neighbour(step: int) -> None:
    state = st.session_state
    on_chat = state.sidebar_on_chat or state.get("chat_wanted")  # a session was opened since the list was drawn
    listed, active_id = state.sidebar_listed, active_session_id() if on_chat else None
    at = (listed.index(active_id) if active_id in listed else -1) + step
    if 0 <= at < len(listed):
        state.sidebar_on_chat = True
        show_session(listed[at])


@st.dialog("Keyboard shortcuts", icon=":material/keyboard:", on_dismiss=close_dialog)
def _shortcuts(*, user: User) -> None:
    agent = st.context.headers.get("User-Agent", "")
    control, shift, alt = ("⌘", "⇧", "⌥") if "Mac OS" in agent else ("Ctrl", "Shift", "Alt")
    writing = (
        ("New chat", (control, shift, "O")),
        ("Stop the reply", (control, shift, "X")),
        ("Send the message", ("Enter",)),
        ("New line in the message", (shift, "Enter")),
    )
    for what, keys in (
        *(writing[:1] if user.may_write else ()),
        ("Search sessions", (control, "K")),
        ("Next session in the list", (alt, "↓")),
        ("Previous session in the list", (alt, "↑")),
        *(writing[1:] if user.may_write else ()),
        ("This list", ("?",)),
    ):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(what, width="stretch")
            st.markdown(" ".join(f"`{key}`" for key in keys), width="content")
    st.markdown(":small[`?` works where you are not typing; press Esc to close this.]")


SHORTCUT_DIALOGS: Dialogs = {"shortcuts": _shortcuts}
