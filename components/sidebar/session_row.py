"""Sessions and search hits as rows of the sidebar."""

from datetime import datetime

import streamlit as st

from components.labels import counted, escape_label, relative_time
from components.sidebar.marks import SidebarMarks
from components.state import show_session
from services.sessions.records import SearchHit, SessionSummary


def session_row(
    session: SessionSummary, *, active: bool, now: datetime, marks: SidebarMarks, shortcut: str | None = None
) -> None:
    """Draw one session: a button that opens it, and beside it the place for its mark."""
    details = f"{relative_time(session.last_message_at, now=now)} · {counted(session.message_count, 'message')}"
    if session.sample:
        details = f"Sample · {details}"
    with st.container(horizontal=True, wrap=False, gap=None, vertical_alignment="center"):
        st.button(
            f"**{escape_label(session.title)}** :small[:gray[{details}]]",
            key=f"sidebar_session_{session.id}",
            type="secondary" if active else "tertiary",
            width="stretch",
            help=escape_label(session.last_message_preview) or None,
            shortcut=shortcut,
            on_click=show_session,
            args=(session.id,),
        )
        marks.add(session, st.empty())


def hit_row(hit: SearchHit, *, now: datetime) -> None:
    """Draw one search hit: a button that opens the session, at the message if it is one."""
    when = relative_time(hit.at, now=now)
    details = escape_label(hit.excerpt) if hit.message_id is not None else f"Title · {when}"
    st.button(
        f"**{escape_label(hit.session_title)}** :small[:gray[{details}]]",
        key=f"sidebar_hit_{hit.session_id}_{hit.message_id or 'title'}",
        type="tertiary",
        width="stretch",
        help=None if hit.message_id is None else f"{when}: {escape_label(hit.excerpt)}",
        on_click=show_session,
        args=(hit.session_id, hit.message_id),
    )
