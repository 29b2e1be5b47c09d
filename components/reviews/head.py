"""The top of a page that a link opens: what it is, from whom, for whom, and what is asked for."""

from datetime import datetime, time

import streamlit as st

from components.labels import escape_label, local_time, planner_zone
from components.reviews.link_form import last_day_of
from components.reviews.places import go_to
from components.reviews.words import STATES, day, instant, with_approvals
from services.reviews.records import ReviewMay, ReviewState, Visit

DECISION = "review_decision"  # the place where one decides


def draw_head(visit: Visit) -> None:
    """Draw the title, the facts below it and the planner's note."""
    settings = visit.settings
    st.title(escape_label(visit.snapshot.title), anchor=False)
    st.markdown(
        f"**{escape_label(visit.planner)}** shares this with **{escape_label(settings.audience)}** · "
        f"version of {escape_label(instant(visit.version.created_at))}"
    )
    if settings.may is not ReviewMay.LOOK:
        name, colour, icon = STATES[visit.state]
        state = with_approvals(_state(visit) or name, visit.approved, settings)
        st.badge(state, icon=icon, color=colour)  # type: ignore[arg-type]
    else:
        st.empty()
    if settings.note:
        with st.container(key="review_note", border=True, gap="xsmall"):
            st.caption(f":material/sticky_note_2: A note from {escape_label(visit.planner)}")
            st.text(settings.note)
    if facts := _facts(visit):
        st.markdown("\n".join(f"- {fact}" for fact in facts))
    if settings.may is not ReviewMay.LOOK:
        st.caption("Select words to comment on them.")
    if settings.may is ReviewMay.DECIDE and not _has_decided(visit):
        st.button(
            "Go to your decision",
            key="review_go_decision",
            type="primary",
            icon=":material/how_to_vote:",
            on_click=go_to,
            args=(DECISION,),
        )
    else:
        st.empty()


def _state(visit: Visit) -> str | None:
    """Return where a link stands for those who open it, None where that is what its planner reads."""
    if visit.state is ReviewState.OUTDATED:
        return "Changed since the last decision"
    if visit.state is not ReviewState.OPEN:
        return None
    return "Open for comments" if visit.settings.may is ReviewMay.COMMENT else "Open for a decision"


def _facts(visit: Visit) -> list[str]:
    settings, facts = visit.settings, []
    if settings.due_on and settings.may is not ReviewMay.LOOK:
        facts.append(f"Please answer by **{escape_label(day(settings.due_on))}**")
    if settings.ends_at:
        facts.append(f"Open until {escape_label(_end(settings.ends_at))}")
    return facts


def _end(ends_at: datetime) -> str:
    """Return the end of a day as such, or the instant where the reader's day ends at another time."""
    at_midnight = local_time(ends_at, planner_zone()).time() == time()
    last_day = last_day_of(ends_at) if at_midnight else None
    return f"the end of {day(last_day)}" if last_day else instant(ends_at)


def _has_decided(visit: Visit) -> bool:
    return visit.my_decision is not None and not visit.my_decision.outdated
