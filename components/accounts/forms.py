"""The forms for signing up and in, and for a new password.

Each does its work in the click's callback, so that the run which follows draws the app for whoever is here by then.
In `st.session_state`: `sign_up_problems` says what is wrong with each field, after a try.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import streamlit as st

from components.accounts.identity import (
    browser_proof,
    current_user,
    enter,
    sign_out,
    stay_signed_in,
)
from components.accounts.proxied import behind_proxy
from components.address import address
from components.labels import escape_label
from components.problems import draw_problem, telling
from components.resources import get_services
from components.state import CHAT_PAGE, show_page
from services.accounts.passwords import PASSWORD_RULE, USERNAME_RULE
from services.accounts.records import User
from services.accounts.tokens import TokenInfo
from services.errors import InvalidFieldsError, InvalidInputError
from services.process.clock import utc_now

_FIELDS = ("name", "email", "username", "password")  # of a new account


def sign_in_form() -> None:
    """Draw the way in."""
    with st.form("sign_in_form", border=False):
        st.text_input("Username", key="sign_in_username", autocomplete="username", max_chars=100)
        st.text_input(
            "Password",
            key="sign_in_password",
            type="password",
            autocomplete="current-password",
            max_chars=200,
        )
        draw_problem("sign_in")
        st.form_submit_button("Sign in", key="sign_in_submit", type="primary", width="stretch", on_click=_sign_in)


def try_button() -> None:
    """Draw the way in without an account."""
    most = get_services().settings.guest_messages
    st.button(
        "Try it without an account",
        key="sign_in_try",
        icon=":material/explore:",
        width="stretch",
        on_click=_try,
    )
    draw_problem("try")
    st.markdown(f":small[{most} messages, kept in this browser. They stay yours if you make an account.]")


def sign_up_form(invitation: str | None = None, *, guest: bool = False) -> None:
    """Draw the form for a new account, made by an invitation if there is one; it also signs in.

    Of a *guest*, who is here, it makes the account of all that they have.
    """
    with st.form("sign_up_form", border=False):
        problems = st.session_state.get("sign_up_problems", {})
        st.text_input("Name", key="sign_up_name", autocomplete="name", max_chars=100)
        rule("", problems.get("name"))
        st.text_input("E-mail", key="sign_up_email", autocomplete="email", max_chars=254)
        rule("", problems.get("email"))
        st.text_input("Username", key="sign_up_username", autocomplete="username", max_chars=40)
        rule(USERNAME_RULE, problems.get("username"))
        st.text_input("Password", key="sign_up_password", type="password", autocomplete="new-password", max_chars=200)
        rule(PASSWORD_RULE, problems.get("password"))
        draw_problem("sign_up")
        st.form_submit_button(
            "Create account",
            key="sign_up_submit",
            type="primary",
            width="stretch",
            on_click=_stay if guest else _sign_up,
            args=() if guest else (invitation,),
        )


def password_form(tokens: Sequence[TokenInfo]) -> None:
    """Draw the form that changes the password of who is here, and ends their *tokens* unless they say otherwise."""
    with st.form("account_password_form"):
        st.text_input(
            "Current password",
            key="account_old_password",
            type="password",
            autocomplete="current-password",
            max_chars=200,
        )
        st.text_input(
            "New password",
            key="account_new_password",
            type="password",
            autocomplete="new-password",
            max_chars=200,
        )
        rule(PASSWORD_RULE)
        _tokens_to_revoke(tokens, key="account_password_revoke", does="Also revoke")
        draw_problem("password")
        st.form_submit_button("Change password", key="account_submit", on_click=_change_password)


def admin_code_form() -> None:
    """Draw the field that makes the first admin."""
    st.markdown(
        "Nobody here is an admin. Whoever types a one-time code here becomes the admin: manages people and their "
        "limits, and sees what everybody uses and what it costs."
    )
    if not get_services().admins.has_code():
        st.markdown("There is no code now: the app writes one to its log at its next start.")
        return
    st.markdown("The code is in the app's log, written when it started.")
    with st.form("account_admin_form", border=False):
        st.text_input("Admin code", key="account_admin_code", autocomplete="off", max_chars=100)
        draw_problem("admin_code")
        st.form_submit_button("Become the admin", key="account_admin_submit", on_click=_become_admin)


def sign_out_buttons(tokens: Sequence[TokenInfo]) -> None:
    """Draw the ways out of here, and out of everywhere else, where *tokens* end too unless one says otherwise."""
    with st.container(horizontal=True):
        if not behind_proxy():
            st.button("Sign out", key="account_sign_out", icon=":material/logout:", on_click=sign_out)
        st.button("Sign out everywhere else", key="account_sign_out_elsewhere", on_click=_sign_out_elsewhere)
    _tokens_to_revoke(tokens, key="account_elsewhere_revoke", does="“Sign out everywhere else” also revokes")
    draw_problem("elsewhere")


def _sign_in() -> None:
    username, password = st.session_state.sign_in_username, taken("sign_in_password")
    with telling("sign_in", task="sign you in"):
        if not username.strip() or not password:
            raise InvalidInputError("Type your username and your password.")
        signed_in = get_services().sign_ins.sign_in(
            username, password, address=address(), proof=browser_proof(username)
        )
        enter(signed_in.user, signed_in.at)


def _try() -> None:
    with telling("try", task="let you in"):
        guest = get_services().guests.begin(address=address())
        enter(guest.user, guest.at)


def _sign_up(invitation: str | None) -> None:
    services = get_services()
    make = services.accounts.sign_up if invitation is None else partial(services.invitations.accept, invitation)
    with _telling_fields():
        enter(make(**_typed_fields(), address=address()), utc_now())
        st.query_params.clear()


def _stay() -> None:
    with _telling_fields():
        if guest := current_user():
            stayed = get_services().accounts.stay(guest.id, **_typed_fields(), address=address())
            stay_signed_in(stayed.user, stayed.at)
            for name in _FIELDS:  # the password above all
                del st.session_state[f"sign_up_{name}"]
            show_page(CHAT_PAGE)


@contextmanager
def _telling_fields() -> Iterator[None]:
    """Tell what goes wrong with a new account, also at the fields that it is about."""
    st.session_state.sign_up_problems = {}
    with telling("sign_up", task="create the account"):
        try:
            yield
        except InvalidFieldsError as exc:
            st.session_state.sign_up_problems = exc.problems


def _typed_fields() -> dict[str, Any]:
    return {name: st.session_state[f"sign_up_{name}"] for name in _FIELDS}


def _change_password() -> None:
    old, new = taken("account_old_password"), taken("account_new_password")
    with telling("password"):
        if user := current_user():
            keep, tokens = _tokens_left(user, "account_password_revoke")
            signed_in_at = get_services().sign_ins.change_password(user.id, old=old, new=new, keep_tokens=keep)
            stay_signed_in(user, signed_in_at)
            st.session_state.account_done = f"Your password is changed. Every other sign-in has ended.{tokens}"


def _become_admin() -> None:
    code = taken("account_admin_code")
    with telling("admin_code"):
        if user := current_user():
            get_services().admins.become_admin(user.id, code, address=address())
            st.session_state.account_done = (
                "You are the admin now: manage everybody under People, and see Operations and Insights."
            )


def _sign_out_elsewhere() -> None:
    with telling("elsewhere"):
        if user := current_user():
            keep, tokens = _tokens_left(user, "account_elsewhere_revoke")
            stay_signed_in(user, get_services().sign_ins.end_all(user.id, keep_tokens=keep))
            st.session_state.account_done = f"Every other sign-in has ended.{tokens}"


def _tokens_to_revoke(tokens: Sequence[TokenInfo], *, key: str, does: str) -> None:
    """Draw the box that says whether API tokens end too, and which they are."""
    if tokens:
        names = ", ".join(f"**{escape_label(token.name)}**" for token in tokens)
        st.checkbox(f"{does} my {_counted(tokens)}", value=True, key=key)
        st.markdown(f":small[These stop working: {names}]")


def _tokens_left(user: User, key: str) -> tuple[bool, str]:
    """Return whether API tokens are kept, and the sentence that says what became of them."""
    keep = not st.session_state.get(key, True)
    tokens = get_services().tokens.all(user_id=user.id)
    if not tokens:
        return keep, ""
    verb = ("still works" if keep else "is revoked") if len(tokens) == 1 else "still work" if keep else "are revoked"
    return keep, f" Your {_counted(tokens)} {verb}."


def _counted(tokens: Sequence[TokenInfo]) -> str:
    return "API token" if len(tokens) == 1 else f"{len(tokens)} API tokens"


def taken(key: str) -> str:
    """Take a typed secret out of its field, and out of this tab's state."""
    password: str = st.session_state[key]
    st.session_state[key] = ""
    return password


def rule(sentence: str, problem: str | None = None) -> None:
    """Draw the rule of the field above, or what is wrong with what stands in it."""
    if problem:
        st.markdown(f":red[:material/error: :small[{escape_label(problem)}]]")
    elif sentence:
        st.markdown(f":small[{sentence}]")  # a caption is paler than 4.5 to 1
