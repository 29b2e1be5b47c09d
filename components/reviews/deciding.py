"""The end of a page that a link opens: one's decision, those of others, and files.

A choice belongs to the version that it was made for: the box of another version is another one, and empty.

In `st.session_state`: `review_deciding` is True while one decides again, `review_form_version` the number of the
version that the form was first drawn for, while it is drawn, `review_decisions` how many of all decisions are to be
shown.
"""

import streamlit as st

from components.address import address
from components.labels import escape_label
from components.problems import draw_problem, telling
from components.resources import get_services
from components.reviews.changed import go_to_changes
from components.reviews.files import receipt_buttons
from components.reviews.head import DECISION
from components.reviews.visitor import Visitor, name_input, remember_name, typed_name
from components.reviews.words import DECISIONS, how_many, instant, short_hash
from components.sending import sent_once, times_sent
from services.errors import InvalidInputError
from services.reviews.records import Decision, DecisionKind, ReviewMay, Version, Visit
from services.reviews.texts import MAX_NOTE_CHARS

_CHOICES = {
    DecisionKind.APPROVE: ("Approve", "It is right as it is."),
    DecisionKind.APPROVE_WITH_NOTES: ("Approve with notes", "It is right, and you have something to add."),
    DecisionKind.ASK_FOR_CHANGES: ("Ask for changes", "Something has to be different first."),
    DecisionKind.DECLINE: ("Decline", "You do not want this."),
}
_LISTED = 10  # decisions at a time


def draw_decision(visitor: Visitor, visit: Visit) -> None:
    """Draw one's decision and what the others decided; nothing where there is nothing to decide."""
    if visit.settings.may is not ReviewMay.DECIDE:
        return
    mine = visit.my_decision
    with st.container(key=DECISION, gap="small"):
        st.header("Your decision", anchor=False)
        if mine and not mine.outdated and not st.session_state.get("review_deciding"):
            st.session_state.pop("review_form_version", None)
            _draw_mine(visitor, mine)
        else:
            if mine and mine.outdated:
                st.markdown(
                    f":material/history: {_said('You', mine)}. It was about an earlier version: please decide again."
                )
            with st.container(key="review_decision_place"):
                if visitor.key is not None:  # it is a heavy one, and nobody can use it before that
                    _draw_form(visitor, visit)
        if mine and mine.outdated:
            receipt_buttons(visitor)
        _draw_all(visit)


def _called(kind: DecisionKind) -> str:
    return _CHOICES[kind][0]


def _draw_mine(visitor: Visitor, mine: Decision) -> None:
    _, icon = DECISIONS[mine.kind]
    with st.container(key="review_mine", border=True, gap="xsmall"):
        st.markdown(f"{icon} **{_said('You', mine)}** as {escape_label(mine.name)}.")
        if mine.note:
            st.text(mine.note)
        st.markdown(f":small[For the version with the fingerprint {short_hash(mine.sha256)}.]")
        with st.container(horizontal=True):
            st.button("Decide again", key="review_again", icon=":material/edit:", on_click=_again)
            receipt_buttons(visitor)


