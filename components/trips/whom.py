"""Whom a trip is for, asked where it is made at one go: one of the customers, or a new one of whom a name is enough.

In `st.session_state`: `…_made` is the name and the id of the customer that was made last, so that trying again after
another field was wrong makes no second one.
"""

import streamlit as st

from components.resources import get_services
from components.trips.form_fields import NEW_CUSTOMER, customer_choice
from services.errors import InvalidFieldsError
from services.trips.customers import MAX_NAME_CHARS


def whom_field(*, key: str, user_id: int) -> bool:
    """Draw the choice; return whether there is a customer."""
    chosen = customer_choice(None, key=key, user_id=user_id, may_be_new=True)
    if chosen == NEW_CUSTOMER:
        st.text_input("Name of the customer", max_chars=MAX_NAME_CHARS, key=f"{key}_new_name")
    return chosen is not None


def named_customer(*, key: str) -> int | str | None:
    """Return the id of the customer chosen there, or the name of a new one. Raises InvalidFieldsError."""
    state = st.session_state
    chosen: int | None = state[f"{key}_customer"] or None
    if chosen != NEW_CUSTOMER:
        return chosen
    if name := (state.get(f"{key}_new_name") or "").strip():
        return str(name)
    raise InvalidFieldsError({"name": "Enter the customer's name."})


def chosen_customer(*, key: str, user_id: int) -> int | None:
    """Return the id of the customer chosen there, who is made if need be. Raises InvalidFieldsError."""
    state, name = st.session_state, named_customer(key=key)
    if not isinstance(name, str):
        return name
    made: tuple[str, int] | None = state.get(f"{key}_made")
    if made is None or made[0] != name:
        made = state[f"{key}_made"] = (name, get_services().customers.create(name, user_id=user_id).id)
    return made[1]
