"""The tabs that somebody is signed in at: files are taken from no other."""

from collections import OrderedDict
from threading import Lock

MOST = 20_000  # tabs remembered; the one that did nothing for the longest is forgotten first


class Tabs:
    """Names of Streamlit's sessions, one for each open tab. Safe to use from any thread."""

    def __init__(self) -> None:
        self._signed_in: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def note(self, tab: str, *, signed_in: bool) -> None:
        """Remember whether somebody is signed in at a tab."""
        with self._lock:
            self._signed_in.pop(tab, None)
            if signed_in:
                self._signed_in[tab] = None
            if len(self._signed_in) > MOST:
                self._signed_in.popitem(last=False)

    def is_signed_in(self, tab: str) -> bool:
        """Whether somebody was signed in at a tab when it was drawn last."""
        with self._lock:
            return tab in self._signed_in
