"""The foot of the sidebar: the other pages, the demo mark, who is signed in."""

import streamlit as st

from components.accounts import identity
from components.accounts.guests import guest_line
from components.accounts.proxied import behind_proxy
from components.labels import escape_label
from components.reviews.entry import reviews_entry
from components.sidebar.shortcuts import shortcuts_button
from components.state import (
    INSIGHTS_PAGE,
    MEMORY_PAGE,
    OPERATIONS_PAGE,
    PEOPLE_PAGE,
    SESSIONS_PAGE,
    SETTINGS_PAGE,
    TEMPLATES_PAGE,
    TRIPS_PAGE,
)
from services.accounts.records import User


def draw_account(user: User, *, demo: bool) -> None:
    """Draw the links to the other pages, the mark of the demo assistant, and the way out."""
    with st.container(key="sidebar_foot", gap="xsmall"):
        with st.grid(2, min_column_width=90, gap="xsmall"):
            st.page_link(TRIPS_PAGE, label="Trips", icon=":material/luggage:", width="stretch")
            st.page_link(SESSIONS_PAGE, label="All sessions", icon=":material/table_rows:", width="stretch")
            if user.may_write:
                st.page_link(TEMPLATES_PAGE, label="Templates", icon=":material/description:", width="stretch")
                st.page_link(MEMORY_PAGE, label="Memory", icon=":material/neurology:", width="stretch")
            reviews_entry(user_id=user.id)
            st.page_link(INSIGHTS_PAGE, label="Insights", icon=":material/insights:", width="stretch")
            st.page_link(SETTINGS_PAGE, label="Settings", icon=":material/settings:", width="stretch")
            if user.is_admin:
                st.page_link(OPERATIONS_PAGE, label="Operations", icon=":material/monitoring:", width="stretch")
                st.page_link(PEOPLE_PAGE, label="People", icon=":material/manage_accounts:", width="stretch")
            for _ in range((0 if user.is_admin else 2) + (0 if user.may_write else 2)):
                st.empty()  # else the links of another role stay beside a running reply
        with st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center"):
            if demo:
                with st.container(width="stretch"):
                    _draw_demo_mark()
            shortcuts_button()
        if user.is_guest:
            guest_line(user)
        else:
            _draw_user(user)
    identity.draw_cookie()


def _draw_user(user: User) -> None:
    with st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center"):
        st.markdown(f":material/account_circle: {escape_label(user.name)}", width="stretch")
        if not behind_proxy():  # it would say at once who is here again
            st.button(
                "Sign out",
                key="sidebar_sign_out",
                type="tertiary",
                on_click=identity.sign_out,
            )


def _draw_demo_mark() -> None:
    menu = st.popover(":orange-badge[:material/science: Demo assistant]", key="sidebar_demo", type="tertiary")
    with menu, st.container(key="sidebar_demo_told"):
        st.markdown(
            "Replies come from a small demo inside this app: a few dozen destinations, and nothing leaves this "
            "machine. For the real assistant, set `BACKBOARD_API_KEY` and start the app again. Either in the "
            "environment:"
        )
        st.code('export BACKBOARD_API_KEY="…"', language="bash")
        st.markdown("or in `.streamlit/secrets.toml`:")
        st.code('BACKBOARD_API_KEY = "…"', language="toml")
