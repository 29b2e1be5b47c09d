"""What may be a password, and what is taken for it at the door."""

import pytest
from streamlit_authenticator.utilities import Hasher

from services.accounts.passwords import check_new_password, hash_password, password_matches, well_known_passwords
from services.errors import InvalidInputError

PASSWORD = "Harbour lights 7"


def test_the_best_known_passwords_are_refused_in_any_case() -> None:
    """At least the 3,000 that OWASP asks for, each of which the other rules would let through."""
    known = well_known_passwords()

    assert len(known) >= 3000
    for password in known:
        for typed in (password, password.upper(), password.title()):
            with pytest.raises(InvalidInputError, match="most common"):
                check_new_password(typed, username="\N{SNOWMAN}")


@pytest.mark.parametrize("password", ["mypassword", "password2000", "optimusprime", "1q2w3e4r5t6y", "travelmate"])
def test_the_best_known_passwords_are_these(password: str) -> None:
    assert password in well_known_passwords()


@pytest.mark.parametrize(
    "password",
    [
        "7402815936",
        "onlysmallletters",
        "ONLYCAPITALS",
        "!?;:'\"<>&%$#",
        "two words and more",
        "zażółć gęślą",
        "東京から京都まで行きたい",
        "🧳🗺️✈️🏨🍜🚆🏖️",
        "i̇ combined ä",
        "'; DROP TABLE users; --",
    ],
)
def test_any_characters_make_a_password(password: str, cheap_hashes: None) -> None:
    check_new_password(password, username="maria")

    assert password_matches(password, hash_password(password), Hasher.check_pw)


@pytest.mark.parametrize(
    "typed", [PASSWORD.lower(), PASSWORD.swapcase(), PASSWORD[:-1], f"{PASSWORD}x", f" {PASSWORD}", f"{PASSWORD}\n"]
)
def test_only_the_very_characters_match(typed: str, cheap_hashes: None) -> None:
    assert not password_matches(typed, hash_password(PASSWORD), Hasher.check_pw)


def test_the_last_byte_counts(cheap_hashes: None) -> None:
    longest = "x" * 71

    assert not password_matches(longest + "z", hash_password(longest + "y"), Hasher.check_pw)
