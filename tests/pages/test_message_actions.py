"""What can be done with a message in the chat."""

import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from db.engine import Database, DatabaseUnavailableError
from db.models import Message
from services.accounts.records import User
from services.errors import ReplyInProgressError
from services.messages.versions import VersionService
from services.sessions.deleted import remove_deleted
from services.sessions.records import MessageView
from services.wiring import Services
from tests.helpers.screens import choose
from tests.helpers.services import until_ended
from tests.helpers.told import told

AddSession = Callable[..., int]


@pytest.fixture
def session_id(app: AppTest, add_session: AddSession) -> int:
    """Open a session with one turn."""
    session_id = add_session()
    app.query_params["session"] = str(session_id)
    app.run()
    assert not app.exception
    return session_id


def messages(services: Services, session_id: int, planner: User) -> tuple[MessageView, ...]:
    return services.sessions.history(session_id, user_id=planner.id).messages


def texts(app: AppTest) -> list[str]:
    return [text.value for text in app.main.text]


def warnings(app: AppTest) -> list[str]:
    return [warning.value.replace("\\", "") for warning in app.warning]


def test_edited_message_is_answered_and_both_versions_can_be_seen(
    app: AppTest, services: Services, planner: User, session_id: int
) -> None:
    question, _ = messages(services, session_id, planner)
    app.button(key=f"chat_edit_begin_{question.id}").click().run()
    app.text_area(key=f"chat_edit_text_{question.id}").set_value("Five days in Porto?")
    app.button(key=f"chat_edit_send_{question.id}").click().run()

    assert not app.exception
    assert texts(app) == ["Five days in Porto?"]
    edited = messages(services, session_id, planner)[0]
    assert edited.versions == (question.id, edited.id)
    assert "2 of 2" in "".join(line.value for line in app.main.markdown)
    app.button(key=f"chat_version_earlier_{edited.id}").click().run()
    assert texts(app) == ["Five days in Lisbon?"]
    assert app.button(key=f"chat_version_earlier_{question.id}").disabled
    app.button(key=f"chat_version_later_{question.id}").click().run()
    assert texts(app) == ["Five days in Porto?"]


def test_editing_can_be_given_up(app: AppTest, services: Services, planner: User, session_id: int) -> None:
    question, _ = messages(services, session_id, planner)
    app.button(key=f"chat_edit_begin_{question.id}").click().run()
    app.button(key=f"chat_edit_cancel_{question.id}").click().run()

    assert texts(app) == ["Five days in Lisbon?"]
    assert len(app.text_area) == 0


def test_refused_edit_stays_in_its_box(app: AppTest, services: Services, planner: User, session_id: int) -> None:
    question, _ = messages(services, session_id, planner)
    app.button(key=f"chat_edit_begin_{question.id}").click().run()
    app.text_area(key=f"chat_edit_text_{question.id}").set_value("   ")
    app.button(key=f"chat_edit_send_{question.id}").click().run()

    assert len(app.warning) == 1
    assert len(app.text_area) == 1


def test_edit_of_a_message_that_is_gone_is_kept_in_the_box(
    app: AppTest, services: Services, planner: User, session_id: int
) -> None:
    question, _ = messages(services, session_id, planner)
    app.button(key=f"chat_edit_begin_{question.id}").click().run()
    services.versions.delete(question.id, user_id=planner.id)  # in another tab
    app.text_area(key=f"chat_edit_text_{question.id}").set_value("Five days in Porto?")
    app.button(key=f"chat_edit_send_{question.id}").click().run()

    assert warnings(app) == ["There is no such message. What you wrote is in the box below."]
    assert app.chat_input(key="chat_input").proto.value == "Five days in Porto?"
    assert len(app.text_area) == 0


