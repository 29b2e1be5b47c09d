"""The app where a proxy says who is here: whom it lets in, for how long, and what it no longer offers."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from ipaddress import ip_network

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from components.accounts.sign_in_cookie import COOKIE_NAME
from db.models import User as UserRow
from services.accounts.identities import Said
from services.accounts.proxies import OUR_HEADER, sealed
from services.accounts.sign_ins import FRESH_FOR
from services.wiring import Services
from settings import Company
from tests.helpers.clock import NOON, Clock
from tests.helpers.screens import begin_at
from tests.helpers.told import told

ENDED = "Your sign-in here has ended. Reload the page to come in again."
ADA = Said("proxy", "ada", NOON, "ada@example.com", True, "Ada Lovelace")
EVE = replace(ADA, subject="eve", email="eve@example.com", name="Eve")


@dataclass
class Handshake:
    """What came with the WebSocket."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    remote_ip: str | None = "127.0.0.1"


@pytest.fixture
def proxied(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Let a proxy say who is here."""
    more: dict[str, object] = {
        "proxy_sign_in": "headers",
        "trusted_proxies": (ip_network("10.0.0.9"),),
        "dev_user_id": "dev",
    }
    more["companies"] = (
        Company("acme", "Acme", "travel-bot", "https://id.example.com/.well-known/openid-configuration"),
    )
    object.__setattr__(services, "settings", services.settings.model_copy(update=more))
    return services


@pytest.fixture
def handshake(monkeypatch: pytest.MonkeyPatch) -> Handshake:
    sent = Handshake()
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: sent)
    return sent


@pytest.fixture
def comes(proxied: Services, handshake: Handshake, noon: Clock) -> Callable[[Said], None]:
    """Return a function that has the middleware say who opens the WebSocket now."""

    def come(said: Said) -> None:
        now = replace(said, issued_at=noon.now(UTC))
        handshake.headers = [("Host", "localhost"), (OUR_HEADER, sealed(now, proxied.settings.cookie_secret))]

    return come


def info(at: AppTest) -> list[str]:
    assert not at.exception
    return [one.value for one in at.info]


def who(at: AppTest) -> str | None:
    """Return who is signed in, as the sidebar names them."""
    assert not at.exception
    names = [one.value for one in at.sidebar.markdown if ":material/account_circle:" in one.value]
    return names[0].removeprefix(":material/account_circle: ") if names else None


@pytest.mark.parametrize("page", [None, "review", "sign_up", "settings"])
def test_without_the_middleware_there_is_a_sentence_and_nothing_else(visitor, proxied, handshake, page):
    handshake.headers = [("Host", "localhost"), ("X-Forwarded-User", "ada"), (OUR_HEADER, "ada")]
    handshake.cookies = {COOKIE_NAME: "whatever"}
    visitor.query_params["link"] = "a" * 32
    if page:
        visitor._page_hash = calc_hash(page)
    visitor.run()

    assert len(info(visitor)) == 1
    assert "start `server.py`, not `app.py`" in info(visitor)[0]
    assert len(visitor.text_input) + len(visitor.button) == 0
    assert told(visitor, "cookie") == []


def test_whom_the_proxy_names_is_in_and_has_no_other_way_in_or_out(visitor, proxied, comes):
    comes(ADA)
    visitor.run()

    assert who(visitor) == "Ada Lovelace"
    assert "Sign out" not in [one.label for one in visitor.button]
    assert told(visitor, "cookie") == []

    visitor.switch_page("pages/planner/settings.py").run()
    assert not visitor.exception
    labels = [one.label for one in visitor.button]
    assert "Sign out everywhere else" in labels
    assert not [label for label in labels if label == "Sign out" or "Acme" in label]
    assert not [one for one in visitor.text_input if "password" in one.label.lower()]


def test_somebody_else_in_the_same_tab_is_another_sign_in(visitor, comes):
    comes(ADA)
    visitor.run()
    visitor.session_state["draft"] = "a secret"
    comes(EVE)
    visitor.run()

    assert who(visitor) == "Eve"
    assert "draft" not in visitor.session_state


def test_pages_that_are_opened_together_share_a_sign_in_and_it_holds_for_twelve_hours(visitor, comes, noon):
    comes(ADA)
    visitor.run()
    first = visitor.session_state["auth_user"]["signed_in_at"]
    noon.set(NOON + timedelta(minutes=2))
    del visitor.session_state["auth_user"]
    comes(ADA)
    visitor.run()
    assert visitor.session_state["auth_user"]["signed_in_at"] == first

    noon.set(NOON + timedelta(hours=12, minutes=3))
    visitor.run()
    assert (who(visitor), info(visitor)) == (None, [ENDED])
    comes(ADA)
    visitor.run()
    assert who(visitor) == "Ada Lovelace"


def test_sign_in_that_was_ended_is_over_until_the_page_is_loaded_again(visitor, proxied, comes, noon):
    comes(ADA)
    visitor.run()
    proxied.sign_ins.end_all(visitor.session_state["auth_user"]["id"])

    for _ in range(2):
        visitor.run()
        assert (who(visitor), info(visitor)) == (None, [ENDED])
    noon.set(NOON + timedelta(seconds=7))
    comes(ADA)
    visitor.run()

    assert who(visitor) == "Ada Lovelace"


def test_signing_out_elsewhere_keeps_this_tab_and_writes_no_cookie(visitor, comes):
    comes(ADA)
    begin_at(visitor, "pages/planner/settings.py").run()
    visitor.button(key="account_sign_out_elsewhere").click().run()

    assert who(visitor) == "Ada Lovelace"
    assert [one.value for one in visitor.success] == ["Every other sign-in has ended."]
    assert told(visitor, "cookie") == []


def test_whoever_is_disabled_is_told_so(visitor, app_database, comes, noon):
    comes(ADA)
    visitor.run()
    with app_database.begin() as db_session:
        db_session.get_one(UserRow, visitor.session_state["auth_user"]["id"]).disabled = True
    visitor.run()
    assert who(visitor) is None

    noon.set(NOON + FRESH_FOR)
    comes(ADA)
    visitor.run()
    assert info(visitor) == ["This account is disabled. Ask whoever runs this app."]


def test_nobody_comes_in_by_a_cookie_or_by_a_setting(visitor, planner, proxied, handshake):
    handshake.headers = [("Host", "localhost")]
    visitor.session_state["auth_user"] = {"id": planner.id, "signed_in_at": int(NOON.timestamp() * 1000) - 86_400_000}
    visitor.run()

    assert who(visitor) is None
