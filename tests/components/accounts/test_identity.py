import base64
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import jwt
import pytest
from streamlit.testing.v1 import AppTest

import tests.helpers.app_test  # noqa: F401 - once for all
from components.accounts.identity import is_this_machine
from components.accounts.sign_in_cookie import COOKIE_NAME, from_ms, read_token, to_ms
from db.engine import Database
from db.models import User as UserRow
from services.accounts.accounts import AccountService
from services.accounts.known_browsers import cookie_name
from services.accounts.records import User
from services.accounts.sign_ins import SignInService, whole_ms
from settings import Settings
from tests.helpers.accounts import PASSWORD, cheaply, sign_up
from tests.helpers.told import told

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing of it is PostgreSQL's own

SECRET = "a cookie key of more than sixty-four characters, enough for HS512 too"
NOW = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)
MONTH_S = 30 * 86_400
OTHER_KEYS = (  # where a token says that the key is to be taken from
    {"jwk": {"kty": "oct", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"}},
    {"jku": "https://evil.example/keys.json"},
    {"x5u": "https://evil.example/key.pem"},
    {"kid": "../../dev/null"},
)
LOCAL = {"Host": "localhost:8501", "Origin": "http://localhost:8501"}
WHO_IS_HERE = """
import streamlit as st
from components.accounts import identity

user = identity.current_user()
identity.draw_cookie()
st.button("Sign out", key="out", on_click=identity.sign_out)
st.text(user.username if user else "nobody")
"""
GUARDED = """
import streamlit as st
from components.accounts.identity import require_user

st.text(require_user().username)
"""


@dataclass
class Handshake:
    """What the browser sent when it opened the tab."""

    cookies: dict[str, str] = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)
    remote_ip: str | None = "127.0.0.1"


@pytest.fixture
def handshake(monkeypatch: pytest.MonkeyPatch) -> Handshake:
    sent = Handshake(headers=list(LOCAL.items()))
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: sent)
    return sent


UseSettings = Callable[..., SimpleNamespace]


@pytest.fixture
def use_settings(database: Database, monkeypatch: pytest.MonkeyPatch) -> UseSettings:
    """Return a function that puts services with these settings in place of the process's own."""

    def use(**values: object) -> SimpleNamespace:
        settings = Settings.model_validate({"cookie_key": SECRET, **values})
        services = SimpleNamespace(
            settings=settings,
            accounts=AccountService(database, settings),
            sign_ins=SignInService(database, settings, compare=cheaply),
        )
        monkeypatch.setattr("components.accounts.identity.get_services", lambda: services)
        monkeypatch.setattr("components.address.get_services", lambda: services)
        monkeypatch.setattr("components.accounts.company.get_services", lambda: services)
        return services

    return use


@pytest.fixture
def sign_ins(use_settings: UseSettings, cheap_hashes: None) -> SignInService:
    made: SignInService = use_settings().sign_ins
    return made


@pytest.fixture
def maria(database: Database, sign_ins: SignInService) -> User:
    return sign_up(AccountService(database, Settings()))


def token(username: object, signed_in_at: datetime, secret: str = SECRET, **claims: object) -> str:
    return jwt.encode({"username": username, "exp_date": signed_in_at.timestamp() + MONTH_S, **claims}, secret)


def who(script: str = WHO_IS_HERE, state: Mapping[str, object] | None = None) -> AppTest:
    at = AppTest.from_string(script)
    for key, value in (state or {}).items():
        at.session_state[key] = value
    at.run()
    assert not at.exception
    return at