def test_what_has_to_wait_for_a_reply_is_told_in_passing(
    app: AppTest, services: Services, planner: User, session_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, _ = messages(services, session_id, planner)

    def answering(*_: object, **__: object) -> None:
        raise ReplyInProgressError("The assistant is still answering here.")

    monkeypatch.setattr(VersionService, "delete", answering)
    choose(app, question.id, "Delete")
    assert [toast.value for toast in app.toast] == ["The assistant is still answering here."]
    assert warnings(app) == []


def test_page_stays_where_versions_are_paged(
    app: AppTest, services: Services, planner: User, session_id: int
) -> None:
    question, _ = messages(services, session_id, planner)
    edited = services.versions.edit(question.id, "Five days in Porto?", user_id=planner.id, client_message_id="e")
    until_ended(services, edited.reply_id, planner.id)
    app.run()
    app.button(key=f"chat_version_earlier_{edited.message_id}").click().run()

    [scroll] = told(app, "scroll")
    assert (scroll["key"], scroll["to"]) == (f"chat_actions_{question.id}", "center")


def test_reply_is_asked_for_again_with_another_model(
    app: AppTest, services: Services, planner: User, session_id: int
) -> None:
    _, reply = messages(services, session_id, planner)
    choose(app, reply.id, "Ask another model")
    app.selectbox(key=f"chat_again_model_{reply.id}").set_value("demo/brief")
    app.button(key="chat_again_ask").click().run()

    assert not app.exception
    again = messages(services, session_id, planner)[-1]
    assert (again.model, again.versions) == ("demo/brief", (reply.id, again.id))
    choose(app, again.id, "Ask again")
    assert len(messages(services, session_id, planner)[-1].versions) == 3


def test_another_model_is_chosen_from_the_start(
    app: AppTest, services: Services, app_database: Database, planner: User, session_id: int
) -> None:
    _, reply = messages(services, session_id, planner)
    first, second = [model.id for model in services.models.all()][:2]
    for answered_by, proposed in ((first, second), (second, first)):
        with app_database.begin() as db_session:
            db_session.get_one(Message, reply.id).model = answered_by
        choose(app, reply.id, "Ask another model")
        assert app.selectbox(key=f"chat_again_model_{reply.id}").value == proposed
        app.button(key="chat_again_cancel").click().run()


def test_fork_opens_a_session_of_its_own(app: AppTest, services: Services, planner: User, session_id: int) -> None:
    _, reply = messages(services, session_id, planner)
    choose(app, reply.id, "Fork from here")

    forked = app.session_state["chat_session_id"]
    assert forked != session_id
    assert texts(app) == ["Five days in Lisbon?"]
    assert [toast.value for toast in app.toast] == ["Forked into a session of its own."]


def test_deleted_message_can_be_brought_back(
    app: AppTest, services: Services, planner: User, session_id: int
) -> None:
    question, _ = messages(services, session_id, planner)
    choose(app, question.id, "Delete")
    assert texts(app) == []
    assert messages(services, session_id, planner) == ()
    app.button(key="chat_undo_button").click().run()

    assert texts(app) == ["Five days in Lisbon?"]
    assert len(messages(services, session_id, planner)) == 2


def test_offer_to_undo_goes_when_it_is_too_late(
    app: AppTest,
    services: Services,
    app_database: Database,
    planner: User,
    session_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question, _ = messages(services, session_id, planner)
    choose(app, question.id, "Delete")
    monkeypatch.setattr("services.sessions.deleted.UNDO_S", 0.0)
    remove_deleted(app_database)
    app.button(key="chat_undo_button").click().run()
    assert warnings(app) == ["It is too late: the message is deleted for good."]

    app.session_state["chat_undo"] = {
        "session_id": session_id,
        "text": "Deleted.",
        "message_id": question.id,
        "waiting_id": None,
        "until": time.time() - 1,
    }
    app.run()
    assert not any(button.key == "chat_undo_button" for button in app.button)


def test_link_opens_the_session_at_the_message(
    app: AppTest, services: Services, planner: User, session_id: int
) -> None:
    question, _ = messages(services, session_id, planner)
    app.query_params["session"] = str(session_id)
    app.query_params["message"] = str(question.id)
    app.run()
    assert app.session_state["chat_message_id"] == question.id
    assert "message" not in app.query_params


def test_link_to_another_version_shows_it(app: AppTest, services: Services, planner: User, session_id: int) -> None:
    question, _ = messages(services, session_id, planner)
    edited = services.versions.edit(question.id, "Five days in Porto?", user_id=planner.id, client_message_id="e")
    until_ended(services, edited.reply_id, planner.id)
    app.query_params["message"] = str(question.id)
    app.run()

    assert texts(app) == ["Five days in Lisbon?"]


@pytest.mark.parametrize("address", ["1", "nonsense"])
def test_link_to_a_message_that_is_not_there_says_so(app: AppTest, session_id: int, address: str) -> None:
    app.query_params["message"] = address
    app.run()

    assert [toast.value for toast in app.toast] == ["There is no such message here any more."]
    assert texts(app) == ["Five days in Lisbon?"]
    app.run()
    assert len(app.toast) == 0


def test_link_to_a_message_of_another_session_changes_nothing_there(
    app: AppTest, services: Services, planner: User, session_id: int, add_session: AddSession
) -> None:
    other_id = add_session("Porto")
    question, _ = messages(services, other_id, planner)
    edited = services.versions.edit(question.id, "Five days in Faro?", user_id=planner.id, client_message_id="e")
    until_ended(services, edited.reply_id, planner.id)
    app.query_params["message"] = str(question.id)
    app.run()

    assert len(app.toast) == 1
    assert messages(services, other_id, planner)[0].text == "Five days in Faro?"


def test_what_cannot_be_saved_is_said(
    app: AppTest, services: Services, planner: User, session_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, _ = messages(services, session_id, planner)

    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(VersionService, "delete", away)
    choose(app, question.id, "Delete")
    assert warnings(app) == ["Cannot save right now: the database cannot be reached. Please try again."]
    assert texts(app) == ["Five days in Lisbon?"]


def test_question_without_a_reply_can_be_asked(
    app: AppTest, services: Services, planner: User, session_id: int
) -> None:
    question, _ = messages(services, session_id, planner)
    choose(app, question.id, "Fork from here")
    (copied,) = messages(services, app.session_state["chat_session_id"], planner)
    app.button(key=f"chat_ask_{copied.id}").click().run()

    assert not app.exception
    assert messages(services, app.session_state["chat_session_id"], planner)[-1].role == "assistant"
