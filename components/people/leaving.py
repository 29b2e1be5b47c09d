"""A person's own data: downloaded as one file, or deleted with the account; and the account of somebody who left."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from components.accounts.identity import sign_out, signed_in_at
from components.dialogs import Dialogs, close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import escape_label, name_in
from components.people.receipts import code_text, counts_text
from components.problems import telling
from components.resources import get_services
from services.accounts.records import Confirmed, User
from services.errors import InvalidInputError
from services.people.deletion import SharedTrip
from settings import ROOT

MOST_MB = 200  # of files: a browser's download is in this process's memory, what the API sends is not


def my_data(user: User) -> None:
    """Draw the download of all that is a user's, and what deletes the account."""
    takeout = get_services().takeout
    st.markdown(
        "One zip with all that is yours: sessions, trips, customers, decks, reviews, templates, files, and what is "
        "remembered for you. *Import* under All sessions takes it."
    )
    if takeout.size(user_id=user.id) > MOST_MB * 1_000_000:
        st.info(
            f"Your files have more than {MOST_MB} MB. Download your data with an API token: `GET /api/me/data`.",
            icon=":material/download:",
        )
    else:
        st.download_button(
            "Download my data",
            partial(takeout.as_bytes, user_id=user.id),
            file_name="my-data.zip",
            mime="application/zip",
            key="data_download",
            icon=":material/download:",
            on_click="ignore",
        )
    st.button(
        "Delete my account",
        key="data_delete",
        icon=":material/delete_forever:",
        on_click=open_dialog,
        args=("delete_account",),
    )


@st.dialog("Delete your account?", icon=":material/delete_forever:", on_dismiss=close_dialog)
def _leave(*, user: User) -> None:
    """Say what goes, ask who keeps what others work on, and for a proof; then delete it."""
    services = get_services()
    with telling():
        plan = services.deletion.plan(user.id)
        st.markdown("These go with your account, for good:")
        st.markdown(counts_text(plan.counts))
        st.markdown(
            "What you wrote in sessions of others stays there, as a former colleague's. Your links to reviews end. "
            "Sessions that you share outside of a trip go, also for those who see them."
        )
        heirs = _heirs(plan.trips)
        has_password = services.accounts.has_password(user.id)
        with st.form("leave_form", border=False, clear_on_submit=True):
            typed = st.text_input(
                f"Your username, {escape_label(user.username)}",
                key="leave_username",
                autocomplete="off",
                max_chars=40,
            )
            password = ""
            if has_password:
                password = st.text_input(
                    "Your password",
                    key="leave_password",
                    type="password",
                    autocomplete="current-password",
                    max_chars=200,
                )
            st.html(ROOT / "static" / "dialogs.css")  # what deletes is red
            with st.container(horizontal=True, horizontal_alignment="right"):
                wanted = st.form_submit_button(
                    "Delete my account", key="leave_confirm", type="primary", icon=":material/delete_forever:"
                )
                if st.form_submit_button("Cancel", key="leave_cancel"):
                    leave_dialog()
        if not wanted:
            return
        _check_typed(typed, user.username, "your")
        proof = Confirmed(user.id)
        if not user.is_guest:  # who has no way to sign in again
            proof = services.sign_ins.confirm(user.id, password=password, signed_in_at=signed_in_at())
        code = services.deletion.delete_own(proof, heirs=heirs)
        sign_out()
        st.session_state.receipt_code = code
        st.rerun()


def _heirs(trips: Sequence[SharedTrip]) -> dict[int, int]:
    """Ask who is to have each trip that others work on; return the choice, by trip."""
    if trips:
        st.markdown("**Others work on these trips.** Choose who is to have each, with its sessions:")
    chosen = {}
    for trip in trips:
        names = {one.user_id: f"{one.name} (@{one.username})" for one in trip.heirs}
        chosen[trip.id] = st.selectbox(
            escape_label(trip.title), list(names), format_func=partial(name_in, names), key=f"leave_trip_{trip.id}"
        )
    return chosen


def _check_typed(typed: str, username: str, whose: str) -> None:
    if typed.strip().lower() != username:
        raise InvalidInputError(f"Type {whose} username, {username}, to confirm.")


@st.dialog("Delete this account?", icon=":material/delete_forever:", on_dismiss=close_dialog)
def _remove(user_id: int, name: str, *, user: User) -> None:
    """Say what goes with the account of somebody who left, and delete it."""
    services = get_services()
    with telling():
        person = services.people.get(user_id, admin_id=user.id)
        plan = services.deletion.plan(user_id)
        st.markdown(f"**{escape_label(name)}**")
        st.markdown("These go with this account, for good:")
        st.markdown(counts_text(plan.counts))
        for trip in plan.trips:
            st.markdown(f"“{escape_label(trip.title)}” goes to {escape_label(trip.heirs[0].name)}.")
        st.markdown(
            "What they wrote in sessions of others stays there, as a former colleague's. To keep everything, disable "
            "the account instead."
        )
        typed = st.text_input(
            f"Their username, {escape_label(person.username)}", key="remove_username", autocomplete="off"
        )
        if confirmed("Delete account", key="remove_person", icon=":material/delete_forever:"):
            _check_typed(typed, person.username, "their")
            code = services.deletion.delete(user_id, by_admin_id=user.id)
            open_dialog("person_gone", name=name, code=code)
            st.rerun()


@st.dialog("The account is deleted", icon=":material/check:", on_dismiss=close_dialog)
def _gone(name: str, code: str, *, user: User) -> None:
    st.markdown(f"**{escape_label(name)}** is no longer here. This is the code of the receipt:")
    code_text(code)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Done", key="person_gone_done", type="primary"):
            leave_dialog()


LEAVING_DIALOGS: Dialogs = {"delete_account": _leave, "person_delete": _remove, "person_gone": _gone}
