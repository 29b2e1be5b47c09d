"""The proof that somebody signed in from a browser before, so that strangers' wrong passwords do not lock it out.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies". It lets nobody in: a password is still asked
for, and counted, under the browser's own name. It ends with the password: whoever knew an earlier one could have got
themselves many proofs, each with a count of its own.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from secrets import token_hex

import jwt

KNOWN_DAYS = 365


def new_proof(username: str, key: str, *, now: datetime, before: str | None = None) -> str:
    """Return the proof for a browser in which *username* has signed in, whose proof *before* is made to last on."""
    browser = (known_browser(before, username, key, now=now) if before else None) or token_hex(16)
    claims = {"sub": username, "jti": browser, "exp": now + timedelta(days=KNOWN_DAYS)}
    return jwt.encode(claims, key, algorithm="HS256")


def known_browser(proof: str, username: str, key: str, *, now: datetime) -> str | None:
    """Return the name of the browser that has this proof; None if it is not ours, has ended, or is another user's."""
    try:
        claims = jwt.decode(proof, key, algorithms=["HS256"], options={"verify_exp": False})
    except jwt.InvalidTokenError:
        return None
    holds = claims["sub"] == username and now.timestamp() < claims["exp"]
    return str(claims["jti"]) if holds else None


def cookie_name(username: str) -> str:
    """Return the name of the cookie for a user's proof: several people may share a browser."""
    return f"travelbot_known_{hashlib.sha256(username.encode(errors='replace')).hexdigest()[:12]}"


def proof_key(secret: str, password_hash: str) -> str:
    """Return what signs the proofs of a user with this password.

    Not *secret* itself, which signs sign-ins: a proof must never pass for one.
    """
    return hmac.digest(secret.encode(), f"known browser {password_hash}".encode(), "sha256").hex()
