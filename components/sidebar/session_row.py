"""Sessions and search hits as rows of the sidebar."""

from datetime import datetime

import streamlit as st

from components.labels import counted, escape_label, local_time, relative_time
from components.sessions.actions import row_menu
from components.sessions.ending import ends_on
from components.sessions.people import shared_words
from components.sidebar.marks import SidebarMarks
from components.state import show_session
from services.sessions.matches import matched_parts
from services.sessions.records import SearchHit, SessionSummary

_TOOLTIP_CHARS = 80


def session_row(
    session: SessionSummary,
    *,
    user_id: int,
    active: bool,
    now: datetime,
    marks: SidebarMarks,
    namesakes: bool = False,
    in_trip: bool = False,
    ends_at: datetime | None = None,
) -> None:
    """Draw one session: a button that opens it, beside it the place for its mark, and its menu.

    Where it has *namesakes*, its details tell it from the other sessions of its title. *in_trip*: it is
    drawn among the sessions of its trip, its title alone. *ends_at*: it is not kept beyond that.
    """
    place = "trip_" if in_trip else ""
    used = local_time(session.last_message_at, now.tzinfo)
    details = f"{relative_time(session.last_message_at, now=now)} · {counted(session.message_count, 'message')}"
    if namesakes:
        details = f"{used.day} {used:%b %H:%M} · {escape_label(session.last_message_preview)}"
    if session.sample:
        details = f"Sample · {details}"
    if ends_at:
        details = f":orange[{ends_on(ends_at)}] · {details}"
    shared = shared_words(session)
    if shared:
        details = f":material/group: {details}"
    with st.container(
        key=f"sidebar_row_{place}{session.id}", horizontal=True, wrap=False, gap=None, vertical_alignment="center"
    ):
        st.button(
            f"**{escape_label(session.title)}**" + ("" if in_trip else f" :small[:gray[{details}]]"),
            key=f"sidebar_session_{place}{session.id}",
            type="secondary" if active else "tertiary",
            width="stretch",
            help=f"{escape_label(_short(session.title))} · last used {used.day} {used:%B %Y, %H:%M}"
            + (f" · {shared[0].lower()}{shared[1:]}" if shared else "")
            + (f" · {ends_on(ends_at).lower()} unless it is used" if ends_at else ""),
            on_click=show_session,
            args=(session.id,),
        )
        marks.add(session, st.empty())
        row_menu(session, user_id=user_id, place=place)


def hit_row(hit: SearchHit, *, query: str, now: datetime) -> None:
    """Draw one search hit: a button that opens the session, at the message if it is one; what matched is marked."""
    when = relative_time(hit.at, now=now)
    title = _marked(hit.session_title, query)
    if hit.message_id is not None:
        details = f"{when} · {_marked(hit.excerpt, query)}"
    elif hit.trip_title:
        details = f"In {_marked(hit.trip_title, query)} · {when}"
    else:
        details = f"Title · {when}"
    st.button(
        f"**{title}** :small[:gray[{details}]]",
        key=f"sidebar_hit_{hit.session_id}_{hit.message_id or 'title'}",
        type="tertiary",
        width="stretch",
        on_click=show_session,
        args=(hit.session_id, hit.message_id),
    )


def _marked(text: str, query: str) -> str:
    return "".join(
        f":yellow-background[{escape_label(part)}]" if matched else _between(part)
        for part, matched in matched_parts(text, query)
    )


def _between(text: str) -> str:
    """Return text as `escape_label` does, with the spaces at its ends."""
    label = escape_label(text)
    before, after = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' if before else ''}{label}{' ' if after and label else ''}"


def _short(title: str) -> str:
    return title if len(title) <= _TOOLTIP_CHARS else f"{title[: _TOOLTIP_CHARS - 1].rstrip()}…"
