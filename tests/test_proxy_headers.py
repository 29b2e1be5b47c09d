"""Who comes in by a proxy's headers, at every address of `server.py` alike, with a bare ASGI app behind them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from starlette.types import ASGIApp
from streamlit import config

from middleware import Guard, SecurityHeaders
from proxy_sign_in import ProxySignIn
from services.accounts.identities import Said
from services.accounts.issuers import Issuer
from services.accounts.proxies import OUR_HEADER, sealed, unsealed
from settings import Settings
from tests.helpers.issuers import AUDIENCE, ISSUER, KEYS_AT, Published, public, signed

SECRET = "a cookie key of more than thirty-two characters"
PROXY = ("10.0.0.9", 40_000)
STRANGER = ("203.0.113.7", 40_000)
LOCAL = ("127.0.0.1", 0)  # as uvicorn has a loopback peer that says whom it asks for
USER = (b"x-forwarded-user", b"ada")
TOKEN = b"x-forwarded-access-token"
TAKEN_OUT = [(OUR_HEADER.lower(), "")]  # who is at the machine itself has nothing that is taken out
IDENTITIES = [
    *("X-Forwarded-User", "x-forwarded-user", "X-FORWARDED-USER", "X_Forwarded_User", "x-forwarded_user"),
    *("X-Forwarded-Email", "X-Forwarded-Preferred-Username", "X-Forwarded-Groups", "X-Forwarded-Access-Token"),
    *("Cf-Access-Jwt-Assertion", "Cf-Access-Authenticated-User-Email", "X-Goog-Authenticated-User-Email"),
    *("X-Goog-IAP-JWT-Assertion", "X_Goog_Authenticated_User_Id", "X-Auth-Request-User", "Remote-User"),
    *("X-Amzn-Oidc-Data", "X-Ms-Client-Principal", OUR_HEADER, OUR_HEADER.replace("-", "_"), OUR_HEADER.upper()),
]
DOORS = [
    *(("http", "GET", path) for path in ("/", "/sessions", "/review", "/media/x.pdf", "/static/js/x.js")),
    *(("http", "GET", path) for path in ("/app/static/icon.png", "/component/x/y.html", "/nope", "/_stcore/x")),
    ("http", "GET", "/_stcore/host-config"),
    ("http", "POST", "/_stcore/agent/interact"),
    ("http", "POST", "/_stcore/agent/mcp"),
    ("http", "PUT", "/_stcore/upload_file/ours/some-id"),
    ("websocket", "", "/_stcore/stream"),
    ("websocket", "", "/api/me"),
    ("websocket", "", "/_stcore/health"),
]
OFF = Settings(cookie_key=SECRET, trusted_proxies="10.0.0.8/31")  # type: ignore[arg-type]


def on(**more: Any) -> Settings:
    given = {"cookie_key": SECRET, "proxy_sign_in": "headers", "trusted_proxies": "10.0.0.8/31,127.0.0.1"}
    return Settings.model_validate(given | more)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def tabs(monkeypatch) -> None:
    """Let an upload get as far as the app, so that it is the proxy's headers which decide."""
    monkeypatch.setattr("middleware.Guard._upload", lambda self, *asked: self._app(*asked))


