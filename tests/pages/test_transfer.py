"""Export, import and the samples on the screens."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from components.state import CHAT_PAGE, SESSIONS_PAGE
from db.models import ChatSession, Message
from services.transfer.transfer import ExportKind
from tests.helpers.chatgpt import conversation, node
from tests.helpers.screens import AddSession, begin_at


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> None:
    at.button(key=key).click()
    run(at)


def keys(at: AppTest) -> set[str]:
    return {button.key for button in at.button if button.key}


def labels(at: AppTest) -> str:
    return " ".join(button.label for button in at.sidebar.button)


def test_first_visit_offers_samples_and_one_click_removes_them(app, services, planner):
    run(app)
    assert "samples_add" in keys(app)

    click(app, "samples_add")
    assert labels(app).count("Sample ·") == 3
    assert any(":blue-badge[Sample]" in one.value for one in app.main.markdown)
    assert "samples_add" not in keys(app)

    click(app, "sidebar_samples_remove")
    assert "Sample" not in labels(app)
    assert services.sessions.recent(user_id=planner.id).sessions == ()
    assert "Removed the sample sessions." in [one.value for one in app.markdown]

    click(app, "sidebar_samples_back")
    assert labels(app).count("Sample ·") == 3
    assert "sidebar_samples_back" not in keys(app)


def test_who_has_a_session_is_not_offered_samples(app, add_session):
    add_session(archived=True)
    run(app)

    assert "samples_add" not in keys(app)


def test_samples_are_removed_from_all_sessions_too_and_own_sessions_stay(app, services, planner, add_session):
    services.transfer.add_samples(user_id=planner.id)
    add_session("My own")
    begin_at(app, SESSIONS_PAGE)
    run(app)

    click(app, "sessions_remove_samples")
    assert [one.title for one in services.sessions.recent(user_id=planner.id).sessions] == ["My own"]
    click(app, "session_undo_button")
    assert len(services.sessions.recent(user_id=planner.id).sessions) == 4


def test_export_dialog_has_a_file_of_each_kind(app, add_session):
    session_id = add_session("Łódź")
    app.session_state["dialog"] = {"name": "export", "about": {"session_id": session_id, "title": "Łódź"}}
    run(app)

    drawn = {one.key for one in app.get("download_button")}
    assert {f"session_export_{kind.value}" for kind in ExportKind} == drawn


@pytest.fixture
def page(app: AppTest) -> AppTest:
    return run(begin_at(app, SESSIONS_PAGE))


def upload(page: AppTest, name: str, data: bytes) -> None:
    click(page, "sessions_import")
    page.file_uploader(key="import_file").upload(name, data, "application/json")
    run(page)
    click(page, "import_start")


def test_import_says_what_became_of_the_file(page, services, planner):
    hello = conversation(node("q", None, "user", "Hello"), title="Imported")
    empty = conversation(title="Nothing *in* it", conversation_id="c-2")
    file = json.dumps([hello, empty]).encode()

    upload(page, "conversations.json", file)
    assert [one.value for one in page.success] == ["Imported 1 session."]
    assert [one.value for one in page.warning] == ["1 session could not be imported."]
    assert "“Nothing *in* it” has no message with text." in [one.value for one in page.text]
    assert "**Imported**" in labels(page)

    click(page, "import_close")
    assert "dialog" not in page.session_state
    upload(page, "conversations.json", file)
    assert [one.value for one in page.info] == ["1 session was here already."]
    assert len(services.sessions.recent(user_id=planner.id).sessions) == 1


def test_file_that_cannot_be_used_says_so(page, services, planner):
    upload(page, "x.json", b"{")

    assert ["damaged" in one.value for one in page.error] == [True]
    assert page.button(key="import_start")
    assert services.sessions.recent(user_id=planner.id).sessions == ()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    """Give the memory of files that all runs of a tab share, as on a server."""
    manager = MemoryUploadedFileManager("/upload")
    monkeypatch.setattr("streamlit.testing.v1.local_script_runner.MemoryUploadedFileManager", lambda _: manager)
    return manager


def dismiss(at: AppTest) -> None:
    """Close the open dialog as its own cross and Escape do."""
    [dialog] = [block for block in at if isinstance(block, Block) and block.type == "dialog"]
    states = at._tree.get_widget_states()
    states.widgets.add(id=dialog.proto.dialog.id, trigger_value=True)
    at._run(states)
    assert not at.exception


@pytest.mark.parametrize("end", [lambda page: click(page, "import_start"), dismiss], ids=["imported", "dismissed"])
def test_file_of_the_dialog_leaves_the_memory(
    page: AppTest, held: MemoryUploadedFileManager, end: Callable[[AppTest], None]
) -> None:
    click(page, "sessions_import")
    page.file_uploader(key="import_file").upload("sessions.json", hostile_file(), "application/json")
    run(page)
    assert held.get_stats()

    end(page)

    assert not held.get_stats()


def test_all_sessions_are_exported_from_their_page(app, add_session: AddSession):
    add_session()
    begin_at(app, SESSIONS_PAGE)
    run(app)

    assert "sessions_export_all" in [one.key for one in app.get("download_button")]


HOSTILE_URLS = ("http://[", "https://a.example/\n\n![x](https://evil.example/p.png)", "https://a.example/ ) ![x](y)")


def hostile_file() -> bytes:
    """Return a file of ours that says what no session can say."""
    at = "0001-01-01T00:00:00Z"
    parts = [{"kind": "source", "text": "![x](https://evil.example/p.png)", "url": url} for url in HOSTILE_URLS]
    question: dict[str, Any] = {
        "id": "1",
        "role": "user",
        "status": "complete",
        "text": "Hello\x00",
        "created_at": at,
    }
    reply = question | {"id": "2", "role": "assistant", "parent_id": "1", "parts": parts, "model": "a\x00/b c"}
    session: dict[str, Any] = {"key": "k", "title": "From\x00 long ago", "planner": "", "model": "", "created_at": at}
    session |= {"last_message_at": at, "messages": [question, reply], "last_message_id": "2"}
    return json.dumps({"format": "travelbot.sessions", "version": 1, "sessions": [session]}).encode()


def drawn_everywhere(app: AppTest, session_id: int) -> str:
    """Draw the sidebar, the conversation and the table of all sessions; return what the conversation shows."""
    app.switch_page(CHAT_PAGE)
    app.query_params["session"] = str(session_id)
    run(app)
    shown = "\n".join(one.value for one in app.main.markdown)
    app.switch_page(SESSIONS_PAGE)
    run(app)
    return shown


def test_hostile_file_is_drawn_and_locks_nobody_out(app, services, planner):
    app.context = {"timezone": "Pacific/Honolulu", "timezone_offset": 600}
    begin_at(app, SESSIONS_PAGE)
    run(app)
    upload(app, "sessions.json", hostile_file())
    assert [one.value for one in app.success] == ["Imported 1 session."]
    click(app, "import_close")

    (session,) = services.sessions.recent(user_id=planner.id).sessions
    shown = drawn_everywhere(app, session.id)

    assert "From long ago" in labels(app)
    assert "Sources" in shown
    assert "](https://evil.example" not in shown
    assert "\n\n![" not in shown


def test_what_was_stored_before_files_were_checked_locks_nobody_out(app, app_database, add_session):
    app.context = {"timezone": "America/Los_Angeles", "timezone_offset": 480}
    longest_ago = datetime.min.replace(tzinfo=UTC)
    session_id = add_session("Long ago", used=timedelta(0), created_at=longest_ago)
    parts = [{"kind": "source", "text": "x", "url": url} for url in HOSTILE_URLS]
    with app_database.begin() as db_session:
        db_session.execute(update(ChatSession).values(last_message_at=longest_ago))
        db_session.execute(update(Message).values(created_at=longest_ago, parts=parts))

    shown = drawn_everywhere(app, session_id)

    assert "Long ago" in labels(app)
    assert "](https://evil.example" not in shown


def test_a_second_import_is_told_to_come_again(page, services, planner, monkeypatch):
    monkeypatch.setattr("services.transfer.transfer.IMPORT_WAIT_S", 0.0)
    file = json.dumps([conversation(node("q", None, "user", "Hello"))]).encode()

    def meanwhile(done: int, of: int) -> None:
        upload(page, "conversations.json", file)

    services.transfer.import_file(file, user_id=planner.id, on_progress=meanwhile, wait_s=0)

    assert ["imported right now" in one.value for one in page.error] == [True]
    click(page, "import_start")
    assert [one.value for one in page.info] == ["1 session was here already."]
