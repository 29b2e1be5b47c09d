"""That a session ends soon because nobody has used it for long, wherever it is shown."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from components.labels import local_time, planner_zone
from components.resources import get_services
from services.sessions.records import SessionSummary


def endings(sessions: Sequence[SessionSummary], *, user_id: int) -> dict[int, datetime]:
    """Return when those of these sessions end that end soon, by id."""
    return get_services().retention.ends(sessions, user_id=user_id)


def ends_on(at: datetime) -> str:
    """Return on which day something ends, in the planner's zone: "Ends on 3 May"."""
    local = local_time(at, planner_zone())
    return f"Ends on {local.day} {local:%B}"


def ending_line(session: SessionSummary | None, *, user_id: int) -> None:
    """Say above a conversation that it ends soon, and what keeps it; nothing leaves its place empty."""
    at = endings([session], user_id=user_id).get(session.id) if session else None
    if at is None or session is None:
        st.empty()
        return
    keep = "Write in it or pin it to keep it." if session.may_write else "Pin it to keep it."
    st.warning(
        f"{ends_on(at)}, with its messages and files, as nobody has used it for long. {keep}",
        icon=":material/auto_delete:",
    )