class Reached:
    """What came of a request: the answer's status and text, and the headers that reached the app, if it got there."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.text = ""
        self.headers: list[tuple[str, str]] | None = None

    @property
    def said(self) -> Said | None:
        ours = [value for name, value in self.headers or () if name == OUR_HEADER.lower()]
        assert len(ours) <= 1
        return unsealed(ours[0], SECRET) if ours else None


async def ask(
    settings: Settings | None,
    *headers: tuple[bytes, bytes],
    kind: str = "http",
    method: str = "GET",
    path: str = "/",
    peer: tuple[str, int] | None = PROXY,
    issuer: Issuer | None = None,
) -> Reached:
    found = Reached()

    async def behind(scope, _receive, send):
        found.headers = [(name.decode().lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    async def send(message):
        found.status = message.get("status", found.status) if kind == "http" else 1008
        found.text += message.get("body", b"").decode()

    app: ASGIApp = ProxySignIn(Guard(behind, lambda: settings), lambda: settings)
    app._issuer = issuer  # type: ignore[attr-defined]
    app = SecurityHeaders(app, lambda: settings)
    scope = {"type": kind, "method": method, "path": path, "query_string": b"", "scheme": "http", "client": peer}
    await app({**scope, "headers": list(headers)}, None, send)  # type: ignore[arg-type]
    return found


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "method", "path"), DOORS, ids=[f"{kind} {path}" for kind, _, path in DOORS])
async def test_no_door_lets_anybody_in_whom_no_listed_proxy_names(kind, method, path):
    door: Any = {"kind": kind, "method": method, "path": path}
    refused = 403 if kind == "http" else 1008

    off = await ask(OFF, USER, **door)
    stranger = await ask(on(), USER, **door, peer=STRANGER)
    nobody = await ask(on(), **door)
    twice = await ask(on(), USER, (b"X-Forwarded-User", b"eve"), **door)
    let_in = await ask(on(), USER, **door)

    assert off.headers is not None
    assert off.said is None
    assert off.headers == TAKEN_OUT
    assert (stranger.status, stranger.headers) == (refused, None)
    assert (nobody.status, nobody.headers) == (refused, None)
    assert (twice.status, twice.headers) == (400 if kind == "http" else 1008, None)
    assert let_in.said is not None
    assert let_in.said.subject == "ada"


@pytest.mark.anyio
@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_what_says_who_somebody_is_reaches_nobody(name, kind):
    other = (b"x-forwarded-proto", b"https")
    forged = (name.encode(), sealed(Said("proxy", "eve", datetime.now(UTC)), SECRET).encode())
    path = "/_stcore/stream" if kind == "websocket" else "/_stcore/agent/interact"

    while_off = await ask(OFF, forged, other, kind=kind, path=path)
    while_settings_are_wrong = await ask(None, forged, other, kind=kind)
    at_the_api = await ask(on(), forged, other, path="/api/me")
    for reached in (while_off, while_settings_are_wrong, at_the_api):
        assert reached.headers == [("x-forwarded-proto", "https"), *TAKEN_OUT]
    if name.lower() != "x-forwarded-user":
        beside = await ask(on(), USER, forged, kind=kind, path=path)
        if "_" in name and name.lower().replace("_", "-") == "x-forwarded-user":
            assert beside.headers is None  # it is there twice
        else:
            assert [one for one, _ in beside.headers or ()] == [OUR_HEADER.lower()]
            assert beside.said is not None
            assert beside.said.subject == "ada"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("peer", "said", "comes_in"),
    [
        (PROXY, "203.0.113.7", True),
        (PROXY, "203.0.113.7:40000", False),  # it may be uvicorn that calls the peer so
        (STRANGER, "10.0.0.9", False),
        (STRANGER, "10.0.0.9, 127.0.0.1", False),
        (LOCAL, "203.0.113.7", True),
        (("10.0.0.9", 4711), "10.0.0.9:4711", False),
        (None, "203.0.113.7", True),  # a local socket
        (("nonsense", 5), "", False),
    ],
)
async def test_only_a_connection_of_a_listed_proxy_counts(peer, said, comes_in):
    reached = await ask(on(), USER, (b"x-forwarded-for", said.encode()), peer=peer)

    assert (reached.said is not None) == comes_in


@pytest.mark.anyio
async def test_this_machine_counts_only_where_it_is_listed():
    reached = await ask(on(trusted_proxies="10.0.0.9"), USER, (b"x-forwarded-for", b"10.0.0.9"), peer=LOCAL)

    assert (reached.status, reached.headers) == (403, None)
    assert (
        reached.text == "This app is reached through its proxy, which signs you in. Open it at the proxy's address."
    )


@pytest.mark.anyio
async def test_headers_say_who_somebody_is():
    everything = await ask(
        on(),
        USER,
        (b"x-forwarded-email", b"Ada@Example.com"),
        (b"x-forwarded-preferred-username", "Ada Lovelacé".encode()),
        (b"x-forwarded-groups", b"planners, eu:west,,"),
    )
    by_mail = await ask(on(), (b"x-forwarded-email", b"Ada@Example.com"))

    said = everything.said
    assert said is not None
    assert (said.issuer, said.subject, said.email, said.email_verified) == ("proxy", "ada", "Ada@Example.com", True)
    assert (said.name, said.groups) == ("Ada Lovelacé", ("planners", "eu:west"))
    assert abs(said.issued_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert by_mail.said is not None
    assert (by_mail.said.issuer, by_mail.said.subject) == ("proxy, by e-mail", "ada@example.com")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("given", "status"),
    [
        ([(b"x-forwarded-user", b"ada, eve")], 400),
        ([(b"x-forwarded-user", b"a" * 256)], 400),
        ([(b"x-forwarded-user", b"\xff")], 400),
        ([(b"x-forwarded-user", b"a\tb")], 400),
        ([USER, (b"x-forwarded-email", b"ada@example.com,eve@example.com")], 400),
        ([USER, (b"x-forwarded-groups", b"a"), (b"X_FORWARDED_GROUPS", b"admins")], 400),
        ([(b"x-forwarded-user", b"")], 403),
        ([(b"x-forwarded-user", b"  ")], 403),
        ([(b"x-forwarded-email", b"not an address")], 403),
        ([(b"X_Forwarded_User", b"ada")], 403),
        ([(b"x-forwarded-access-token", b"ada")], 403),
    ],
)
async def test_headers_that_name_nobody_for_sure_are_refused(given, status):
    reached = await ask(on(), *given)

    assert (reached.status, reached.headers) == (status, None)
    assert reached.text.endswith(".")


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/_stcore/health", "/_stcore/script-health-check", "/api/health", "/api/metrics"])
async def test_whoever_looks_after_the_app_comes_by_no_proxy(path):
    reached = await ask(on(), USER, path=path, peer=STRANGER)

    assert (reached.status, reached.headers) == (200, TAKEN_OUT)


@pytest.mark.anyio
async def test_programs_need_the_proxy_and_a_token_of_their_own_and_no_header_makes_them_anybody():
    key = (b"authorization", b"Bearer tbt_x")

    assert (await ask(on(), USER, key, path="/api/me")).headers == [("authorization", "Bearer tbt_x"), *TAKEN_OUT]
    assert (await ask(on(), key, path="/api/me")).headers == [("authorization", "Bearer tbt_x")]
    assert (await ask(on(), key, path="/api/me", peer=STRANGER)).status == 403
    assert (await ask(on(), key, path="/apis")).status == 403
    assert (await ask(on(), USER, USER, key, path="/api/me")).status == 400


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/auth/login", "/auth/logout", "/oauth2callback"])
async def test_there_is_no_other_way_in(path):
    assert (await ask(on(), USER, path=path)).status == 404
    assert (await ask(OFF, path=path)).status == 200


@pytest.mark.anyio
@pytest.mark.parametrize(("settings", "opens"), [(on(), False), (OFF, True)], ids=["behind a proxy", "not"])
async def test_another_sites_page_opens_no_websocket_by_a_proxys_cookie_whatever_streamlit_is_told(
    monkeypatch, settings, opens
):
    options = config.get_option
    monkeypatch.setattr("middleware.config.get_option", lambda name: name != "server.enableCORS" and options(name))
    host, origin = (b"host", b"travel.example"), (b"origin", b"https://evil.example")

    reached = await ask(settings, USER, host, origin, kind="websocket", path="/_stcore/stream")
    own = await ask(settings, USER, host, (b"origin", b"https://travel.example"), kind="websocket")

    assert (reached.headers is not None) == opens
    assert own.headers is not None


def token_mode(**more: Any) -> Settings:
    of_issuer = {"proxy_token_issuer": ISSUER, "proxy_token_audience": AUDIENCE, "proxy_token_keys": KEYS_AT}
    return on(**{"proxy_sign_in": "token", **of_issuer, **more})


@pytest.fixture
def issuer() -> Issuer:
    published = Published(public("first"))
    return Issuer(name=ISSUER, audience=AUDIENCE, keys=KEYS_AT, email_is_verified=True, fetch=published.fetch)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_token_says_who_somebody_is(issuer, kind):
    long_ago = datetime.now(UTC) - timedelta(minutes=50)
    token = signed(at=long_ago, email="ada@example.com", groups=["planners"])

    reached = await ask(token_mode(), USER, (TOKEN, token.encode()), kind=kind, issuer=issuer)

    assert [name for name, _ in reached.headers or ()] == [OUR_HEADER.lower()]
    said = reached.said
    assert said is not None
    assert (said.issuer, said.subject, said.email_verified, said.groups) == (ISSUER, "u-1", True, ("planners",))
    assert abs(said.issued_at - datetime.now(UTC)) < timedelta(minutes=1)  # the proxy says so now


@pytest.mark.anyio
async def test_token_comes_in_the_header_that_is_named(issuer):
    settings = token_mode(proxy_token_header="Cf-Access-Jwt-Assertion")
    token = signed().encode()

    assert (await ask(settings, (b"cf-access-jwt-assertion", token), issuer=issuer)).said is not None
    assert (await ask(settings, (TOKEN, token), issuer=issuer)).status == 403
    own = token_mode(proxy_token_header="X-Our-Token")
    assert (await ask(own, (b"x-our-token", token), issuer=issuer)).said is not None
    assert (await ask(own, (b"x-our-token", token), path="/api/me", issuer=issuer)).headers == TAKEN_OUT
    assert (await ask(own, (b"x-our-token", token), (b"X_Our_Token", token), issuer=issuer)).status == 400


@pytest.mark.anyio
@pytest.mark.parametrize(
    "token",
    [
        signed(aud="other"),
        signed(iss="https://evil.example"),
        signed(exp=5),
        signed("second"),
        "opaque",
        "",
        f"{signed()}, {signed()}",
    ],
    ids=["audience", "issuer", "ended", "another key", "opaque", "empty", "two"],
)
async def test_token_that_does_not_hold_lets_nobody_in(issuer, token):
    reached = await ask(token_mode(), USER, (TOKEN, token.encode()), issuer=issuer)

    assert (reached.status, reached.headers) == (403, None)


@pytest.mark.anyio
async def test_issuer_that_is_away_is_told():
    gone = Published()
    gone.away = True
    issuer = Issuer(name=ISSUER, audience=AUDIENCE, keys=KEYS_AT, fetch=gone.fetch)

    reached = await ask(token_mode(), (TOKEN, signed().encode()), issuer=issuer)

    assert (reached.status, reached.headers) == (503, None)
    assert "cannot be asked right now" in reached.text


def test_seal_is_not_anothers_and_no_cookie_is_one():
    said = Said("proxy", "ada", datetime(2026, 3, 1, tzinfo=UTC), "ada@example.com", True, "Ada", ("a", "b"))

    assert unsealed(sealed(said, SECRET), SECRET) == said
    assert unsealed(sealed(said, SECRET), "another cookie key of more than 32 characters") is None
    assert unsealed(jwt.encode({"issuer": "proxy", "subject": "ada", "at": 5}, SECRET), SECRET) is None
    assert unsealed("", SECRET) is None
    assert unsealed("ada", SECRET) is None
