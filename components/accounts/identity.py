"""Who is here: the tab's own sign-in, else the cookie, else what a company says, else (only while developing)
DEV_USER_ID.

Behind a proxy that signs people in (PROXY_SIGN_IN) it is whom that names, and none of these.

In `st.session_state`:
- `auth_user`: {"id": user id, "username": name, "signed_in_at": milliseconds since 1970}, behind a proxy also
  "whose": whom the proxy named;
- `auth_form_used`: True once somebody signed in or out in this tab; the cookie that the browser sent when it opened
  the tab is an old one then;
- `auth_cookie`: what is still to be done in the browser, "set" or "delete";
- `auth_known`: the proofs that this tab's browser was signed in before, by the name of their cookie; they outlive a
  sign-out;
- `auth_known_due`: the name of the one that is still to be written in the browser.
"""

import ipaddress
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import streamlit as st

from components import browser_cookie
from components.accounts import company
from components.accounts.proxied import new_sign_in, said_here, whose
from components.accounts.sign_in_cookie import (
    COOKIE_DAYS,
    ask_for_cookie,
    cookie,
    delete_cookie,
    from_ms,
    read_token,
    to_ms,
    write_cookie,
)
from components.problems import unless_away
from components.resources import get_services
from services.accounts.known_browsers import KNOWN_DAYS, cookie_name
from services.accounts.passwords import typed_username
from services.accounts.records import User
from services.errors import NotFoundError
from services.process.clock import utc_now

PROXIED_FOR = timedelta(hours=12)  # and then the page has to be loaded again: the proxy says once more who is here
# What proxies, tunnels and hosting services add to a request that they hand on. No browser sends any of it.
_FROM_PROXY = re.compile(
    r"via|cdn-loop|x-travelbot-identity|.*forwarded.*|.*-?client-?ip|.*-ip"
    r"|(cf|fly|fastly|ngrok|tailscale|x-amz|x-amzn|x-appengine|x-azure|x-envoy|x-goog|x-ms|x-original|x-vercel)-.*"
)
_PORTS = {"http": 80, "https": 443}

log = logging.getLogger("travelbot")


def current_user() -> User | None:
    """Return who is here, as the database has them now; None for a stranger. One query."""
    if get_services().settings.behind_proxy:
        return _from_proxy()
    if "auth_user" in st.session_state:
        user = _still(timedelta(days=COOKIE_DAYS))  # a tab may be open for longer
        if user is None:
            _start_afresh()
        return user
    if st.session_state.get("auth_form_used"):
        return None
    return _from_cookie() or _from_company() or _from_settings()


_asked_already: ContextVar[User | None] = ContextVar("asked_already", default=None)


@contextmanager
def known_as(user: User | None) -> Iterator[None]:
    """Let the page that is run inside take over who is here, instead of asking the database once more."""
    token = _asked_already.set(user)
    try:
        yield
    finally:
        _asked_already.reset(token)


def require_user() -> User:
    """Return who is here, or end the page with a hint."""
    user = _asked_already.get() or current_user()
    if user is None:
        st.info("Please sign in to continue.")
        st.stop()
    return user


def require_admin() -> User:
    """Return the admin who is here, or end the page with a hint."""
    user = require_user()
    if not user.is_admin:
        st.info("This page is for admins.")
        st.stop()
    return user


@contextmanager
def while_admin() -> Iterator[None]:
    """Run the app again where what is inside is not there, as whoever is here was an admin until this moment."""
    try:
        yield
    except NotFoundError:
        user = current_user()
        if user is not None and user.is_admin:
            raise
        st.rerun()


def browser_proof(username: str) -> str | None:
    """Return what this browser has to show that *username*, as typed, has signed in from it before."""
    name = cookie_name(typed_username(username))
    return st.session_state.get("auth_known", {}).get(name) or st.context.cookies.get(name)


def signed_in_at() -> datetime:
    """Return the instant of the sign-in that is here; the planner of DEV_USER_ID signs in at every visit."""
    auth_user = st.session_state.get("auth_user")
    return from_ms(auth_user["signed_in_at"]) if auth_user else utc_now()


def enter(user: User, signed_in_at: datetime) -> None:
    """Sign this tab in, with nothing left of whoever used it before; `draw_cookie` does the rest."""
    _start_afresh()
    stay_signed_in(user, signed_in_at)


def stay_signed_in(user: User, signed_in_at: datetime) -> None:
    """Give this tab, and the cookie, a sign-in of another instant; the browser is known from now on."""
    _remember(user, signed_in_at)
    if get_services().settings.behind_proxy:
        return
    st.session_state.auth_cookie = "set"
    if proof := get_services().sign_ins.prove_browser(user.id, before=browser_proof(user.username)):
        name = cookie_name(user.username)
        st.session_state.auth_known = st.session_state.get("auth_known", {}) | {name: proof}
        st.session_state.auth_known_due = name


