"""What the assistant proposes a trip to be: a card below its reply, of which a planner takes what is right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from components.labels import escape_label
from components.problems import draw_problem, telling, unless_away
from components.resources import get_services
from components.state import TRIPS_PAGE
from components.trips.places import trip_address
from components.trips.whom import named_customer, whom_field
from components.trips.words import brief_rows
from services.errors import NotFoundError, NotPossibleError
from services.parts import Part
from services.sessions.records import MessageView, SessionSummary
from services.trips.changing import checked_title
from services.trips.proposals import Proposal, proposal_in
from services.trips.records import Trip
from travel import limits
from travel.brief import FIELDS, Brief, Question, brief_values, known_brief
from travel.types import unique

_FOR_ANOTHER = "Proposed for another customer's trip. Ask again for a proposal for this one."
_DATES = ("start", "end", "months")  # one of them without the others may be none
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "when" if name == "start" else name: _DATES if name == "start" else (name,)
    for name in FIELDS
    if name not in ("end", "months")
}


@dataclass(frozen=True, slots=True)
class _Offer:
    """A field that is proposed, in words; *before* is what stands in the brief now, and *loses* some of it."""

    group: str
    label: str
    before: str
    after: str
    loses: bool


def last_proposal_id(messages: Sequence[MessageView]) -> int | None:
    """Return the id of the last of these messages that proposes a brief: of earlier ones nothing is offered."""
    return next((one.id for one in reversed(messages) if proposes(one.parts)), None)


def proposes(parts: Sequence[Part]) -> bool:
    """Return whether a reply proposes a brief."""
    return proposal_in(parts) is not None


def proposal_card(message: MessageView, session: SessionSummary, *, user_id: int) -> None:
    """Draw what a reply proposes, if it does: as a trip to be made of its session, or for the trip that it is in."""
    proposal = proposal_in(message.parts)
    if proposal is None:
        return
    with st.container(key=f"chat_proposal_{message.id}", border=True, gap="small"):
        if message.for_another:
            st.caption(_FOR_ANOTHER)
            return
        if session.trip_id is None:
            if session.user_id == user_id:
                _draw_new(proposal, message.id, session.id, user_id=user_id)
            else:
                st.caption("Only who has started this session can make a trip of it.")
            return
        with unless_away():
            try:
                trip = get_services().trips.get(session.trip_id, user_id=user_id)
            except NotFoundError:  # it is just being left, or deleted
                return
            _draw_differences(proposal, trip, message.id, user_id=user_id)


# A new trip


def _draw_new(proposal: Proposal, message_id: int, session_id: int, *, user_id: int) -> None:
    key = f"chat_proposal_{message_id}"
    st.markdown("**:material/luggage: Make this a trip**")
    st.text_input("Title", value=proposal.title, max_chars=limits.MAX_TITLE_CHARS, key=f"{key}_title")
    if whom_field(key=key, user_id=user_id):
        st.checkbox(
            "Their assistant may know what was said here so far",
            value=True,
            key=f"{key}_carry",
            help="Each customer has an assistant of their own, which remembers what it hears about them.",
        )
    proposal = _with_questions(proposal, Brief())
    offers = _offers(Brief(), proposal.brief)
    _draw_offers(offers, message_id)
    _draw_questions([one for one in proposal.questions if one.text not in proposal.brief.questions])
    draw_problem(f"proposal_{message_id}")
    st.button(
        "Create trip",
        key=f"{key}_create",
        type="primary",
        icon=":material/luggage:",
        on_click=_create,
        args=(proposal, offers, message_id, session_id, user_id),
    )


def _create(proposal: Proposal, offers: Sequence[_Offer], message_id: int, session_id: int, user_id: int) -> None:
    """Make the trip of what is ticked, and move the session into it. A callback.

    What was chosen is read here: the button may have been drawn before it was.
    """
    key, state = f"chat_proposal_{message_id}", st.session_state
    carry = bool(state.get(f"{key}_carry"))
    with telling(f"proposal_{message_id}"):
        brief, title = _ticked(proposal.brief, offers, message_id), checked_title(state[f"{key}_title"] or "")
        customer = named_customer(key=key)
        _check_is_for_this(message_id, user_id)
        trip, new = get_services().trip_sessions.make_trip(
            session_id, title, user_id=user_id, customer=customer, brief=brief, carry=carry
        )
        did = f"Created the trip “{escape_label(trip.title)}”. This session is in it."
        state.session_news = did if new else f"This session is in the trip “{escape_label(trip.title)}”."


# A trip that there is


def _draw_differences(proposal: Proposal, trip: Trip, message_id: int, *, user_id: int) -> None:
    proposal = _with_questions(proposal, trip.brief)
    offers = _offers(trip.brief, _merged(trip.brief, proposal.brief))
    with st.container(horizontal=True, vertical_alignment="center"):
        name = "Update the trip's brief" if offers else "This session is in a trip"
        st.markdown(f"**:material/luggage: {name}**", width="stretch")
        st.page_link(
            TRIPS_PAGE,
            label=escape_label(trip.title),
            icon=":material/arrow_forward:",
            query_params=trip_address(trip.id),
        )
    if not offers:
        st.caption("Its brief says all that is proposed here.")
    elif not trip.access.may_change:
        st.caption("You can read this trip, but not change it.")
    else:
        _draw_offers(offers, message_id)
        st.button(
            "Update the brief",
            key=f"chat_proposal_{message_id}_update",
            type="primary",
            icon=":material/edit_note:",
            on_click=_update,
            args=(proposal, offers, message_id, trip.id, trip.rev, user_id),
        )
    draw_problem(f"proposal_{message_id}")


def _update(
    proposal: Proposal, offers: Sequence[_Offer], message_id: int, trip_id: int, rev: int, user_id: int
) -> None:
    """Write what is ticked into the trip's brief. A callback."""
    with telling(f"proposal_{message_id}"):
        brief = _ticked(proposal.brief, offers, message_id)
        if brief:
            _check_is_for_this(message_id, user_id)
            get_services().trips.change(trip_id, user_id=user_id, rev=rev, brief=brief)
            st.session_state.session_news = "Updated the trip's brief."


