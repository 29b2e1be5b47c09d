"""Light or dark: a choice of the browser, which keeps it; `static/js/theme.js` makes it and marks the one made."""

import streamlit as st

_CHOICES = (
    ("System", ":material/contrast:"),
    ("Light", ":material/light_mode:"),
    ("Dark", ":material/dark_mode:"),
)


def theme_choice() -> None:
    """Draw a button for each theme: as the system has it, light, dark."""
    with st.container(key="theme_choice", horizontal=True, gap="small"):
        for name, icon in _CHOICES:
            st.button(name, key=f"theme_{name.lower()}", icon=icon)
    st.caption("Kept in this browser.")
