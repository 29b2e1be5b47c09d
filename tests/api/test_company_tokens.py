"""Access tokens of a company at the API, and streams whose caller may read them no longer."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from db.models import User
from services.accounts.identities import Said
from services.accounts.issuers import Issuer, Issuers
from settings import Settings
from tests.helpers.api import Reading, client
from tests.helpers.issuers import AUDIENCE, ISSUER, METADATA_AT, Published, public, signed

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GONE = "This token lets nobody in any more. The reply goes on."


class Now:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def published() -> Published:
    return Published(public("first"))


@pytest.fixture
def company(services, published, now, monkeypatch) -> None:
    """Let the API take the tokens of an issuer."""
    issuer = Issuer(audience=AUDIENCE, metadata=METADATA_AT, fetch=published.fetch, now=now)
    monkeypatch.setattr(services.company_tokens, "_issuers", Issuers([issuer]))


@pytest.fixture
def ada_id(services, company) -> int:
    """Let somebody come in on the screens once."""
    said = Said(issuer=ISSUER, subject="u-1", issued_at=datetime.now(UTC), email="ada@example.com", name="Ada")
    user_id: int = services.identities.enter(said).user.id
    return user_id


def disable(database, user_id: int) -> None:
    with database.begin() as db_session:
        db_session.get_one(User, user_id).disabled = True


def test_token_of_a_company_is_its_users(address, ada_id):
    with client(address, signed()) as http:
        answer = http.get("/me")

    assert answer.status_code == 200
    assert (answer.json()["user_id"], answer.json()["token"]["name"]) == (str(ada_id), ISSUER)


def test_whoever_never_came_in_and_whoever_is_disabled_is_told_so(address, ada_id, database):
    with client(address, signed(sub="stranger")) as http:
        answer = http.get("/me")
    disable(database, ada_id)
    with client(address, signed()) as http:
        disabled = http.get("/me")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_invited")
    assert answer.json()["detail"].startswith("Sign in on the screens of this app once")
    assert disabled.status_code == 403


@pytest.mark.parametrize(
    "claims",
    [{"iss": "https://evil.example"}, {"aud": "other"}, {"exp": 5}, {"sub": None}],
    ids=["issuer", "audience", "ended", "nobody"],
)
def test_token_that_does_not_hold_is_a_401(address, ada_id, claims):
    with client(address, signed(**claims)) as http:
        answer = http.get("/me")

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_company_that_cannot_be_asked_is_a_503(address, ada_id, published):
    published.away = True
    with client(address, signed()) as http:
        answer = http.get("/me")

    assert (answer.status_code, answer.json()["code"]) == (503, "issuer_unavailable")
    assert answer.headers["retry-after"]


def test_requests_by_either_kind_of_token_count_together(address, services, ada_id):
    object.__setattr__(services, "settings", services.settings.model_copy(update={"requests_per_minute": 3}))
    ours = services.tokens.create(user_id=ada_id, name="mine").secret
    with client(address, signed()) as company, client(address, ours) as own:
        statuses = [one.get("/me").status_code for one in (company, own, company, own)]

    assert statuses == [200, 200, 200, 429]


def test_without_the_setting_no_token_of_a_company_is_taken(address, user_id):
    assert Settings().company_api_audience is None
    with client(address, signed()) as http:
        assert http.get("/me").status_code == 401


@pytest.fixture
def asked_at_once(monkeypatch) -> None:
    """Let a stream ask about its caller whenever something is told, and something be told all the time."""
    monkeypatch.setattr("api.streaming.STILL_EVERY_S", 0)
    monkeypatch.setattr("services.replies.readers.SILENCE_S", 0.05)


def test_stream_ends_when_the_company_s_token_ends(address, ada_id, emulator, now, asked_at_once):
    emulator.hold_reply()
    with client(address, signed(at=now.at)) as http:
        reading = Reading(http, "POST", "/chat", json={"content": "14 days in Japan"}).until("text-delta")
        assert GONE not in reading.text

        now.at += timedelta(hours=1, minutes=1)

        assert GONE in reading.to_end()
    emulator.release()


def test_bare_text_is_cut_when_its_user_is_disabled(api, database, emulator, asked_at_once):
    emulator.hold_reply()

    def read() -> None:
        with api.http.stream("POST", "/chat", json={"content": "Japan"}, headers={"Accept": "text/plain"}) as answer:
            for _ in answer.iter_text():
                disable(database, api.user_id)

    with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
        read()
    emulator.release()
