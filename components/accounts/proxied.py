"""Who is here by what a proxy says: read from the header that `proxy_sign_in.py` in front of this script wrote.

In `st.session_state`:
- `auth_said`: the last thing said that a sign-in here was made of, as `_told` puts it; once that sign-in has ended,
  only something newer makes another: the page has to be loaded again;
- `auth_refused`: why nobody is here, as a sentence.
"""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from components.resources import get_services
from services.accounts.identities import Said
from services.accounts.proxies import OUR_HEADER, unsealed
from services.accounts.records import SignIn
from services.errors import NotInvitedError

_TOGETHER_S = 300  # pages that are opened within so many seconds share a sign-in
_ENDED = "Your sign-in here has ended. Reload the page to come in again."
_NO_MIDDLEWARE = (
    "Here a proxy signs people in, and only `server.py` can know that it was the proxy. Whoever runs this app: start "
    "`server.py`, not `app.py`, or take the setting PROXY_SIGN_IN away."
)


def behind_proxy() -> bool:
    """Whether a proxy says who is here, and nothing else does."""
    return get_services().settings.behind_proxy


def said_here() -> Said | None:
    """Return what the proxy said as this tab connected; None where no middleware of ours stands before us."""
    return unsealed(st.context.headers.get(OUR_HEADER, ""), get_services().settings.cookie_secret)


def is_let_through() -> bool:
    """Whether this tab may be shown anything: behind a proxy only where a middleware of ours has looked at it."""
    return not behind_proxy() or said_here() is not None


def whose(said: Said) -> str:
    """Return whom a proxy means, as one text."""
    return f"{said.issuer} {said.subject}"


def new_sign_in(said: Said) -> SignIn | None:
    """Let in whom the proxy names, once for each time that a page was loaded; None where they are not let in."""
    state = st.session_state
    if state.get("auth_said") == _told(said):
        state.auth_refused = _ENDED
        return None
    services = get_services()
    seconds = int(said.issued_at.timestamp())
    shared = replace(said, issued_at=datetime.fromtimestamp(seconds - seconds % _TOGETHER_S, UTC))
    try:
        sign_in = services.identities.enter(shared)
        if services.sign_ins.current(sign_in.user.id, sign_in.at) is None:  # ended, and the page was loaded again
            sign_in = services.identities.enter(said)
    except NotInvitedError as exc:
        state.auth_refused = exc.message
        return None
    state.auth_said = _told(said)
    return sign_in


def draw_nobody() -> None:
    """Say why nobody is here, where a proxy should say who is."""
    with st.container(horizontal_alignment="center"), st.container(key="proxy_nobody", width=420):
        st.title("Travel-Bot", anchor=False)
        st.info(st.session_state.get("auth_refused", _NO_MIDDLEWARE), icon=":material/lock:")


def _told(said: Said) -> str:
    return f"{whose(said)} {said.issued_at.timestamp()}"
