"""The way in: what a link opens, or why it opens nothing.

In `st.session_state`: `review_found` is the name of the link of this tab once it was found, `review_since` what its
browser had seen before the tab was opened, as `VisitService.look` takes it.
"""

import streamlit as st

from components.address import address
from components.labels import escape_label
from components.outage import draw_database_away
from components.problems import draw_problem, telling, unless_away
from components.resources import get_services, get_waker
from components.reviews.visitor import Visitor
from services.errors import InvalidInputError, NotFoundError, PasscodeNeededError, ServiceError, TooManyGuessesError
from services.reviews.doors import GONE
from services.reviews.links import link_name
from services.reviews.records import Visit
from services.reviews.texts import MAX_PASSCODE_CHARS

_TYPED = (  # how the keys begin of what is typed on the page
    *("review_typed_", "review_passage_", "review_before_", "review_name_", "review_answer_typed_", "review_edited_"),
    *("review_kind", "review_decision_name", "review_decision_note"),
)


def opened(token: str | None, key: str | None) -> tuple[Visitor, Visit]:
    """Return who looks and what the link shows, or say why it shows nothing, and end the page."""
    try:
        if token is None:
            raise NotFoundError(GONE)
        visitor = Visitor(token, key)
        with unless_away(_draw_away):
            visit = _look(visitor)
    except PasscodeNeededError as exc:
        get_waker().wait_no_more_here()
        _keep_typed()
        assert token is not None
        _draw_passcode_form(Visitor(token, key), exc.message)
        st.stop()
    except (NotFoundError, TooManyGuessesError) as exc:
        get_waker().wait_no_more_here()
        _draw_closed(exc)
        st.stop()
    return visitor, visit


def _look(visitor: Visitor) -> Visit:
    visits, state = get_services().visits, st.session_state
    name = link_name(visitor.token)
    if state.get("review_found") != name:
        visits.find(visitor.token, visitor.key, address=address())
        state.review_found = name
    woken = state.pop("review_woken", False)
    visit = visits.look(visitor.token, visitor.key, since=state.get("review_since"), alone=woken)
    if visitor.key and "review_since" not in state:
        came_new = not visit.seen_version  # what comes while they look is new for them, too
        now = visit.version.number, visit.latest_comment_id
        state.review_since = now if came_new else (visit.seen_version, visit.seen_comment_id)
    return visit


def _draw_away() -> None:
    _keep_typed()
    draw_database_away()
    st.stop()


def _keep_typed() -> None:
    """Keep what is in boxes that are not drawn now: Streamlit would forget it."""
    for key in st.session_state:
        if str(key).startswith(_TYPED):
            st.session_state[key] = st.session_state[key]


def _draw_closed(error: ServiceError) -> None:
    with st.container(key="review_closed"):
        st.title("Nothing to see here", anchor=False)
        st.markdown(escape_label(error.message))


def _draw_passcode_form(visitor: Visitor, hint: str) -> None:
    with st.container(key="review_closed"):
        st.title("Enter the passcode", anchor=False)
        st.markdown(escape_label(hint))
        draw_problem("review_passcode")
        if visitor.key is None:  # what is sent before the browser is known would be lost
            return
        with st.form("review_passcode", border=True):
            st.text_input(
                "Passcode",
                key="review_passcode_typed",
                type="password",
                max_chars=MAX_PASSCODE_CHARS,
                autocomplete="off",
            )
            st.form_submit_button(
                "Open",
                key="review_passcode_open",
                type="primary",
                icon=":material/lock_open:",
                on_click=_unlock,
                args=(visitor,),
            )


def _unlock(visitor: Visitor) -> None:
    typed = st.session_state.review_passcode_typed
    with telling("review_passcode", task="open this", advice="Please try again in a moment."):
        if not typed:
            raise InvalidInputError("Type the passcode first.")
        if visitor.key:
            get_services().visits.unlock(visitor.token, visitor.key, typed, address=address())
