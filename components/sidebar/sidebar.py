"""The sidebar of every planner page: new chat, search, trips, sessions, and at its bottom who is signed in."""

from collections import Counter
from datetime import datetime

import streamlit as st

from components.labels import in_groups, planner_zone
from components.resources import get_services
from components.sessions.ending import endings
from components.sessions.samples import sidebar_samples
from components.sidebar.account import draw_account
from components.sidebar.following import follow_lists, lists_drawn
from components.sidebar.marks import SidebarMarks, keep_marks, watch_marks
from components.sidebar.session_row import hit_row, session_row
from components.sidebar.shortcuts import NEW_CHAT, neighbour_keys
from components.sidebar.trips import TRIPS_SHOWN, in_open_trip, sidebar_trips
from components.state import active_session_id, reads_only, show_new_chat
from services.accounts.records import User
from services.process.clock import utc_now
from services.sessions.sessions import MAX_PAGE, SessionService
from services.wiring import Services
from settings import ROOT

ROWS_AT_FIRST = 20
_LEAST_RECENT = 5  # unpinned sessions that pinned ones leave room for
_STYLES = [ROOT / "static" / name for name in ("page.css", "sidebar.css")]


def draw_sidebar(user: User, *, on_chat: bool, has_lists: bool) -> None:
    """Draw the sidebar; four queries, five with an open trip, two while searching.

    Before the page, which may take long, and which *has_lists* of its own or not.
    """
    services = get_services()
    now = utc_now().astimezone(planner_zone())
    active_id = active_session_id() if on_chat else None
    titles_come = services.settings.model_for_titles is not None
    marks = SidebarMarks(
        services.sessions, services.trip_names, user_id=user.id, active_id=active_id, titles_come=titles_come
    )
    keep_marks(marks)
    with st.sidebar:
        for style in _STYLES:
            st.html(style)
        if user.may_write:
            st.button(
                "New chat",
                key="sidebar_new_chat",
                icon=":material/edit_square:",
                type="primary",
                width="stretch",
                shortcut=NEW_CHAT,
                on_click=show_new_chat,
            )
        else:
            st.empty()
        query = st.text_input(
            "Search sessions",
            key="sidebar_search",
            type="search",
            placeholder="Search titles and messages",
            label_visibility="collapsed",
            live=True,
            persist_state="session",
        )
        with st.container(key="sidebar_list", gap=None):
            if query and query.strip():
                _draw_hits(services.sessions, query, user_id=user.id, now=now)
            else:
                _draw_lists(services, marks, user_id=user.id, active_id=active_id, now=now)
        draw_account(user, demo=services.settings.demo)
        follow_lists(lists_drawn(), marks, user=user, has_lists=has_lists)
        if marks.waits_elsewhere:
            watch_marks(marks)
    with st.container(key="top_bar"):  # in the bar at the top of a phone, where the sidebar is closed
        if user.may_write:
            st.button(
                "New chat", key="top_new_chat", icon=":material/edit_square:", type="tertiary", on_click=show_new_chat
            )
        else:
            st.empty()


def _draw_hits(sessions: SessionService, query: str, *, user_id: int, now: datetime) -> None:
    hits = sessions.search(query, user_id=user_id)
    if not hits:
        st.caption("Nothing found. Try fewer words, or only the start of one.")
    for hit in sorted(hits, key=lambda hit: hit.message_id is not None):  # titles first
        hit_row(hit, query=query, now=now)


def _draw_lists(
    services: Services, marks: SidebarMarks, *, user_id: int, active_id: int | None, now: datetime
) -> None:
    """Draw the trips, and below them the sessions that do not stand under the open one."""
    sessions = services.sessions
    trips = services.trip_names.latest(user_id=user_id, limit=TRIPS_SHOWN, beside=active_id)
    in_trip = in_open_trip(trips, user_id=user_id)
    above = in_trip.sessions if in_trip else ()
    above_ids = {session.id for session in above}
    rows = st.session_state.get("sidebar_rows", ROWS_AT_FIRST)
    pinned = sessions.pinned(user_id=user_id)
    shown_pinned = pinned[: rows - _LEAST_RECENT]
    listed_pinned = [one for one in shown_pinned if one.id not in above_ids]
    recent = sessions.recent(user_id=user_id, limit=rows - len(shown_pinned))
    groups = [("Pinned", listed_pinned)] if listed_pinned else []
    groups += in_groups((one for one in recent.sessions if one.id not in above_ids), now=now)
    listed = [*above, *(session for _, group in groups for session in group)]
    ends = endings(listed, user_id=user_id)
    sidebar_trips(trips, in_trip, marks, user_id=user_id, active_id=active_id, now=now, ends=ends)
    titles = Counter(session.title for _, group in groups for session in group)
    for name, group in groups:
        st.caption(name)
        for session in group:
            session_row(
                session,
                user_id=user_id,
                active=session.id == active_id,
                now=now,
                marks=marks,
                namesakes=titles[session.title] > 1,
                ends_at=ends.get(session.id),
            )
    if not listed:
        whose = "What is shared with you" if reads_only() else "Your sessions"
        st.caption(f"{whose} will be listed here.")
    if not reads_only():
        sidebar_samples(shown=any(session.sample for session in listed), user_id=user_id)
    if recent.next_cursor or len(pinned) > len(shown_pinned):
        _draw_more(rows)
    neighbour_keys([session.id for session in listed], active_id)


def _draw_more(rows: int) -> None:
    if rows < MAX_PAGE:
        st.button(
            "Show more",
            key="sidebar_more",
            icon=":material/expand_more:",
            type="tertiary",
            width="stretch",
            on_click=_show_more,
        )
    else:
        st.caption("Older ones are under All sessions.")


def _show_more() -> None:
    st.session_state.sidebar_rows = st.session_state.get("sidebar_rows", ROWS_AT_FIRST) + ROWS_AT_FIRST
