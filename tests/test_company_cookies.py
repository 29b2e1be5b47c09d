"""What the middleware makes of the cookies of `st.login`, with answers that Streamlit's own functions write."""

import json
from collections.abc import Iterator
from secrets import token_urlsafe

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit import config
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette import starlette_auth_routes
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from company_cookies import CompanyCookies
from middleware import Guard, SecurityHeaders, base_path
from settings import Company, Settings

SECRET = "a cookie secret of more than thirty-two characters"
COMPANY = Company("acme", "Acme", "travel-bot", "https://id.example.com/.well-known/openid-configuration")
SETTINGS = Settings().model_copy(update={"companies": (COMPANY,), "company_groups": ("planners",)})
CLAIMS = {
    "iss": "https://id.example.com",
    "sub": "00u1",
    "aud": ["travel-bot"],
    "iat": 1_795_990_000,
    "email": "ada@example.com",
    "name": "Ada",
    "groups": [f"group {number}" for number in range(200)] + ["Planners"],
    "origin": "http://testserver",
    "is_logged_in": True,
    "provider": "acme",
}


pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def secret() -> Iterator[None]:
    before = config.get_option("server.cookieSecret")
    config.set_option("server.cookieSecret", SECRET)
    yield
    config.set_option("server.cookieSecret", before)


def random_text(chars: int) -> str:
    """Return text that cannot be made shorter, as Streamlit does with its cookies."""
    return token_urlsafe(chars)[:chars]


def browser(
    *, claims: int = 0, token: str = "", callback_status: int = 302, https: bool = False
) -> httpx.AsyncClient:
    """Return a browser of an app whose company says so many bytes, and hands out this token."""

    async def callback(_: Request) -> Response:
        if callback_status >= 400:
            return PlainTextResponse("Authentication error", callback_status)
        answer = RedirectResponse("/", 302)
        said = CLAIMS | {"more": random_text(claims)}
        tokens = {"id_token": token, "access_token": random_text(2_000)}
        await starlette_auth_routes._set_auth_cookie(answer, said, tokens)
        answer.set_cookie("other", "stays")
        return answer

    async def told(request: Request) -> Response:
        return PlainTextResponse(request.headers.get("cookie", ""))

    app = Starlette(
        routes=[Route("/oauth2callback", callback), Route("/auth/login", told), Route("/", told)],
        middleware=[
            Middleware(SecurityHeaders, get_settings=lambda: SETTINGS),
            Middleware(Guard, get_settings=lambda: SETTINGS),
            Middleware(CompanyCookies, get_settings=lambda: SETTINGS, base_path=base_path),
        ],
    )
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url=f"http{'s' if https else ''}://testserver")


def read(client: httpx.AsyncClient, name: str = "_streamlit_user") -> dict[str, object] | None:
    """Return what Streamlit would read of the browser's cookies."""
    content = get_cookie_with_chunks(
        lambda one: decode_signed_value(SECRET, one, client.cookies.get(one) or ""), name
    )
    return json.loads(content) if content else None


def size(client: httpx.AsyncClient) -> int:
    return sum(len(name) + len(value) + 3 for name, value in client.cookies.items())


@pytest.mark.parametrize("claims", [0, 20_000, 60_000])
async def test_whatever_a_company_says_the_browser_carries_one_short_cookie(claims):
    token = random_text(900)
    client = browser(claims=claims, token=token)

    assert (await client.get("/oauth2callback")).headers["location"] == "/"

    kept = read(client)
    assert kept is not None
    assert (kept["sub"], kept["groups"], kept["is_logged_in"]) == ("00u1", ["Planners"], True)
    assert "more" not in kept
    assert read(client, "_streamlit_user_tokens") == {"id_token": token}
    assert set(client.cookies) == {"_streamlit_user", "_streamlit_user_tokens", "other"}
    assert size(client) < 5_000
    assert (await client.get("/")).status_code == 200


async def test_token_that_is_too_long_is_left_out_and_nothing_of_an_earlier_sign_in_stays():
    client = browser(token=random_text(20_000))
    for name in ("_streamlit_user_1", "_streamlit_user_tokens", "_streamlit_user_tokens_2"):
        client.cookies.set(name, "old", domain="testserver.local", path="/")

    (await client.get("/oauth2callback"))

    assert set(client.cookies) == {"_streamlit_user", "other"}


@pytest.mark.parametrize(("https", "secure"), [(True, True), (False, False)])
async def test_cookie_is_for_this_site_no_script_and_tls_where_there_is_any(https, secure):
    (cookie,) = [
        one
        for one in (await browser(https=https).get("/oauth2callback")).headers.get_list("set-cookie")
        if one.startswith("_streamlit_user=") and "Max-Age=2592000" in one
    ]

    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert ("Secure" in cookie) == secure


async def test_error_on_the_way_leads_back_to_our_page():
    answer = await browser(callback_status=400).get("/oauth2callback")

    assert (answer.status_code, answer.headers["location"]) == (302, "/")


async def test_browser_with_too_many_cookies_is_rid_of_those_of_its_company():
    client = browser()
    for number in range(1, 8):
        client.cookies.set(f"_streamlit_user_{number}", "x" * 3_900, domain="testserver.local", path="/")
    client.cookies.set("_streamlit_user", "y", domain="testserver.local", path="/")
    client.cookies.set("ours", "z", domain="testserver.local", path="/")

    refused = await client.get("/")

    assert refused.status_code == 431
    assert "load this page again" in refused.text
    assert (await client.get("/")).text == "ours=z"