def shown(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


@pytest.mark.parametrize("now", [NOW, NOW + timedelta(days=29, hours=23)])
def test_token_gives_the_name_and_the_instant_of_the_sign_in(now: datetime) -> None:
    assert read_token(token("maria", NOW), SECRET, now=now) == ("maria", NOW)


def test_expired_token_is_nobodys() -> None:
    assert read_token(token("maria", NOW), SECRET, now=NOW + timedelta(days=30)) is None


def _unsigned(signed: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{header}.{signed.split('.')[1]}."


def _with_claims_of(other: str, signed: str) -> str:
    return ".".join([signed.split(".")[0], other.split(".")[1], signed.split(".")[2]])


@pytest.mark.parametrize(
    "forged",
    [
        token("maria", NOW, secret="another cookie key of more than 32 characters"),
        _with_claims_of(token("admin", NOW), token("maria", NOW)),
        _unsigned(token("maria", NOW)),
        jwt.encode({"username": "maria", "exp_date": NOW.timestamp() + MONTH_S}, SECRET, algorithm="HS512"),
        *(
            jwt.encode(jwt.decode(token("maria", NOW), SECRET, ["HS256"]), "x" * 40, headers=naming)
            for naming in OTHER_KEYS
        ),
        token("maria", NOW)[:-2],
        jwt.encode({"username": "maria"}, SECRET),
        token(7, NOW),
        token("maria", NOW, exp_date="soon"),
        token("maria", NOW, exp_date=[1]),
        token("maria", NOW, exp_date=float("inf")),
        token("maria", NOW, exp_date=float("nan")),
        token("maria", NOW, exp_date=1e300),
        token("maria", NOW, exp=1),
        token("maria", NOW).swapcase(),
        "not a token",
        "",
        "ü.ü.ü",
    ],
)
def test_token_that_is_not_ours_is_nobodys(forged: str) -> None:
    assert read_token(forged, SECRET, now=NOW) is None


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Return a function that moves this process to another time zone, for one test."""

    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Warsaw", "America/New_York", "Asia/Kathmandu"])
@pytest.mark.parametrize(
    "month", [1, 3, 10]
)  # thirty days from the tenth cross a change of clocks in March and October
def test_written_cookie_carries_the_instant_of_the_sign_in_in_any_time_zone(
    wall_clock: Callable[[str], None], zone: str, month: int
) -> None:
    wall_clock(zone)
    signed_in_at = NOW.replace(month=month, day=10)

    at = AppTest.from_string(
        f"""
import streamlit as st
from components.accounts.sign_in_cookie import from_ms, write_cookie

write_cookie("maria", from_ms({to_ms(signed_in_at)}), "{SECRET}")
st.text(sorted(key for key in st.session_state if not key.startswith("written_")))
"""
    ).run()

    assert not at.exception
    assert shown(at) == ["[]"]
    [written] = told(at, "cookie")
    assert (written["name"], written["days"]) == (COOKIE_NAME, 30)
    assert read_token(written["value"], SECRET, now=signed_in_at) == ("maria", signed_in_at)


def test_milliseconds_go_both_ways() -> None:
    assert from_ms(to_ms(NOW + timedelta(microseconds=999))) == NOW


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST:8501", "127.0.0.2"]
)
@pytest.mark.parametrize("ip_address", [None, "127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_browser_on_this_machine_is_known(host: str, ip_address: str | None) -> None:
    assert is_this_machine({"Host": host}, ip_address)
    assert is_this_machine({"Host": host, "Origin": f"http://{host}"}, ip_address)


@pytest.mark.parametrize(
    ("headers", "ip_address"),
    [
        ({}, None),
        ({"Host": ""}, None),
        ({"Host": "travel.example.com"}, None),
        ({"Host": "localhost.example.com"}, None),
        ({"Host": "127.0.0.1.example.com:8501"}, None),
        ({"Host": "evil.example.com@localhost:x["}, None),
        ({"Host": "0.0.0.0:8501"}, None),
        (LOCAL, "192.168.1.7"),
        (LOCAL, "not an address"),
        ({**LOCAL, "X-Forwarded-For": "203.0.113.9"}, None),
        ({**LOCAL, "x-forwarded-proto": "https"}, None),
        ({**LOCAL, "Forwarded": "for=203.0.113.9"}, None),
        ({**LOCAL, "X-Real-Ip": "203.0.113.9"}, None),
        ({**LOCAL, "Via": "1.1 proxy"}, None),
        ({**LOCAL, "Origin": "https://travel.example.com"}, None),
        ({**LOCAL, "Origin": "null"}, None),
        ({**LOCAL, "Origin": ""}, None),
        ({**LOCAL, "Origin": "http://localhost:3000"}, None),
        ({**LOCAL, "Origin": "http://localhost"}, None),
        ({**LOCAL, "Origin": "http://127.0.0.1:8501"}, None),
        ({**LOCAL, "Origin": "http://localhost:x"}, None),
        ({"Host": "localhost", "Origin": "https://localhost:80"}, None),
        ({"Host": "localhost:x", "Origin": "http://localhost:x"}, None),
    ],
)
def test_request_from_elsewhere_is_not_from_this_machine(headers: dict[str, str], ip_address: str | None) -> None:
    assert not is_this_machine(headers, ip_address)


@pytest.mark.parametrize(
    "header",
    [
        "CF-Connecting-IP", "cf-connecting-ipv6", "CF-Ray", "True-Client-IP", "Fly-Client-IP", "Fastly-Client-IP",
        "X-Real-IP", "x_real_ip", "X-Client-IP", "X-Cluster-Client-IP", "X-Azure-ClientIP", "X-AppEngine-User-IP",
        "X-Envoy-External-Address", "X-Original-Forwarded-For", "X-ProxyUser-Ip", "Forwarded", "Forwarded-For",
        "X-Forwarded-User", "X_FORWARDED_FOR", "X-Amz-Cf-Id", "Via", "CDN-Loop", "Tailscale-User-Login",
        "X-Travelbot-Identity",
    ],
)  # fmt: skip
def test_whatever_a_proxy_adds_tells_that_somebody_handed_the_request_on(header: str) -> None:
    assert not is_this_machine({**LOCAL, header: "127.0.0.1"}, None)


@pytest.mark.parametrize(
    "page",
    [
        {"Host": "localhost", "Origin": "http://localhost"},
        {"Host": "localhost:80", "Origin": "http://localhost"},
        {"Host": "localhost", "Origin": "https://localhost:443"},
        {**LOCAL, "User-Agent": "Mozilla/5.0", "Sec-Fetch-Site": "same-origin", "Accept-Language": "pl", "DNT": "1"},
    ],
)
def test_page_of_the_address_that_was_asked_is_known(page: dict[str, str]) -> None:
    assert is_this_machine(page, None)


@ON_SQLITE
def test_stranger_is_nobody_and_sees_the_hint(sign_ins: SignInService, handshake: Handshake) -> None:
    at = who(GUARDED)

    assert [hint.value for hint in at.info] == ["Please sign in to continue."]
    assert shown(at) == []
    assert shown(who()) == ["nobody"]


@ON_SQLITE
def test_cookie_signs_in_and_the_tab_remembers(maria: User, handshake: Handshake) -> None:
    signed_in_at = whole_ms(datetime.now(UTC))
    handshake.cookies[COOKIE_NAME] = token("maria", signed_in_at)

    at = who(GUARDED)

    assert shown(at) == ["maria"]
    assert at.session_state["auth_user"] == {
        "id": maria.id,
        "username": "maria",
        "signed_in_at": to_ms(signed_in_at),
    }


@ON_SQLITE
@pytest.mark.parametrize(
    ("username", "age", "secret"),
    [
        ("maria", timedelta(days=30), SECRET),
        ("maria", timedelta(days=1), SECRET),  # before there was such an account
        ("nobody", timedelta(0), SECRET),
        ("maria", timedelta(0), "another cookie key of more than 32 characters"),
    ],
)
def test_cookie_that_does_not_hold_signs_nobody_in(
    maria: User, handshake: Handshake, username: str, age: timedelta, secret: str
) -> None:
    handshake.cookies[COOKIE_NAME] = token(username, datetime.now(UTC) - age, secret)

    assert shown(who()) == ["nobody"]


@ON_SQLITE
def test_changed_password_ends_other_cookies_and_other_tabs(
    sign_ins: SignInService, maria: User, handshake: Handshake
) -> None:
    handshake.cookies[COOKIE_NAME] = token("maria", datetime.now(UTC))
    other_tab = who()
    other_tab.session_state["draft"] = "a secret"
    other_tab.run()

    sign_ins.change_password(maria.id, old=PASSWORD, new="another harbour 8")
    other_tab.run()

    assert shown(other_tab) == ["nobody"]
    assert "draft" not in other_tab.session_state
    assert shown(who()) == ["nobody"]


@ON_SQLITE
def test_disabled_planner_is_out_in_the_next_run(maria: User, handshake: Handshake, database: Database) -> None:
    handshake.cookies[COOKIE_NAME] = token("maria", datetime.now(UTC))
    at = who()

    with database.begin() as db_session:
        db_session.get_one(UserRow, maria.id).disabled = True

    assert shown(at.run()) == ["nobody"]


@ON_SQLITE
@pytest.mark.parametrize(("age", "here"), [(timedelta(days=29), "maria"), (timedelta(days=30, minutes=1), "nobody")])
def test_tab_that_stays_open_is_signed_in_for_no_longer_than_its_cookie(
    maria: User, handshake: Handshake, database: Database, age: timedelta, here: str
) -> None:
    signed_in_at = datetime.now(UTC) - age
    with database.begin() as db_session:
        db_session.get_one(UserRow, maria.id).sessions_valid_from = whole_ms(signed_in_at)

    at = who(state={"auth_user": {"id": maria.id, "username": "maria", "signed_in_at": to_ms(signed_in_at)}})

    assert shown(at) == [here]


@ON_SQLITE
def test_signing_out_forgets_everything_and_holds_against_the_old_cookie(maria: User, handshake: Handshake) -> None:
    handshake.cookies[COOKIE_NAME] = token("maria", datetime.now(UTC))
    at = who(state={"draft": "a secret"})
    second_tab = who()
    assert shown(at) == shown(second_tab) == ["maria"]

    at.button(key="out").click().run()

    assert not at.exception
    assert shown(at) == ["nobody"]
    assert not [key for key in ("draft", "auth_user", "logout", "username") if key in at.session_state]
    assert shown(at.run()) == ["nobody"]
    assert shown(second_tab.run()) == ["nobody"]
    assert shown(who()) == ["nobody"]  # a reload that came before the browser had deleted the cookie


@ON_SQLITE
def test_dev_user_is_signed_in_on_this_machine(use_settings: UseSettings, handshake: Handshake) -> None:
    use_settings(dev_user_id=7)

    at = who()

    assert shown(at) == ["dev"]
    at.button(key="out").click().run()
    assert shown(at) == ["nobody"]


@ON_SQLITE
def test_cookie_goes_before_the_dev_user(use_settings: UseSettings, handshake: Handshake) -> None:
    sign_up(use_settings(dev_user_id=7).accounts)
    handshake.cookies[COOKIE_NAME] = token("maria", datetime.now(UTC))

    assert shown(who()) == ["maria"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Host", "travel.example.com"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("Forwarded", "for=127.0.0.1"),
        ("CF-Connecting-IP", "127.0.0.1"),
        ("Origin", "https://travel.example.com"),
        ("Origin", "http://localhost:3000"),
    ],
)
def test_dev_user_is_refused_to_a_request_from_elsewhere(
    use_settings: UseSettings, handshake: Handshake, header: str, value: str
) -> None:
    use_settings(dev_user_id=7)
    handshake.headers = list({**LOCAL, header: value}.items())

    assert shown(who()) == ["nobody"]


@ON_SQLITE
def test_dev_user_is_refused_to_another_address(use_settings: UseSettings, handshake: Handshake) -> None:
    use_settings(dev_user_id=7)
    handshake.remote_ip = "192.168.1.7"

    assert shown(who()) == ["nobody"]


@ON_SQLITE
def test_without_the_setting_this_machine_is_a_stranger_too(sign_ins: SignInService, handshake: Handshake) -> None:
    assert shown(who()) == ["nobody"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("listed", "peer", "headers", "address"),
    [
        ("", "203.0.113.7", {}, "203.0.113.7"),
        ("", "203.0.113.7", {"X-Forwarded-For": "1.1.1.1"}, "203.0.113.7"),
        ("", "1.1.1.1", {"X-Forwarded-For": "1.1.1.1"}, "127.0.0.1"),  # uvicorn believed a loopback peer
        ("10.0.0.9", "10.0.0.9", {"X-Forwarded-For": "1.1.1.1, 203.0.113.7"}, "203.0.113.7"),
        ("unlisted", "10.0.0.9", {"X-Forwarded-For": "203.0.113.7"}, "None"),
        ("", "127.0.0.1", {}, "127.0.0.1"),
    ],
)
def test_address_is_the_peers_or_a_listed_proxys_word(
    use_settings: UseSettings, handshake: Handshake, listed: str, peer: str, headers: dict[str, str], address: str
) -> None:
    use_settings(trusted_proxies=listed)
    handshake.remote_ip, handshake.headers = peer, list((LOCAL | headers).items())

    assert shown(who("import streamlit as st\nfrom components.address import address\nst.text(address())")) == [
        address
    ]


@ON_SQLITE
def test_browser_shows_its_proof_for_the_name_that_is_typed_and_no_other(
    sign_ins: SignInService, maria: User, handshake: Handshake
) -> None:
    proof = sign_ins.prove_browser(maria.id)
    assert proof
    handshake.cookies = {cookie_name("maria"): proof}
    script = "import streamlit as st\nfrom components.accounts import identity\nst.text(identity.browser_proof({!r}))"

    assert shown(who(script.format(" Maria"))) == [proof]
    assert shown(who(script.format("eve"))) == ["None"]
