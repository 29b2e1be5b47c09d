"""What is shown when there is nothing to work with: no database, or settings that cannot be meant."""

import streamlit as st
from pydantic import ValidationError

from settings import wrong_settings


def draw_database_away() -> None:
    """Say that the database cannot be reached, and offer to try again."""
    with st.container(key="outage_database", border=True):
        st.header("The database cannot be reached right now", icon=":material/cloud_off:", anchor=False)
        st.markdown(
            "Nothing is lost: what was saved is still there, and what you typed was not sent. "
            "Please try again in a moment."
        )
        st.button("Try again", key="outage_try_again", type="primary", icon=":material/refresh:")


def draw_settings_wrong(error: ValidationError) -> None:
    """Name each setting that cannot be used and why; never its value."""
    with st.container(key="outage_settings", border=True):
        st.header("A setting needs attention", icon=":material/settings:", anchor=False)
        for sentence in wrong_settings(error):
            st.text(sentence)
        st.markdown(
            "Set it in the environment or as a root-level key of `.streamlit/secrets.toml`, then start the app again."
        )
        st.button("Try again", key="outage_try_again", type="primary", icon=":material/refresh:")
