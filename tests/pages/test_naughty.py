"""One account holds awkward strings in everything that it can name or say, and every screen is opened."""

from datetime import timedelta

import pytest
from markdown_it import MarkdownIt
from streamlit.testing.v1 import AppTest

from components.chat.message_actions import waiting_label
from components.labels import escape_label
from components.state import MEMORY_PAGE, SESSIONS_PAGE, SETTINGS_PAGE
from db.engine import Database
from db.models import utc_now
from services.accounts.records import User
from services.templates.templates import Opening
from services.wiring import Services
from tests.helpers.naughty import (
    SOAK,
    SOME,
    file_of,
    joined,
    kept,
    on_one_line,
    packed,
    saved_conversation,
    saved_sessions,
    says_something,
)
from tests.helpers.screens import begin_at, change_last_reply, load_at

pytestmark = SOAK

AT_ONCE = 90  # the sidebar lists at most a hundred
SAID = [text for text in SOME if says_something(text)]
TITLES = packed(SAID, 100)  # as long as a title may be


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def open_page(at: AppTest, page: str) -> AppTest:
    begin_at(at, page)
    return run(at)


def texts(at: AppTest) -> set[str]:
    return {kept(element.value) for element in at.main.text}


def test_labels_show_them_as_they_are():
    for one in SAID:
        tokens = MarkdownIt().parseInline(escape_label(one))[0].children or []

        assert {token.type for token in tokens} <= {"text", "text_special"}, one
        shown = "".join(token.content for token in tokens).replace("\u2060", "")
        assert shown == " ".join(one.split()).replace("\u2060", "")


@pytest.mark.parametrize("start", range(0, len(TITLES), AT_ONCE))
def test_chat_and_sidebar(app: AppTest, services: Services, planner: User, monkeypatch, start: int):
    some = TITLES[start : start + AT_ONCE]
    monkeypatch.setattr("components.chat.window.PAGE", 2 * AT_ONCE)
    services.transfer.import_file(file_of(saved_sessions(some)), user_id=planner.id)
    (session_id,) = services.transfer.import_file(file_of([saved_conversation(some)]), user_id=planner.id).imported
    app.session_state["sidebar_rows"] = 100
    app.query_params["session"] = str(session_id)

    run(app)

    assert {kept(text) for text in some} <= texts(app)
    rows = "\n".join(str(button.label) for button in app.sidebar.button)
    assert [text for text in some if escape_label(text) not in rows] == []


def test_session_with_all_of_them_beside_its_reply(app: AppTest, services: Services, planner: User):
    for saved in saved_sessions(joined(SAID, 40)):
        (session_id,) = services.transfer.import_file(file_of([saved]), user_id=planner.id).imported
        load_at(app, session_id)
        assert kept(saved.messages[0].text) in texts(app)


def test_all_sessions_are_one_table(app: AppTest, services: Services, planner: User):
    services.transfer.import_file(file_of(saved_sessions(TITLES)), user_id=planner.id)
    app.session_state["sessions_limit"] = len(TITLES)

    open_page(app, SESSIONS_PAGE)

    titles = {str(title) for table in app.dataframe for title in table.value["Title"]}
    assert set(TITLES) <= titles
    for words in joined(SOME, 100):
        app.text_input(key="sessions_words").set_value(words)
        run(app)


def test_templates(app: AppTest, services: Services, planner: User):
    for number, text in enumerate(joined(SAID, 6)):
        name = f"{number} {on_one_line(text)}"[:100]
        services.templates.add(Opening(name, instructions=text, first_message=text), user_id=planner.id)

    open_page(app, "pages/planner/templates.py")


def test_memory_page(app: AppTest, services: Services, planner: User):
    said = joined(SAID, 12)
    for text in said:
        services.memories.add(text, user_id=planner.id)
    found: set[str] = set()
    for page in range(1, 4):
        app.session_state["memory_page"] = page
        found |= texts(open_page(app, MEMORY_PAGE))
    assert {kept(text) for text in said} <= found


def test_settings_and_insights(app: AppTest, services: Services, planner: User, app_database):
    for text in joined(SAID, 12):
        services.tokens.create(user_id=planner.id, name=on_one_line(text)[:100])
    open_page(app, SETTINGS_PAGE)
    open_page(app, "pages/planner/insights.py")


def test_what_waits_and_files(
    app: AppTest, services: Services, planner: User, app_database: Database, add_session, monkeypatch
):
    some = packed(SAID, 80)[::3]  # so much is shown of what waits, and some will do: all are escaped in one way
    monkeypatch.setattr("services.messages.follow_ups.AT_MOST", len(some))
    monkeypatch.setattr("services.sessions.files.MAX_FILES", len(some))
    session_id = add_session()
    held = {"lease_owner": "another process", "lease_until": utc_now() + timedelta(hours=1)}
    change_last_reply(app_database, session_id, status="running", **held)
    names = []
    for number, text in enumerate(some):
        named = f"{text} {number}.txt"
        names.append(services.files.add(session_id, named, b"x", user_id=planner.id).name)
        services.follow_ups.add(text, session_id=session_id, user_id=planner.id, client_message_id=str(number))
    change_last_reply(app_database, session_id, status="failed")
    app.query_params["session"] = str(session_id)
    app.session_state[f"chat_files_{session_id}"] = True

    run(app)

    shown = "\n".join(element.value for element in app.markdown)
    assert [text for text in some if waiting_label(kept(text)) not in shown] == []
    removes = {button.label for button in app.button}
    assert {f"Remove {escape_label(name)}" for name in names} <= removes


def test_blanks_are_filled_in(app: AppTest, services: Services, planner: User):
    opening = Opening("x", first_message="Go to {where}.")
    template = services.templates.add(opening, user_id=planner.id)
    for text in joined(SAID, 100):
        app.query_params.clear()
        run(app)
        app.button(key=f"chat_template_{template.id}").click()
        run(app).text_input(key=f"template_blank_{template.id}_0").set_value(text)
        app.button(key="template_start_go").click()
        run(app)

        session = services.sessions.recent(user_id=planner.id).sessions[0]
        first = services.sessions.history(session.id, user_id=planner.id).messages[0]
        assert first.text == f"Go to {kept(text)}."
        app.session_state["chat_session_id"] = None
