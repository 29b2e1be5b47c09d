"""The board of the page Operations: what happens now, how replies ended, how long things take, what failed."""

from collections.abc import Mapping
from math import inf, isinf

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.accounts.identity import current_user
from components.labels import relative_time
from components.problems import unless_away
from components.resources import get_services, get_waker
from components.waking import once_in
from components.wide_tables import wide_table
from services.message_status import MessageStatus
from services.process.clock import utc_now
from services.usage.operations import Report, Timing

REFRESH_EVERY_S = 3
_BAR_PX = 20
_SHARES = {"Half within": 0.5, "95% within": 0.95, "99% within": 0.99}
_ENDED = {
    MessageStatus.COMPLETE: "Complete",
    MessageStatus.STOPPED: "Stopped",
    MessageStatus.FAILED: "Failed",
    MessageStatus.INTERRUPTED: "Interrupted",
}
_FAILURES = {  # by the name of the client's error
    "AuthenticationError": "Key refused, or no credit",
    "NotFoundError": "Not found there",
    "RequestInvalidError": "Request not accepted",
    "RateLimitedError": "Too many requests",
    "ServerError": "Error at Backboard",
    "BackboardUnavailableError": "No connection, or silence",
    "StreamInterruptedError": "Stream broke off",
    "RunFailedError": "Run failed",
}


@st.fragment
def operations_board() -> None:
    """Draw the numbers of this process, again every few seconds, for as long as an admin looks."""
    get_waker().wake_here(once_in(REFRESH_EVERY_S))
    with unless_away(_say_away):  # an operator wants to look just then: the last answer counts
        user = current_user()
        if user is None or not user.is_admin:
            st.rerun()
    report = get_services().operations.report()
    started = relative_time(report.started_at, now=utc_now())
    st.markdown(f"Figures for this process only, since it started {started}. They refresh automatically.")
    _now(report)
    _ended(report.ended_today)
    _times(report)
    _backboard(report)


def _say_away() -> None:
    st.warning("The database cannot be reached right now.", icon=":material/cloud_off:")


def _now(report: Report) -> None:
    st.header("Right now", anchor=False)
    with _tiles():
        _tile("Replies running", report.running, "Being written by this process")
        _tile("Replies waiting", report.queued, "In the whole database: no process writes them yet")
        _tile("Readers", report.readers, "Screens and programs that follow a reply here")
        _tile(
            "Tasks",
            report.tasks,
            "In the background: two of the runner's own, and those of the replies",
        )
        memory_mb = round(report.memory_bytes / 1e6) if report.memory_bytes is not None else None
        _tile("Memory, MB", memory_mb, "Resident memory of this process")


def _ended(ended_today: Mapping[MessageStatus, int]) -> None:
    st.header("Ended here today", anchor=False, help="Since midnight UTC")
    with _tiles():
        for status, label in _ENDED.items():
            _tile(label, ended_today[status])


def _tiles() -> DeltaGenerator:
    return st.grid("auto", min_column_width=140)


def _tile(label: str, value: int | None, told: str | None = None) -> None:
    st.metric(label, value, help=told, border=True, height="stretch", format="localized")


def _times(report: Report) -> None:
    st.header("How long it takes", anchor=False)
    st.markdown(
        "Since the start. The times are estimates: what is counted is how many fell between two bounds, as the bars "
        "show."
    )
    with st.grid(2, min_column_width=300):
        _card("Time to first word", report.first_text, "No reply has begun here yet.")
        _card("Whole reply", report.reply, "No reply is complete here yet.")
        _card("Database statement", report.statement, "No database statements yet.")
        _card("Backboard response", report.backboard, "No calls to Backboard yet.")


def _card(title: str, timing: Timing, nothing_yet: str) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title}**")
        if not timing.count:
            st.markdown(nothing_yet)
            return
        grid = st.grid(len(_SHARES), min_column_width=80)
        for label, share in _SHARES.items():
            with grid.cell(), st.container(gap=None):
                st.markdown(f":small[{label}]")
                st.markdown(f"**{_quantile(timing, share)}**")
        _bars(title, timing)


def _bars(title: str, timing: Timing) -> None:
    rows = _without_empty_ends(timing)
    frame = pd.DataFrame({"Time": [_bound(timing, upper) for upper, _ in rows], "Seen": [seen for _, seen in rows]})
    # Streamlit's own colour of the labels is too pale to read on paper.
    axis = {"title": None, "grid": False, "labelColor": "currentColor", "labelFlush": False}
    st.vega_lite_chart(
        frame,
        {
            "mark": "bar",
            "height": {"step": _BAR_PX},
            "encoding": {
                "y": {"field": "Time", "type": "nominal", "sort": None, "axis": axis},
                "x": {"field": "Seen", "type": "quantitative", "axis": axis | {"tickMinStep": 1, "tickCount": 4}},
                "tooltip": [{"field": "Time"}, {"field": "Seen", "type": "quantitative"}],
            },
        },
        alt=f"{title}: how many took how long, {timing.count:,} in all",
    )


def _without_empty_ends(timing: Timing) -> list[tuple[float, int]]:
    full = [place for place, (_, count) in enumerate(timing.buckets) if count]
    return list(timing.buckets[full[0] : full[-1] + 1])


def _backboard(report: Report) -> None:
    st.header("Backboard, by call", anchor=False)
    if report.operations:
        rows = [
            (f"`{timing.name}`", f"{timing.count:,}", _quantile(timing, 0.5), _quantile(timing, 0.95))
            for timing in report.operations
        ]
        wide_table(
            pd.DataFrame(rows, columns=["Call", "Seen", "Half within", "95% within"]),
            alt="Calls of Backboard's API: how many were answered, and how long that took",
        )
    else:
        st.markdown("No calls to Backboard yet.")
    st.header("Failures since the start", anchor=False)
    failures = {_FAILURES.get(kind, "Something else"): count for kind, count in report.backboard_errors.items()}
    if report.database_failures:
        failures["Database away, full or locked"] = report.database_failures
    if not failures:
        st.markdown("None, neither at Backboard nor in the database.")
        return
    with _tiles():
        for label, count in failures.items():
            _tile(label, count)


def _quantile(timing: Timing, share: float) -> str:
    seconds = timing.quantile_s(share)
    if seconds is None:
        return "none"
    return _bound(timing, inf) if isinf(seconds) else _duration(seconds)


def _bound(timing: Timing, upper_s: float) -> str:
    """Name a bucket by its upper bound; the last one by its lower."""
    return f"over {_duration(timing.buckets[-2][0])}" if isinf(upper_s) else f"up to {_duration(upper_s)}"


def _duration(seconds: float) -> str:
    if seconds < 1:
        milliseconds = seconds * 1000
        return f"{milliseconds:.0f}\u00a0ms" if milliseconds >= 10 else f"{milliseconds:.2g}\u00a0ms"
    return f"{seconds:.1f}\u00a0s" if seconds < 10 and seconds % 1 else f"{seconds:.0f}\u00a0s"
