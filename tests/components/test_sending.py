"""A form is sent once, however quickly its button is pressed twice."""

from streamlit.testing.v1 import AppTest

import tests.helpers.app_test  # noqa: F401 - once for all


def _script() -> None:
    from contextlib import suppress

    import streamlit as st

    from components.sending import sent_once, times_sent

    def press(times: int, *, fails: bool = False) -> None:
        with suppress(ValueError), sent_once("form", times) as is_first:
            if fails:
                raise ValueError
            st.text("saved" if is_first else "pressed twice")

    drawn = times_sent("form")
    press(drawn, fails=True)
    press(drawn)
    press(drawn)
    press(times_sent("form"))
    st.text(str(times_sent("other")))


def test_second_press_sends_nothing_and_one_that_failed_can_be_pressed_again() -> None:
    at = AppTest.from_function(_script).run()

    assert not at.exception
    assert [text.value for text in at.text] == ["saved", "pressed twice", "saved", "0"]