def _check_is_for_this(message_id: int, user_id: int) -> None:
    """Raise NotPossibleError where the session of a reply was moved to another customer since this was drawn."""
    if get_services().replies.get(message_id, user_id=user_id).for_another:
        raise NotPossibleError(_FOR_ANOTHER)


def _merged(before: Brief, proposed: Brief) -> Brief:
    """Return a brief with what is proposed in place of what it says of the same."""
    known = brief_values(proposed)
    wanted: dict[str, Any] = {}
    for fields in _GROUPS.values():
        if any(name in known for name in fields):
            wanted |= {name: known.get(name) for name in fields}
    return known_brief({**brief_values(before), **wanted})


# Both


def _with_questions(proposal: Proposal, before: Brief) -> Proposal:
    """Return a proposal with what it asks of its own as a part of its brief, beside what that asked before."""
    questions = unique((*before.questions, *proposal.own_questions))[: limits.MAX_QUESTIONS]
    return replace(proposal, brief=replace(proposal.brief, questions=questions))


def _offers(before: Brief, after: Brief) -> tuple[_Offer, ...]:
    """Return what differs between two briefs, field by field."""
    was, now = brief_values(before), brief_values(after)
    return tuple(
        _Offer(group, *_texts(fields, before, after), loses=bool(_entries(before, group) - _entries(after, group)))
        for group, fields in _GROUPS.items()
        if any(was.get(name) != now.get(name) for name in fields)
    )


def _texts(fields: Sequence[str], before: Brief, after: Brief) -> tuple[str, str, str]:
    """Return what fields are called, and in words what they were and are."""
    was, now = (dict(brief_rows(_only(brief, fields))) for brief in (before, after))
    label = next(iter(now or was), FIELDS[fields[0]])
    return label, ", ".join(was.values()), ", ".join(now.values())


def _entries(brief: Brief, group: str) -> set[str]:
    """Return what a brief lists in a group, for comparing; of dates only whether there are days."""
    texts: Mapping[str, Iterable[str]] = {
        "where": brief.where,
        "when": ["days"] if brief.start else [],
        "travellers": [text for one in brief.travellers for text in (one.label, *(need.text for need in one.needs))],
        "must": [one.text for one in brief.must],
        "avoid": [one.text for one in brief.avoid],
    }
    return {text.casefold() for text in texts.get(group, ())}


def _only(brief: Brief, fields: Sequence[str]) -> Brief:
    return replace(Brief(), **{name: getattr(brief, name) for name in fields})


def _draw_offers(offers: Sequence[_Offer], message_id: int) -> None:
    with st.container(key=f"chat_proposal_{message_id}_fields", gap="xsmall"):
        for one in offers:
            before = f"{escape_label(one.before)} → " if one.before else ""
            # Without any Markdown of ours: a screen reader says a checkbox's label as it is written.
            label = f"{one.label}: {before}{escape_label(one.after) or 'nothing'}"
            # A model may forget what the brief lists: only a person takes it out.
            st.checkbox(label, value=not one.loses, key=_key(one, message_id))


def _draw_questions(questions: Sequence[Question]) -> None:
    if questions:
        lines = [f"- :small[{escape_label(one.text)}]" for one in questions]
        st.markdown("\n".join([":small[**Still open**]\n", *lines]))


def _ticked(brief: Brief, offers: Sequence[_Offer], message_id: int) -> dict[str, Any]:
    """Return those fields of a brief that are ticked; None where another of the same kind takes its place."""
    known = brief_values(brief)
    groups = [one.group for one in offers if st.session_state.get(_key(one, message_id))]
    return {name: known.get(name) for group in groups for name in _GROUPS[group]}


def _key(offer: _Offer, message_id: int) -> str:
    return (
        f"chat_proposal_{message_id}_{'less_' if offer.loses else ''}{offer.group}"  # is not ticked when it begins to
    )
