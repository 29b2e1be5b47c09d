"""What the settings refuse in production."""

import tomllib

import pytest
from pydantic import ValidationError

from settings import Settings, wrong_settings
from tests.helpers.companies import recipe

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


@pytest.mark.parametrize("model", ["openai/gpt-4o", "acme/own"])
def test_demo_answers_with_its_own_models_whatever_is_set(model: str) -> None:
    settings = Settings(default_model=model, title_model=model)

    assert (settings.default_model, settings.model_for_titles) == ("demo/detailed", "demo/brief")


def test_demo_can_be_brief_and_give_no_titles() -> None:
    settings = Settings(default_model="demo/brief", title_model="off")

    assert (settings.default_model, settings.model_for_titles) == ("demo/brief", None)


def test_with_a_key_there_are_no_models_of_the_demo() -> None:
    settings = Settings.model_validate({"backboard_api_key": "key", "title_model": "openai/gpt-4o-mini"})
    assert (settings.default_model, settings.model_for_titles) == ("openai/gpt-4o", "openai/gpt-4o-mini")
    for name in ("default_model", "title_model"):
        with pytest.raises(ValidationError, match="only without BACKBOARD_API_KEY"):
            Settings.model_validate({"backboard_api_key": "key", name: "demo/brief"})


def test_emulator_at_an_address_may_be_asked_for_either() -> None:
    address = {"backboard_base_url": "http://localhost:8700/api"}

    assert Settings.model_validate(address).default_model == "openai/gpt-4o"
    assert Settings.model_validate({**address, "default_model": "demo/brief"}).default_model == "demo/brief"


def test_mail_needs_a_server_and_a_sender() -> None:
    sender = {"mail_from": "bot@example.com"}
    with pytest.raises(ValidationError, match="MAIL_FROM must be set"):
        Settings.model_validate({"smtp_url": "smtp://mail.example.com"})
    with pytest.raises(ValidationError, match="smtp://name:password@"):
        Settings.model_validate({"smtp_url": "mail.example.com:587"} | sender)

    assert "secret" not in repr(Settings.model_validate({"smtp_url": "smtp://b:secret@mail.example.com"} | sender))


LISTED = {"proxy_sign_in": "headers", "trusted_proxies": "10.0.0.9"}
OF_ISSUER = {
    "proxy_token_issuer": "https://id.example.com",
    "proxy_token_audience": "travel-bot",
    "proxy_token_keys": "https://id.example.com/keys",
}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"trusted_proxies": ""}, "TRUSTED_PROXIES must list the proxy's own address"),
        ({"trusted_proxies": "unlisted"}, "TRUSTED_PROXIES must list the proxy's own address"),
        ({"trusted_proxies": "10.0.0.9,0.0.0.0/0"}, "must not list everybody"),
        ({"trusted_proxies": "::/0"}, "must not list everybody"),
        ({"forwarded_allow_ips": "*"}, "FORWARDED_ALLOW_IPS must not be set"),
        ({"proxy_sign_in": "token"}, "PROXY_TOKEN_ISSUER, PROXY_TOKEN_AUDIENCE, PROXY_TOKEN_KEYS must be set"),
        ({"proxy_sign_in": "token", **OF_ISSUER, "proxy_token_keys": None}, "PROXY_TOKEN_KEYS must be set"),
        (
            {"proxy_sign_in": "token", **OF_ISSUER, "proxy_token_header": "Authorization"},
            "that the proxy alone writes",
        ),
        ({"proxy_sign_in": "on"}, "proxy_sign_in"),
    ],
)
def test_proxy_signs_nobody_in_before_it_is_known(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Settings.model_validate({**LISTED, **values})


def test_proxy_that_is_listed_signs_in_by_headers_or_by_a_token() -> None:
    assert Settings.model_validate(LISTED).behind_proxy
    assert Settings.model_validate({**LISTED, **OF_ISSUER, "proxy_sign_in": "token"}).behind_proxy
    assert not Settings(forwarded_allow_ips="*").behind_proxy


AUTH = {"redirect_uri": "https://travel.example.com/oauth2callback", "cookie_secret": KEY}
ACME = {"client_id": "id", "client_secret": "secret", "server_metadata_url": "https://id.example.com/metadata"}


def test_companies_are_those_of_the_secrets() -> None:
    several = production(**{"[auth]": AUTH | ACME | {"google": ACME, "my-firm": ACME | {"label": "My firm, Inc."}}})

    assert [(one.name, one.label) for one in several.companies] == [
        ("default", "your company"),
        ("google", "Google"),
        ("my-firm", "My firm, Inc."),
    ]
    assert production(**{"[auth]": {}}).companies == ()


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (AUTH, "It needs client_id, client_secret, server_metadata_url, or a section"),
        (
            AUTH | {"my_firm": ACME},
            "The name my_firm has an underscore, which Streamlit does not take: call it my-",
        ),
        (AUTH | {"google": {"client_id": "id"}}, "The section of google has no client_secret, server_metadata_url."),
        (AUTH | {"google": ACME | {"server_metadata_url": "http://id.example.com"}}, "has to begin with https://"),
        (AUTH | ACME | {"redirect_uri": "https://travel.example.com/"}, "redirect_uri has to be the app's address"),
        (AUTH | ACME | {"cookie_secret": "xxx"}, "cookie_secret has to be at least 32 random characters"),
    ],
)
def test_company_that_cannot_work_is_named_with_what_to_do(section: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        production(**{"[auth]": section})

    (said,) = wrong_settings(caught.value)
    assert said.startswith("[auth]: ")
    assert sentence in said
    assert KEY not in said


def test_production_does_not_start_where_nobody_could_sign_in() -> None:
    with pytest.raises(ValidationError, match="Nobody could sign in"):
        production(passwords="off")
    for way in ({"[auth]": AUTH | ACME}, LISTED, {"guests": "on"}):
        assert production(passwords="off", **way).passwords == "off"


@pytest.mark.parametrize(("title", "name"), [("Clerk", "clerk"), ("Google on Community Cloud", "google")])
def test_recipes_of_the_readme_start_in_production(title: str, name: str) -> None:
    read = tomllib.loads(recipe(title).replace('"…"', f'"{KEY}"'))
    settings = Settings.model_validate({key.lower(): value for key, value in read.items()} | {"[auth]": read["auth"]})

    assert settings.app_env == "production"
    assert [one.name for one in settings.companies] == [name]
