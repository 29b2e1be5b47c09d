"""Tokens that a company's issuer signs (JWT): whom they are about, checked with the keys that it publishes (JWKS).

Nothing here is for an event loop: keys come from the issuer's own server. They are kept, and asked for anew each hour
and where a token names one that is not known, but not more often than once a minute, whatever strangers make up.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
from jwt.types import Options

from services.accounts.identities import Said
from services.errors import IssuerAwayError
from services.process.clock import utc_now

MAX_TOKEN_CHARS = 16 * 1024
MAX_GROUPS = 1_000
_MAX_ANSWER_BYTES = 256 * 1024  # of keys, or of what an issuer says of itself
_MAX_KEYS = 100
_TIMEOUT_S = 5.0
_AGAIN_AFTER_S = 60.0
_AGAIN_AFTER_FAILURE_S = 10.0  # while there are no keys at all
_OLD_AFTER_S = 3600.0  # a key that an issuer has taken back is taken no longer
_CLOCKS_DIFFER = timedelta(seconds=30)  # that much at most
_CURVES = {"RS256": ("RSA", None), "PS256": ("RSA", None), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}
_OF_ID_TOKENS = {"nonce", "at_hash", "c_hash"}
_OPTIONS: Options = {  # times are looked at here, by a clock that can be given
    "require": ["exp", "iss", "aud", "sub"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
_LEAST_RSA_BITS = 2048
_SUBJECT_CHARS = 255
_EMAIL_CHARS = 254
_NAME_CHARS = 100
_AWAY = "Your company's sign-in cannot be asked right now. Please try again in a minute."

Fetch = Callable[[str], Any]

log = logging.getLogger("travelbot")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a token that holds says of somebody, and until when."""

    said: Said
    expires_at: datetime


class Issuer:
    """One who signs tokens for one audience: us.

    What it is called in its tokens (*name*) and the address of its *keys* are given, or are told at *metadata*, the
    address of its OpenID configuration. *email_is_verified* is what holds where a token does not say. *expected* is
    what it may call itself there, without a slash at the end; empty: anything. With *for_api* it takes no id token:
    that tells an app who signed in, and opens nothing.
    """

    def __init__(
        self,
        *,
        audience: str,
        name: str = "",
        keys: str = "",
        metadata: str = "",
        expected: str = "",
        for_api: bool = False,
        groups_claim: str = "groups",
        email_is_verified: bool = False,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._audience, self._name, self._keys_at, self._metadata = audience, name, keys, metadata
        self._expected, self._for_api = expected, for_api
        self._groups_claim, self._email_is_verified = groups_claim, email_is_verified
        self._fetch = fetch or fetched
        self._clock = clock
        self._now = now
        self._keys: Mapping[tuple[str, str], jwt.PyJWK] = {}  # by id and algorithm
        self._read_at = self._asked_at = float("-inf")
        self._asking = threading.Lock()

    def check(self, token: str) -> Checked | None:
        """Return what a token says, None where it is not this issuer's for us, or does not hold now.

        Raises IssuerAwayError while nobody can know.
        """
        header = _header(token)
        if header is None:
            return None
        algorithm, key_id = header
        key = self._key(key_id, algorithm)
        if key is None:
            return None
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._name,
                options=_OPTIONS,
            )
            if self._for_api and claims.keys() & _OF_ID_TOKENS:
                return None
            expires_at = self._end(claims)
            said = said_by(claims, groups_claim=self._groups_claim, email_is_verified=self._email_is_verified)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError, RecursionError):
            return None
        return Checked(said, expires_at) if said and expires_at else None

    def is_named(self, name: str) -> bool:
        """Whether tokens that name this as their issuer are this one's. Raises IssuerAwayError."""
        if not self._name:
            self._ask()
        return self._name == name

    def _end(self, claims: Mapping[str, Any]) -> datetime | None:
        """Return until when a token holds, None where it does not now. Raises where these are no instants."""
        now = self._now()
        begins = [datetime.fromtimestamp(claims[name], UTC) for name in ("nbf", "iat") if name in claims]
        end = datetime.fromtimestamp(claims["exp"], UTC)
        holds = end > now - _CLOCKS_DIFFER and all(begin <= now + _CLOCKS_DIFFER for begin in begins)
        return end if holds else None

    def _key(self, key_id: str, algorithm: str) -> jwt.PyJWK | None:
        found = self._found(key_id, algorithm)
        if found is not None and self._clock() - self._read_at < _OLD_AFTER_S:
            return found
        with suppress(IssuerAwayError) if found else nullcontext():
            self._ask()
        return self._found(key_id, algorithm)

    def _found(self, key_id: str, algorithm: str) -> jwt.PyJWK | None:
        keys = self._keys
        if key_id:
            return keys.get((key_id, algorithm))
        fit = [key for (_, kind), key in keys.items() if kind == algorithm]
        return fit[0] if len(fit) == 1 else None

    def _ask(self) -> None:
        """Read the keys, unless that was done just now. Raises IssuerAwayError where there are none yet."""
        if not self._asking.acquire(blocking=not self._keys):
            raise IssuerAwayError(_AWAY)  # somebody else asks; nobody waits for that who may have made up a key
        try:
            again_after_s = _AGAIN_AFTER_S if self._keys else _AGAIN_AFTER_FAILURE_S
            if self._clock() - self._asked_at < again_after_s:
                if not self._keys:
                    raise IssuerAwayError(_AWAY)
                return
            self._asked_at = self._clock()
            try:
                self._read()
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, RecursionError) as exc:
                log.warning("The keys of an issuer could not be read.", extra={"error": type(exc).__name__})
                if not self._keys:
                    raise IssuerAwayError(_AWAY) from exc
        finally:
            self._asking.release()

    def _read(self) -> None:
        name, keys_at = self._name, self._keys_at
        if self._metadata:
            about = self._fetch(self._metadata)
            name, keys_at = about["issuer"], about["jwks_uri"]
            if not isinstance(name, str) or not isinstance(keys_at, str) or "{" in name:  # of many, and so of anybody
                raise ValueError("This is no issuer.")
            if self._expected and name.rstrip("/") != self._expected:
                raise ValueError("It calls itself something else.")
            if self._metadata.startswith("https:") and not keys_at.startswith("https:"):
                raise ValueError("Its keys are not to be had safely.")
        keys = _usable(self._fetch(keys_at)["keys"])
        if not keys:
            raise ValueError("It has no keys.")
        self._name, self._keys = name, keys
        self._read_at = self._clock()


