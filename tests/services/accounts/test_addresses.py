"""Where somebody comes from, whatever they say of themselves."""

import asyncio
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.accounts.addresses import client_address, is_listed, site_of
from settings import Settings

NGINX = (ip_network("10.0.0.8/31"),)
THIS_MACHINE = (ip_network("127.0.0.1/32"),)


def client_of(peer: str, said: list[str], port: int = 5) -> tuple[str, int]:
    """Return the client that uvicorn's middleware, which is always there, hands on."""
    seen: list[tuple[str, int]] = []

    async def app(scope, _receive, _send):
        seen.append(scope["client"])

    scope = {"type": "http", "client": (peer, port), "headers": [(b"x-forwarded-for", one.encode()) for one in said]}
    asyncio.run(ProxyHeadersMiddleware(app, "127.0.0.1,::1")(scope, None, None))  # type: ignore[arg-type]
    return seen[0]


def as_uvicorn_has_it(peer: str, said: list[str]) -> str:
    return client_of(peer, said)[0]


@pytest.mark.parametrize(
    ("peer", "said", "trusted", "address"),
    [
        ("203.0.113.7", [], (), "203.0.113.7"),
        ("203.0.113.7", ["1.1.1.1"], (), "203.0.113.7"),  # nobody listed them
        ("10.0.0.9", ["1.1.1.1"], (), "10.0.0.9"),  # a proxy that nobody listed: all behind it are one
        ("10.0.0.9", ["203.0.113.7"], NGINX, "203.0.113.7"),
        ("10.0.0.9", ["1.1.1.1, 203.0.113.7"], NGINX, "203.0.113.7"),  # what the visitor wrote stands before it
        ("10.0.0.9", ["1.1.1.1", "203.0.113.7:4711"], NGINX, "203.0.113.7"),
        ("10.0.0.9", ["1.1.1.1, 10.0.0.8, 203.0.113.7, 10.0.0.8"], NGINX, "203.0.113.7"),  # two listed hops
        ("203.0.113.7", ["1.1.1.1"], NGINX, "203.0.113.7"),  # goes round the proxy
        ("10.0.0.9", ["[2001:db8::5]:4711"], NGINX, "2001:db8::5"),
        ("::ffff:10.0.0.9", ["::ffff:203.0.113.7"], NGINX, "203.0.113.7"),
        ("10.0.0.9", [], NGINX, None),  # it tells nothing
        ("10.0.0.9", ["unknown"], NGINX, None),
        ("10.0.0.9", ["1.1.1.1, " * 5_000 + "203.0.113.7"], NGINX, "203.0.113.7"),
        ("10.0.0.9", ["203.0.113.7"], None, None),  # one that cannot be listed
        # uvicorn believes a loopback peer; we only if it is listed.
        ("127.0.0.1", [], (), "127.0.0.1"),
        ("127.0.0.1", ["1.1.1.1"], (), "127.0.0.1"),
        ("127.0.0.1", ["1.1.1.1, 10.0.0.9"], NGINX, "127.0.0.1"),  # pretends to be a listed one
        ("127.0.0.1", ["nonsense"], (), "127.0.0.1"),
        ("::1", ["1.1.1.1, 127.0.0.1"], (), "127.0.0.1"),
        ("::ffff:127.0.0.1", ["1.1.1.1"], (), "127.0.0.1"),  # how Streamlit's own server has it
        ("::ffff:127.0.0.1", ["1.1.1.1, 203.0.113.7"], THIS_MACHINE, "203.0.113.7"),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.7"], THIS_MACHINE, "203.0.113.7"),
        ("127.0.0.1", ["203.0.113.7:4711"], THIS_MACHINE, "203.0.113.7"),
        ("127.0.0.1", ["127.0.0.1"], THIS_MACHINE, "127.0.0.1"),
        ("203.0.113.7", ["203.0.113.7"], THIS_MACHINE, "203.0.113.7"),  # says what is true
    ],
)
def test_address_is_the_peers_or_what_a_listed_proxy_says(peer, said, trusted, address):
    assert client_address(as_uvicorn_has_it(peer, said), said, trusted) == address


