"""Whose memory is shown: one's own, or that of a customer, who is named in the address.

In `st.session_state`: `memory_whose` is the id of the customer that is chosen, `memory_find` what is typed to find
one.
"""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from components.labels import name_in
from components.resources import get_services
from components.state import parsed_id, reads_only
from components.still import watch_access

_MINE = 0  # an id that no customer ever has
_PARAMETER = "customer"
_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose memory a planner looks at: their own, or that of a customer. *may_change*: they may do more than read.

    *always*: nobody can take it from them.
    """

    user_id: int
    customer_id: int | None
    name: str  # of the customer
    may_change: bool
    always: bool


def memory_address(customer_id: int | None) -> dict[str, str]:
    """Return what the address of *Memory* says of whose it is, for a link."""
    return {} if customer_id is None else {_PARAMETER: str(customer_id)}


def whose_memory(*, user_id: int) -> Whose:
    """Return whose memory the address asks for. Raises NotFoundError where it names no customer of this planner's."""
    customer_id = parsed_id(st.query_params.get(_PARAMETER))
    if customer_id is None:
        return Whose(user_id, None, "", may_change=not reads_only(), always=True)
    services = get_services()
    customer = services.customers.get(customer_id, user_id=user_id)
    may_change = services.memories.may_change(user_id=user_id, customer_id=customer_id)
    return Whose(user_id, customer_id, customer.name, may_change=may_change, always=customer.mine)


def watch_whose(whose: Whose) -> None:
    """Run the page again as soon as who works on trips of a customer no longer does, or may do more or less."""
    if not whose.always:
        ask = partial(get_services().memories.may_change, user_id=whose.user_id, customer_id=whose.customer_id)
        watch_access(ask, drawn=whose.may_change, user_id=whose.user_id)


def whose_choice(whose: Whose) -> None:
    """Draw the choice between one's own memory and those of customers, if there are any."""
    customers = get_services().customers
    page = customers.page(user_id=whose.user_id, limit=_OFFERED)
    if not page.customers:
        return
    with st.container(key="memory_whose_row", horizontal=True, vertical_alignment="bottom"):
        found = page.customers
        if page.next_cursor:
            words = st.text_input("Find a customer", key="memory_find", type="search", width=220)
            found = customers.page(user_id=whose.user_id, limit=_OFFERED, words=words or "").customers
        names = {_MINE: "Mine", **{one.id: one.name for one in found}}
        if whose.customer_id is not None:
            names[whose.customer_id] = whose.name
        st.session_state.memory_whose = whose.customer_id or _MINE
        st.selectbox(
            "Whose memory",
            list(names),
            format_func=partial(name_in, names),
            key="memory_whose",
            on_change=_choose,
            width=320,
        )


def show_mine() -> None:
    """Show one's own memory. A callback."""
    _show(None)


def _choose() -> None:
    _show(st.session_state.memory_whose or None)


def _show(customer_id: int | None) -> None:
    st.query_params.from_dict(memory_address(customer_id))
    st.session_state.memory_words = ""
    st.session_state.pop("memory_page", None)
