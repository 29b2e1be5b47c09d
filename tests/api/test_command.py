"""The commands for tokens and admins, as whoever runs the machine types them."""

import subprocess
import sys

import pytest
from sqlalchemy import select

from api.__main__ import main
from db.models import AuditEntry
from services.accounts.tokens import TokenService
from services.usage.costs import CostService
from settings import ROOT
from tests.helpers.services import make_user


@pytest.fixture(autouse=True)
def settings(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)


def test_token_is_made_listed_and_revoked(database, capsys):
    tokens = TokenService(database)
    make_user(database, "lena")

    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "api",
            "tokens",
            "create",
            "Lena",
            "--name",
            "CRM import",
            "--days",
            "90",
            "--read-only",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    use = tokens.check(secret)
    assert use is not None
    assert (use.user.username, use.token.name, use.token.read_only) == ("lena", "CRM import", True)
    assert use.token.expires_at is not None
    assert secret not in made.stderr

    assert main(["tokens", "list", "lena"]) == 0
    listed = capsys.readouterr().out
    assert "CRM import\tread only" in listed
    assert secret not in listed

    assert main(["tokens", "revoke", "lena", str(use.token.id)]) == 0
    assert tokens.check(secret) is None
    assert main(["tokens", "list", "lena"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_token_for_metrics_is_an_admins(database, capsys):
    make_user(database, "lena")

    assert main(["tokens", "create", "lena", "--metrics"]) == 1
    assert capsys.readouterr().err == "Only an admin can have a metrics token.\n"
    main(["admins", "add", "lena"])
    assert main(["tokens", "create", "lena", "--metrics"]) == 0
    use = TokenService(database).check(capsys.readouterr().out.strip())
    assert use is not None
    assert (use.token.metrics_only, use.token.read_only) == (True, True)
    main(["tokens", "list", "lena"])
    assert "\tmetrics only\t" in capsys.readouterr().out


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_admin_is_made_listed_and_unmade_and_the_audit_knows(database, capsys):
    user_id = make_user(database, "lena")

    assert main(["admins", "add", "Lena"]) == 0
    assert main(["admins", "list"]) == 0
    assert capsys.readouterr().out == "lena\tLena\tlena@example.com\n"
    assert main(["admins", "remove", "lena"]) == 0
    assert main(["admins", "list"]) == 0
    assert capsys.readouterr().out == ""

    with database.read() as db_session:
        audit = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(entry.user_id, entry.action, entry.detail) for entry in audit] == [
            (user_id, "change_role", "admin"),
            (user_id, "change_role", "planner"),
        ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("action", ["add", "remove"])
def test_nobody_cannot_be_an_admin(database, capsys, action):
    assert main(["admins", action, "nobody"]) == 1
    assert capsys.readouterr().err == "There is no such user.\n"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "changed", "sentence"),
    [
        (["create", "nobody"], {}, "There is no such user."),
        (["create", "lena", "--days", "0"], {}, "A token is valid for 1 to"),
        (["revoke", "lena", "5"], {}, "There is no such token."),
        (
            ["list", "lena"],
            {"DATABASE_URL": "postgresql://a@127.0.0.1:1/b"},
            "The database cannot be reached.",
        ),
        (["list", "lena"], {"REQUESTS_PER_MINUTE": "many"}, "REQUESTS_PER_MINUTE: "),
    ],
)
def test_refusal_is_a_sentence(database, monkeypatch, capsys, arguments, changed, sentence):
    make_user(database, "lena")
    for name, value in changed.items():
        monkeypatch.setenv(name, value)

    assert main(["tokens", *arguments]) == 1

    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(sentence)


def test_limit_is_set_shown_and_cleared(database, capsys):
    costs = CostService(database)
    user_id = make_user(database, "lena")

    assert main(["limits", "set", "lena", "12.50"]) == 0
    assert costs.this_month(user_id).limit_micros == 12_500_000
    assert main(["limits", "show", "lena"]) == 0
    assert capsys.readouterr().out == "spent $0.00\t0 replies of unknown price\tlimit $12.50\n"
    assert main(["limits", "clear", "lena"]) == 0
    assert costs.this_month(user_id).limit_micros is None


def test_limit_that_makes_no_sense_is_refused(database, capsys):
    make_user(database, "lena")

    assert main(["limits", "set", "lena", "99999999"]) == 1
    assert "A monthly limit is 0 to 1,000,000 US dollars." in capsys.readouterr().err
