"""The customers that a planner keeps: the list, and the dialogs that change one or delete it."""

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

from components.dialogs import Dialogs, close_dialog, confirmed, open_dialog
from components.labels import counted, escape_label
from components.problems import telling
from components.resources import get_services
from components.state import reads_only
from components.trips.form_fields import Typed, customer_fields
from components.trips.trip_list import gathered
from components.trips.words import language_name
from services.accounts.records import User
from services.errors import InvalidFieldsError
from services.trips.records import Customer

ROWS_AT_FIRST = 20
_SHOWN = "trips_customers_shown"  # how many rows are asked for


@st.dialog("Customers", icon=":material/groups:", width="medium", on_dismiss=close_dialog)
def _customers(*, user: User) -> None:
    with telling():
        words = st.text_input("Search", key="customers_words", type="search", live=True)
        customers = get_services().customers

        def page(limit: int, cursor: str | None) -> tuple[Sequence[Customer], str | None]:
            found = customers.page(user_id=user.id, limit=limit, cursor=cursor, words=words or "")
            return found.customers, found.next_cursor

        wanted = st.session_state.get(_SHOWN, ROWS_AT_FIRST)
        rows, has_more = gathered(page, wanted)
        for customer in rows:
            _row(customer)
        if not rows:
            none = "No customers yet." if reads_only() else "No customers yet. Make one here, or with a trip."
            st.caption("No customer is called that." if words else none)
        if has_more and st.button("Show more", key="customers_more", icon=":material/expand_more:"):
            st.session_state[_SHOWN] = wanted + ROWS_AT_FIRST
            st.rerun(scope="fragment")
        with st.container(horizontal=True, horizontal_alignment="right"):
            if not reads_only() and st.button(
                "New customer", key="customers_new", icon=":material/add:", type="primary"
            ):
                open_dialog("customer_edit", customer_id=None)
                st.rerun()


def _row(customer: Customer) -> None:
    known = [language_name(customer.language) if customer.language else ""]
    known += [] if customer.mine else ["kept by a colleague"]
    told = escape_label(" · ".join(filter(None, known)))
    with st.container(
        key=f"customers_row_{customer.id}",
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        gap="small",
        border=True,
    ):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{escape_label(customer.name)}**")
            if told:
                st.markdown(f":small[{told}]")
            if customer.contact:
                st.text(customer.contact)  # to be copied as it is
        if customer.mine and not reads_only():
            name = escape_label(customer.name)
            if st.button(
                f"Edit {name}",
                key=f"customers_edit_{customer.id}",
                icon=":material/edit:",
                type="tertiary",
                help=f"Edit {name}",
            ):
                open_dialog("customer_edit", customer_id=customer.id)
                st.rerun()
            if st.button(
                f"Delete {name}",
                key=f"customers_delete_{customer.id}",
                icon=":material/delete:",
                type="tertiary",
                help=f"Delete {name}",
            ):
                open_dialog("customer_delete", customer_id=customer.id)
                st.rerun()


def _show_all() -> NoReturn:
    open_dialog("customers")
    st.rerun()


def _edit(customer_id: int | None, *, user: User) -> None:
    question = "New customer" if customer_id is None else "Edit customer"

    @st.dialog(question, icon=":material/person:", width="medium", on_dismiss=close_dialog)
    def ask() -> None:
        with telling():
            _fields(customer_id, user_id=user.id)

    ask()


def _fields(customer_id: int | None, *, user_id: int) -> None:
    customers = get_services().customers
    one = customers.get(customer_id, user_id=user_id) if customer_id is not None else None
    places: dict[str, st.delta_generator.DeltaGenerator] = {}
    with st.form("customer_edit", border=False):
        given = customer_fields(
            one.name if one else "",
            one.contact if one else "",
            one.language if one else None,
            one.notes if one else "",
            places,
            key=f"customer_edit_{customer_id}",
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            saved = st.form_submit_button("Save", key="customer_edit_save", type="primary")
    if saved:
        try:
            if one is None:
                customers.create(user_id=user_id, **given)
            else:
                customers.change(one.id, user_id=user_id, **given)
            _show_all()
        except InvalidFieldsError as exc:
            Typed(places=places).tell(exc.problems)


@st.dialog("Delete this customer?", icon=":material/delete:", on_dismiss=close_dialog)
def _delete(customer_id: int, *, user: User) -> None:
    with telling():
        customers = get_services().customers
        customer = customers.get(customer_id, user_id=user.id)
        number = customers.count_trips(customer_id, user_id=user.id)
        st.markdown(f"**{escape_label(customer.name)}**")
        trips = (
            f"{counted(number, 'trip')} of theirs {'stays' if number == 1 else 'stay'}, without a customer."
            if number
            else "There are no trips of theirs."
        )
        st.markdown(
            f"All that the assistant remembers about them is deleted for good, here and at Backboard. {trips} This "
            "cannot be undone."
        )
        if confirmed("Delete", key="customer_delete", icon=":material/delete:"):
            customers.delete(customer_id, user_id=user.id)
            st.session_state.session_news = f"Deleted {escape_label(customer.name)}."
            _show_all()


CUSTOMER_DIALOGS: Dialogs = {"customers": _customers, "customer_edit": _edit, "customer_delete": _delete}
