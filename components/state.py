"""The door to what this tab has open; small values in `st.session_state`, the session also in the address.

`chat_session_id` is the session shown (None: a new chat; NO_SUCH_SESSION: the address named none), `chat_message_id`
the message that a search hit opens it at. `chat_address` is the address as it was last seen or written here.
"""

import streamlit as st

from services.sessions import SessionService

CHAT_PAGE = "pages/planner/chat.py"
NO_SUCH_SESSION = 0  # an id that no session ever has
_PARAMETER = "session"
_MAX_ID = 2**63 - 1


def settle_session(sessions: SessionService, *, user_id: int, on_chat: bool) -> None:
    """Bring the tab and its address together; once per run, before anything asks for the active session.

    On the chat page the address decides when the person changed it (a link, Back, Forward). Opened without one, the
    app goes back to the session used last. Other pages have no session in their address and change nothing.
    """
    state = st.session_state
    state.setdefault("chat_message_id", None)
    if not on_chat:
        state.chat_address = None
        return
    address = st.query_params.get(_PARAMETER)
    if "chat_session_id" not in state:
        state.chat_session_id = sessions.last_used(user_id=user_id) if address is None else _parsed(address)
    elif address != state.get("chat_address"):
        state.chat_session_id, state.chat_message_id = _parsed(address), None
    state.chat_address = address
    if state.chat_session_id != NO_SUCH_SESSION:
        _write_address(state.chat_session_id)


def active_session_id() -> int | None:
    """Return the id of the session shown, None for a new chat; it need not be one of this planner's."""
    session_id: int | None = st.session_state.get("chat_session_id")
    return session_id


def open_session(session_id: int, at_message_id: int | None = None) -> None:
    """Show a session, at a message if one is given; on the chat page. Also a callback."""
    st.session_state.chat_session_id = session_id
    st.session_state.chat_message_id = at_message_id
    _write_address(session_id)


def new_chat() -> None:
    """Show an empty chat; nothing is written anywhere else. Also a callback."""
    st.session_state.chat_session_id = None
    st.session_state.chat_message_id = None
    _write_address(None)


def _write_address(session_id: int | None) -> None:
    address = None if session_id is None else str(session_id)
    if st.query_params.get(_PARAMETER) != address:
        if address is None:
            del st.query_params[_PARAMETER]
        else:
            st.query_params[_PARAMETER] = address
    st.session_state.chat_address = address


def _parsed(address: str | None) -> int | None:
    if address is None:
        return None
    known = address.isascii() and address.isdigit() and len(address) < 20 and 0 < int(address) <= _MAX_ID
    return int(address) if known else NO_SUCH_SESSION
