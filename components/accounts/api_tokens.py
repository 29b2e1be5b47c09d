"""A planner's API tokens: made, listed, revoked.

In `st.session_state`: `token_new` is {"name", "secret"} of a token just made, until its dialog is closed or the page
is left; `token_revoke` is {"id", "name"} while the dialog that asks is open; `token_error` a sentence for the form.
"""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from components.accounts.identity import current_user, signed_in_at
from components.labels import escape_label, planner_zone, relative_time
from components.resources import get_services
from db.engine import DatabaseUnavailableError
from db.models import utc_now
from services.accounts.records import User
from services.accounts.tokens import TokenInfo
from services.errors import NotFoundError, ServiceError
from services.texts import MAX_TITLE_CHARS

_DAYS = {"30 days": 30, "90 days": 90, "1 year": 365, "No end": None}
_FULL, _READ, _METRICS = "Full access", "Read only", "Metrics only"
_CANNOT_SAVE = "Cannot save right now: the database cannot be reached. Please try again."


def api_tokens(user: User, tokens: Sequence[TokenInfo], *, ask_password: bool) -> None:
    """Draw a user's tokens, the form for one more, which may ask for the password, and the dialog that is open."""
    st.markdown("Programs use the [REST API](/api/docs) with a token, not with your password.")
    now = utc_now().astimezone(planner_zone())
    for token in tokens:
        _token(token, now=now)
    if not tokens:
        st.caption("No tokens yet. Make one below for each program, so that you can revoke them one by one.")
    _form(ask_password=ask_password, may_read_metrics=user.is_admin)
    if new := st.session_state.get("token_new"):
        _show_secret(new["name"], new["secret"])
    elif asked := st.session_state.get("token_revoke"):
        _ask_before_revoke(asked["id"], asked["name"], user.id)


def forget_new_token() -> None:
    """Forget the token just made, which is shown once. A callback, and for every other page."""
    st.session_state.pop("token_new", None)


def _token(token: TokenInfo, *, now: datetime) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"token_{token.id}"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{escape_label(token.name)}**")
            st.markdown(f":small[{' · '.join(_facts(token, now))}]")  # a caption is paler than 4.5 to 1
        st.button(
            "Revoke",
            key=f"token_revoke_{token.id}",
            icon=":material/key_off:",
            on_click=_open_revoke,
            args=(token.id, token.name),
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
    access = (_FULL, _READ, _METRICS) if may_read_metrics else (_FULL, _READ)
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
        if sentence := st.session_state.pop("token_error", None):
            st.error(sentence, icon=":material/error:")
        st.form_submit_button("Create token", key="token_create", on_click=_create)


def _create() -> None:
    state = st.session_state
    password = state.get("token_password", "")
    if "token_password" in state:
        state.token_password = ""
    try:
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
    except ServiceError as exc:
        state.token_error = exc.message
    except DatabaseUnavailableError:
        state.token_error = _CANNOT_SAVE
    else:
        state.token_new = {"name": made.info.name, "secret": made.secret}
        state.token_name = ""


@st.dialog("Your new token", icon=":material/key:", on_dismiss=forget_new_token)
def _show_secret(name: str, secret: str) -> None:
    st.markdown(f"**{escape_label(name)}**")
    st.code(secret, language=None, wrap_lines=True)
    st.markdown("Copy it now: it is not shown again.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Done", key="token_done", type="primary", on_click=forget_new_token):
            st.rerun()


def _open_revoke(token_id: int, name: str) -> None:
    st.session_state.token_revoke = {"id": token_id, "name": name}


def _close_revoke() -> None:
    st.session_state.pop("token_revoke", None)


@st.dialog("Revoke this token?", icon=":material/key_off:", on_dismiss=_close_revoke)
def _ask_before_revoke(token_id: int, name: str, user_id: int) -> None:
    st.markdown(f"**{escape_label(name)}**")
    st.markdown("Programs that use it are refused at once. This cannot be undone.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="token_revoke_cancel", on_click=_close_revoke):
            st.rerun()
        confirmed = st.button("Revoke", key="token_revoke_confirm", type="primary", icon=":material/key_off:")
    if confirmed and _revoked(token_id, user_id):
        _close_revoke()
        st.rerun()


def _revoked(token_id: int, user_id: int) -> bool:
    try:
        get_services().tokens.revoke(token_id, user_id=user_id)
    except NotFoundError:
        return True  # in another tab
    except DatabaseUnavailableError:
        st.error(_CANNOT_SAVE)
        return False
    return True