@pytest.mark.parametrize(
    ("peer", "said", "trusted", "listed"),
    [
        ("10.0.0.9", [], NGINX, True),
        ("10.0.0.9", ["203.0.113.7"], NGINX, True),
        ("10.0.0.9", ["203.0.113.7:4711"], NGINX, True),
        ("::ffff:10.0.0.9", ["203.0.113.7"], NGINX, True),
        ("10.0.0.9", ["203.0.113.7"], (), False),
        ("10.0.0.9", ["203.0.113.7"], None, False),  # what cannot be listed never counts
        ("203.0.113.7", [], NGINX, False),
        ("203.0.113.7", ["10.0.0.9"], NGINX, False),  # calls itself the proxy
        ("203.0.113.7", ["1.1.1.1, 10.0.0.9:5"], NGINX, False),
        ("127.0.0.1", ["10.0.0.9"], NGINX, False),  # uvicorn puts that in its place
        ("127.0.0.1", ["10.0.0.9:4711"], NGINX, False),
        ("127.0.0.1", ["10.0.0.9:65536"], NGINX, False),
        ("127.0.0.1", ["10.0.0.9: +4_711 "], NGINX, False),
        ("127.0.0.1", ["[::ffff:10.0.0.9]:4711"], NGINX, False),
        ("127.0.0.1", [], THIS_MACHINE, True),
        ("127.0.0.1", ["203.0.113.7"], THIS_MACHINE, True),
        ("127.0.0.1", ["nonsense"], THIS_MACHINE, True),
        ("203.0.113.7", ["203.0.113.7"], THIS_MACHINE, False),  # uvicorn would have put it there for a local one
        ("203.0.113.7", ["203.0.113.7:5"], THIS_MACHINE, False),
        ("203.0.113.7", ["127.0.0.1"], THIS_MACHINE, False),
        ("nonsense", [], THIS_MACHINE, False),
    ],
)
def test_a_listed_proxy_is_one_beyond_any_doubt(peer, said, trusted, listed):
    assert is_listed(client_of(peer, said), said, trusted) == listed


def test_whoever_uses_a_local_socket_is_on_this_machine():
    assert is_listed(None, [], THIS_MACHINE)
    assert not is_listed(None, [], NGINX)


def test_visitor_on_this_machine_and_one_of_a_local_socket_are_this_machines():
    assert client_address(None, [], ()) == "127.0.0.1"


def test_whoever_calls_themselves_what_they_are_gets_no_second_count_of_their_own():
    said = {client_address("203.0.113.7", [name], ()) for name in ("203.0.113.7", "1.1.1.1", "127.0.0.1")}

    assert said == {"203.0.113.7", "127.0.0.1"}  # the second is shared with all who do that


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
    ],
)
def test_ipv6_addresses_of_one_site_count_as_one(address, site):
    assert site_of(address) == site


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("", ()),
        ("10.0.0.9", (ip_network("10.0.0.9/32"),)),
        ("10.0.0.0/8, ::1", (ip_network("10.0.0.0/8"), ip_network("::1/128"))),
        ("unlisted", None),
    ],
)
def test_proxies_are_listed_by_address_or_network(text, networks):
    assert Settings(trusted_proxies=text).trusted_proxies == networks


@pytest.mark.parametrize("text", ["nginx", "10.0.0.5/8", "10.0.0.9;10.0.0.8"])
def test_proxy_that_is_written_wrongly_is_named(text):
    with pytest.raises(ValidationError, match=rf"trusted_proxies\n.*{text}"):
        Settings(trusted_proxies=text)


def test_community_clouds_proxy_is_known_to_be_one_that_nobody_lists(monkeypatch):
    monkeypatch.setattr("settings.ROOT", Path("/mount/src/travel-bot"))

    assert Settings().trusted_proxies is None
