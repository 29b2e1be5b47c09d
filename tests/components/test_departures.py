"""Who left for a company is known again by Streamlit's cookie against forgery, for a while."""

from datetime import timedelta

import pytest
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

import components.departures
from components.departures import KEPT_FOR, Departure, Departures
from services.process.clock import utc_now

COOKIE = generate_xsrf_token_string(b"a" * 16, 1)
SAME_BROWSER = generate_xsrf_token_string(b"a" * 16, 1)  # written in another way
OTHER = generate_xsrf_token_string(b"b" * 16, 1)


def test_the_last_departure_of_a_browser_is_known_until_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    departures = Departures()
    departures.note(COOKIE, Departure("acme", None, "", utc_now()))
    departures.note(COOKIE, Departure("globex", 7, "[]", utc_now()))

    left = departures.of(SAME_BROWSER)
    assert left is not None
    assert (left.company, left.joining, left.told) == ("globex", 7, False)
    departures.told(SAME_BROWSER)
    told = departures.of(COOKIE)
    assert told is not None
    assert told.told
    assert departures.of(OTHER) is None

    monkeypatch.setattr("components.departures.utc_now", lambda: utc_now() + KEPT_FOR + timedelta(seconds=1))
    assert departures.of(COOKIE) is None


@pytest.mark.parametrize("cookie", [None, "", "nonsense", "2|zz|zz|1"])
def test_a_browser_without_the_cookie_is_not_known(cookie: str | None) -> None:
    departures = Departures()
    departures.note(cookie, Departure("acme", None, "", utc_now()))
    departures.told(cookie)

    assert departures.of(cookie) is None


def test_departures_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components.departures, "MOST", 1)
    departures = Departures()
    for cookie in (COOKIE, OTHER):
        departures.note(cookie, Departure("acme", None, "", utc_now()))

    assert departures.of(COOKIE) is None
    assert departures.of(OTHER)
