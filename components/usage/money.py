"""Words about what replies cost."""

from components.labels import counted, escape_label
from services.sessions.records import SessionSummary
from services.usage.costs import usd
from services.usage.records import MonthUsage


def spent(micros: int, unpriced: int) -> str:
    """Return what replies and titles cost, as far as it is known; of *unpriced* it is not. Plain text."""
    if not unpriced:
        return usd(micros) if micros else "free"
    if not micros:
        return "price not known"
    return f"{usd(micros)}; the price of {counted(unpriced, 'reply', 'replies')} is not known"


def session_line(session: SessionSummary) -> str:
    """Return what a session has taken so far, as far as it is known, as Markdown."""
    if not session.total_tokens and not session.cost_micros:
        return "No reply of this session has cost anything yet."
    cost = spent(session.cost_micros, session.unpriced)
    return escape_label(f"This session so far: {counted(session.total_tokens, 'token')}, {cost}.")


def month_line(month: MonthUsage) -> str:
    """Return what a month has cost so far, beside its limit, as Markdown."""
    limit = f" The limit is {usd(month.limit_micros)}." if month.limit_micros is not None else ""
    begins = f"A new month begins on {month.renews_on.day} {month.renews_on:%B} (UTC)."
    cost = spent(month.spent_micros, month.unpriced) if month.spent_micros or month.unpriced else "nothing spent"
    return escape_label(f"This month so far: {cost}.{limit} {begins}")
