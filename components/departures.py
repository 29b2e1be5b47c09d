"""Who left for a company's sign-in, to be known again when they are back: Streamlit hands nothing on.

A browser is known by Streamlit's cookie against forgery, as the tabs are.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from components.tabs import browser_of
from services.process.clock import utc_now

MOST = 20_000
KEPT_FOR = timedelta(minutes=15)  # longer than an answer may be on its way


@dataclass(frozen=True, slots=True)
class Departure:
    """One way to a company, in a browser; the next one takes its place."""

    company: str
    joining: int | None  # the user who is in and wants to join the company; None: somebody wants to come in
    before: str  # names the answer that was there already
    at: datetime
    page: str = ""  # that somebody had come for, by its path
    query: Mapping[str, str] = field(default_factory=dict)
    told: bool = False  # what came of it was


class Departures:
    """The last departure of each browser. Safe to use from any thread."""

    def __init__(self) -> None:
        self._by_browser: OrderedDict[bytes, Departure] = OrderedDict()
        self._lock = Lock()

    def note(self, xsrf_cookie: str | None, departure: Departure) -> None:
        """Remember that a browser leaves; one without the cookie is not known again."""
        if browser := browser_of(xsrf_cookie):
            with self._lock:
                self._by_browser.pop(browser, None)
                self._by_browser[browser] = departure
                if len(self._by_browser) > MOST:
                    self._by_browser.popitem(last=False)

    def of(self, xsrf_cookie: str | None) -> Departure | None:
        """Return how a browser left within the last quarter of an hour."""
        browser = browser_of(xsrf_cookie)
        with self._lock:
            left = self._by_browser.get(browser) if browser else None
        return left if left and utc_now() - left.at < KEPT_FOR else None

    def told(self, xsrf_cookie: str | None) -> None:
        """Remember that the person was told what came of it."""
        browser = browser_of(xsrf_cookie)
        with self._lock:
            if browser and browser in self._by_browser:
                self._by_browser[browser] = replace(self._by_browser[browser], told=True)
