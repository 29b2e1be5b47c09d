"""What a company's claims are taken for: bounded, meant for us, and the same after they were cut down."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.accounts.company import answers, kept_claims, said_of
from services.accounts.identities import Said
from services.errors import NotInvitedError
from settings import Company, Settings
from tests.helpers.accounts import SETTINGS

ACME = Company("acme", "Acme", "travel-bot", "https://id.example.com/.well-known/openid-configuration")
CLAIMS = {
    "iss": "https://id.example.com",
    "sub": "00u1",
    "aud": ["travel-bot"],
    "iat": 1_795_990_000,
    "exp": 1_795_993_600,
    "email": "ada@example.com",
    "email_verified": True,
    "name": "Ada Lovelace",
    "groups": ["IT", "Everybody"],
    "origin": "http://localhost:8501",
    "is_logged_in": True,
    "provider": "acme",
}
SAID = Said(
    issuer="https://id.example.com",
    subject="00u1",
    issued_at=datetime.fromtimestamp(1_795_990_000, UTC),
    email="ada@example.com",
    email_verified=True,
    name="Ada Lovelace",
    groups=("IT",),
)


@pytest.fixture
def settings() -> Settings:
    return SETTINGS.model_copy(update={"companies": (ACME,), "company_admins": ("it",)})


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({}, {}),
        ({"aud": "travel-bot"}, {}),
        ({"aud": ["somebody", "travel-bot"]}, {}),
        ({"iat": 1_795_990_000.0}, {}),
        ({"email_verified": "true"}, {"email_verified": False}),
        ({"email_verified": 1}, {"email_verified": False}),
        ({"email": "a" * 250 + "@example.com"}, {"email": ""}),
        ({"email": "nobody"}, {"email": ""}),
        ({"email": "ada\n@example.com"}, {"email": ""}),
        ({"email": {"of": "another kind"}}, {"email": ""}),
        ({"name": " Ada \x00\n Lovelace "}, {}),
        ({"name": "é" * 20_000}, {"name": "é" * 100}),
        ({"name": "\u200b\u2800"}, {"name": ""}),
        ({"name": None}, {"name": ""}),
        ({"groups": "it"}, {"groups": ("it",)}),
        ({"groups": ["x" * 100] * 200 + ["IT", "IT", None, 7]}, {}),
        ({"groups": {"IT": True}}, {"groups": ()}),
        ({"photo": "x" * 20_000}, {}),
    ],
    ids=str,
)
def test_what_is_said_is_bounded_and_the_same_when_cut_down(settings, changed, differs):
    claims = CLAIMS | changed
    kept = kept_claims(claims, settings)

    assert said_of(claims, settings) == replace(SAID, **differs)
    assert said_of(kept, settings) == said_of(claims, settings)
    assert len(json.dumps(kept)) < 2_000
    assert (kept["origin"], kept["is_logged_in"]) == ("http://localhost:8501", True)


@pytest.mark.parametrize("missing", ["iss", "sub", "iat", "aud", "provider"])
def test_answer_without_what_names_somebody_lets_nobody_in(settings, missing):
    claims = {name: value for name, value in CLAIMS.items() if name != missing}
    for one in (claims, kept_claims(claims, settings)):
        with pytest.raises(NotInvitedError):
            said_of(one, settings)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another-app"},
        {"aud": ["another-app"], "azp": "travel-bot"},
        {"provider": "globex"},
        {"sub": "x" * 256},
        {"sub": "a\x00b"},
        {"sub": 17},
        {"iss": ""},
        {"iat": True},
        {"iat": 1e300},
        {"iat": "yesterday"},
    ],
    ids=str,
)
def test_answer_that_is_not_for_us_lets_nobody_in(settings, changed):
    for claims in (CLAIMS | changed, kept_claims(CLAIMS | changed, settings)):
        with pytest.raises(NotInvitedError, match="answer"):
            said_of(claims, settings)


@pytest.mark.parametrize("provider", ["acme", "globex"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_of_several_companies_each_speaks_for_itself_only(settings, provider, slash):
    globex = Company("globex", "Globex", "travel-bot", "https://globex.example/.well-known/openid-configuration")
    both = settings.model_copy(update={"companies": (ACME, globex)})
    claims = CLAIMS | {"iss": f"https://id.example.com{slash}", "provider": provider}

    if provider == "acme":
        assert said_of(claims, both).subject == "00u1"
        return
    with pytest.raises(NotInvitedError, match="not meant for this app"):
        said_of(claims, both)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/metadata", "http://[", "nonsense"])
def test_company_that_is_away_does_not_answer(address):
    assert not answers(replace(ACME, metadata_url=address))
