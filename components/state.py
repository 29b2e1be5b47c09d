"""The door to what this tab has open; small values in `st.session_state`, the session also in the address.

`chat_session_id` is the session shown (None: a new chat; NO_SUCH_SESSION: the address named none), `chat_trip_id` the
trip that a new chat is to be in (None: in none), `chat_message_id` the message that a search hit opens a session at.
`chat_address` is what the address says of them, as it was last seen or written here: a parameter and its value, or
None. `chat_on_page` is True while the chat is the page shown, `chat_wanted` while it is on its way there.
`page_wanted` is another page and what its address says, while that is on its way.
`auth_reads_only` is True while whoever is here reads only: what changes something is not drawn for them.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from services.accounts.records import User
from services.sessions.sessions import SessionService

CHAT_PAGE = "pages/planner/chat.py"
SESSIONS_PAGE = "pages/planner/sessions.py"
SETTINGS_PAGE = "pages/planner/settings.py"
TEMPLATES_PAGE = "pages/planner/templates.py"
TRIPS_PAGE = "pages/planner/trips.py"
MEMORY_PAGE = "pages/planner/memory.py"
OPERATIONS_PAGE = "pages/planner/operations.py"
DECK_PAGE = "pages/planner/deck.py"
INSIGHTS_PAGE = "pages/planner/insights.py"
PEOPLE_PAGE = "pages/planner/people.py"
RECEIPT_PAGE = "pages/public/receipt.py"
REVIEW_PAGE = "pages/public/review.py"
SIGN_UP_PAGE = "pages/public/sign_up.py"
REVIEWS_PAGE = "pages/planner/reviews.py"
NO_SUCH_SESSION = 0  # an id that no session ever has
_PARAMETER, _TRIP, _MESSAGE = "session", "trip", "message"
_MAX_ID = 2**63 - 1


def settle_session(sessions: SessionService, *, user_id: int, on_chat: bool) -> None:
    """Bring the tab and its address together; once per run, before anything asks for the active session.

    On the chat page the address decides when the person changed it: by Back or Forward, or on the way there from
    another page. Any other that differs is an old one, of a browser that never heard of the new one: the answer was
    lost with its connection. Opened without one, the app goes back to the session used last. Other pages have no
    session in their address and change nothing, unless a click there asked for the chat.
    """
    state = st.session_state
    state.setdefault("chat_message_id", None)
    state.setdefault("chat_trip_id", None)
    if page := state.pop("page_wanted", None):
        state.chat_on_page, state.chat_address = False, None
        st.switch_page(page["page"], query_params=page["address"])
    wanted = state.pop("chat_wanted", False)
    if not on_chat:
        state.chat_on_page = False
        if wanted:
            st.switch_page(CHAT_PAGE, query_params=[state.chat_address] if state.chat_address else None)
        state.chat_address = None
        return
    address = _address()
    if "chat_session_id" not in state:
        _follow(address)
        if address is None:
            state.chat_session_id = sessions.last_used(user_id=user_id)
    elif address != state.get("chat_address") and (_is_back_or_forward() or not state.get("chat_on_page")):
        _follow(address)
    if _MESSAGE in st.query_params:  # a link to a single message
        state.chat_message_id = parsed_id(st.query_params[_MESSAGE])
        del st.query_params[_MESSAGE]
    state.chat_on_page, state.chat_address = True, address
    if NO_SUCH_SESSION not in (state.chat_session_id, state.chat_trip_id):
        _write_address()


def note_role(user: User | None) -> None:
    """Note what is drawn for whoever is here, once per run. What they may do the services decide."""
    st.session_state.auth_reads_only = user is not None and not user.may_write


def reads_only() -> bool:
    """Return whether whoever is here only reads what is shared with them."""
    return bool(st.session_state.get("auth_reads_only"))


def active_session_id() -> int | None:
    """Return the id of the session shown, None for a new chat; it need not be one of this planner's."""
    session_id: int | None = st.session_state.get("chat_session_id")
    return session_id


def new_chats_trip_id() -> int | None:
    """Return the id of the trip that the new chat shown is to be in; it need not be one of this planner's."""
    trip_id: int | None = st.session_state.get("chat_trip_id")
    return trip_id


def open_session(session_id: int, at_message_id: int | None = None) -> None:
    """Make a session the active one, opened at a message if one is given; stays on the page."""
    st.session_state.chat_session_id, st.session_state.chat_trip_id = session_id, None
    st.session_state.chat_message_id = at_message_id
    _write_address()


def new_chat(trip_id: int | None = None) -> None:
    """Make an empty chat the active one, in a trip if one is given; stays on the page, and writes nothing else."""
    st.session_state.chat_session_id, st.session_state.chat_trip_id = None, trip_id
    st.session_state.chat_message_id = None
    for one in ("chat_new", "chat_gone"):
        st.session_state.pop(one, None)
    _write_address()


def show_session(session_id: int, at_message_id: int | None = None) -> None:
    """Open a session, on the chat page. A callback: the page that ran it is left at its next run."""
    open_session(session_id, at_message_id)
    st.session_state.chat_wanted = True


def show_page(page: str, **address: str) -> None:
    """Open another page than the chat. A callback: the page that ran it is left at its next run."""
    st.session_state.page_wanted = {"page": page, "address": address}


def show_new_chat(trip_id: int | None = None) -> None:
    """Begin a new chat, in a trip if one is given, on the chat page.

    A callback: the page that ran it is left at its next run.
    """
    new_chat(trip_id)
    st.session_state.chat_wanted = True


def _is_back_or_forward() -> bool:
    """Whether one of the browser's two buttons asked for this run."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _address() -> tuple[str, str] | None:
    """Return what the address says: the session shown, or else the trip of a new chat."""
    return next(((name, st.query_params[name]) for name in (_PARAMETER, _TRIP) if name in st.query_params), None)


def _follow(address: tuple[str, str] | None) -> None:
    """Show what an address says."""
    ids = {} if address is None else {address[0]: parsed_id(address[1])}
    st.session_state.chat_session_id, st.session_state.chat_trip_id = ids.get(_PARAMETER), ids.get(_TRIP)
    st.session_state.chat_message_id = None


def _write_address() -> None:
    session_id, trip_id = active_session_id(), new_chats_trip_id()
    address = None
    if session_id is not None:
        address = (_PARAMETER, str(session_id))
    elif trip_id is not None:
        address = (_TRIP, str(trip_id))
    st.session_state.chat_address = address
    parameters = st.query_params.to_dict()
    others = {name: value for name, value in parameters.items() if name not in (_PARAMETER, _TRIP)}
    wanted = others | dict([address] if address else [])
    if st.session_state.get("chat_on_page") and parameters != wanted:
        st.query_params.from_dict(wanted)


def parsed_id(address: str | None) -> int | None:
    """Return the id in an address: None where there is none, NO_SUCH_SESSION for what cannot be one."""
    if address is None:
        return None
    known = address.isascii() and address.isdigit() and len(address) < 20 and 0 < int(address) <= _MAX_ID
    return int(address) if known else NO_SUCH_SESSION
