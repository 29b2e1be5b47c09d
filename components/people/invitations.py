"""Invitations: links by which people make an account with a role, listed, made and revoked.

In `st.session_state`: `invitations_pages` is how many pages of the list are asked for.
"""

from datetime import datetime

import streamlit as st

from components.dialogs import close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import escape_label, local_time, relative_time
from components.people.links import address_of
from components.people.words import ROLES, ROLES_TOLD
from components.problems import telling
from components.resources import get_services
from services.accounts.records import User
from services.people.invitations import MAX_NOTE_CHARS
from services.people.records import PLANNER, Invitation, InvitationState

_STATES = {InvitationState.OPEN: "Open", InvitationState.USED: "Used", InvitationState.ENDED: "Ended"}
_DAYS = {"1 day": 1, "7 days": 7, "30 days": 30, "90 days": 90}


def invitation_list(*, admin_id: int, now: datetime) -> None:
    """Draw the invitations so far, and the button that makes another."""
    if not get_services().resets.possible:
        st.info("Nobody signs in with a password here, so nobody is invited by link.", icon=":material/link_off:")
        return
    pages = st.session_state.get("invitations_pages", 1)
    invitations, before = _pages(pages, admin_id=admin_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            "Whoever opens the link makes an account, also while sign-up is closed. It works once.", width="stretch"
        )
        st.button(
            "Invite",
            key="people_invite",
            type="primary",
            icon=":material/person_add:",
            on_click=open_dialog,
            args=("invite",),
        )
    with st.container(key="invitations_list", gap="xsmall"):
        for one in invitations:
            _row(one, now=now)
    if not invitations:
        st.info("No invitations yet. Invite somebody, and send them the link.", icon=":material/mail:")
    if before and st.button("Show more", key="invitations_more", icon=":material/expand_more:"):
        st.session_state.invitations_pages = pages + 1
        st.rerun()


def _pages(pages: int, *, admin_id: int) -> tuple[list[Invitation], int | None]:
    invitations: list[Invitation] = []
    before: int | None = None
    for _ in range(pages):
        page = get_services().invitations.page(admin_id=admin_id, before=before)
        invitations += page.invitations
        before = page.before
        if before is None:
            break
    return invitations, before


def _row(one: Invitation, *, now: datetime) -> None:
    with st.container(
        key=f"people_line_invitation_{one.id}",
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        gap="small",
        border=True,
    ):
        st.markdown(f"**{escape_label(one.note)}**  \n:small[{_facts(one, now)}]", width="stretch")
        st.badge(_STATES[one.state], color="green" if one.state is InvitationState.OPEN else "gray")
        if one.state is InvitationState.OPEN:
            st.button(
                "Revoke",
                key=f"invitation_revoke_{one.id}",
                icon=":material/link_off:",
                on_click=open_dialog,
                args=("invite_revoke",),
                kwargs={"invitation_id": one.id, "note": one.note},
            )


def _facts(one: Invitation, now: datetime) -> str:
    last = local_time(one.ends_at, now.tzinfo)
    facts = [ROLES[one.role], f"made {relative_time(one.created_at, now=now)}"]
    if one.made_by:
        facts.append(f"by @{one.made_by}")
    if one.state is InvitationState.USED:
        facts.append(f"used by @{one.used_by}")
    else:
        facts.append(f"until {last.day} {last:%b %Y, %H:%M}")
    return " · ".join(map(escape_label, facts))


@st.dialog("Invite somebody", icon=":material/person_add:", on_dismiss=close_dialog)
def invite_dialog(*, user: User) -> None:
    """Ask for whom a link is to be, and make it."""
    roles = list(ROLES_TOLD)
    with st.form("invite_form", border=False):
        note = st.text_input(
            "For whom", key="invite_note", max_chars=MAX_NOTE_CHARS, placeholder="Carol of Sales", autocomplete="off"
        )
        role = st.radio(
            "Role",
            roles,
            index=roles.index(PLANNER),
            format_func=ROLES.__getitem__,
            captions=list(ROLES_TOLD.values()),
            key="invite_role",
        )
        days = st.selectbox("Good for", list(_DAYS), index=1, key="invite_days")
        wrong = st.empty()
        made = st.form_submit_button("Make link", key="invite_make", type="primary", icon=":material/link:")
    if made:
        with wrong, telling():
            token = (
                get_services().invitations.make(role=role, note=note or "", days=_DAYS[days], admin_id=user.id).token
            )
            told = f"It works once, and for {days}, while you are an admin."
            open_dialog("people_link", whom=note, address=address_of("sign_up", f"invite={token}"), told=told)
            st.rerun()


@st.dialog("Revoke this invitation?", icon=":material/link_off:", on_dismiss=close_dialog)
def revoke_invitation_dialog(invitation_id: int, note: str, *, user: User) -> None:
    """Ask whether a link is to open nothing any more."""
    st.markdown(f"**{escape_label(note)}**")
    st.markdown("The link stops working at once. You can make another one.")
    if confirmed("Revoke", key="invite_revoke", icon=":material/link_off:"):
        with telling():
            get_services().invitations.revoke(invitation_id, admin_id=user.id)
            leave_dialog()
