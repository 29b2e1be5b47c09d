"""A window of a browser whose page goes from test to test: to open one costs as much CPU as to load the app twice."""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.helpers.browser import STATES

_SIZE: Any = {"width": 1280, "height": 800}
_TIMEOUT_MS = 60_000  # a machine that is busy is slow, not wrong
# What a page keeps for good: it is closed where a test does one of these.
_STAYS = ("once", "route_web_socket", "add_init_script", "expose_binding", "expose_function", "set_default_timeout")


class Window:
    """A window of a worker's tests: what the browser has loaded and compiled for one, it has for the next.

    Nothing in it moves that need not, as moving takes half a core.
    """

    def __init__(self, browser: Browser) -> None:
        self.context: BrowserContext = browser.new_context(viewport=_SIZE, reduced_motion="reduce")
        self.context.set_default_timeout(_TIMEOUT_MS)
        self._page: Page | None = None
        self._listeners: list[tuple[Any, Any]] = []  # that a test gave the page

    def close(self) -> None:
        self.context.close()

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Give a page of a visitor of its own: no cookie and nothing else that is stored outlives a test."""
        begin = time.monotonic()

        def tell(what: str) -> None:  # pytest shows it where the test failed
            print(f"{time.monotonic() - begin:5.1f} s  {what}")

        tellers = {
            "console": lambda message: tell(f"{message.type}: {message.text}"),
            "weberror": lambda error: tell(f"error: {error.error}"),
            "requestfailed": lambda request: tell(f"{request.failure}: {request.url}"),
        }
        for event, teller in tellers.items():
            self.context.on(event, teller)  # type: ignore[call-overload]
        self._page = page = self._page or self._opened()
        yield page
        for event, teller in tellers.items():
            self.context.remove_listener(event, teller)
        for one in self.context.pages:
            with suppress(Error):  # it may show nothing of ours, or hang
                tell(f"{one.url} {one.get_by_test_id('stApp').evaluate(STATES, timeout=500)}")
            if one is not self._page:
                one.close()
        self._forget()

    def _opened(self) -> Page:
        page = self.context.new_page()
        page.once("close", self._dismiss)
        page.once("crash", self._dismiss)
        for name in _STAYS:
            setattr(page, name, self._noted(getattr(page, name), self._dismiss))
        setattr(page, "on", self._noted(page.on, lambda *given: self._listeners.append(given)))  # noqa: B010
        return page

    def _noted(self, does: Callable[..., Any], note: Callable[..., object]) -> Callable[..., Any]:
        """Return what does the same, and is noted with what it was given."""

        @functools.wraps(does)
        def noted(*given: Any, **named: Any) -> Any:
            note(*given)
            return does(*given, **named)

        return noted

    def _dismiss(self, *_: object) -> None:
        self._page = None

    def _forget(self) -> None:
        if self._page:
            try:
                self._put_back(self._page)
            except Error:  # it hangs
                self._page.close()
        page = self._page = self._page or self._opened()
        self._listeners.clear()
        session = self.context.new_cdp_session(page)
        session.send("Page.resetNavigationHistory")
        session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})  # all but the cache
        session.detach()
        self.context.clear_cookies()
        self.context.clear_permissions()

    def _put_back(self, page: Page) -> None:
        for event, listener in self._listeners:
            page.remove_listener(event, listener)
        page.unroute_all()
        with suppress(Error):  # it may show nothing of ours
            page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
        page.set_viewport_size(_SIZE)
        page.emulate_media(color_scheme="light")
        page.set_extra_http_headers({})
        page.mouse.move(-1, -1)
