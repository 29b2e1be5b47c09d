"""Passwords and names of accounts: the rules, in words and in code, and the hashes."""

import os
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import bcrypt

from services.errors import DoorBusyError, InvalidInputError
from services.process.one_core import any_core
from services.texts import without_unseen

USERNAME_RULE = "Use 3 to 40 characters: letters a to z, digits, dot, underscore and hyphen."
PASSWORD_RULE = (
    "Use 10 to 72 characters (accented letters and emoji count as more), no space at either end, "
    "without your username or the app's name, and not a common password."
)
_MAX_PASSWORD_BYTES = 72  # bcrypt takes no more

Compare = Callable[[str, str], bool]  # whether a typed password has this hash; takes the time that bcrypt takes

# The hash of 32 random bytes that nobody kept. Names that have no password are checked against it, so that
# they cost what any other name costs.
NOBODYS_HASH = "$2b$12$qq450eJaeRrzUOTd6V8VdOInThxcvPDol802D5LOxGkHx8vS6mr76"

_MIN_PASSWORD_CHARS = 10
_APPS_NAMES = ("travelbot", "backboard")  # however they are spaced
# In lower case, one a line: the 4,000 that most people chose, of those with at least ten characters, and a few of
# ours. Source: Mark Burnett's ten million passwords (2015), which he gave to the public domain.
_WELL_KNOWN = Path(__file__).with_name("common_passwords.txt")
_AT_ONCE = max(1, (os.cpu_count() or 1) // 2)  # half of the machine
_WAIT_S = 10.0  # as long as somebody looks at a button that does nothing yet
_places = threading.BoundedSemaphore(_AT_ONCE)
_inside = threading.local()
_USERNAME = re.compile(r"[a-z0-9._-]{3,40}")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]+")
# Turn the direction of the text around them, so that a name reads as another.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_username(text: str) -> str:
    """Return the username in lower case. Raises InvalidInputError."""
    username = text.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise InvalidInputError(f"That username cannot be used. {USERNAME_RULE}")
    return username


def usable_username(text: str, *, fallback: str) -> str:
    """Return the username that comes nearest to a text, such as the first part of an e-mail address."""
    kept = "".join(char for char in text[:200].lower() if char.isascii() and (char.isalnum() or char in "._-"))[:40]
    return kept if _USERNAME.fullmatch(kept) else fallback


def clean_email(text: str) -> str:
    """Return the e-mail address in lower case. Raises InvalidInputError."""
    email = text.strip().lower()
    if len(email) > 254 or _has_controls(email) or not _EMAIL.fullmatch(email):
        raise InvalidInputError("That does not look like an e-mail address.")
    return email


def clean_name(text: str, *, whose: str = "your") -> str:
    """Return a person's name, 1 to 100 characters of any script, without unseen ones; *whose* is for the sentence.

    Raises InvalidInputError.
    """
    given = text.strip()[:1_000]  # a long run of marks takes its time
    name = unicodedata.normalize("NFC", without_unseen(given)).strip()
    if not 1 <= len(name) <= 100 or _has_controls(given):
        raise InvalidInputError(f"Please give {whose} name, in 1 to 100 characters.")
    return name


def check_new_password(password: str, *, username: str) -> None:
    """Raise InvalidInputError, saying why, when the password breaks the rule."""
    if len(password) < _MIN_PASSWORD_CHARS:
        raise InvalidInputError("That password is too short: it needs at least 10 characters.")
    if _has_controls(password):
        raise InvalidInputError("That password has a character in it that cannot be used.")
    if password != password.strip():  # streamlit-authenticator takes spaces away before it looks
        raise InvalidInputError("A password cannot begin or end with a space.")
    if len(password.encode()) > _MAX_PASSWORD_BYTES:
        raise InvalidInputError(
            "That password is too long: use at most 72 characters. Accented letters and emoji count as more."
        )
    if username and username in password.casefold():
        raise InvalidInputError("A password cannot have the username in it.")
    letters = "".join(char for char in password.casefold() if char.isalnum())
    if any(name in letters for name in _APPS_NAMES):
        raise InvalidInputError("A password cannot have the name of this app in it.")
    if password.casefold() in well_known_passwords():
        raise InvalidInputError("That password is one of the most common ones. Please choose another.")


@cache
def well_known_passwords() -> frozenset[str]:
    """Return passwords, in lower case, that anybody who guesses tries first."""
    return frozenset(_WELL_KNOWN.read_text("utf-8").splitlines())


def typed_username(text: str) -> str:
    """Return what was typed as a name at the door: a possible username, or something that can never be one.

    At most 40 characters of plain ASCII, so that any database and any cache can hold it.
    """
    typed = re.sub(r"[^!-~]", "?", text.strip().lower())
    return typed if len(typed) <= 40 else typed[:39] + "?"


@contextmanager
def hashing() -> Iterator[None]:
    """Let this thread work out hashes, each a third of a second of a core, on any core.

    Few at once: strangers who try passwords side by side must not take every core from those who are in.
    Raises DoorBusyError when none of the places gets free in time. May be used inside of itself.
    """
    if getattr(_inside, "place", False):
        yield
        return
    if not _places.acquire(timeout=_WAIT_S):
        raise DoorBusyError("Too many people are signing in right now. Please try again in a moment.")
    _inside.place = True
    try:
        with any_core():
            yield
    finally:
        _inside.place = False
        _places.release()


def hash_password(password: str) -> str:
    """Return the bcrypt hash, at the cost that streamlit-authenticator's own hasher has."""
    with hashing():
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def password_matches(password: str, password_hash: str, compare: Compare) -> bool:
    """Compare what was typed, to the last character. One that is too long to be anybody's does not match."""
    typed = password.encode(errors="replace")
    with hashing():
        return len(typed) <= _MAX_PASSWORD_BYTES and compare(typed.decode(), password_hash)


def _has_controls(text: str) -> bool:
    return any(char in _DIRECTIONS or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)
