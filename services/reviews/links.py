"""Links as browsers keep them: the token is a cookie, and the address has a name that tells nothing of it."""

import hashlib
import re

COOKIE_PREFIX = "travelbot_review_"
_TOKEN = re.compile(r"[\w-]{32}", re.ASCII)
_NAME_CHARS = 16
_COOKIE = re.compile(f"{COOKIE_PREFIX}[0-9a-f]{{{_NAME_CHARS}}}")


def is_token(text: str) -> bool:
    """Whether a text has the form of a link's token."""
    return _TOKEN.fullmatch(text) is not None


def token_hash(token: str) -> str:
    """Return what is kept of a link's token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def link_name(token: str) -> str:
    """Return the name of a link, for addresses."""
    return token_hash(token)[:_NAME_CHARS]


def is_cookie(name: str) -> bool:
    """Whether a cookie is named as those of links are."""
    return _COOKIE.fullmatch(name) is not None


def cookie_name(name: str) -> str:
    """Return the cookie in which a browser keeps the token of the link of this name."""
    return f"{COOKIE_PREFIX}{name}"
