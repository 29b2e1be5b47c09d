"""The command that backs up and restores."""

import os
import subprocess
import sys

import pytest

from db.__main__ import main
from db.models import ChatSession, utc_now
from services.errors import NotFoundError
from services.reviews.visits import new_reader_key
from settings import ROOT
from tests.helpers.backups import add_conversation, rows_of
from tests.helpers.databases import ON_SQLITE
from tests.helpers.reviews import Reviews


@pytest.fixture
def run(database_url, monkeypatch, tmp_path, capsys):
    """Give a function that does what the command line does, for this test's database alone."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        return (code, *capsys.readouterr())

    return run


@pytest.mark.parametrize(("database_url", "other_url"), [("sqlite", "postgres")], indirect=True)
def test_command_moves_a_database(database, database_url, other_database, other_url, file, tmp_path):
    add_conversation(database, "ada", "one", "two")

    def typed(action: str, url: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "db", action, file],
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env=os.environ | {"DATABASE_URL": url, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    code, told, error = typed("backup", database_url)
    assert (code, error) == (0, "")
    assert told.startswith(f"{file} holds 1 user, 1 session and 2 messages: ")
    assert told.endswith(" kB.\n")

    code, told, error = typed("restore", other_url)
    assert (code, error) == (0, "")
    assert told.startswith("The database holds 1 user, 1 session and 2 messages, as they were at ")
    assert rows_of(other_database) == rows_of(database)


@ON_SQLITE
def test_command_destroys_nothing_unless_it_is_told_to(database, run):
    add_conversation(database, "ada", "one")
    assert run("backup", "a.gz")[0] == 0
    add_conversation(database, "eve", "two")
    both = rows_of(database)

    code, told, error = run("restore", "a.gz")
    assert (code, told) == (1, "")
    assert error.startswith("The database is not empty: there are rows in users, sessions, messages, participants.")
    assert rows_of(database) == both

    assert run("backup", "a.gz") == (1, "", "a.gz is already there. --force writes over it.\n")
    assert run("restore", "a.gz", "--replace")[0] == 0
    assert [row["username"] for row in rows_of(database)["users"]] == ["ada"]
    assert run("backup", "a.gz", "--force")[0] == 0


@ON_SQLITE
@pytest.mark.parametrize(
    ("action", "name", "settings", "sentence"),
    [
        ("restore", "none.gz", {}, "none.gz: No such file or directory\n"),
        ("restore", "/", {}, "/: Is a directory\n"),
        ("backup", "no/such/folder.gz", {}, "no/such/folder.gz.partial: No such file or directory\n"),
        (
            "backup",
            "a.gz",
            {"DATABASE_URL": "postgresql://ada:s3cret@127.0.0.1:1/b"},
            "The database cannot be reached",
        ),
        ("backup", "a.gz", {"DATABASE_URL": "postgresql://ada:s3cret@:x/b"}, "DATABASE_URL is not"),
        ("backup", "a.gz", {"DATABASE_URL": "s3cret"}, "DATABASE_URL is not"),
        ("backup", "a.gz", {"DATABASE_URL": "mysql+nosuch://ada:s3cret@127.0.0.1/b"}, "DATABASE_URL is not"),
        ("backup", "a.gz", {"DATABASE_URL": "sqlite:///words.txt"}, "The database cannot be used"),
        ("backup", "a.gz", {"DATABASE_URL": "sqlite:///words.txt/a.db"}, "words.txt: File exists\n"),
        ("backup", "a.gz", {"REQUESTS_PER_MINUTE": "many"}, "requests_per_minute: "),
    ],
)
def test_refusal_is_a_sentence(run, monkeypatch, tmp_path, action, name, settings, sentence):
    (tmp_path / "words.txt").write_text("words, words, words " * 100)
    for setting, given in settings.items():
        monkeypatch.setenv(setting, given)

    code, told, error = run(action, name)

    assert (code, told) == (1, "")
    assert error.startswith(sentence)
    assert "s3cret" not in error
    assert not list(tmp_path.glob("a.gz*"))


@ON_SQLITE
def test_command_finds_the_database_where_the_app_does(run, database, monkeypatch, tmp_path, database_url):
    add_conversation(database, "ada", "one")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///elsewhere.db")
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()

    secrets.write_text(f'DATABASE_URL = "{database_url}"\nreplies_at_once = 7\nCOOKIE_KEY = ""\n[other]\nkey = 1')
    code, told, error = run("backup", "a.gz")
    assert (code, error) == (0, "")
    assert "1 user, 1 session and 1 message:" in told

    secrets.write_text("DATABASE_URL = ")
    code, _, error = run("backup", "b.gz")
    assert code == 1
    assert error.startswith("secrets.toml cannot be read: ")


@ON_SQLITE
@pytest.mark.parametrize("since", ["revoke", "new_address", "passcode", "delete", "nothing"])
def test_restore_says_which_links_are_open_again(database, run, user_id, since):
    reviews = Reviews(database, now=utc_now())
    session_id = reviews.session(user_id)
    link, ended = reviews.share(session_id, user_id), reviews.share(session_id, user_id, audience="Ended")
    reviews.links.revoke(ended.review.id, user_id=user_id)
    key = new_reader_key()
    said = reviews.visits.comment(link.token, key, "Lovely", name="Anna").id
    reviews.comments.add(link.review.id, "Thank you", user_id=user_id, thread_id=said)
    run("backup", "a.gz")
    match since:
        case "revoke":
            reviews.links.revoke(link.review.id, user_id=user_id)
        case "new_address":
            reviews.links.new_address(link.review.id, user_id=user_id)
        case "passcode":
            reviews.links.change(link.review.id, link.review.settings, user_id=user_id, passcode="tram 28!")
        case "delete":
            with database.begin() as db_session:
                db_session.delete(db_session.get_one(ChatSession, session_id))

    _, told, _ = run("restore", "a.gz", "--replace")

    if since == "nothing":
        assert "1 link to reviews is open, as before." in told
    else:
        assert "1 link to reviews is open. These are open again" in told
        assert f"\n  {link.review.id} for Customer: Lisbon in May\n" in told
    assert ended.review.settings.audience not in told
    [thread] = reviews.visits.threads(link.token, key, anchor=None)
    assert (thread.first.mine, thread.answers[0].text) == (True, "Thank you")
    with pytest.raises(NotFoundError):
        reviews.visits.look(ended.token, key)
