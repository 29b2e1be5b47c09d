"""Who works on a trip: the list, and what its owner does with it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from components.dialogs import close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import ACCESS, counted, escape_label
from components.problems import draw_problem, telling
from components.resources import get_services
from components.trips.places import close_trip
from services.accounts.records import User
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError
from services.trips.records import Member, Trip, TripAccess

_MAY = {one: ACCESS[one] for one in (TripAccess.EDIT, TripAccess.VIEW)}
_EDIT, _VIEW, _HAND_OVER, _REMOVE = (
    f":material/edit: {ACCESS[TripAccess.EDIT]}",
    f":material/visibility: {ACCESS[TripAccess.VIEW]}",
    ":material/key: Make them the owner",
    ":material/person_remove: Remove",
)


def draw_members(trip: Trip, *, user_id: int) -> Sequence[Member]:
    """Draw who works on a trip, its owner first; the owner adds and removes others. Return them."""
    st.header("Members", anchor=False)
    with st.container(key="trips_members", gap="xsmall"):
        members = get_services().trip_members.list(trip.id, user_id=user_id)
        for member in members:
            _row(trip, member, user_id=user_id)
    draw_problem("trip_members")
    if trip.access is TripAccess.OWNER:
        _add_form(trip, user_id=user_id)
    return members


def _row(trip: Trip, member: Member, *, user_id: int) -> None:
    with st.container(
        key=f"trips_line_member_{member.user_id}",
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        gap="small",
        border=True,
    ):
        you = " (you)" if member.user_id == user_id else ""
        name, username = escape_label(member.name), escape_label(member.username)
        st.markdown(f"**{name}**{you}  \n:small[@{username} · {ACCESS[member.access]}]", width="stretch")
        if trip.access is TripAccess.OWNER and member.user_id != user_id:
            key = f"trips_member_menu_{member.user_id}"
            st.menu_button(
                f"More for {name}",
                [_VIEW if member.access is TripAccess.EDIT else _EDIT, _HAND_OVER, _REMOVE],
                key=key,
                icon=":material/more_horiz:",
                type="tertiary",
                on_click=_chosen,
                args=(key, trip, member, user_id),
            )


def _chosen(key: str, trip: Trip, member: Member, user_id: int) -> None:
    choice = st.session_state[key]
    about: dict[str, Any] = {"trip_id": trip.id, "member_id": member.user_id, "name": member.name}
    if choice == _HAND_OVER:
        open_dialog("trip_hand_over", **about)
    elif choice == _REMOVE:
        open_dialog("trip_member_remove", **about)
    else:
        access, members = TripAccess.EDIT if choice == _EDIT else TripAccess.VIEW, get_services().trip_members
        with telling("trip_members"):
            links = members.count_links(trip.id, member.user_id, user_id=user_id)
            members.change(trip.id, member.user_id, user_id=user_id, access=access)
            if links and access is TripAccess.VIEW:
                told = f"{escape_label(member.name)} can only view this trip now."
                st.session_state.session_news = f"{told} Their {counted(links, 'review link')} ended."


def _add_form(trip: Trip, *, user_id: int) -> None:
    with st.form("trips_add_member", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            username = st.text_input(
                "Add a colleague",
                key=f"trips_add_username_{trip.members}",  # another box, an empty one, when one was added
                placeholder="Their username",
                autocomplete="off",
            )
            access = st.selectbox(
                "They",
                list(_MAY),
                format_func=_MAY.__getitem__,
                key="trips_add_access",
                width=130,
            )
            added = st.form_submit_button("Add", key="trips_add_go")
        st.caption("They will see all sessions of this trip, with everything that was said there so far.")
        wrong = st.empty()
    if added:
        with wrong, telling():
            try:
                members = get_services().trip_members.add(trip.id, username or "", user_id=user_id, access=access)
            except InvalidFieldsError as exc:
                wrong.markdown(f":red[:material/error: :small[{escape_label(exc.message)}]]")
            else:
                st.session_state.session_news = f"{escape_label(members[-1].name)} works on this trip now."
                st.rerun()


def _asked(question: str, text: str, label: str, *, name: str, key: str, icon: str, does: Callable[[], Any]) -> None:
    @st.dialog(question, icon=icon, on_dismiss=close_dialog)
    def ask() -> None:
        st.markdown(f"**{escape_label(name)}**")
        st.markdown(text)
        if confirmed(label, key=key, icon=icon):
            with telling():
                does()
                leave_dialog()

    ask()


def _links(trip_id: int, member_id: int, *, user_id: int) -> str:
    """Return that a member's links end, and how many; empty where there are none."""
    with suppress(NotFoundError, NotPossibleError):  # whoever confirms is told
        if number := get_services().trip_members.count_links(trip_id, member_id, user_id=user_id):
            return f"{counted(number, 'review link')} {'ends' if number == 1 else 'end'}."
    return ""


def remove_member_dialog(trip_id: int, member_id: int, name: str, *, user: User) -> None:
    """Ask whether a member is to work on a trip no more."""
    links = _links(trip_id, member_id, user_id=user.id)

    def remove() -> None:
        get_services().trip_members.remove(trip_id, member_id, user_id=user.id)
        st.session_state.session_news = f"{escape_label(name)} no longer works on this trip."

    _asked(
        "Remove this member?",
        "They no longer see the trip and its sessions, from this moment on. Sessions that they started in it stay."
        + (f" Their {links} You find what has ended in Reviews, and can share it again there." if links else ""),
        "Remove",
        name=name,
        key="trip_member_remove",
        icon=":material/person_remove:",
        does=remove,
    )


def hand_over_dialog(trip_id: int, member_id: int, name: str, *, user: User) -> None:
    """Ask whether a member is to be the owner of a trip; who keeps its customer stays told of them."""

    def hand_over() -> None:
        get_services().trip_members.hand_over(trip_id, member_id, user_id=user.id)
        st.session_state.session_news = f"{escape_label(name)} owns this trip now."

    _asked(
        "Hand over this trip?",
        "They become its owner, who alone adds and removes members and deletes the trip. You can still edit it."
        + _customer_stays(trip_id, user_id=user.id),
        "Hand over",
        name=name,
        key="trip_hand_over",
        icon=":material/key:",
        does=hand_over,
    )


def _customer_stays(trip_id: int, *, user_id: int) -> str:
    """Return, as Markdown, with whom the customer of a trip that is handed over stays; empty: there is none."""
    services = get_services()
    with suppress(NotFoundError):  # whoever confirms is told
        customer_id = services.trips.get(trip_id, user_id=user_id).customer_id
        if customer_id is not None:
            customer = services.customers.get(customer_id, user_id=user_id)
            keeper = escape_label(services.customers.keeper(customer_id, user_id=user_id))
            who = "you: you keep seeing" if customer.mine else f"{keeper}, who keeps seeing"
            told = "what the assistant remembers about it, also from what is said in this trip afterwards."
            return f" The customer {escape_label(customer.name)} stays with {who} {told}"
    return ""


def leave_dialog_of(trip_id: int, title: str, *, user: User) -> None:
    """Ask whether somebody wants to work on a trip no more."""
    links = _links(trip_id, user.id, user_id=user.id)

    def leave() -> None:
        get_services().trip_members.leave(trip_id, user_id=user.id)
        st.session_state.session_news = f"You have left “{escape_label(title)}”."
        close_trip()

    _asked(
        "Leave this trip?",
        "You will no longer see it or its sessions. Sessions that you started in it stay, and will be its owner's."
        + (f" Your {links}" if links else ""),
        "Leave",
        name=title,
        key="trip_leave",
        icon=":material/logout:",
        does=leave,
    )
