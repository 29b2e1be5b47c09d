"""The command for tokens, as whoever runs the machine types it."""

import os
import subprocess
import sys

import pytest

from services.tokens import TokenService
from settings import ROOT
from tests.services.conftest import make_user


@pytest.fixture
def command(database, database_url):
    """Give a function that runs ``python -m api tokens …``."""
    environment = os.environ | {"DATABASE_URL": database_url}

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "api", "tokens", *arguments],
            cwd=ROOT,
            env=environment | settings,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def test_token_is_made_listed_and_revoked(command, database):
    tokens = TokenService(database)
    make_user(database, "lena")

    made = command("create", "Lena", "--name", "CRM import", "--days", "90", "--read-only")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    use = tokens.check(secret)
    assert use is not None
    assert (use.user.username, use.token.name, use.token.read_only) == ("lena", "CRM import", True)
    assert use.token.expires_at is not None
    assert secret not in made.stderr

    listed = command("list", "lena")
    assert "CRM import\tread only" in listed.stdout
    assert secret not in listed.stdout

    assert command("revoke", "lena", str(use.token.id)).returncode == 0
    assert tokens.check(secret) is None
    assert command("list", "lena").stdout == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        (["create", "nobody"], {}, "There is no such user."),
        (["create", "lena", "--days", "0"], {}, "A token is valid for 1 to"),
        (["revoke", "lena", "5"], {}, "There is no such token."),
        (
            ["list", "lena"],
            {"DATABASE_URL": "postgresql://a@127.0.0.1:1/b"},
            "The database cannot be reached.",
        ),
        (["list", "lena"], {"REQUESTS_PER_MINUTE": "many"}, "requests_per_minute: "),
    ],
)
def test_refusal_is_a_sentence(command, database, arguments, settings, sentence):
    make_user(database, "lena")

    refused = command(*arguments, **settings)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(sentence)
    assert "Traceback" not in refused.stderr
