"""Links that an admin makes: each is shown once, when it was made."""

import streamlit as st

from components.dialogs import leave_dialog
from components.labels import escape_label
from components.resources import get_services
from components.reviews.addresses import base_address, draw_address
from services.accounts.records import User


def address_of(page: str, query: str) -> str:
    """Return the address of a page: at PUBLIC_URL, else on the server that this page came from."""
    public = get_services().settings.public_url
    base = public.rstrip("/") if public else base_address(st.context.url or "", page="people")
    return f"{base}/{page}?{query}"


@st.dialog("Link", icon=":material/link:", width="medium", dismissible=False)  # a slip of Esc would lose it
def link_dialog(whom: str, address: str, told: str, *, user: User) -> None:
    """Show an address, which nobody can look up later."""
    st.markdown(f"**{escape_label(whom)}**")
    draw_address(address)
    st.markdown(f"Copy it now: it is not shown again. {told}")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Done", key="people_link_done", type="primary"):
            leave_dialog()
