"""The dialogs of one link: change it, let it open longer, give it another address, end it, record a decision."""

from dataclasses import replace
from datetime import timedelta

import streamlit as st

from components.dialogs import close_dialog, confirmed, leave_dialog
from components.labels import escape_label, planner_zone
from components.problems import telling
from components.resources import get_services
from components.reviews.addresses import show_address
from components.reviews.link_form import end_of, last_day_of, link_fields, may_field
from components.reviews.words import DECISIONS
from services.accounts.records import User
from services.errors import InvalidInputError
from services.process.clock import utc_now
from services.reviews.texts import MAX_NOTE_CHARS
from services.texts import MAX_TITLE_CHARS

_LONGER = timedelta(days=14)


@st.dialog("Edit link", icon=":material/edit:", width="medium", on_dismiss=close_dialog)
def edit_dialog(review_id: int, *, user: User) -> None:
    """Change what is said of a link."""
    with telling():
        reviews = get_services().reviews
        review = reviews.get(review_id, user_id=user.id).review
        key = f"review_edit_{review_id}"
        may = may_field(review.settings, key=key)
        with st.form("review_edit", border=False):
            fields = link_fields(review.settings, may=may, key=key, has_passcode=review.has_passcode)
            if st.form_submit_button("Save", key="review_edit_save", type="primary"):
                with fields.telling():
                    reviews.change(review_id, fields.checked(), user_id=user.id, passcode=fields.passcode)
                    leave_dialog()


@st.dialog("Extend link", icon=":material/event:", on_dismiss=close_dialog)
def extend_dialog(review_id: int, *, user: User) -> None:
    """Let a link open until a later day, also one that has come to its end."""
    with telling():
        reviews = get_services().reviews
        review = reviews.get(review_id, user_id=user.id).review
        with st.form("review_extend", border=False):
            today = utc_now().astimezone(planner_zone()).date()
            latest = max(today, last_day_of(review.settings.ends_at) or today)
            st.markdown(f"**{escape_label(review.settings.audience)}**")
            last_day = st.date_input(
                "Link ends on",
                value=latest + _LONGER,
                format="YYYY-MM-DD",
                key=f"review_extend_{review_id}_last_day",
                help="Leave it empty: the link opens until you revoke it.",
            )
            if st.form_submit_button("Extend", key="review_extend_save", type="primary"):
                longer = replace(review.settings, ends_at=end_of(last_day))
                reviews.change(review_id, longer, user_id=user.id)
                leave_dialog()


@st.dialog("New address?", icon=":material/link:", on_dismiss=close_dialog)
def new_address_dialog(review_id: int, audience: str, *, again: bool = False, user: User) -> None:
    """Give a link another address; *again*: it had ended, and opens then."""
    st.markdown(f"**{escape_label(audience)}**")
    before = (
        "The address that they had stays closed." if again else "The address that they have now will stop working."
    )
    st.markdown(f"{before} Comments and decisions stay.")
    if confirmed("Make a new address", key="review_address_new", icon=":material/link:"):
        with telling():
            made = get_services().reviews.new_address(review_id, user_id=user.id)
            show_address(made, title=f"The new link for {made.review.settings.audience} is ready.")


@st.dialog("Revoke this link?", icon=":material/link_off:", on_dismiss=close_dialog)
def revoke_dialog(review_id: int, audience: str, *, user: User) -> None:
    """End a link."""
    st.markdown(f"**{escape_label(audience)}**")
    st.markdown(
        "It stops working at once, even on pages that are open. Comments and decisions stay here. "
        "A revoked link can't be reopened."
    )
    if confirmed("Revoke", key="review_revoke", icon=":material/link_off:"):
        with telling():
            get_services().reviews.revoke(review_id, user_id=user.id)
            st.session_state.session_news = f"Revoked the link for {escape_label(audience)}."
            leave_dialog()


@st.dialog("Record a decision by phone", icon=":material/call:", on_dismiss=close_dialog)
def phone_dialog(review_id: int, sha256: str, about: str, *, user: User) -> None:
    """Note what somebody decided about the snapshot of this hash, which is described as *about*."""
    with st.form("review_phone", border=False):
        st.markdown(f":small[{about}]")
        name = st.text_input("Their name", max_chars=MAX_TITLE_CHARS, key=f"review_phone_{review_id}_name")
        kinds = {kind: name.lower() for kind, (name, _) in DECISIONS.items()}
        kind = st.selectbox(
            "They",
            list(kinds),
            index=None,
            placeholder="Choose what they decided",
            format_func=kinds.__getitem__,
            key=f"review_phone_{review_id}_kind",
        )
        note = st.text_area("Note", max_chars=MAX_NOTE_CHARS, height=100, key=f"review_phone_{review_id}_note")
        st.markdown(
            ":small[It is marked as recorded by phone, for both sides. "
            "It replaces what was decided on this version under the same name.]"
        )
        if st.form_submit_button("Record", key="review_phone_save", type="primary"):
            with telling():
                if kind is None:
                    raise InvalidInputError("Choose what they decided.")
                get_services().comments.record_decision(
                    review_id, kind, user_id=user.id, name=name or "", sha256=sha256, note=note or ""
                )
                leave_dialog()
