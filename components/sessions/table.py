"""The table of all sessions: its filters, its rows, and the same rows as CSV."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from io import StringIO

import pandas as pd
import streamlit as st

from components.labels import counted, escape_label, local_time, name_in, relative_time
from components.sessions.ending import ends_on
from components.state import show_session
from components.wide_tables import CSV_ENCODING, as_text
from services.sessions.records import SessionFilter, SessionOrder, SessionSummary
from services.usage.costs import MICROS

_ORDERS = {
    "Last used": SessionOrder.LAST_USED,
    "Created": SessionOrder.CREATED,
    "Title": SessionOrder.TITLE,
    "Messages": SessionOrder.MESSAGES,
    "Tokens": SessionOrder.TOKENS,
}
_PERIODS = {"Any time": None, "Today": 1, "Last 7 days": 7, "Last 30 days": 30, "Last 12 months": 365}  # days
_STATES = {"Active": False, "Archived": True, "All": None}
_ANY_MODEL = "Any model"
_ANY_TRIP = 0  # an id that no trip ever has
# Those that are shown; the others are in the grid's own menu.
_COLUMNS = ("Title", "Trip", "Last used", "Messages", "Tokens", "Cost", "Model")
_CSV_COLUMNS = (
    *("title", "last_used", "created", "messages", "tokens", "cost_usd", "unpriced", "model", "pinned", "archived"),
    "trip",
)
_LISTED = 50  # rows of the list on a phone
_OPENED = "sessions_opened"
_FILTER_KEYS = tuple(f"sessions_{name}" for name in ("words", "state", "period", "model", "trip", "order"))


def session_filters(
    models: Sequence[str], trips: Mapping[int, str], *, now: datetime
) -> tuple[SessionFilter, SessionOrder]:
    """Draw the filters and return what they let through, and in which order. *trips* are titles, by id."""
    with st.container(key="sessions_filters", horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Words",
            key="sessions_words",
            type="search",
            placeholder="Title or message",
            persist_state="session",
            width=185,
        )
        state = st.selectbox("Show", list(_STATES), key="sessions_state", persist_state="session", width=110)
        period = st.selectbox("Used", list(_PERIODS), key="sessions_period", persist_state="session", width=140)
        model = st.selectbox("Model", [_ANY_MODEL, *models], key="sessions_model", persist_state="session", width=170)
        trip = _trip_filter(trips)
        order = st.selectbox("Sort by", list(_ORDERS), key="sessions_order", persist_state="session", width=140)
    wanted = SessionFilter(
        words=words or "",
        model=None if model == _ANY_MODEL else model,
        archived=_STATES[state],
        since=_start_of_period(_PERIODS[period], now=now),
        trip_id=trip,
    )
    return wanted, _ORDERS[order]


def _trip_filter(trips: Mapping[int, str]) -> int | None:
    """Draw the choice of a trip, if there is any; return its id."""
    if not trips:
        return None
    names = {_ANY_TRIP: "Any trip", **trips}
    chosen = st.selectbox(
        "Trip",
        list(names),
        format_func=partial(name_in, names),
        key="sessions_trip",
        persist_state="session",
        width=170,
    )
    return chosen or None


def clear_filters() -> None:
    """Show all sessions again, archived ones too. A callback."""
    for key in _FILTER_KEYS:
        st.session_state.pop(key, None)
    st.session_state.sessions_state = "All"


def session_table(
    sessions: Sequence[SessionSummary], trips: Mapping[int, str], ends: Mapping[int, datetime], *, zone: tzinfo
) -> list[SessionSummary]:
    """Draw the table and return the sessions that are selected in it; a click on a title opens its session.

    *trips* are the titles of their trips, by id, *ends* when those end that end soon.
    """
    when = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=str(zone), width=140)
    frame = session_frame(sessions, trips).assign(Title=[_button_label(session.title) for session in sessions])
    if ends:
        frame = frame.assign(Ends=pd.Series([ends.get(one.id) for one in sessions], dtype="datetime64[us, UTC]"))
    columns = [name for name in _COLUMNS if name != "Trip" or trips]
    drawn = st.dataframe(
        frame,
        # Rows are selected by their place: with other rows it is another table, and nothing is selected.
        key=f"sessions_table_{hash(tuple(session.id for session in sessions))}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="–",
        height="content" if len(sessions) <= 12 else 520,
        column_order=[columns[0], *(["Ends"] if ends else []), *columns[1:]],
        column_config={
            "Title": st.column_config.ButtonColumn(
                width=205 if trips else 260,
                alignment="left",
                type="tertiary",
                key=_OPENED,
                on_click=_open_row,
                args=([session.id for session in sessions],),
            ),
            "Trip": st.column_config.TextColumn(width=115),
            "Ends": st.column_config.DatetimeColumn(
                format="D MMM YYYY",
                timezone=str(zone),
                width=95,
                help="Unless somebody uses it before, or pins it",
            ),
            "Last used": when,
            "Created": when,
            "Messages": st.column_config.NumberColumn(format="localized", width=80),
            "Tokens": st.column_config.NumberColumn(format="localized", width=70),
            "Cost": st.column_config.NumberColumn(
                format="$%.4f", width=75, help="In US dollars, as far as it is known; –: nothing, or not known."
            ),
            "Model": st.column_config.TextColumn(width=105 if trips else 150),
            "Pinned": st.column_config.CheckboxColumn(width=70),
            "Archived": st.column_config.CheckboxColumn(width=80),
        },
        alt="Your sessions: title, trip, when each was last used, messages, tokens, cost, model",
    )
    return [sessions[row] for row in drawn.selection.rows if row < len(sessions)]


def _open_row(session_ids: list[int]) -> None:
    row = st.session_state[_OPENED].row
    if row < len(session_ids):
        show_session(session_ids[row])


def _button_label(title: str) -> str:
    """Return a title that no grid takes for an icon or for a list of buttons."""
    return f"\u2060{title}" if title.lstrip().startswith((":", "[")) else title


def session_list(
    sessions: Sequence[SessionSummary], trips: Mapping[int, str], ends: Mapping[int, datetime], *, now: datetime
) -> None:
    """Draw the first sessions as rows that open them; only a phone shows them, in place of the table."""
    with st.container(key="sessions_list", gap=None):
        for session in sessions[:_LISTED]:
            used = relative_time(session.last_message_at, now=now)
            marks = [*(["pinned"] if session.pinned else []), *(["archived"] if session.archived else [])]
            trip = _trip_title(session, trips)
            details = " · ".join(
                [
                    *([f":orange[{ends_on(ends[session.id])}]"] if session.id in ends else []),
                    *([escape_label(trip)] if trip else []),
                    used,
                    counted(session.message_count, "message"),
                    *marks,
                ]
            )
            st.button(
                f"**{escape_label(session.title)}** :small[:gray[{details}]]",
                key=f"sessions_row_{session.id}",
                type="tertiary",
                width="stretch",
                on_click=show_session,
                args=(session.id,),
            )
        if len(sessions) > _LISTED:
            st.caption(f"These are the first {_LISTED}. Words and filters lead to the others.")


def session_frame(sessions: Iterable[SessionSummary], trips: Mapping[int, str]) -> pd.DataFrame:
    """Return one row per session, in their order; instants in UTC."""
    return pd.DataFrame(
        [
            (
                session.title,
                _trip_title(session, trips),
                pd.Timestamp(session.last_message_at),
                session.message_count,
                session.total_tokens,
                _cost_usd(session),
                session.model,
                pd.Timestamp(session.created_at),
                session.pinned,
                session.archived,
            )
            for session in sessions
        ],
        columns=[*_COLUMNS, "Created", "Pinned", "Archived"],
    )


def _trip_title(session: SessionSummary, trips: Mapping[int, str]) -> str | None:
    return None if session.trip_id is None else trips.get(session.trip_id)


def sessions_csv(sessions: Iterable[SessionSummary], trips: Mapping[int, str] = {}, *, zone: tzinfo) -> bytes:
    """Return sessions as a CSV file that spreadsheets open as text: UTF-8 with its mark, times in *zone*."""
    file = StringIO(newline="")
    rows = csv.writer(file)
    rows.writerow(_CSV_COLUMNS)
    for session in sessions:
        rows.writerow(
            [
                as_text(session.title),
                local_time(session.last_message_at, zone).isoformat(sep=" ", timespec="seconds"),
                local_time(session.created_at, zone).isoformat(sep=" ", timespec="seconds"),
                session.message_count,
                session.total_tokens,
                f"{session.cost_micros / MICROS:.6f}",
                session.unpriced,
                as_text(session.model),
                "yes" if session.pinned else "no",
                "yes" if session.archived else "no",
                as_text(_trip_title(session, trips) or ""),
            ]
        )
    return file.getvalue().encode(CSV_ENCODING)


def _cost_usd(session: SessionSummary) -> float | None:
    """Return what is known of a session's cost, in US dollars; None where nothing is, or it was free."""
    return session.cost_micros / MICROS if session.cost_micros else None


def _start_of_period(days: int | None, *, now: datetime) -> datetime | None:
    if days is None:
        return None
    today = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)  # where midnight comes twice: the first
    return today - timedelta(days=days - 1)
