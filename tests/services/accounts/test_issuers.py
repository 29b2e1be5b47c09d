"""Whose token holds, and how often an issuer is asked for its keys."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
import pytest

from services.accounts.issuers import MAX_TOKEN_CHARS, Issuer, Issuers, fetched
from services.errors import IssuerAwayError
from tests.helpers import issuers as helper
from tests.helpers.issuers import AUDIENCE, ISSUER, KEYS_AT, METADATA_AT, Published, public

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "a secret of more than thirty-two characters"


def signed(key_id: str = "first", algorithm: str = "ES256", **claims: Any) -> str:
    """Return a token of this clock's time."""
    return helper.signed(key_id, algorithm, **{"at": NOW, **claims})


class Ticking:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def published() -> Published:
    return Published(public("first"))


@pytest.fixture
def issuer(published: Published, clock: Ticking) -> Issuer:
    return Issuer(name=ISSUER, audience=AUDIENCE, keys=KEYS_AT, fetch=published.fetch, clock=clock, now=lambda: NOW)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_token_says_who_it_is_about_and_until_when(issuer, published, algorithm):
    published.keys = [public("k", algorithm)]
    token = signed(
        "k", algorithm, at=NOW, email="Ada@example.com", email_verified=True, name="Ada L.", groups=["planners", 5]
    )

    checked = issuer.check(token)

    assert checked is not None
    assert (checked.said.issuer, checked.said.subject) == (ISSUER, "u-1")
    assert (checked.said.email, checked.said.email_verified, checked.said.name) == ("Ada@example.com", True, "Ada L.")
    assert checked.said.groups == ("planners",)
    assert checked.expires_at == NOW.replace(microsecond=0) + timedelta(hours=1)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _with_header(token: str, **header: Any) -> str:
    return ".".join([_part({"alg": "ES256", "kid": "first"} | header), *token.split(".")[1:]])


REFUSED = {
    "another issuer's": lambda: signed(iss="https://evil.example"),
    "for another audience": lambda: signed(aud="another-app"),
    "for nobody": lambda: signed(aud=None),
    "about nobody": lambda: signed(sub=None),
    "about a number": lambda: signed(sub=5),
    "about an empty name": lambda: signed(sub=""),
    "about a long name": lambda: signed(sub="u" * 256),
    "about what no database keeps": lambda: signed(sub="u\0"),
    "without an end": lambda: signed(exp=None),
    "ended": lambda: signed(exp=int(NOW.timestamp()) - 31),
    "not begun": lambda: signed(nbf=int(NOW.timestamp()) + 31),
    "from the future": lambda: signed(iat=int(NOW.timestamp()) + 31),
    "ends at no instant": lambda: signed(exp=10**30),
    "ends at a text": lambda: signed(exp="tomorrow"),
    "of an unknown key": lambda: signed("second"),
    "of another key by that name": lambda: _with_header(signed("second")),
    "unsigned": lambda: _with_header(signed(), alg="none").rsplit(".", 1)[0] + ".",
    "signed with what everybody knows": lambda: jwt.encode(
        {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "exp": NOW + timedelta(hours=1)},
        SECRET,
        algorithm="HS256",
        headers={"kid": "first"},
    ),
    "of another algorithm": lambda: _with_header(signed(), alg="ES384"),
    "critical in what nobody knows": lambda: signed(headers={"crit": ["x"], "x": 1}),
    "brings its own key": lambda: signed("second", headers={"kid": "own", "jwk": public("second")}),
    "with a key id that is none": lambda: _with_header(signed(), kid=["first"]),
    "too long": lambda: signed(name="n" * MAX_TOKEN_CHARS),
    "not ASCII": lambda: signed() + "é",
    "nothing": lambda: "",
    "points": lambda: "..",
    "deep": lambda: f"{base64.urlsafe_b64encode(b'[' * 9_000).decode()}.e30.AA",
    "no object": lambda: f"{_part([1])}.{_part([1])}.AA",
}


@pytest.mark.parametrize("made", REFUSED.values(), ids=REFUSED.keys())
def test_token_that_does_not_hold_is_nobodys(issuer, made):
    assert issuer.check(made()) is None
    assert Issuers([issuer]).check(made()) is None


def test_clocks_may_differ_by_half_a_minute(issuer):
    assert issuer.check(signed(exp=int(NOW.timestamp()) - 28))
    assert issuer.check(signed(nbf=int(NOW.timestamp()) + 28))


@pytest.mark.parametrize(
    "key",
    [
        public("first", use="enc"),
        public("first", alg="ES384"),
        public("first", crv="P-384"),
        public("first", kty="oct", k="eHh4eHh4"),
        public("first", x="AA"),
        "first",
    ],
    ids=["to encrypt", "for another algorithm", "of another curve", "a secret", "broken", "no key"],
)
def test_keys_that_are_not_to_sign_with_are_not_taken(issuer, published, key):
    published.keys = [key, public("other")]

    assert issuer.check(signed()) is None
    assert issuer.check(signed("other"))


def test_token_without_a_key_id_is_taken_where_there_is_one_key_only(issuer, published):
    assert issuer.check(signed(headers={"kid": ""}))

    published.keys.append(public("second"))
    again = Issuer(name=ISSUER, audience=AUDIENCE, keys=KEYS_AT, fetch=published.fetch, now=lambda: NOW)
    assert again.check(signed(headers={"kid": ""})) is None


