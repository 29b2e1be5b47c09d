"""Whoever adds a setting to `SessionSettings`, and a column to `sessions`, has it everywhere."""

import json
from dataclasses import fields
from typing import Any

import pytest

from db.models import ChatSession, Participant
from exports.sessions.settings import SETTINGS, setting_values
from services.errors import InvalidInputError
from services.sessions.records import SessionSummary
from services.transfer.transfer import ExportKind
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import make_user, until_ended
from tests.helpers.unusual import unusual_settings

UNUSUAL = unusual_settings()


def kept(services, session_id: int, user_id: int) -> dict[str, Any]:
    return setting_values(services.sessions.get(session_id, user_id=user_id))


@pytest.fixture
def session_id(services, user_id) -> int:
    """Give a session of which nothing is as usual."""
    made: int = services.sessions.create(user_id=user_id, **UNUSUAL).id
    return made


def test_every_setting_is_a_column_and_shown_in_lists():
    shown = {one.name for one in fields(SessionSummary)}

    assert set(SETTINGS) <= shown
    columns = {*ChatSession.__table__.columns.keys(), *Participant.__table__.columns.keys()}
    assert shown - {"answering", "people", "owner_name", "trip_access"} <= columns


def test_new_session_keeps_what_was_chosen(services, user_id, session_id):
    assert kept(services, session_id, user_id) == UNUSUAL


@ON_SQLITE
def test_new_session_of_a_message_keeps_what_was_chosen(services, user_id):
    accepted = services.replies.send("Hello", user_id=user_id, client_message_id="a", **UNUSUAL)

    until_ended(services, accepted.reply_id, user_id)
    brought_back = {"archived": False}  # by its first message
    assert kept(services, accepted.session_id, user_id) == UNUSUAL | brought_back
    assert services.sessions.get(accepted.session_id, user_id=user_id).title_chosen


@ON_SQLITE
def test_one_setting_is_changed_and_the_others_stay(services, user_id):
    for name in SETTINGS:
        before = services.sessions.create(user_id=user_id, model="openai/gpt-4o")

        services.sessions.change(before.id, user_id=user_id, **{name: UNUSUAL[name]})

        assert kept(services, before.id, user_id) == setting_values(before) | {name: UNUSUAL[name]}, name


def test_all_settings_change_or_none_does(services, user_id, session_id):
    for wrong in ({"title": ""}, {"model": "nobody"}):
        with pytest.raises(InvalidInputError):
            services.sessions.change(session_id, user_id=user_id, **{"memory": True, **wrong})

    assert kept(services, session_id, user_id) == UNUSUAL


@ON_SQLITE
def test_what_is_no_setting_is_refused(services, user_id, session_id):
    for attempt in (
        lambda: services.sessions.create(user_id=user_id, no_such="x"),
        lambda: services.sessions.change(session_id, user_id=user_id, message_count=5),
        lambda: services.replies.send("Hello", user_id=user_id, client_message_id="a", no_such="x"),
    ):
        with pytest.raises(TypeError, match=r"no such settings: (no_such|message_count)"):
            attempt()


@ON_SQLITE
def test_exported_session_is_imported_with_every_setting(services, database, user_id, session_id):
    bob = make_user(database, "bob")

    file = services.transfer.export(session_id, user_id=user_id, kind=ExportKind.JSON).content
    (copy_id,) = services.transfer.import_file(file, user_id=bob).imported

    assert json.loads(file)["sessions"][0].items() >= UNUSUAL.items()
    assert kept(services, copy_id, bob) == UNUSUAL


@ON_SQLITE
def test_fork_has_the_settings_but_a_title_and_a_place_of_its_own(services, user_id, session_id):
    note = services.replies.store("Three nights", role="user", session_id=session_id, user_id=user_id)

    fork_id = services.versions.fork(note.id, user_id=user_id)

    of_its_own = {"title": f"{UNUSUAL['title']} (fork)", "pinned": False, "archived": False}
    assert kept(services, fork_id, user_id) == UNUSUAL | of_its_own


@ON_SQLITE
def test_file_that_says_nothing_of_a_setting_is_imported_as_usual(services, user_id):
    at = "2026-05-01T09:30:00Z"
    session = {"key": "elsewhere:1", "title": "Lisbon", "planner": "Ada", "model": "openai/gpt-4o",
               "created_at": at, "last_message_at": at, "messages": []}  # fmt: skip
    file = {"format": "travelbot.sessions", "version": 1, "sessions": [session]}

    (imported,) = services.transfer.import_file(json.dumps(file).encode(), user_id=user_id).imported

    usual = setting_values(services.sessions.create(user_id=user_id))
    assert kept(services, imported, user_id) == usual | {"title": "Lisbon", "model": "openai/gpt-4o"}
