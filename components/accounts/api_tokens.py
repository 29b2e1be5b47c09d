"""A planner's API tokens: made, listed, revoked.

The secret of a token just made is held by its dialog alone: it is forgotten when that is closed or the page is left.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import streamlit as st

from components.accounts.identity import current_user, signed_in_at
from components.dialogs import Dialogs, close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import escape_label, planner_zone, relative_time
from components.problems import draw_problem, telling
from components.resources import get_services
from components.state import reads_only
from services.accounts.records import User
from services.accounts.tokens import TokenInfo
from services.errors import NotFoundError
from services.process.clock import utc_now
from services.texts import MAX_TITLE_CHARS

_DAYS = {"30 days": 30, "90 days": 90, "1 year": 365, "No end": None}
_FULL, _READ, _METRICS = "Full access", "Read only", "Metrics only"


def api_tokens(user: User, tokens: Sequence[TokenInfo], *, ask_password: bool) -> None:
    """Draw a user's tokens, the form for one more, which may ask for the password."""
    st.markdown("Programs use the [REST API](/api/docs) with a token instead of your password.")
    now = utc_now().astimezone(planner_zone())
    for token in tokens:
        _token(token, now=now)
    if not tokens:
        st.caption("No tokens yet. Create one for each program, so that you can revoke them one by one.")
    _form(ask_password=ask_password, may_read_metrics=user.is_admin)


def _token(token: TokenInfo, *, now: datetime) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"token_{token.id}"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{escape_label(token.name)}**")
            st.markdown(f":small[{' · '.join(_facts(token, now))}]")  # a caption is paler than 4.5 to 1
        st.button(
            "Revoke",
            key=f"token_revoke_{token.id}",
            icon=":material/key_off:",
            on_click=open_dialog,
            args=("revoke_token",),
            kwargs={"token_id": token.id, "name": token.name},
        )


def _facts(token: TokenInfo, now: datetime) -> list[str]:
    used = relative_time(token.last_used_at, now=now) if token.last_used_at else None
    return [
        f"`{token.hint}…`",
        _METRICS if token.metrics_only else _READ if token.read_only else _FULL,
        f"made {relative_time(token.created_at, now=now)}",
        f"last used {used}" if used else "never used",
        _end(token, now),
    ]


def _end(token: TokenInfo, now: datetime) -> str:
    if token.expires_at is None:
        return "no end"
    day = token.expires_at.astimezone(now.tzinfo)
    return f"{'**ended**' if token.expired else 'ends'} {day.day} {day:%b %Y}"


def _form(*, ask_password: bool, may_read_metrics: bool) -> None:
    access = (*(() if reads_only() else (_FULL,)), _READ, *((_METRICS,) if may_read_metrics else ()))
    with st.form("token_form"):
        st.text_input("Name", key="token_name", max_chars=MAX_TITLE_CHARS, placeholder="What it is for: CRM import")
        with st.container(horizontal=True):
            st.selectbox("Access", access, key="token_access")
            st.selectbox("Valid for", tuple(_DAYS), index=1, key="token_days")
        if ask_password:
            st.text_input(
                "Your password",
                key="token_password",
                type="password",
                autocomplete="current-password",
                max_chars=200,
            )
        draw_problem("token")
        st.form_submit_button("Create token", key="token_create", on_click=_create)


def _create() -> None:
    state = st.session_state
    password = state.get("token_password", "")
    if "token_password" in state:
        state.token_password = ""
    with telling("token"):
        user = current_user()
        if user is None:
            return
        services = get_services()
        made = services.tokens.create_confirmed(
            services.sign_ins.confirm(user.id, password=password, signed_in_at=signed_in_at()),
            name=state.token_name,
            read_only=state.token_access == _READ,
            metrics_only=state.token_access == _METRICS,
            days=_DAYS[state.token_days],
        )
        open_dialog("new_token", name=made.info.name, secret=made.secret)
        state.token_name = ""


@st.dialog("Your new token", icon=":material/key:", on_dismiss=close_dialog)
def _show_secret(name: str, secret: str, *, user: User) -> None:
    st.markdown(f"**{escape_label(name)}**")
    st.code(secret, language=None, wrap_lines=True)
    st.markdown("Copy it now: it is not shown again.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Done", key="token_done", type="primary"):
            leave_dialog()


@st.dialog("Revoke this token?", icon=":material/key_off:", on_dismiss=close_dialog)
def _ask_before_revoke(token_id: int, name: str, *, user: User) -> None:
    st.markdown(f"**{escape_label(name)}**")
    st.markdown("Programs that use it lose access at once. This cannot be undone.")
    if confirmed("Revoke", key="token_revoke", icon=":material/key_off:"):
        with telling():
            with suppress(NotFoundError):  # it was revoked in another tab
                get_services().tokens.revoke(token_id, user_id=user.id)
            leave_dialog()


TOKEN_DIALOGS: Dialogs = {"new_token": _show_secret, "revoke_token": _ask_before_revoke}