def test_made_up_keys_ask_the_issuer_once_a_minute(issuer, published, clock):
    assert issuer.check(signed())
    for number in range(50):
        assert issuer.check(_with_header(signed(), kid=f"made-up-{number}")) is None
    assert len(published.asked) == 1

    clock.seconds += 60
    published.keys = [public("second")]
    assert issuer.check(signed("second"))
    assert issuer.check(signed()) is None  # that key is taken back
    assert len(published.asked) == 2


def test_keys_are_read_again_each_hour_and_the_old_ones_do_while_nobody_answers(issuer, published, clock):
    assert issuer.check(signed())
    clock.seconds += 3600
    published.away = True
    assert issuer.check(signed())
    assert issuer.check(signed())
    assert len(published.asked) == 2

    published.away, published.keys = False, [public("second")]
    clock.seconds += 60
    assert issuer.check(signed()) is None


def test_issuer_that_is_away_is_told_and_asked_again_after_ten_seconds(issuer, published, clock):
    published.away = True
    for _ in range(3):
        with pytest.raises(IssuerAwayError, match="Please try again"):
            issuer.check(signed())
    assert len(published.asked) == 1

    published.away = False
    clock.seconds += 10
    assert issuer.check(signed())


def test_nobody_waits_for_a_key_that_may_be_made_up(issuer, published, clock):
    assert issuer.check(signed())
    clock.seconds += 60
    asked, answer = threading.Event(), threading.Event()

    def slow(_url: str) -> Any:
        asked.set()
        answer.wait(10)
        return {"keys": published.keys}

    issuer._fetch = slow
    waiting = threading.Thread(target=issuer.check, args=(_with_header(signed(), kid="new"),))
    waiting.start()
    assert asked.wait(10)
    with pytest.raises(IssuerAwayError):
        issuer.check(_with_header(signed(), kid="newer"))
    assert issuer.check(signed())  # of a known key
    answer.set()
    waiting.join(10)


@pytest.mark.parametrize("keys", [{}, {"keys": None}, {"keys": []}, {"keys": ["x"] * 200}, [], "keys", None, 7])
def test_answer_that_holds_no_keys_is_an_issuer_that_is_away(clock, keys):
    issuer = Issuer(name=ISSUER, audience=AUDIENCE, keys=KEYS_AT, fetch=lambda _: keys, clock=clock)

    with pytest.raises(IssuerAwayError):
        issuer.check(signed())


def described(published: Published) -> Issuer:
    return Issuer(audience=AUDIENCE, metadata=METADATA_AT, fetch=published.fetch, now=lambda: NOW)


def test_issuer_and_keys_are_found_by_its_configuration(published):
    issuers = Issuers([described(published)])

    checked = issuers.check(signed())

    assert checked is not None
    assert checked.said.issuer == ISSUER
    assert issuers.check(signed(iss="https://evil.example")) is None
    assert published.asked == [METADATA_AT, KEYS_AT]


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://login.example.com/{tenantid}/v2.0"},
        {"jwks_uri": "http://id.example.com/keys"},
        {"issuer": None},
        {"jwks_uri": 5},
    ],
)
def test_configuration_that_names_nobody_for_sure_is_not_used(published, about):
    published.about |= about

    with pytest.raises(IssuerAwayError):
        Issuers([described(published)]).check(signed())


@pytest.mark.parametrize(("expected", "takes"), [(ISSUER, True), ("https://other.example", False)])
def test_issuer_that_calls_itself_another_is_not_used(published, expected, takes):
    given = {"audience": AUDIENCE, "metadata": METADATA_AT, "fetch": published.fetch, "now": lambda: NOW}
    issuers = Issuers([Issuer(**given, expected=expected)])

    if takes:
        assert issuers.check(signed())
        return
    with pytest.raises(IssuerAwayError):
        issuers.check(signed())


@pytest.mark.parametrize("claim", ["nonce", "at_hash", "c_hash"])
def test_id_token_opens_no_api(published, claim):
    given = {"name": ISSUER, "audience": AUDIENCE, "keys": KEYS_AT, "fetch": published.fetch, "now": lambda: NOW}

    assert Issuer(**given).check(signed(**{claim: "x"}))
    assert Issuer(**given, for_api=True).check(signed(**{claim: "x"})) is None
    assert Issuer(**given, for_api=True).check(signed())


def test_of_several_issuers_one_may_be_away(published):
    gone = Published()
    gone.away = True
    both = Issuers([described(gone), described(published)])

    assert both.check(signed())
    with pytest.raises(IssuerAwayError):  # it may be the other's
        both.check(signed(iss="https://other.example"))


def test_without_issuers_no_token_is_anybodys():
    assert Issuers([]).check(signed()) is None


ANSWERS = {
    "/keys": (200, b'{"keys": []}'),
    "/long": (200, b"[" + b"1," * 200_000 + b"1]"),
    "/deep": (200, b"[" * 100_000),
    "/text": (200, b"hello"),
    "/moved": (302, b""),
    "/gone": (404, b"{}"),
}


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Location", "/keys")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # the reader has had enough
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_answer_is_read_where_it_is_json_of_a_sensible_size(address):
    assert fetched(f"{address}/keys") == {"keys": []}
    for path in ("/long", "/deep", "/text", "/moved", "/gone"):
        with pytest.raises((httpx.HTTPError, ValueError, RecursionError)):
            fetched(address + path)


def test_issuer_whose_server_cannot_be_reached_is_away():
    nobody = Issuer(name=ISSUER, audience=AUDIENCE, keys="http://127.0.0.1:9/keys")

    with pytest.raises(IssuerAwayError):
        nobody.check(signed())
