"""One trip on its own page: what it is, how far it is, its brief, and what can be done with it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from components.dialogs import open_dialog
from components.labels import ACCESS, counted, escape_label
from components.problems import draw_problem, telling
from components.resources import get_services
from components.state import DECK_PAGE, reads_only, show_page
from components.still import watch_access
from components.trips.places import close_trip, is_shown, known_key, open_form
from components.trips.words import (
    brief_fields,
    language_name,
    private_fields,
    status_badge,
    status_name,
    when_words,
)
from services.errors import NotFoundError
from services.trips.records import Trip, TripAccess
from travel.brief import Question, placed_questions
from travel.status import TripStatus

_COPY, _ARCHIVE, _UNARCHIVE, _LEAVE, _DELETE = (
    ":material/content_copy: Copy",
    ":material/archive: Archive",
    ":material/unarchive: Bring back",
    ":material/logout: Leave",
    ":material/delete: Delete",
)


def watch_trip(trip: Trip, *, user_id: int) -> None:
    """Run the page again as soon as a member is taken off, or may do more or less. Its owner always may."""
    if trip.access is not TripAccess.OWNER:
        watch_access(partial(_access_now, trip, user_id), drawn=trip.access, user_id=user_id)


def _access_now(trip: Trip, user_id: int) -> TripAccess:
    """Return what a member may do with a trip. Raises NotFoundError."""
    return get_services().trip_names.get(trip.id, user_id=user_id).access


def draw_header(trip: Trip, *, user_id: int) -> None:
    """Draw what a trip is and how far it is, with what can be done with it."""
    st.button("All trips", key="trips_back", icon=":material/arrow_back:", type="tertiary", on_click=close_trip)
    with st.container(key="trips_head", horizontal=True, vertical_alignment="center"):
        st.title(escape_label(trip.title), anchor=False, width="stretch")
        with st.container(key="trips_do", horizontal=True, width="content", gap="small"):
            if trip.access.may_change:
                st.button("Edit", key="trips_edit", icon=":material/edit:", on_click=open_form, args=(trip.id,))
            st.button(
                "Deck",
                key="trips_deck",
                icon=":material/slideshow:",
                help="Slides of this trip for its customer",
                on_click=show_page,
                args=(DECK_PAGE,),
                kwargs={"trip": str(trip.id)},
            )
            _menu(trip, user_id=user_id)
    told = [when_words(trip), *([_works(trip)] if trip.members > 1 else [])]
    with st.container(key="trips_where", horizontal=True, vertical_alignment="center", gap="small"):
        _status(trip, user_id=user_id)
        if trip.archived:
            st.badge("Archived", icon=":material/archive:", color="gray")
        st.markdown(f":small[{escape_label(' · '.join(filter(None, told)))}]", width="content")
    draw_problem("trips")


def _works(trip: Trip) -> str:
    return f"{ACCESS[trip.access]} · {counted(trip.members, 'member')}"


def _status(trip: Trip, *, user_id: int) -> None:
    if not trip.access.may_change:
        status_badge(trip.status)
        return
    key = f"trips_status_{trip.id}_{trip.rev}"
    st.selectbox(
        "Status",
        list(TripStatus),
        index=list(TripStatus).index(trip.status),
        format_func=status_name,
        key=key,
        label_visibility="collapsed",
        width=150,
        on_change=_set_status,
        args=(key, trip, user_id),
    )


def _set_status(key: str, trip: Trip, user_id: int) -> None:
    with telling("trips"):
        get_services().trips.change(trip.id, user_id=user_id, rev=trip.rev, status=st.session_state[key])


def _menu(trip: Trip, *, user_id: int) -> None:
    key = f"trips_menu_{trip.id}"
    st.menu_button(
        "More",
        [
            *([] if reads_only() else [_COPY]),
            _UNARCHIVE if trip.archived else _ARCHIVE,
            *_ways_out(trip, user_id=user_id),
        ],
        key=key,
        icon=":material/more_horiz:",
        help="What else can be done with this trip",
        on_click=_chosen,
        args=(key, trip, user_id),
    )


def _ways_out(trip: Trip, *, user_id: int) -> list[str]:
    if trip.access is TripAccess.OWNER:
        return [_DELETE]
    owns = reads_only() and get_services().trip_members.list(trip.id, user_id=user_id)[0].user_id == user_id
    return [] if owns else [_LEAVE]


def _chosen(key: str, trip: Trip, user_id: int) -> None:
    choice = st.session_state[key]
    if choice == _COPY:
        open_dialog("trip_copy", trip_id=trip.id)
    elif choice == _DELETE:
        open_dialog("trip_delete", trip_id=trip.id)
    elif choice == _LEAVE:
        open_dialog("trip_leave", trip_id=trip.id, title=trip.title)
    else:
        with telling("trips"):
            archived = choice == _ARCHIVE
            get_services().trips.set_archived([trip.id], archived, user_id=user_id)
            did = "Archived" if archived else "Brought back"
            st.session_state.session_news = f"{did} “{escape_label(trip.title)}”."


def draw_brief(trip: Trip, *, user_id: int) -> None:
    """Draw what is known of a trip, and what is still to be asked."""
    st.header("Brief", anchor=False)
    with st.container(key="trips_brief", gap=None):
        notes = "" if trip.customer_id is None else _customer(trip.customer_id, user_id=user_id)
        for field, label, text in brief_fields(trip.brief):
            _row(field, label, text)
    _private([*([("customer_notes", "About them", notes)] if notes else []), *private_fields(trip.brief)])
    questions = placed_questions(trip.brief)
    if questions:
        with st.container(key="trips_questions", border=True, gap=None):
            st.markdown("**Still open**")
            for place, one in questions:
                _question(trip, one, place)


def _private(rows: Sequence[tuple[str, str, str]]) -> None:
    """Draw what the team alone may know, apart from what a review shows; an empty place where there is nothing."""
    if not rows:
        st.empty()
        return
    with st.container(key="trips_private", border=True, gap=None):
        st.markdown(
            ":material/lock: **Only for the team** :small[Private: never told to the assistant, never in a review.]"
        )
        for field, label, text in rows:
            _row(field, label, text)


def _question(trip: Trip, question: Question, place: str) -> None:
    """Draw what is not known yet: for whoever may change the trip, the way to where it is written."""
    key = known_key(place)
    text = _led_to(escape_label(question.text), key)
    with st.container(key=key):
        if not trip.access.may_change:
            st.markdown(f"- {text}")
            return
        st.button(
            text,
            key=f"trips_answer_{question.name}",
            icon=":material/edit:",
            type="tertiary",
            on_click=open_form,
            args=(trip.id, "ages" if question.field == "travellers" and trip.brief.travellers else question.field),
        )


def _row(field: str, label: str, text: str) -> None:
    """Draw one thing that is known: what it is called, and beside it what it is."""
    key = known_key(field)
    with st.container(key=key, horizontal=True, wrap=False, gap="small"):
        st.markdown(f":small[{_led_to(label, key) if is_shown(key) else f':gray[{label}]'}]", width=140)
        st.text(text, width="stretch")


def _led_to(label: str, key: str) -> str:
    """Return a label, marked where somebody was led to it."""
    return f":yellow-background[{label}]" if is_shown(key) else label


def _customer(customer_id: int, *, user_id: int) -> str:
    """Draw whom a trip is for; return what the team has noted about them."""
    try:
        customer = get_services().customers.get(customer_id, user_id=user_id)
        keeper = "" if customer.mine else get_services().customers.keeper(customer_id, user_id=user_id)
    except NotFoundError:  # deleted since the trip was read
        return ""
    known = [
        ("customer", "Customer", customer.name),
        ("contact", "Contact", customer.contact),
        ("language", "Language", language_name(customer.language) if customer.language else ""),
        ("keeper", "Kept by", f"{keeper}, who sees what the assistant remembers about them" if keeper else ""),
    ]
    for field, label, text in known:
        if text:
            _row(field, label, text)
    return customer.notes
