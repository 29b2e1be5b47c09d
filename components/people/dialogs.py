"""The dialogs of the page People: what is changed about somebody, and links that are shown once."""

from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from components.dialogs import Dialogs, close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import escape_label
from components.people.invitations import invite_dialog, revoke_invitation_dialog
from components.people.links import address_of, link_dialog
from components.people.words import ROLES, ROLES_TOLD
from components.problems import telling
from components.resources import get_services
from services.accounts.records import User
from services.people.people import MAX_FILES_MB
from services.people.records import ADMIN
from services.usage.costs import MAX_LIMIT_USD, MICROS


@st.dialog("Change role", icon=":material/badge:", on_dismiss=close_dialog)
def _role(user_id: int, name: str, *, user: User) -> None:
    with telling():
        person = get_services().people.get(user_id, admin_id=user.id)
        roles = list(ROLES_TOLD)
        st.markdown(f"**{escape_label(name)}**")
        with st.form("person_role_form", border=False):
            role = st.radio(
                "Role",
                roles,
                index=roles.index(person.role) if person.role in roles else 0,
                format_func=ROLES.__getitem__,
                captions=list(ROLES_TOLD.values()),
                key="person_role_choice",
            )
            if user_id == user.id:
                st.markdown(":small[This is your own role: as anything but an admin you leave this page.]")
            settings = get_services().settings
            if person.issuers and (settings.company_admins or settings.company_viewers):
                st.markdown(":small[Their company's groups may give them another role when they sign in next.]")
            changed = st.form_submit_button("Change role", key="person_role_save", type="primary")
        if changed:
            get_services().people.change_role(user_id, role, admin_id=user.id)
            article = "an" if role == ADMIN else "a"
            st.session_state.session_news = f"{escape_label(name)} is {article} {ROLES[role].lower()} now."
            leave_dialog()


@st.dialog("Limits", icon=":material/speed:", on_dismiss=close_dialog)
def _limits(user_id: int, name: str, *, user: User) -> None:
    with telling():
        services = get_services()
        person = services.people.get(user_id, admin_id=user.id)
        usual_usd, usual_mb = services.settings.monthly_limit_usd, services.settings.files_mb_per_user
        st.markdown(f"**{escape_label(name)}**")
        micros, usd_key, mb_key = person.monthly_limit_micros, f"person_usd_{user_id}", f"person_mb_{user_id}"
        # Not as the widgets' own value: they could not be emptied then.
        st.session_state.setdefault(usd_key, None if micros is None else micros / MICROS)
        st.session_state.setdefault(mb_key, person.files_mb)
        with st.form("person_limits_form", border=False):
            usd = st.number_input(
                "US dollars a month",
                min_value=0.0,
                max_value=float(MAX_LIMIT_USD),
                value=None,
                step=1.0,
                format="%.2f",
                placeholder="No limit" if usual_usd is None else f"{usual_usd:.2f}",
                key=usd_key,
            )
            files_mb = st.number_input(
                "Megabytes of files",
                min_value=0,
                max_value=MAX_FILES_MB,
                value=None,
                step=100,
                placeholder=f"{usual_mb:,}",
                key=mb_key,
            )
            st.markdown(":small[Leave a field empty for what everybody has. What is there already stays.]")
            saved = st.form_submit_button("Save", key="person_limits_save", type="primary")
        if saved:
            limit = None if usd is None else Decimal(f"{usd:.2f}")
            if limit != (None if micros is None else Decimal(micros) / MICROS):
                services.costs.set_limit(user_id, limit, by=user.id)
            services.people.set_files_mb(user_id, files_mb, admin_id=user.id)
            st.session_state.session_news = f"Saved the limits of {escape_label(name)}."
            leave_dialog()


@st.dialog("Link for a new password", icon=":material/lock_reset:", on_dismiss=close_dialog)
def _reset(user_id: int, name: str, *, user: User) -> None:
    with telling():
        st.markdown(f"**{escape_label(name)}**")
        st.markdown(
            "Whoever has the link sets a new password for this account, once and within 24 hours. Until then "
            "everything stays as it is; then every sign-in and API token of theirs ends."
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Cancel", key="person_reset_cancel"):
                leave_dialog()
            made = st.button("Make link", key="person_reset_make", type="primary", icon=":material/link:")
        if made:
            token = get_services().resets.offer(user_id, admin_id=user.id).token
            told = "Send it in a way that only they read: it is a key to their account."
            open_dialog("people_link", whom=name, address=address_of("reset", f"link={token}"), told=told)
            st.rerun()


def _asked(question: str, text: str, label: str, *, name: str, key: str, icon: str, does: Callable[[], str]) -> None:
    @st.dialog(question, icon=icon, on_dismiss=close_dialog)
    def ask() -> None:
        st.markdown(f"**{escape_label(name)}**")
        st.markdown(text)
        if confirmed(label, key=key, icon=icon):
            with telling():
                st.session_state.session_news = does()
                leave_dialog()

    ask()


def _sign_out(user_id: int, name: str, *, user: User) -> None:
    def sign_out() -> str:
        get_services().people.sign_out(user_id, admin_id=user.id)
        return f"{escape_label(name)} is signed out everywhere."

    _asked(
        "Sign out everywhere?",
        "All browsers and programs of theirs are out at once: every sign-in ends, their API tokens are revoked. They "
        "can sign in again.",
        "Sign out",
        name=name,
        key="person_sign_out",
        icon=":material/logout:",
        does=sign_out,
    )


def _disable(user_id: int, name: str, *, user: User) -> None:
    def disable() -> str:
        get_services().people.disable(user_id, admin_id=user.id)
        return f"{escape_label(name)} can no longer sign in."

    _asked(
        "Disable this account?",
        "They are out at once and cannot sign in until you enable the account again. API tokens are revoked. Their "
        "trips and sessions stay, also for those they are shared with.",
        "Disable",
        name=name,
        key="person_disable",
        icon=":material/block:",
        does=disable,
    )


ADMIN_DIALOGS: Dialogs = {
    "person_role": _role,
    "person_limits": _limits,
    "person_reset": _reset,
    "person_sign_out": _sign_out,
    "person_disable": _disable,
    "invite": invite_dialog,
    "invite_revoke": revoke_invitation_dialog,
    "people_link": link_dialog,
}