def sign_out() -> None:
    """End this sign-in, in every tab that shares it, and forget everything that this tab held. A callback."""
    if auth_user := st.session_state.get("auth_user"):
        with unless_away(lambda: log.warning("A sign-out could not be saved; only the browser's cookie is deleted.")):
            get_services().sign_ins.sign_out(auth_user["id"], from_ms(auth_user["signed_in_at"]))
    _start_afresh()
    st.query_params.clear()
    st.session_state.auth_cookie = "delete"
    company.forget()


def draw_cookie() -> None:
    """Write or delete cookies in the browser if that is due; draws nothing that anybody sees."""
    if "auth_cookie" in st.session_state or "auth_known_due" in st.session_state:
        _draw_cookie()


def draw_door_cookie() -> None:
    """Do the same for a stranger; and ask the browser for a cookie that its host kept back."""
    draw_cookie()
    if not st.session_state.get("auth_form_used"):
        ask_for_cookie()


@st.fragment  # what the browser answers runs this function again, not the page
def _draw_cookie() -> None:
    auth_user = st.session_state.get("auth_user")
    if st.session_state.get("auth_cookie") == "set" and auth_user:
        secret = get_services().settings.cookie_secret
        done = write_cookie(auth_user["username"], from_ms(auth_user["signed_in_at"]), secret)
    elif st.session_state.get("auth_cookie") == "delete":
        done = delete_cookie()
    else:
        done = True
    if done:
        st.session_state.pop("auth_cookie", None)
        _draw_known()
        if auth_user:
            company.leave_if_due(auth_user["id"])


def _draw_known() -> None:
    name = st.session_state.get("auth_known_due")
    if name and browser_cookie.write(name, st.session_state.auth_known[name], KNOWN_DAYS):
        del st.session_state.auth_known_due


def is_this_machine(headers: Mapping[str, str], ip_address: str | None) -> bool:
    """Whether a browser on this very machine asked, and nobody handed the request on.

    *ip_address* is Streamlit's: None for a loopback address. A proxy on this machine has one too, and may name us
    as the host; so the page's own address (`Origin`) has to be the one that was asked, port and all, and no header is
    there that proxies add.
    """
    values = {name.lower().replace("_", "-"): value for name, value in headers.items()}
    if any(_FROM_PROXY.fullmatch(name) for name in values):
        return False
    host, origin = f"//{values.get('host', '')}", values.get("origin")
    if origin is not None and _place(host, origin) != _place(origin, origin):  # another page's, of this machine too
        return False
    return (ip_address is None or _is_loopback(ip_address)) and _is_loopback(_place(host, "")[0])


def _still(at_most: timedelta) -> User | None:
    """Return whose sign-in this tab has, if it holds and is not older than this."""
    auth_user = st.session_state.auth_user
    signed_in = from_ms(auth_user["signed_in_at"])
    over = utc_now() - signed_in > at_most
    return None if over else get_services().sign_ins.current(auth_user["id"], signed_in)


def _from_proxy() -> User | None:
    said, state = said_here(), st.session_state
    if said is not None and state.get("auth_user", {}).get("whose") == whose(said) and (user := _still(PROXIED_FOR)):
        return user
    if "auth_user" in state:  # it has ended, or somebody else is here
        _start_afresh()
    sign_in = new_sign_in(said) if said else None
    if sign_in is None or said is None:
        return None
    _remember(sign_in.user, sign_in.at, whose(said))
    return sign_in.user


def _from_cookie() -> User | None:
    services = get_services()
    token = cookie()
    claims = read_token(token, services.settings.cookie_secret, now=utc_now()) if token else None
    user = services.sign_ins.user_for_token(*claims) if claims else None
    if claims and user:
        _remember(user, claims[1])
    return user


def _from_company() -> User | None:
    signed_in = company.signed_in()
    if signed_in is None:
        return None
    _remember(signed_in.user, signed_in.at)
    return signed_in.user


def _from_settings() -> User | None:
    services = get_services()
    if services.settings.dev_user_id is None or not is_this_machine(st.context.headers, st.context.ip_address):
        return None
    try:
        return services.accounts.dev_user()
    except NotFoundError:
        return None


def _remember(user: User, signed_in_at: datetime, named: str | None = None) -> None:
    named = named or st.session_state.get("auth_user", {}).get("whose")
    st.session_state.auth_user = {
        "id": user.id,
        "username": user.username,
        "signed_in_at": to_ms(signed_in_at),
    } | ({"whose": named} if named else {})


def _start_afresh() -> None:
    kept = {name: st.session_state[name] for name in ("auth_known", "auth_said") if name in st.session_state}
    st.session_state.clear()
    st.session_state.auth_form_used = True
    st.session_state.update({"auth_known": {}} | kept)


def _place(address: str, page: str) -> tuple[str, int | None]:
    """Return the host and the port of an address; one that names no port has that of the *page*'s scheme."""
    try:
        parts = urlsplit(address)
        return parts.hostname or "", parts.port or _PORTS.get(urlsplit(page).scheme)
    except ValueError:
        return "", None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:  # how a server on :: sees 127.0.0.1
        address = address.ipv4_mapped
    return address.is_loopback
