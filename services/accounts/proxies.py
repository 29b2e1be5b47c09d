"""What a proxy's headers say of who is there, and how the script knows that `server.py` has looked at them.

Here is only what the headers mean. Whether they are to be believed is decided before: by the address of the proxy.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt

from services.accounts.identities import Said
from services.accounts.issuers import Checked
from services.errors import InvalidInputError, NotInvitedError

OUR_HEADER = "X-Travelbot-Identity"  # in it the middleware hands on who is there; nobody else's gets in
PROXY, PROXY_BY_EMAIL = "proxy", "proxy, by e-mail"  # the issuers of whoever is named by headers
_USER, _EMAIL, _NAME, _GROUPS = (
    "x-forwarded-user",
    "x-forwarded-email",
    "x-forwarded-preferred-username",
    "x-forwarded-groups",
)
# What proxies write of who is there, whichever of it is used here: none of it gets in from anybody else.
_NAMES = frozenset(
    {
        OUR_HEADER.lower(),
        _USER,
        _EMAIL,
        _NAME,
        _GROUPS,
        "x-forwarded-access-token",
        "x-forwarded-id-token",
        "remote-user",
        "x-remote-user",
        "x-authenticated-user",
    }
)
_BEGINNINGS = (
    *("cf-access-", "x-goog-", "x-auth-request-", "x-amzn-oidc-"),
    *("x-ms-client-principal", "x-ms-token-", "x-pomerium-", "tailscale-user-"),
)
_MOST = {_USER: 255, _EMAIL: 254, _NAME: 100, _GROUPS: 16_384}

Header = tuple[bytes, bytes]


def parted(headers: Iterable[Header], token_header: str) -> tuple[list[Header], list[Header]]:
    """Return the headers that say nothing of who is there, and those that do, however their names are written.

    *token_header* is one more of the latter.
    """
    others: list[Header] = []
    of_identity: list[Header] = []
    for one in headers:
        (of_identity if _is_of_identity(_plain(one[0]), token_header) else others).append(one)
    return others, of_identity


def comes_twice(of_identity: Iterable[Header]) -> bool:
    """Whether one of these headers is there more than once; one written with underscores counts as the same."""
    return any(count > 1 for count in Counter(_plain(name) for name, _ in of_identity).values())


def said_by_headers(of_identity: Iterable[Header], *, at: datetime) -> Said | None:
    """Return whom `X-Forwarded-User` and its like name, None where nobody.

    *at* is now: a proxy says it anew at every request. The subject is the user, else the e-mail address. Raises
    InvalidInputError for what is too long, or nothing that a proxy would write.
    """
    given = dict(of_identity)
    user, email = _text(given, _USER), _text(given, _EMAIL)
    if any("," in one for one in (user, email)):  # how some proxies write two headers into one
        raise InvalidInputError("The proxy names two people at once.")
    if "@" not in email:
        email = ""
    if not user and not email:
        return None
    return Said(
        issuer=PROXY if user else PROXY_BY_EMAIL,
        subject=user or email.lower(),
        issued_at=at,
        email=email,
        email_verified=bool(email),
        name=_text(given, _NAME),
        groups=tuple(one.strip() for one in _text(given, _GROUPS).split(",") if one.strip()),
    )


def said_by_token(
    of_identity: Iterable[Header], token_header: str, check: Callable[[str], Checked | None], *, at: datetime
) -> Said | None:
    """Return whom the token in a header names, None where there is none.

    Raises NotInvitedError for one that does not hold, and IssuerAwayError.
    """
    token = dict(of_identity).get(token_header.lower().encode(), b"").decode("latin-1")
    if not token:
        return None
    checked = check(token)
    if checked is None:
        raise NotInvitedError("The proxy's token does not hold here. Please sign in again.")
    return replace(checked.said, issued_at=at)  # that the proxy sends it now is what lets somebody in now


def sealed(said: Said, secret: str) -> str:
    """Return what goes into our header: only who has the key for cookies can have written it."""
    claims = {
        "issuer": said.issuer,
        "subject": said.subject,
        "at": int(said.issued_at.timestamp()),
        "email": said.email,
        "verified": said.email_verified,
        "name": said.name,
        "groups": said.groups,
    }
    return jwt.encode(claims, _key(secret), algorithm="HS256")


def unsealed(text: str, secret: str) -> Said | None:
    """Return what the middleware wrote into our header, None where it did not."""
    try:
        claims: dict[str, Any] = jwt.decode(text, _key(secret), algorithms=["HS256"])
        return Said(
            issuer=claims["issuer"],
            subject=claims["subject"],
            issued_at=datetime.fromtimestamp(claims["at"], UTC),
            email=claims["email"],
            email_verified=claims["verified"],
            name=claims["name"],
            groups=tuple(claims["groups"]),
        )
    except (jwt.PyJWTError, ValueError, KeyError, TypeError):
        return None


def _key(secret: str) -> bytes:
    """Return a key of its own: what is signed as a cookie is no identity."""
    return hmac.new(secret.encode(), b"who a proxy says is there", hashlib.sha256).digest()


def _is_of_identity(name: str, token_header: str) -> bool:
    return name in _NAMES or name == token_header.lower() or name.startswith(_BEGINNINGS)


def _plain(name: bytes) -> str:
    return name.decode("latin-1").lower().replace("_", "-")


def _text(given: dict[bytes, bytes], name: str) -> str:
    """Return a header by its name in lower case, as servers have it; one with underscores is never taken."""
    try:
        text = given.get(name.encode(), b"").decode().strip()
    except UnicodeDecodeError:
        text = "\0"
    if len(text) > _MOST[name] or not text.isprintable():
        raise InvalidInputError("A header that says who you are cannot be read.")
    return text
