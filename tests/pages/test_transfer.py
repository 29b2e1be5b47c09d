"""Export, import and the samples on the screens."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from components.state import SESSIONS_PAGE
from services.transfer import ExportKind
from tests.pages.conftest import AddSession
from tests.services.test_chatgpt import conversation, node


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
    run(app)
    app.switch_page(SESSIONS_PAGE)
    run(app)

    click(app, "sessions_remove_samples")
    assert [one.title for one in services.sessions.recent(user_id=planner.id).sessions] == ["My own"]
    click(app, "session_undo_button")
    assert len(services.sessions.recent(user_id=planner.id).sessions) == 4


def test_export_dialog_has_a_file_of_each_kind(app, add_session):
    session_id = add_session("Łódź")
    app.session_state["session_dialog"] = {"kind": "export", "ids": [session_id], "title": "Łódź"}
    run(app)

    drawn = {one.key for one in app.get("download_button")}
    assert {f"session_export_{kind.value}" for kind in ExportKind} == drawn


@pytest.fixture
def page(app: AppTest) -> AppTest:
    run(app)
    app.switch_page(SESSIONS_PAGE)
    return run(app)


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
    assert "session_dialog" not in page.session_state
    upload(page, "conversations.json", file)
    assert [one.value for one in page.info] == ["1 session was here already."]
    assert len(services.sessions.recent(user_id=planner.id).sessions) == 1


def test_file_that_cannot_be_used_says_so(page, services, planner):
    upload(page, "x.json", b"{")

    assert ["damaged" in one.value for one in page.error] == [True]
    assert page.button(key="import_start")
    assert services.sessions.recent(user_id=planner.id).sessions == ()


def test_all_sessions_are_exported_from_their_page(app, add_session: AddSession):
    add_session()
    run(app)
    app.switch_page(SESSIONS_PAGE)
    run(app)

    assert "sessions_export_all" in [one.key for one in app.get("download_button")]
