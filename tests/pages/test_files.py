"""Files and web search on the chat page."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from db.engine import DatabaseUnavailableError
from services.accounts.records import User
from services.replies.replies import ReplyService
from services.sessions.records import FileState
from services.wiring import Services

AddSession = Callable[..., int]
BRIEF = b"The hotel must have an elevator."


def _drop(app: AppTest, text: str, *files: tuple[str, bytes]) -> AppTest:
    box = app.chat_input(key="chat_input")
    for name, content in files:
        box.upload(name, content)
    box.set_value(text).run()
    assert not app.exception
    return app


def _shown(app: AppTest) -> str:
    return "\n".join(one.value for one in [*app.markdown, *app.caption, *app.text, *app.warning])


def _unsent(app: AppTest) -> str:
    box = app.chat_input(key="chat_input").proto
    return str(box.value) if box.set_value else ""


def _opened(app: AppTest, session_id: int) -> AppTest:
    app.query_params["session"] = str(session_id)
    app.run()
    assert not app.exception
    return app


def test_dropped_files_are_sent_with_the_message_and_shown_beside_it(
    app: AppTest, services: Services, planner: User
) -> None:
    _drop(app.run(), "What about the elevator in the file?", ("brief *1*.txt", BRIEF), ("b.md", b"# Notes"))

    (session,) = services.sessions.recent(user_id=planner.id).sessions
    held = services.files.list(session.id, user_id=planner.id)
    assert [(one.info.name, one.state) for one in held] == [
        ("brief *1*.txt", FileState.READY),
        ("b.md", FileState.READY),
    ]
    shown = _shown(app)
    assert r"brief \*1\*\.txt · 32 bytes" in shown
    assert "> The hotel must have an elevator" in shown


def test_files_without_a_word_are_a_message(app: AppTest, services: Services, planner: User) -> None:
    _drop(app.run(), "", ("brief.txt", BRIEF))

    assert services.sessions.recent(user_id=planner.id).sessions[0].title == "Please look at brief.txt."


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [("a.pdf", b"no PDF", "is damaged, or"), ("a.txt", b"", "is empty"), ("a.json", b"\x00\x01", "is damaged, or")],
)
def test_refused_file_sends_nothing_and_the_text_is_in_the_box_again(
    app: AppTest, services: Services, planner: User, name: str, content: bytes, why: str
) -> None:
    _drop(app.run(), "My long text", ("good.txt", BRIEF), (name, content))

    assert why in app.warning[0].value.replace("\\", "")
    assert "Nothing was sent" in app.warning[0].value
    assert _unsent(app) == "My long text"
    assert not services.sessions.recent(user_id=planner.id).sessions


def test_text_survives_a_database_that_is_away(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    app.run()

    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError("gone")

    monkeypatch.setattr(ReplyService, "send", away)
    _drop(app, "My long text", ("good.txt", BRIEF))

    assert _unsent(app) == "My long text"


def test_menu_shows_what_the_session_holds_and_removes_it_when_asked(
    app: AppTest, services: Services, planner: User, add_session: AddSession
) -> None:
    session_id = add_session()
    file = services.files.add(session_id, "brief.txt", BRIEF, user_id=planner.id)
    _opened(app, session_id)
    app.session_state[f"chat_files_{session_id}"] = True
    app.run()
    assert "with your next message" in _shown(app)
    assert app.button(key=f"chat_file_remove_{file.id}").label == r"Remove brief\.txt"  # read aloud, beside others

    app.button(key=f"chat_file_remove_{file.id}").click().run()
    assert app.session_state[f"chat_files_{session_id}"] is False  # an open menu would lie over the dialog
    assert services.files.list(session_id, user_id=planner.id)
    app.button(key="chat_file_confirm").click().run()

    assert not app.exception
    assert services.files.list(session_id, user_id=planner.id) == ()
    assert [one.value for one in app.toast] == [r"Removed “brief\.txt”."]


def test_session_without_files_has_no_menu_of_them(app: AppTest, add_session: AddSession) -> None:
    session_id = add_session()

    assert f"chat_files_{session_id}" not in _opened(app, session_id).session_state


def test_web_search_is_chosen_for_a_new_chat_and_its_links_are_listed(
    app: AppTest, services: Services, planner: User
) -> None:
    app.run()
    app.session_state["chat_model_menu_None"] = True
    app.run()
    app.toggle(key="chat_web_search_None").set_value(True).run()
    _drop(app, "5 days in Lisbon in May")

    (session,) = services.sessions.recent(user_id=planner.id).sessions
    assert session.web_search
    sources = [one.value for one in app.markdown if "Sources" in one.value]
    assert sources == [
        ":small[**Sources**]\n\n"
        r"1. :small[[Visit Portugal](https://www.visitportugal.com/) · visitportugal\.com]"
    ]


def test_web_search_of_a_session_is_switched(
    app: AppTest, services: Services, planner: User, add_session: AddSession
) -> None:
    session_id = add_session()
    _opened(app, session_id)
    app.session_state[f"chat_model_menu_{session_id}"] = True
    app.run()
    app.toggle(key=f"chat_web_search_{session_id}").set_value(True).run()

    assert not app.exception
    assert services.sessions.get(session_id, user_id=planner.id).web_search


def test_room_that_is_left_is_told_where_files_are_added(
    app: AppTest, services: Services, planner: User, add_session: AddSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = add_session()
    services.files.add(session_id, "brief.txt", BRIEF, user_id=planner.id)
    app.session_state[f"chat_files_{session_id}"] = True
    line = "Your files in all sessions: 1 MB of {} MB used"
    _opened(app, session_id)
    assert f":small[{line.format(500)}]" in _shown(app)
    assert f":material/attach_file: {line.format(500)}" not in _shown(app)  # there is much left

    monkeypatch.setattr(services.files._shelf, "_limit_bytes", 5000)
    app.run()
    assert not app.exception
    assert f":material/attach_file: {line.format(1)}" in _shown(app)

    _drop(app, "My long text", ("good.txt", BRIEF))
    assert "There is no room for this" in app.warning[0].value
    assert "Nothing was sent" in app.warning[0].value
    assert _unsent(app) == "My long text"
