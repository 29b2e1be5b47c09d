"""The list of people, for admins, and the menu of each.

In `st.session_state`: `people_pages` is how many pages of the list are asked for.
"""

from datetime import datetime
from typing import Any

import streamlit as st

from components.accounts.identity import current_user
from components.dialogs import open_dialog
from components.labels import escape_label, relative_time
from components.people.words import ROLES, how_they_sign_in
from components.problems import draw_problem, telling
from components.resources import get_services
from services.people.records import ADMIN, GUEST, PLANNER, VIEWER, PeopleFilter, Person

_KINDS: dict[str, dict[str, Any]] = {
    "Everybody": {},
    "Admins": {"role": ADMIN},
    "Planners": {"role": PLANNER},
    "Viewers": {"role": VIEWER},
    "Guests": {"role": GUEST},
    "Disabled": {"disabled": True},
}
_ROLE = ":material/badge: Change role"
_LIMITS = ":material/speed: Limits"
_RESET = ":material/lock_reset: Link for a new password"
_SIGN_OUT = ":material/logout: Sign out everywhere"
_DISABLE = ":material/block: Disable"
_ENABLE = ":material/check_circle: Enable"
_DELETE = ":material/delete_forever: Delete account"
_DIALOGS = {
    _ROLE: "person_role",
    _LIMITS: "person_limits",
    _RESET: "person_reset",
    _SIGN_OUT: "person_sign_out",
    _DISABLE: "person_disable",
    _DELETE: "person_delete",
}


def people_list(*, admin_id: int, now: datetime) -> None:
    """Draw the filters and the people that they let through."""
    with st.container(key="people_filters", horizontal=True, vertical_alignment="bottom", gap="small"):
        words = st.text_input(
            "Search", key="people_words", type="search", placeholder="Name, username or e-mail", width=260
        )
        kinds = [kind for kind in _KINDS if kind != "Guests" or get_services().settings.guests == "on"]
        kind = st.selectbox("Show", kinds, key="people_kind", width=150)
    wanted = PeopleFilter(words=words or "", **_KINDS[kind])
    pages = st.session_state.get("people_pages", 1)
    people, after = _pages(wanted, pages, admin_id=admin_id)
    draw_problem("person")
    with st.container(key="people_list", gap="xsmall"):
        for person in people:
            _row(person, me=person.id == admin_id, now=now)
    if not people:
        st.info("Nobody matches. Try other words, or show everybody.", icon=":material/person_search:")
    if after and st.button("Show more", key="people_more", icon=":material/expand_more:"):
        st.session_state.people_pages = pages + 1
        st.rerun()


def _pages(wanted: PeopleFilter, pages: int, *, admin_id: int) -> tuple[list[Person], str | None]:
    people: list[Person] = []
    after: str | None = None
    for _ in range(pages):
        page = get_services().people.page(wanted, admin_id=admin_id, after=after)
        people += page.people
        after = page.after
        if after is None:
            break
    return people, after


def _row(person: Person, *, me: bool, now: datetime) -> None:
    with st.container(
        key=f"people_line_{person.id}",
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        gap="small",
        border=True,
    ):
        st.markdown(
            f"**{escape_label(person.name)}**{' (you)' if me else ''}  \n:small[{_facts(person, now)}]",
            width="stretch",
        )
        if person.disabled:
            st.badge("Disabled", color="red")
        else:
            st.badge(ROLES[person.role], color="green" if person.role == ADMIN else "gray")
        st.menu_button(
            f"More for {escape_label(person.name)}",
            _choices(person, me=me),
            key=f"people_menu_{person.id}",
            icon=":material/more_horiz:",
            type="tertiary",
            on_click=_chosen,
            args=(person.id, person.name),
        )


def _facts(person: Person, now: datetime) -> str:
    seen = f"Seen {relative_time(person.last_seen_at, now=now)}" if person.last_seen_at else "Never seen"
    passwords = get_services().resets.possible
    facts = [f"@{person.username}", person.email, how_they_sign_in(person, passwords=passwords), seen]
    return " · ".join(escape_label(fact) for fact in facts if fact)


def _choices(person: Person, *, me: bool) -> list[str]:
    if person.disabled:
        return [_ENABLE, _DELETE]
    if person.role == GUEST:  # who has nothing to come in with again
        return [_LIMITS, _DISABLE, _DELETE]
    choices = [_ROLE, _LIMITS, *([_RESET] if get_services().resets.possible else []), _SIGN_OUT]
    return choices if me else [*choices, _DISABLE, _DELETE]


def _chosen(user_id: int, name: str) -> None:
    choice = st.session_state[f"people_menu_{user_id}"]
    if choice in _DIALOGS:
        open_dialog(_DIALOGS[choice], user_id=user_id, name=name)
    elif choice == _ENABLE:
        with telling("person"):
            if admin := current_user():
                get_services().people.enable(user_id, admin_id=admin.id)
                st.session_state.session_news = f"{escape_label(name)} can sign in again."
