"""Receipts of deleted accounts: the code that is shown once, and what it leads to.

In `st.session_state`: `receipt_code` is the code of the account that was just deleted in this tab, until it is put
away; `receipt_seen` is what `receipt_form` found: {"made_at", "counts", "waiting"}.
"""

from collections.abc import Mapping
from dataclasses import asdict

import streamlit as st

from components.address import address
from components.labels import counted, local_time, planner_zone
from components.problems import draw_problem, telling
from components.resources import get_services
from services.errors import InvalidInputError
from services.people.receipts import MAX_CODE_CHARS, ReceiptView

_NOUNS = {
    "sessions": ("session", None),
    "messages": ("message", None),
    "trips": ("trip", None),
    "handed_over": ("shared trip handed over to a colleague", "shared trips handed over to colleagues"),
    "customers": ("customer", None),
    "files": ("file", None),
    "decks": ("deck", None),
    "links": ("review link", None),
    "templates": ("template", None),
    "tokens": ("API token", None),
    "at_backboard": ("part at Backboard", "parts at Backboard: threads, documents and what was remembered"),
}


def counts_text(counts: Mapping[str, int]) -> str:
    """Return how much of what goes, or went, as a list in Markdown; nothing of what there was none."""
    lines = [f"- {counted(counts[name], *nouns)}" for name, nouns in _NOUNS.items() if counts.get(name)]
    return "\n".join(lines) or "- only the account itself"


def code_text(code: str) -> None:
    """Draw the code of a receipt."""
    st.code(code, language=None, wrap_lines=True)
    st.markdown(
        "Keep this code: it is shown only now. With it anybody can look at the receipt, on the page `/receipt` of "
        "this app: it says what went and what is still being deleted at Backboard, and never whose it was."
    )


def new_receipt() -> bool:
    """Draw, in place of any page, the code of the account that was just deleted here; return whether there is one."""
    code = st.session_state.get("receipt_code")
    if code is None:
        return False
    with st.container(key="receipt_new", border=True):
        st.markdown("**The account is deleted.** This is the code of its receipt:")
        code_text(code)
        st.button("I have saved it", key="receipt_kept", type="primary", on_click=_put_away)
    return True


def _put_away() -> None:
    st.session_state.pop("receipt_code", None)


def receipt_form() -> None:
    """Draw the field for a code, and the receipt that it leads to."""
    with st.form("receipt_form", border=False):
        st.text_input("Code", key="receipt_typed", autocomplete="off", max_chars=MAX_CODE_CHARS)
        draw_problem("receipt")
        st.form_submit_button("Show receipt", key="receipt_show", type="primary", on_click=_look)
    if seen := st.session_state.get("receipt_seen"):
        _receipt(ReceiptView(**seen))


def _look() -> None:
    st.session_state.pop("receipt_seen", None)
    with telling("receipt", task="look for it"):
        if not (code := st.session_state.receipt_typed.strip()):
            raise InvalidInputError("Type the code of a receipt.")
        seen = get_services().receipts.look(code, address=address())
        st.session_state.receipt_seen = asdict(seen) | {"counts": dict(seen.counts)}


def _receipt(receipt: ReceiptView) -> None:
    at = local_time(receipt.made_at, planner_zone())
    with st.container(key="receipt_found", border=True):
        st.markdown(f"**An account was deleted on {at.day} {at:%B %Y, %H:%M}.** This is what became of it:")
        st.markdown(counts_text(receipt.counts))
        if receipt.waiting:
            left = counted(receipt.waiting, "part is", "parts are")
            st.info(
                f"{left} still to be deleted at Backboard. This is tried until it is done.", icon=":material/sync:"
            )
        else:
            st.success("Everything is deleted at Backboard, too.", icon=":material/check:")
