"""How much of a planner's monthly limit is used, above the box to write in, once it is nearly reached."""

import streamlit as st

from components.labels import escape_label
from components.problems import unless_away
from components.resources import get_services
from services.accounts.records import User
from services.usage.costs import usd
from services.usage.records import MonthUsage


def limit_notice(user: User) -> None:
    """Draw the line, or leave its place empty; no query where there is no limit."""
    costs = get_services().costs
    month = None
    if costs.limited(user):
        with unless_away():  # sending will say so
            month = costs.this_month(user.id)
    with st.bottom:
        if month is not None and month.near:
            st.markdown(f":small[:orange[:material/payments: {escape_label(_sentence(month))}]]")
        else:
            st.empty()


def _sentence(month: MonthUsage) -> str:
    begins = f"A new month begins on {month.renews_on.day} {month.renews_on:%B} (UTC)."
    used = f"{usd(month.spent_micros)} of your {usd(month.limit_micros or 0)} for this month is used."
    return f"{used} {'No more can be sent. ' if month.reached else ''}{begins}"
