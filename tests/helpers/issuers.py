"""A company that signs tokens, without a server: its keys, and what it signs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

ISSUER = "https://id.example.com"
AUDIENCE = "travel-bot"
KEYS_AT = f"{ISSUER}/keys"
METADATA_AT = f"{ISSUER}/.well-known/openid-configuration"

_MADE: dict[str, Callable[[], Any]] = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


@cache
def private_key(key_id: str, algorithm: str = "ES256") -> Any:
    """Return a key by its name, the same each time."""
    return _MADE[algorithm]()


def public(key_id: str, algorithm: str = "ES256", **more: Any) -> dict[str, Any]:
    """Return what an issuer publishes of a key."""
    kind = jwt.get_algorithm_by_name(algorithm)
    made: dict[str, Any] = json.loads(kind.to_jwk(private_key(key_id, algorithm).public_key()))
    return {name: value for name, value in made.items() if name != "key_ops"} | {"kid": key_id} | more


def signed(
    key_id: str = "first",
    algorithm: str = "ES256",
    *,
    at: datetime | None = None,
    headers: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """Return a token that holds for an hour; a claim given as None is left out."""
    at = at or datetime.now(UTC)
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u-1",
        "iat": int(at.timestamp()),
        "exp": int((at + timedelta(hours=1)).timestamp()),
    } | claims
    kept = {name: value for name, value in said.items() if value is not None}
    key = private_key(key_id, algorithm)
    return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": key_id} | (headers or {}))


class Published:
    """What an issuer's addresses answer, and how often they were asked."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys: list[Any] = list(keys)
        self.about: dict[str, Any] = {"issuer": ISSUER, "jwks_uri": KEYS_AT}
        self.away = False
        self.asked: list[str] = []

    def fetch(self, url: str) -> Any:
        self.asked.append(url)
        if self.away:
            raise ValueError("away")
        return {"keys": self.keys} if url == KEYS_AT else self.about
