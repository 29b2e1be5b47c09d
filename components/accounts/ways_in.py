"""Ways to sign in with a company: at the door, and those that somebody who is in joins or removes.

In `st.session_state`: `join_told` is True once this tab has told what came of somebody's way to a company.
"""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from components.accounts import company
from components.accounts.identity import current_user, signed_in_at, stay_signed_in
from components.dialogs import Dialogs, close_dialog, leave_dialog, open_dialog
from components.labels import escape_label, planner_zone
from components.problems import draw_problem, telling
from components.resources import get_services
from components.state import SETTINGS_PAGE
from services.accounts.identities import IdentityInfo
from services.accounts.records import User
from services.errors import NotFoundError
from settings import ROOT, Company


def company_buttons(*, alone: bool) -> None:
    """Draw a button for each company at the door, and why the last one let nobody in; *alone*: there is no form."""
    if not company.companies():
        return
    if problem := st.session_state.get("company_problem"):
        st.error(escape_label(problem), icon=":material/error:")
        if company.answer() is not None:
            st.button("Use another account", key="sign_in_other", width="stretch", on_click=company.forget)
    draw_problem("company")
    for one in company.companies():
        st.button(
            f"Continue with {escape_label(one.label)}",
            key=f"sign_in_company_{one.name}",
            type="primary" if alone else "secondary",
            width="stretch",
            on_click=_leave,
            args=(one,),
        )


def ways_in(user: User, identities: Sequence[IdentityInfo], *, has_password: bool) -> None:
    """Draw the ways in which a user signs in, and the companies that they may join."""
    if has_password:
        with st.container(border=True):
            st.markdown("**Password**")
    for identity in identities:
        _identity(identity, only=len(identities) == 1 and not has_password)
    draw_problem("ways_in")
    joined = {company.company_label(identity.issuer) for identity in identities}
    with st.container(horizontal=True):
        for one in company.companies():
            label = escape_label(one.label)
            st.button(
                f"Join another account at {label}" if one.label in joined else f"Join {label}",
                key=f"ways_in_join_{one.name}",
                icon=":material/add_link:",
                on_click=_start_joining,
                args=(one, has_password),
            )
    if company.companies():
        st.markdown(
            ":small[Join a company and you can sign in here with it, too. You are led there to sign in, and asked "
            "before anything is joined.]"
        )


def stay_buttons() -> None:
    """Draw the companies by which a guest, who is here, becomes a planner."""
    draw_problem("ways_in")
    for one in company.companies():
        st.button(
            f"Continue with {escape_label(one.label)}",
            key=f"stay_company_{one.name}",
            width="stretch",
            on_click=_start_joining,
            args=(one, False),
        )


def offer_to_join(user: User) -> None:
    """Ask whoever comes back from a company that they wanted to join, or tell that nothing came of it."""
    if st.session_state.get("join_told") or not company.companies():
        return
    st.session_state.join_told = True
    departure = company.came_back()
    if departure is None or departure.joining != user.id or departure.told:
        return
    company.tell_once()
    if company.is_new(departure):
        open_dialog("join_company", name=departure.company)
    else:
        label = escape_label(company.capital(company.company_name(departure.company)))
        st.toast(f"{label} did not sign you in, so nothing is joined.", icon=":material/link_off:")


def go_on(pages: Sequence[StreamlitPage]) -> None:
    """Open the page that somebody had come for before they left for a company."""
    if came_for := st.session_state.pop("company_page", None):
        page = next((one for one in pages if one.url_path == came_for["page"]), None)
        if page is not None and came_for["page"]:
            st.switch_page(page, query_params=came_for["query"])


def _leave(chosen: Company) -> None:
    st.session_state.pop("company_problem", None)
    with telling("company"):
        company.check(chosen)
        company.leave_for(chosen.name)


def _identity(one: IdentityInfo, *, only: bool) -> None:
    label, day = company.company_label(one.issuer), one.created_at.astimezone(planner_zone())
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"way_in_{one.id}"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{escape_label(company.capital(label))}**")
            facts = [escape_label(one.email)] if one.email else []
            st.markdown(f":small[{' · '.join([*facts, f'since {day.day} {day:%b %Y}'])}]")
        st.button(
            "Remove",
            key=f"way_in_remove_{one.id}",
            icon=":material/link_off:",
            disabled=only,
            help="The only way in which you can sign in." if only else None,
            on_click=open_dialog,
            args=("remove_way_in",),
            kwargs={"identity_id": one.id, "label": label},
        )


def _start_joining(chosen: Company, has_password: bool) -> None:
    with telling("ways_in"):
        user = current_user()
        if user is None:
            return
        company.check(chosen)
        if not (has_password or user.is_guest):  # who has one is asked when they are back
            get_services().sign_ins.confirm(user.id, password="", signed_in_at=signed_in_at())
        stay_signed_in(user, signed_in_at())
        st.session_state.company_due = chosen.name


@st.dialog("Join this way to sign in?", icon=":material/add_link:", on_dismiss=close_dialog)
def _ask_before_join(name: str, *, user: User) -> None:
    with telling():
        said = company.said()
        label = escape_label(company.capital(company.company_name(name)))
        who = " · ".join(escape_label(one) for one in (said.name, said.email) if one) or "somebody without a name"
        st.markdown(f"{label} says that you are **{who}**.")
        st.markdown("Whoever signs in there as that person comes in here as you.")
        if (password := _confirmed("Join", user, key="join")) is not None:
            with telling():
                _confirm(user, password)
                if stayed := get_services().identities.join(user.id, said):
                    stay_signed_in(stayed.user, stayed.at)
                st.session_state.account_done = f"{label} is joined: you can sign in with it from now on."
                close_dialog()
                st.switch_page(SETTINGS_PAGE)


@st.dialog("Remove this way to sign in?", icon=":material/link_off:", on_dismiss=close_dialog)
def _ask_before_remove(identity_id: int, label: str, *, user: User) -> None:
    st.markdown(f"**{escape_label(company.capital(label))}**")
    st.markdown("You can no longer sign in with it. You stay signed in here, and can join it again.")
    st.html(ROOT / "static" / "dialogs.css")  # what removes is red
    if (password := _confirmed("Remove", user, key="remove_way_in_confirm")) is not None:
        with telling():
            _confirm(user, password)
            with suppress(NotFoundError):  # it was removed in another tab
                get_services().identities.remove(identity_id, user_id=user.id)
            stay_signed_in(user, signed_in_at())
            leave_dialog()


def _confirmed(label: str, user: User, *, key: str) -> str | None:
    """Draw the buttons below a question, and a field for the password of who has one.

    Return what stands in it, once the answer is *label*; empty for those who have none.
    """
    with st.form(f"{key}_form", border=False):
        password = ""
        if get_services().accounts.has_password(user.id):
            password = st.text_input(
                "Your password",
                key=f"{key}_password",
                type="password",
                autocomplete="current-password",
                max_chars=200,
            )
        with st.container(horizontal=True, horizontal_alignment="right"):
            said_yes = st.form_submit_button(label, key=key, type="primary")
            if st.form_submit_button("Cancel", key=f"{key}_cancel"):
                leave_dialog()
    return password if said_yes else None


def _confirm(user: User, password: str) -> None:
    """Check the password of who has one; the others were asked for a new sign-in before they left."""
    if get_services().accounts.has_password(user.id):
        get_services().sign_ins.confirm(user.id, password=password, signed_in_at=signed_in_at())


WAYS_IN_DIALOGS: Dialogs = {"join_company": _ask_before_join, "remove_way_in": _ask_before_remove}