class Issuers:
    """Those whose access tokens the API takes."""

    def __init__(self, issuers: Sequence[Issuer]) -> None:
        self._issuers = issuers

    def check(self, token: str) -> Checked | None:
        """Return what a token says, None where it is nobody's. Raises IssuerAwayError while nobody can know."""
        name = _named_issuer(token) if self._issuers else None
        if name is None:
            return None
        away: IssuerAwayError | None = None
        for issuer in self._issuers:
            try:
                if issuer.is_named(name):
                    return issuer.check(token)
            except IssuerAwayError as exc:
                away = exc
        if away:
            raise away
        return None


def fetched(url: str) -> Any:
    """Return the JSON at an address of an issuer. Raises httpx.HTTPError, httpx.InvalidURL and ValueError."""
    until = time.monotonic() + 2 * _TIMEOUT_S
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    body = b""
    with (
        httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        answer.raise_for_status()
        for part in answer.iter_raw():
            body += part
            if len(body) > _MAX_ANSWER_BYTES or time.monotonic() > until:
                raise ValueError("The answer is too long.")
    return json.loads(body)


def said_by(claims: Mapping[str, Any], *, groups_claim: str, email_is_verified: bool = False) -> Said | None:
    """Return what checked claims say of somebody; None without an issuer and a subject that can be kept.

    *email_is_verified* is what holds where they do not say.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (_is_name(issuer) and _is_name(subject)):
        return None
    issued_at = claims.get("iat")
    at = datetime.fromtimestamp(issued_at, UTC) if isinstance(issued_at, int | float) else utc_now()
    email = _line(claims.get("email"), _EMAIL_CHARS)
    verified = claims.get("email_verified", email_is_verified) in (True, "true")
    groups = claims.get(groups_claim, ())
    return Said(
        issuer=str(issuer),
        subject=str(subject),
        issued_at=at,
        email=email if "@" in email else "",
        email_verified=verified,
        name=_line(claims.get("name"), _NAME_CHARS) or _line(claims.get("preferred_username"), _NAME_CHARS),
        groups=_groups([groups] if isinstance(groups, str) else groups),
    )


def _header(token: str) -> tuple[str, str] | None:
    """Return the algorithm and the key's id that a token names; None where it is none that can be checked."""
    if len(token) > MAX_TOKEN_CHARS or not token.isascii() or token.count(".") != 2:
        return None
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return None
    algorithm, key_id = header.get("alg"), header.get("kid", "")
    if algorithm not in _CURVES or not isinstance(key_id, str) or "crit" in header or "b64" in header:
        return None
    return algorithm, key_id


def _named_issuer(token: str) -> str | None:
    if _header(token) is None:
        return None
    try:
        name = jwt.decode(token, options={"verify_signature": False}).get("iss")  # only to know whose keys to ask
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        return None
    return name if isinstance(name, str) else None


def _usable(keys: Iterable[Any]) -> dict[tuple[str, str], jwt.PyJWK]:
    """Return of published keys those that sign in a way that is taken here, by id and algorithm."""
    found: dict[tuple[str, str], jwt.PyJWK] = {}
    for number, one in enumerate(list(keys)[:_MAX_KEYS]):
        if not isinstance(one, dict) or one.get("use", "sig") != "sig":
            continue
        key_id = one.get("kid", f"\0{number}")  # without an id it is found only where it is the only one
        for algorithm, (kind, curve) in _CURVES.items():
            if one.get("kty") != kind or one.get("crv") != curve or one.get("alg", algorithm) != algorithm:
                continue
            try:
                key = jwt.PyJWK(one, algorithm=algorithm)
            except (jwt.PyJWTError, ValueError, TypeError):
                continue
            if kind != "RSA" or key.key.key_size >= _LEAST_RSA_BITS:
                found.setdefault((str(key_id), algorithm), key)
    return found


def _is_name(text: object) -> bool:
    return isinstance(text, str) and 1 <= len(text) <= _SUBJECT_CHARS and text.isprintable()


def _line(text: object, most: int) -> str:
    line = " ".join(text[: 4 * most].split()) if isinstance(text, str) else ""
    return line[:most].strip() if line.isprintable() else ""


def _groups(listed: object) -> tuple[str, ...]:
    return tuple(filter(_is_name, listed[:MAX_GROUPS])) if isinstance(listed, list) else ()
