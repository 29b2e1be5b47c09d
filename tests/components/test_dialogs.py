"""Which dialog is open, and how it closes."""

import re

from streamlit.testing.v1 import AppTest

import tests.helpers.app_test  # noqa: F401 - once for all
from components.accounts.api_tokens import TOKEN_DIALOGS
from components.accounts.guests import GUEST_DIALOGS
from components.accounts.ways_in import WAYS_IN_DIALOGS
from components.decks.dialogs import DECK_DIALOGS
from components.memory.memories import MEMORY_DIALOGS
from components.people.dialogs import ADMIN_DIALOGS
from components.people.leaving import LEAVING_DIALOGS
from components.reviews.dialogs import REVIEW_DIALOGS
from components.sessions.dialogs import SESSION_DIALOGS
from components.sessions.files import FILE_DIALOGS
from components.sessions.people import PEOPLE_DIALOGS
from components.sidebar.shortcuts import SHORTCUT_DIALOGS
from components.templates.templates import TEMPLATE_DIALOGS
from components.transfer.transfer import TRANSFER_DIALOGS
from components.trips.dialogs import TRIP_DIALOGS
from settings import ROOT

TABLES = (
    TOKEN_DIALOGS,
    WAYS_IN_DIALOGS,
    SESSION_DIALOGS,
    FILE_DIALOGS,
    TRANSFER_DIALOGS,
    TEMPLATE_DIALOGS,
    MEMORY_DIALOGS,
    SHORTCUT_DIALOGS,
    REVIEW_DIALOGS,
    PEOPLE_DIALOGS,
    TRIP_DIALOGS,
    DECK_DIALOGS,
    ADMIN_DIALOGS,
    LEAVING_DIALOGS,
    GUEST_DIALOGS,
)
OPENS = re.compile(
    r'(?:open_dialog(?:\(|,\s+(?:args=)?\()|^    _[A-Z_]+: )"(\w+)"', re.MULTILINE
)  # or chosen in a menu


def _script() -> None:
    from typing import Any

    import streamlit as st

    from components.dialogs import close_dialog, confirmed, dialog_is_open, draw_dialog, leave_dialog, open_dialog

    @st.dialog("Delete it?", on_dismiss=close_dialog)
    def ask(what: str, *, user: str) -> None:
        st.text(f"{user}: {what}?")
        if confirmed("Delete", key="delete"):
            st.session_state.deleted = what
            leave_dialog()

    @st.dialog("Other", on_dismiss=close_dialog)
    def other(*, user: str) -> None:
        st.text(f"{user}: something else")

    user: Any = "Ada"
    st.button("Ask", key="ask", on_click=open_dialog, args=("ask",), kwargs={"what": "Lisbon"})
    st.button("Other", key="other", on_click=open_dialog, args=("other",))
    draw_dialog({"ask": ask, "other": other}, user=user, page=st.session_state.get("shown", ""))
    st.caption("open" if dialog_is_open() else "closed")


def opened(*keys: str) -> AppTest:
    at = AppTest.from_function(_script).run()
    for key in keys:
        press(at, key)
    return at


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click().run()
    assert not at.exception
    return at


def texts(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


def state(at: AppTest) -> str:
    return at.caption[0].value


def test_no_dialog_is_open_at_first() -> None:
    at = opened()

    assert (texts(at), state(at)) == ([], "closed")


def test_dialog_stays_open_while_the_page_is_drawn_again() -> None:
    at = opened("ask").run()

    assert (texts(at), state(at)) == (["Ada: Lisbon?"], "open")


def test_another_one_takes_its_place() -> None:
    assert texts(opened("ask", "other")) == ["Ada: something else"]


def test_cancel_closes_it_and_does_nothing() -> None:
    at = press(opened("ask"), "delete_cancel")

    assert (texts(at), state(at)) == ([], "closed")
    assert "deleted" not in at.session_state


def test_what_it_asks_is_done_and_it_closes() -> None:
    at = press(opened("ask"), "delete_confirm")

    assert (texts(at), state(at)) == ([], "closed")
    assert at.session_state["deleted"] == "Lisbon"


def test_it_closes_when_the_page_is_left_and_holds_nothing() -> None:
    at = opened("ask")
    at.session_state["shown"] = "insights"
    at.run()

    assert (texts(at), state(at)) == ([], "closed")
    at.session_state["shown"] = ""
    assert texts(at.run()) == []
    assert "dialog" not in at.session_state


def test_every_dialog_that_is_opened_is_there_and_has_a_name_of_its_own() -> None:
    names = [name for table in TABLES for name in table]
    opened_somewhere = {
        name for module in (ROOT / "components").rglob("*.py") for name in OPENS.findall(module.read_text("utf-8"))
    }

    assert sorted(names) == sorted(opened_somewhere)
