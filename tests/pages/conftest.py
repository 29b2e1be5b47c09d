"""The app on a temporary database, with the demo assistant answering at once."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import partialmethod
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import db.models
import db.search
import tests.helpers.app_test  # noqa: F401 - once for all
from components.resources import built_services, get_services
from db.engine import Database
from db.ids import new_id
from db.models import utc_now
from emulator.server import EmulatorServer
from services.accounts.records import User
from services.wiring import Services
from settings import ROOT, Settings
from tests.helpers import rows
from tests.helpers.clock import Clock
from tests.helpers.screens import SIGNED_IN_AT, AddSession, add_user


@pytest.fixture
def backboard_url() -> str | None:
    """Let the demo assistant answer; modules whose pages show prices give their emulator's address."""
    return None


@pytest.fixture
def services(
    sqlite_template: Path,
    emulator_template: Path,
    tmp_path: Path,
    noon: Clock,
    monkeypatch: pytest.MonkeyPatch,
    backboard_url: str | None,
) -> Iterator[Services]:
    """Start this process's services over an empty SQLite database and an emulator without pauses, at noon."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    shutil.copyfile(sqlite_template, tmp_path / "travelbot.db")
    if backboard_url is None:
        shutil.copyfile(emulator_template, tmp_path / "emulator.db")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'travelbot.db'}")
    monkeypatch.setenv("DEMO_PACE_S", "0")
    monkeypatch.setenv("TITLE_MODEL", "off")
    # Nobody asks it any more then, and to see it end takes as long as a page.
    monkeypatch.setattr(EmulatorServer, "stop", partialmethod(EmulatorServer.stop, wait=False))
    if backboard_url:
        monkeypatch.setenv("BACKBOARD_BASE_URL", backboard_url)
    built_services.clear()
    yield get_services()
    built_services.clear()  # closes them


@pytest.fixture
def app_database(services: Services) -> Iterator[Database]:
    """Open the app's database a second time, to put things in order behind its back."""
    database = Database(services.settings.database_url)
    yield database
    database.close()


@pytest.fixture
def planner(app_database: Database) -> User:
    """Return a planner with an account and nothing else."""
    return add_user(app_database, "ada", "Ada Planner")


@pytest.fixture
def stranger(app_database: Database) -> User:
    """Return somebody else with an account."""
    return add_user(app_database, "bob", "Bob Stranger")


@pytest.fixture
def visitor(services: Services) -> AppTest:
    """Return the app as somebody opens it who is not signed in; call run() on it."""
    at = AppTest.from_file(ROOT / "app.py")
    at.context = {"timezone": "Europe/Warsaw", "timezone_offset": -60}
    return at


@pytest.fixture
def app(visitor: AppTest, planner: User) -> AppTest:
    """Return the app as *planner* opens it; call run() on it."""
    visitor.session_state["auth_user"] = {"id": planner.id, "signed_in_at": int(SIGNED_IN_AT.timestamp() * 1000)}
    return visitor


@pytest.fixture
def add_session(app_database: Database, planner: User) -> AddSession:
    """Return a function that stores a session with one question and its answer, and returns its id."""

    def add(
        title: str = "Lisbon",
        *,
        user_id: int = planner.id,
        used: timedelta = timedelta(minutes=5),
        text: str = "Five days in Lisbon?",
        answer: str = "Gladly.",
        status: str = "complete",
        **columns: object,
    ) -> int:
        at = utc_now() - used
        session_id, question_id, reply_id = new_id(), new_id(), new_id()
        with app_database.begin() as db_session:
            defaults = {"model": "openai/gpt-4o", "message_count": 2, "total_tokens": 120, "created_at": at}
            rows.add_session(
                db_session,
                id=session_id,
                user_id=user_id,
                title=title,
                last_message_id=reply_id,
                last_message_preview=answer,
                last_message_at=at,
                **{**defaults, **columns},
            )
            shared = {"session_id": session_id, "user_id": user_id, "created_at": at}
            db_session.add(db.models.Message(id=question_id, role="user", status="complete", content=text, **shared))
            db_session.add(
                db.models.Message(
                    id=reply_id,
                    role="assistant",
                    status=status,
                    content=answer,
                    parent_id=question_id,
                    ended_at=at if status not in ("queued", "running") else None,
                    **shared,
                )
            )
            db_session.flush()
            for row_id, words in ((session_id, title), (question_id, text), (reply_id, answer)):
                db.search.put(db_session, row_id, session_id, words)
        return session_id

    return add
