"""The address of a link: shown once, when it was made.

In `st.session_state`: `reviews_made` is True once this tab has made a link, which the watch may not know yet.
"""

from urllib.parse import urlsplit

import streamlit as st

from components.dialogs import close_dialog, leave_dialog, open_dialog
from components.labels import escape_label
from components.state import REVIEWS_PAGE
from services.accounts.records import User
from services.reviews.records import NewLink


def address_of(token: str, *, page_url: str, page: str) -> str:
    """Return the address that a token opens, on the server whose *page* (its url_path) is at *page_url*."""
    return f"{base_address(page_url, page=page)}/review?link={token}"


def base_address(page_url: str, *, page: str) -> str:
    """Return the address of the server whose *page* (its url_path) is at *page_url*, without a slash at its end."""
    parts = urlsplit(page_url)
    base = parts.path.rstrip("/")
    if page:
        base = base.removesuffix(f"/{page}")
    return f"{parts.scheme}://{parts.netloc}{base.removesuffix('/~/+')}"  # Community Cloud's frame


def show_address(made: NewLink, *, title: str) -> None:
    """Open the dialog that shows an address, in place of the one that this runs in."""
    page = st.session_state.dialog["page"]
    address = address_of(made.token, page_url=st.context.url or "", page=page)
    open_dialog("review_address", review_id=made.review.id, address=address, title=title)
    st.session_state.reviews_made = True
    st.rerun()


def draw_address(address: str) -> None:
    """Draw an address, whole, and the button that copies it."""
    with st.container(key="review_address_text", border=True):
        st.text(address)
    with st.container(horizontal=True, vertical_alignment="center"):
        copied = st.button("Copy link", key="review_address_copy", icon=":material/content_copy:")  # copy.js does it
        st.markdown(":green[:material/check: Link copied]" if copied else "", width="content")


@st.dialog("Link", icon=":material/link:", width="medium", dismissible=False)  # a slip of Esc would lose it
def address_dialog(review_id: int, address: str, title: str, *, user: User) -> None:
    """Show an address, which nobody can look up later."""
    st.markdown(escape_label(title))
    draw_address(address)
    st.markdown(
        "Copy it now: it is shown only this once. If it is lost, or falls into the wrong hands, *New address* on the "
        "link's page replaces it."
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("See the link", key="review_address_open"):
            close_dialog()
            st.switch_page(REVIEWS_PAGE, query_params={"review": str(review_id)})
        if st.button("Done", key="review_address_done", type="primary"):
            leave_dialog()
