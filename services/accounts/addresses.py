"""Where somebody comes from: decided here, whichever way the app was started.

It is the peer, or what a proxy says that the setting TRUSTED_PROXIES lists. What anybody else says is not believed:
a visitor can write into X-Forwarded-For what they like.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_LOOPBACK = "127.0.0.1"
_UVICORN_BELIEVES = ("127.0.0.1", "::1")
_HOPS = 20  # more than any chain of proxies has
_IPV6_SITE_BITS = 64  # what one household or machine is given: whoever has it has all addresses in it

Network = IPv4Network | IPv6Network


def client_address(peer: str | None, forwarded_for: Iterable[str], trusted: Sequence[Network] | None) -> str | None:
    """Return the address that somebody comes from, or None where it cannot be known.

    *peer* is what the server calls its client; None for this machine, as Streamlit has it, and for a local socket.
    *forwarded_for* are the values of every X-Forwarded-For header, in order. *trusted* are the listed proxies; None
    says that there is one which cannot be listed.
    """
    if trusted is None:
        return None
    said = [one.strip() for one in ",".join(forwarded_for).split(",")[-_HOPS:] if one.strip()]
    hops = [*said, _true_peer(peer, said)]
    for hop in reversed(hops):
        address = _parsed(hop)
        if address is None:
            return None
        if not any(address in network for network in trusted):
            return str(address)
    return str(_parsed(hops[0])) if said else None  # a visitor from among the proxies, or a proxy that tells nothing


def is_listed(peer: tuple[str, int] | None, forwarded_for: Iterable[str], trusted: Sequence[Network] | None) -> bool:
    """Whether whoever opened the connection is one of the listed proxies, beyond any doubt.

    *peer* is the address and the port that the server calls its client. No connection comes from port 0: uvicorn has
    put there what a loopback peer said of itself. Where a header names the very port, it may have done so, too.
    """
    if trusted is None:
        return False
    host, port = peer or (_LOOPBACK, 0)
    said = ",".join(forwarded_for).split(",")
    if port and any(_port(one) == port for one in said):
        return False
    address = _parsed(host if port else _LOOPBACK)
    return address is not None and any(address in network for network in trusted)


def site_of(address: str) -> str:
    """Return what is counted as one visitor: an IPv4 address, or the network of 64 bits of an IPv6 address."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((int(parsed), _IPV6_SITE_BITS), strict=False))
    return str(parsed)


def _true_peer(peer: str | None, said: Sequence[str]) -> str:
    """Return the peer as it was before uvicorn put in its place what a loopback peer said of itself.

    uvicorn does so whatever we list, with the last address that is not a loopback one. Whoever is called what their
    own header ends with may be such a one: counted as one.
    """
    if peer is None or _parsed(peer) is None:
        return _LOOPBACK
    names = [_host(one) for one in said]
    put_there = next((name for name in reversed(names) if name not in _UVICORN_BELIEVES), None)
    return _LOOPBACK if peer == put_there else peer


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(_host(text).partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:  # how a server on :: sees IPv4
        return address.ipv4_mapped
    return address


def _port(text: str) -> int | None:
    """Return the port behind an address, as uvicorn reads it."""
    try:
        return int(text.rpartition(":")[2])
    except ValueError:
        return None


def _host(text: str) -> str:
    """Return an address without the port that some proxies add."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
