"""The audit log, for admins: filters, rows, and the same rows as CSV.

In `st.session_state`: `audit_pages` is how many pages of it are asked for.
"""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from io import StringIO

import streamlit as st

from components.address import from_here
from components.labels import escape_label, local_time
from components.people.words import LABELS, told
from components.resources import get_services
from components.wide_tables import CSV_ENCODING, as_text
from services.people.audit import MAX_DOWNLOADED
from services.people.records import AuditAction, AuditFilter, AuditRow

_CUSTOM = "Custom dates"
_PERIODS = {"Today": 1, "Last 7 days": 7, "Last 30 days": 30, "Last 12 months": 365, _CUSTOM: 0, "Any time": None}
_CSV_COLUMNS = ("at_utc", "username", "who", "done", "action", "target_kind", "target_id", "detail", "address")
_NOBODY = "Without an account"  # a reader of a review, a program on this machine, or an account that is gone


def audit_log(*, admin_id: int, now: datetime) -> None:
    """Draw the filters and the rows that they let through."""
    wanted = _filters(now)
    if wanted is None:
        st.info("Choose the last day too.", icon=":material/date_range:")
        return
    pages = st.session_state.get("audit_pages", 1)
    rows, before = _pages(wanted, pages, admin_id=admin_id)
    if not rows:
        st.info("Nothing happened that matches. Choose a longer period, or fewer filters.", icon=":material/search:")
        return
    with st.container(key="audit_rows", gap="xsmall"):
        for row in rows:
            _row(row, now)
    with st.container(horizontal=True, vertical_alignment="center"):
        if before and st.button("Show more", key="audit_more", icon=":material/expand_more:"):
            st.session_state.audit_pages = pages + 1
            st.rerun()
        st.download_button(
            "CSV",
            from_here(lambda: audit_csv(get_services().audit.download(wanted, admin_id=admin_id))),
            file_name="audit.csv",
            mime="text/csv",
            key="audit_csv",
            icon=":material/download:",
            help=f"Everything that matches, at most {MAX_DOWNLOADED:,} rows",
            on_click="ignore",
        )
        kept = get_services().settings.audit_days
        st.markdown(f":small[Entries are kept for {kept:,} days.]", width="content")


def audit_csv(rows: Sequence[AuditRow]) -> bytes:
    """Return rows as a CSV file that spreadsheets open as text: UTF-8 with its mark, times in UTC."""
    file = StringIO(newline="")
    lines = csv.writer(file)
    lines.writerow(_CSV_COLUMNS)
    for row in rows:
        lines.writerow(
            [
                row.at.astimezone(UTC).isoformat(sep=" ", timespec="seconds"),
                *(as_text(text or "") for text in (row.username, row.who, told(row))),
                row.action,
                row.target_kind or "",
                row.target_id or "",
                as_text(row.detail),
                as_text(row.address),
            ]
        )
    return file.getvalue().encode(CSV_ENCODING)


def _filters(now: datetime) -> AuditFilter | None:
    """Draw the filters; None while only one of two days is chosen."""
    with st.container(key="people_audit_filters", horizontal=True, vertical_alignment="bottom", gap="small"):
        username = st.text_input("Who", key="audit_who", placeholder="Username", max_chars=60, width=150)
        actions = st.multiselect(
            "What",
            sorted(LABELS, key=LABELS.__getitem__),
            format_func=LABELS.__getitem__,
            key="audit_actions",
            placeholder="Anything",
            width=280,
        )
        period = st.selectbox("When", list(_PERIODS), index=2, key="audit_period", width=150)
        if period == _CUSTOM:
            today = now.date()
            days = st.date_input(
                "Days", (today - timedelta(days=6), today), max_value=today, key="audit_dates", width=240
            )
            if len(days) != 2:
                return None
            start, end = (datetime.combine(day, time(), now.tzinfo) for day in days)
            return _filter(username, actions, start, end + timedelta(days=1))
    number = _PERIODS[period]
    today = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    since = None if number is None else today - timedelta(days=number - 1)
    return _filter(username, actions, since, None)


def _filter(
    username: str | None, actions: Sequence[AuditAction], since: datetime | None, until: datetime | None
) -> AuditFilter:
    return AuditFilter(username or "", tuple(actions), since, until)


def _pages(wanted: AuditFilter, pages: int, *, admin_id: int) -> tuple[list[AuditRow], tuple[datetime, int] | None]:
    rows: list[AuditRow] = []
    before: tuple[datetime, int] | None = None
    for _ in range(pages):
        page = get_services().audit.page(wanted, admin_id=admin_id, before=before)
        rows += page.rows
        before = page.before
        if before is None:
            break
    return rows, before


def _row(row: AuditRow, now: datetime) -> None:
    at = local_time(row.at, now.tzinfo)
    facts = [row.who or _NOBODY, f"{at.day} {at:%b %Y, %H:%M}"]
    if row.address:
        facts.append(f"from {row.address}")
    small = " · ".join(map(escape_label, facts))
    with st.container(key=f"people_line_audit_{row.id}", border=True):
        st.markdown(f"{escape_label(told(row))}  \n:small[{small}]")
