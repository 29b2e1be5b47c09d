from collections.abc import Callable

from streamlit.testing.v1 import AppTest

import tests.helpers.app_test  # noqa: F401 - once for all
from tests.helpers.told import told


def _two_cookies() -> None:
    import streamlit as st

    from components import browser_cookie

    st.text(f"sign-in {browser_cookie.write('sign_in', 'a.b-c', 30)}")
    st.text(f"known {browser_cookie.delete('known')}")


def answer(at: AppTest, name: str) -> Callable[[], AppTest]:
    """Return what presses the button that the browser presses when this cookie is written."""
    [cookie] = [cookie for cookie in told(at, "cookie") if cookie["name"] == name]
    return at.button(key=cookie["button"]).click().run


def test_cookie_is_told_until_the_browser_has_written_it() -> None:
    at = AppTest.from_function(_two_cookies).run()
    at.run()

    assert [text.value for text in at.text] == ["sign-in False", "known False"]
    assert [(one["name"], one["value"], one["days"]) for one in told(at, "cookie")] == [
        ("sign_in", "a.b-c", 30),
        ("known", "", 0),
    ]
    answer(at, "sign_in")()
    assert [text.value for text in at.text] == ["sign-in True", "known False"]
    assert [cookie["name"] for cookie in told(at, "cookie")] == ["known"]


def test_answer_to_one_value_is_none_to_another() -> None:
    def script(value: str) -> None:
        from components import browser_cookie

        browser_cookie.write("sign_in", value, 30)

    buttons = [
        told(AppTest.from_function(script, args=(value,)).run(), "cookie")[0]["button"] for value in ("one", "two")
    ]

    assert len(set(buttons)) == 2


def test_browser_is_given_a_cookie_that_it_keeps_if_it_has_none():
    at = AppTest.from_function(_keeping).run()

    assert told(at, "cookie-new") == [
        {"name": "reader", "value": "abc", "days": 30, "kept": "reader_kept", "other": "reader_other"}
    ]
    assert at.text[0].value == "not told"
    at.button(key="reader_kept").click().run()
    assert at.text[0].value == "abc"
    at.run()
    assert (at.text[0].value, len(at.button), told(at, "cookie-new")) == ("abc", 0, [])


def test_browser_that_has_another_cookie_is_asked_for_it():
    at = AppTest.from_function(_keeping).run()
    at.button(key="reader_other").click().run()

    assert told(at, "cookie-wanted") == [{"name": "reader", "input": "told_reader"}]
    assert at.text[0].value == "not told"
    at.text_input(key="told_reader").input("another").run()
    assert at.run().text[0].value == "another"


def _keeping() -> None:
    import streamlit as st

    from components import browser_cookie

    browser_cookie.keep("reader", "abc", 30)
    st.text(browser_cookie.told("reader") or "not told")
