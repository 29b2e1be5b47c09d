"""Cookies of a browser, written by a script: Streamlit can read those that came with the page, and set none."""

import hashlib

import streamlit as st

from components.scripts import for_scripts, tell


def write(name: str, value: str, days: int) -> bool:
    """Draw what writes a cookie in the browser, or nothing and return True once the browser says it has.

    For this site only, and over TLS only where the page came over TLS. *value* is of letters, digits and `-_.`; no
    days delete the cookie. To be called in every run until then: a page that is drawn anew too early has written
    nothing. In a fragment, as the browser's answer runs it again.
    """
    key = f"written_{hashlib.sha256(f'{name} {value} {days}'.encode()).hexdigest()[:16]}"
    if st.session_state.get(key):
        return True
    with for_scripts(name):
        tell("cookie", {"name": name, "value": value, "days": days, "button": key})
        st.button("Written", key=key)  # the script's alone
    return False


def delete(name: str) -> bool:
    """Draw what deletes a cookie in the browser, or nothing and return True once the browser says it has."""
    return write(name, "", 0)


def read(name: str) -> None:
    """Draw what asks the browser for a cookie that did not come with the page; `told` returns it in the next run.

    Some hosts hand on only those cookies that they know: Community Cloud does. A browser that has none says nothing.
    """
    with st.container(key=f"browser_cookie_{name}"):
        st.html(f"<style>.st-key-browser_cookie_{name} {{ display: none }}</style>")
        tell("cookie-wanted", {"name": name, "input": _told(name)})
        st.text_input("Cookie", key=_told(name), max_chars=4_096, autocomplete="off")  # the script's alone


def keep(name: str, new: str, days: int) -> None:
    """Draw what lets a browser that has no such cookie keep *new*; `told` returns that then, or what it has.

    That it keeps it is told by a button, which is there sooner than a box. To be called in every run.
    """
    if f"{name}_is_another" in st.session_state:
        read(name)
        return
    if told(name):
        st.empty()
        return
    with for_scripts(name):
        kept, other = f"{name}_kept", f"{name}_other"
        tell("cookie-new", {"name": name, "value": new, "days": days, "kept": kept, "other": other})
        st.button("Kept", key=kept, on_click=_note, args=(_kept(name), new))  # the script's alone, both
        st.button("Another", key=other, on_click=_note, args=(f"{name}_is_another", True))


def told(name: str) -> str | None:
    """Return the cookie that the browser told after `read` or `keep`."""
    return st.session_state.get(_kept(name)) or st.session_state.get(_told(name)) or None


def _note(key: str, value: object) -> None:
    st.session_state[key] = value


def _kept(name: str) -> str:
    return f"kept_{name}"


def _told(name: str) -> str:
    return f"told_{name}"
