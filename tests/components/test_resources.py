"""A setting that is wrong is named in the log, once."""

import logging

import pytest
from pydantic import SecretStr, ValidationError

from components import resources
from services.process.logs import OneLine
from settings import Settings, wrong_settings


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch):
    """Give wrong settings to whoever reads them."""
    monkeypatch.setenv("DEV_USER_ID", "ann smith!")
    monkeypatch.setenv("REPLIES_AT_ONCE", "sk-secret")
    resources._say_once.cache_clear()
    yield
    resources._say_once.cache_clear()


def test_wrong_setting_is_named_in_the_log_once_and_without_its_value(wrong, caplog: pytest.LogCaptureFixture):
    for _ in range(3):
        with pytest.raises(ValidationError):
            resources._settings()

    told = [OneLine().format(one) for one in caplog.records if one.levelno == logging.ERROR]
    assert len(told) == 2
    assert 'why="REPLIES_AT_ONCE: Input should be a valid integer' in "".join(told)
    assert "why=\"DEV_USER_ID: It is a user's id or username" in "".join(told)
    assert "ann smith" not in "".join(told)
    assert "sk-secret" not in "".join(told)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("7", 7), (7, 7), (" Ann ", "ann"), (str(2**63 - 1), 2**63 - 1), ("", None), ("a.b-c_1", "a.b-c_1")],
)
def test_dev_user_is_an_id_or_a_username(typed, read):
    assert Settings(dev_user_id=typed).dev_user_id == read


@pytest.mark.parametrize("typed", ["ab", "0", str(2**63), "a b", "ł", "x" * 41, "-1 "])
def test_what_names_nobody_is_no_dev_user(typed):
    with pytest.raises(ValidationError) as caught:
        Settings(dev_user_id=typed)

    assert [one.partition(":")[0] for one in wrong_settings(caught.value)] == ["DEV_USER_ID"]


def test_wrong_secret_is_not_told():
    with pytest.raises(ValidationError) as caught:
        Settings(app_env="production", cookie_key=SecretStr("short secret"))

    assert wrong_settings(caught.value) == ("COOKIE_KEY must be set to at least 32 random characters in production.",)