def _draw_form(visitor: Visitor, visit: Visit) -> None:
    version = visit.version
    changed = _has_changed(version)
    mine = visit.my_decision
    kept_by = f"review_decision_form_{mine.id if mine else 0}"  # what is typed there, in a browser
    with st.container(key=kept_by), st.form("review_decision_form", border=True):
        st.markdown(f"You are deciding on exactly the version of **{escape_label(instant(version.created_at))}**.")
        with st.expander("Details", icon=":material/fingerprint:"):
            st.markdown(
                f":small[The fingerprint of this version begins with {short_hash(version.sha256)}. "
                "When the planner shows a newer version, your decision stays with this one.]"
            )
        st.radio(  # the callback reads it
            "Your decision",
            list(_CHOICES),
            key=_kind_key(version),
            index=None,
            format_func=_called,
            captions=[caption for _, caption in _CHOICES.values()],
        )
        name_input(visit.name, key="review_decision_name")
        st.text_area(
            "A note",
            key="review_decision_note",
            max_chars=MAX_NOTE_CHARS,
            height=100,
            placeholder="Needed to approve with notes, and to ask for changes",
        )
        with st.container(key="review_decision_changed"):  # where one is about to send it
            if changed:
                st.warning(
                    "This changed while you were deciding. Look at what changed, then choose again.",
                    icon=":material/history:",
                )
        draw_problem("review_decide")
        with st.container(horizontal=True):
            st.form_submit_button(
                "Send your decision",
                key="review_decide",
                type="primary",
                icon=":material/how_to_vote:",
                on_click=_decide,
                args=(visitor, version, times_sent("decision")),
            )
            if changed:
                st.form_submit_button(
                    "Look at what changed",
                    key="review_decision_changes",
                    icon=":material/difference:",
                    on_click=go_to_changes,
                )
            if st.session_state.get("review_deciding"):
                st.form_submit_button("Cancel", key="review_decide_cancel", on_click=_leave)


def _has_changed(version: Version) -> bool:
    """Whether a newer version came since the form was first drawn: what was chosen is not about that one."""
    return bool(st.session_state.setdefault("review_form_version", version.number) != version.number)


def _kind_key(version: Version) -> str:
    return f"review_kind_{version.number}"


def _draw_all(visit: Visit) -> None:
    if not visit.decisions:
        st.caption("Nobody has decided yet.")
        return
    shown = visit.decisions[::-1]
    st.header("All decisions", anchor=False)
    st.caption("Names are as people gave them; nobody has verified them.")
    wanted = st.session_state.get("review_decisions", _LISTED)
    for decision in shown[:wanted]:
        _draw_one(decision)
    if (more := len(shown) - wanted) > 0:
        st.caption(f"{how_many(more, 'earlier decision')}.")
        st.button("Show more", key="review_decisions_more", icon=":material/expand_more:", on_click=_show_more)


def _draw_one(decision: Decision) -> None:
    name, icon = DECISIONS[decision.kind]
    marks = [":gray-badge[About an earlier version]"] if decision.outdated else []
    marks += [":gray-badge[Decided again]"] if decision.replaced else []
    marks += [":blue-badge[By phone]"] if decision.by_phone else []
    with st.container(key=f"review_decision_{decision.id}", gap="xsmall"):
        when = f":small[:gray[{escape_label(instant(decision.at))}]]"
        st.markdown(" ".join([f"{icon} **{escape_label(decision.name)}:** {name}", *marks, when]))
        if decision.note:
            st.text(decision.note)


def _said(who: str, decision: Decision) -> str:
    name, _ = DECISIONS[decision.kind]
    return f"{who} {name[0].lower()}{name[1:]} on {escape_label(instant(decision.at))}"


def _show_more() -> None:
    st.session_state.review_decisions = st.session_state.get("review_decisions", _LISTED) + _LISTED


def _again() -> None:
    st.session_state.review_deciding = True


def _leave() -> None:
    st.session_state.pop("review_deciding", None)


def _decide(visitor: Visitor, version: Version, times: int) -> None:
    """Send the decision, about the version that it was chosen for."""
    state, advice = st.session_state, "What you typed is still there. Please try again in a moment."
    with telling("review_decide", advice=advice), sent_once("decision", times) as is_first:
        if not is_first:
            return
        name = typed_name("review_decision_name")
        kind = state.get(_kind_key(version))  # None where the browser still showed the version before
        if kind is None:
            raise InvalidInputError("Choose a decision: approve, ask for changes, or decline.")
        assert visitor.key is not None
        get_services().visits.decide(
            visitor.token,
            visitor.key,
            kind,
            name=name,
            note=state.review_decision_note,
            sha256=version.sha256,
            address=address(),
        )
        remember_name(name)
        _leave()
