"""What the settings refuse in production."""

import pytest
from pydantic import ValidationError

from settings import Settings

KEY = "k" * 32


def production(**values: object) -> Settings:
    return Settings.model_validate({"app_env": "production", "cookie_key": KEY, **values})


@pytest.mark.parametrize("key", [None, "", "too short"])
def test_production_does_not_start_without_a_key_for_cookies(key: str | None) -> None:
    with pytest.raises(ValidationError, match="COOKIE_KEY must be set"):
        production(cookie_key=key)


def test_production_signs_nobody_in_without_a_password() -> None:
    with pytest.raises(ValidationError, match="DEV_USER_ID signs in without a password"):
        production(dev_user_id=7)


def test_production_with_a_key_starts() -> None:
    assert production().cookie_secret == KEY
