"""The tabs that are open here: whether somebody is signed in at one, and which browser it is in.

Files are taken from tabs that are signed in only. And Streamlit gives a tab, with all that it holds, to whoever names
it, while the id of a tab stands in addresses: so a tab goes back to its own browser only.
"""

from collections import OrderedDict
from dataclasses import dataclass
from secrets import compare_digest
from threading import Lock

from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

MOST = 20_000  # tabs remembered; the one that did nothing for the longest is forgotten first


@dataclass(frozen=True, slots=True)
class _Tab:
    signed_in: bool
    browser: bytes | None


class Tabs:
    """What is known of each tab, by the name of Streamlit's session. Safe to use from any thread."""

    def __init__(self) -> None:
        self._tabs: OrderedDict[str, _Tab] = OrderedDict()
        self._lock = Lock()

    def note(self, tab: str, *, signed_in: bool, xsrf_cookie: str | None) -> None:
        """Remember whether somebody is signed in at a tab, and the browser by Streamlit's cookie against forgery."""
        with self._lock:
            self._tabs.pop(tab, None)
            self._tabs[tab] = _Tab(signed_in, browser_of(xsrf_cookie))
            if len(self._tabs) > MOST:
                self._tabs.popitem(last=False)

    def is_signed_in(self, tab: str) -> bool:
        """Whether somebody was signed in at a tab when it was drawn last."""
        with self._lock:
            known = self._tabs.get(tab)
        return known is not None and known.signed_in

    def is_of(self, tab: str, *, xsrf_cookie: str | None) -> bool:
        """Whether a tab was drawn for the browser that has this cookie."""
        with self._lock:
            known = self._tabs.get(tab)
        drawn_for, browser = known.browser if known else None, browser_of(xsrf_cookie)
        return bool(drawn_for and browser and compare_digest(drawn_for, browser))


def browser_of(xsrf_cookie: str | None) -> bytes | None:
    """Return what stays the same in the cookie, which is written in another way each time."""
    return decode_xsrf_token_string(xsrf_cookie)[0] if xsrf_cookie else None
