import re
from collections.abc import Callable
from datetime import timedelta
from threading import Timer
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

import db.models
from db.engine import Database, DatabaseUnavailableError
from db.ids import new_id
from db.models import utc_now
from services.accounts.records import User
from services.replies.replies import ReplyService
from services.sessions.records import Accepted
from services.wiring import Services
from tests.helpers.rows import leaf, see
from tests.helpers.screens import change_last_reply
from tests.helpers.told import told

AddSession = Callable[..., int]
QUESTION = "Five days in Lisbon in May for two?"
CANNOT_SAVE = "Cannot save right now: the database cannot be reached. Your text is still in the box."


def _open(app: AppTest, session_id: int) -> AppTest:
    app.query_params["session"] = str(session_id)
    app.run()
    assert not app.exception
    return app


def _say(app: AppTest, text: str) -> AppTest:
    app.chat_input(key="chat_input").set_value(text).run()
    assert not app.exception
    return app


def _captions(app: AppTest) -> str:
    return "\n".join(line.value for line in app.main.caption)


def _keys(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def _unsent(app: AppTest) -> str:
    box = app.chat_input(key="chat_input").proto
    return str(box.value) if box.set_value else ""


def _go_on(database: Database, session_id: int, turns: int) -> None:
    """Add questions and answers to a session."""
    with database.begin() as db_session:
        session = db_session.get_one(db.models.ChatSession, session_id)
        last_id = leaf(db_session, session_id)
        for turn in range(turns):
            for role, content in (("user", f"Question {turn}"), ("assistant", f"Answer {turn}")):
                row = db.models.Message(
                    id=new_id(),
                    session_id=session_id,
                    user_id=session.user_id,
                    parent_id=last_id,
                    role=role,
                    status="complete",
                    content=content,
                )
                db_session.add(row)
                db_session.flush()
                last_id = row.id
        see(db_session, session, last_message_id=last_id)


def test_new_chat_greets_by_first_name_and_writes_nothing(app: AppTest, services: Services, planner: User) -> None:
    app.run()

    assert [title.value for title in app.title] == ["Where to next, Ada?"]
    assert not services.sessions.recent(user_id=planner.id).sessions


def test_first_message_makes_a_session_with_its_reply(app: AppTest, services: Services, planner: User) -> None:
    _say(app.run(), QUESTION)

    (session,) = services.sessions.recent(user_id=planner.id).sessions
    _question, reply = services.sessions.history(session.id, user_id=planner.id).messages
    assert session.title == QUESTION
    assert app.query_params["session"] == str(session.id)
    assert [text.value for text in app.main.text] == [QUESTION]
    assert reply.text.split("\n")[0] in app.main.markdown[1].value
    assert not session.unseen


def test_callback_that_a_lost_connection_stops_is_finished_by_the_next_run(
    app: AppTest, services: Services, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = ReplyService.send

    def send_and_lose_the_tab(*args: Any, **kwargs: Any) -> Accepted:
        accepted = send(*args, **kwargs)
        context = get_script_run_ctx()
        assert context is not None
        assert context.script_requests is not None
        context.script_requests.request_stop()
        return accepted

    with monkeypatch.context() as patch:
        patch.setattr(ReplyService, "send", send_and_lose_the_tab)
        _say(app.run(), QUESTION)
    state = app.session_state
    assert state["chat_client_message_id"] == state["chat_taken"]["id"]  # the next one has no name yet
    app.run()

    (session,) = services.sessions.recent(user_id=planner.id).sessions
    assert app.query_params["session"] == str(session.id)
    assert [text.value for text in app.main.text] == [QUESTION]
    _say(app, "And by train")
    assert [text.value for text in app.main.text] == [QUESTION, "And by train"]


def test_who_answered_and_how_long_it_took_stands_below_a_reply_of_the_demo(app: AppTest) -> None:
    _say(app.run(), QUESTION)

    told = [line.value.replace("\\", "") for line in app.main.markdown]
    assert any(re.search(r"Demo assistant, detailed · (under )?[0-9]+\.[0-9] s", line) for line in told)
    assert not any("tokens" in line for line in told)


def test_reply_is_drawn_the_same_when_the_page_runs_again(app: AppTest) -> None:
    _say(app.run(), QUESTION)
    streamed = [element.value for element in app.main.markdown]

    app.run()

    assert [element.value for element in app.main.markdown] == streamed


def test_what_waits_can_be_sent_when_the_reply_has_failed(
    app: AppTest, services: Services, app_database: Database, planner: User, add_session: AddSession
) -> None:
    session_id = add_session(status="running")
    held = {"lease_owner": "another process", "lease_until": utc_now() + timedelta(seconds=30)}
    change_last_reply(app_database, session_id, **held)
    services.follow_ups.add("And Porto?", session_id=session_id, user_id=planner.id, client_message_id="f")
    app.query_params["session"] = str(session_id)
    fails = Timer(2, change_last_reply, (app_database, session_id), {"status": "failed", "error_text": "No."})
    fails.start()
    app.run()
    fails.join()

    assert not app.exception
    assert app.button(key="chat_waiting_send").label == "Send now"


def test_stop_is_gone_when_the_reply_has_ended(app: AppTest) -> None:
    _say(app.run(), QUESTION)

    assert not any(key.startswith("chat_stop") for key in _keys(app))


def test_second_message_goes_into_the_same_session(app: AppTest, services: Services, planner: User) -> None:
    _say(_say(app.run(), QUESTION), "And in June?")

    (session,) = services.sessions.recent(user_id=planner.id).sessions
    assert session.message_count == 4


def test_suggestion_is_sent_as_the_first_message(app: AppTest, services: Services, planner: User) -> None:
    app.run().button(key="chat_suggestion_0").click().run()

    assert not app.exception
    (session,) = services.sessions.recent(user_id=planner.id).sessions
    assert session.title.startswith("5 days in Lisbon in May")
    assert not any(key.startswith("chat_suggestion") for key in _keys(app))


def test_planners_words_are_not_markdown(app: AppTest, add_session: AddSession) -> None:
    typed = "# Not a title\n$5 to *$6*\n:red[no]"

    _open(app, add_session(text=typed))

    assert [text.value for text in app.main.text] == [typed]
    assert [message.name for message in app.chat_message] == ["user", "assistant"]


def test_what_cannot_be_sent_is_told_and_stays_in_the_box(app: AppTest, services: Services, planner: User) -> None:
    _say(app.run(), "\x00 \n")

    assert [warning.value for warning in app.warning] == ["This message is empty\\."]
    assert _unsent(app) == "\x00 \n"
    assert not services.sessions.recent(user_id=planner.id).sessions


def test_text_stays_in_the_box_while_the_database_is_away(
    app: AppTest, add_session: AddSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open(app, add_session())

    def away(*_arguments: object, **_options: object) -> None:
        raise DatabaseUnavailableError("away")

    monkeypatch.setattr(ReplyService, "send", away)
    _say(app, "And in June?")

    assert [warning.value.replace("\\", "") for warning in app.warning] == [CANNOT_SAVE]
    assert _unsent(app) == "And in June?"


def test_a_message_that_goes_through_takes_the_problem_away(app: AppTest) -> None:
    _say(app.run(), "\x00 \n")

    _say(app, QUESTION)

    assert not app.warning


@pytest.mark.parametrize("address", ["1", "none", "-5"])
def test_unknown_session_is_said_to_be_unknown(app: AppTest, address: str) -> None:
    app.query_params["session"] = address
    app.run()

    assert [warning.value for warning in app.warning] == ["There is no such session."]
    app.button(key="chat_instead").click().run()
    assert [title.value for title in app.title] == ["Where to next, Ada?"]


def test_strangers_session_does_not_exist(app: AppTest, add_session: AddSession, stranger: User) -> None:
    _open(app, add_session(user_id=stranger.id))

    assert [warning.value for warning in app.warning] == ["There is no such session."]
    assert not app.main.text


def test_failed_reply_says_why_and_can_be_tried_again(
    app: AppTest, add_session: AddSession, app_database: Database, services: Services, planner: User
) -> None:
    session_id = add_session(answer="Lisbon is", status="failed")
    reply_id = change_last_reply(app_database, session_id, error_text="The model is busy.")

    _open(app, session_id)
    assert [error.value.replace("\\", "") for error in app.error] == ["The model is busy."]
    app.button(key=f"chat_retry_{reply_id}").click().run()

    assert not app.exception
    again = services.sessions.history(session_id, user_id=planner.id).messages[-1]
    assert again.retry_of == reply_id
    assert again.status == "complete"
    assert [text.value for text in app.main.text] == ["Five days in Lisbon?"]
    app.button(key=f"chat_version_earlier_{again.id}").click().run()
    assert [error.value.replace("\\", "") for error in app.error] == ["The model is busy."]
    assert not any(key.startswith("chat_retry") for key in _keys(app))  # there is a later version


def test_stopped_reply_says_that_its_text_is_kept(app: AppTest, add_session: AddSession) -> None:
    _open(app, add_session(answer="Lisbon is", status="stopped"))

    assert "Stopped. The text so far is kept." in _captions(app)
    assert any(key.startswith("chat_retry") for key in _keys(app))


def test_opening_a_session_marks_its_answer_as_seen(
    app: AppTest, add_session: AddSession, services: Services, planner: User
) -> None:
    session_id = add_session(unseen=True)

    _open(app, session_id)

    assert not services.sessions.get(session_id, user_id=planner.id).unseen
    assert services.sessions.last_used(user_id=planner.id) == session_id


def test_long_history_begins_with_the_latest_and_grows_upwards(
    app: AppTest, add_session: AddSession, app_database: Database
) -> None:
    session_id = add_session()
    _go_on(app_database, session_id, 19)

    _open(app, session_id)
    assert [text.value for text in app.main.text] == [f"Question {turn}" for turn in range(4, 19)]
    app.button(key="chat_show_earlier").click().run()

    assert len(app.main.text) == 20
    assert "chat_show_earlier" not in _keys(app)


def test_endless_history_keeps_to_a_bounded_stretch(
    app: AppTest, add_session: AddSession, app_database: Database
) -> None:
    session_id = add_session()
    _go_on(app_database, session_id, 99)

    _open(app, session_id)
    for _ in range(4):
        app.button(key="chat_show_earlier").click().run()
    assert len(app.main.text) == 60
    assert app.main.text[-1].value != "Question 98"
    app.button(key="chat_show_latest").click().run()

    assert [text.value for text in app.main.text] == [f"Question {turn}" for turn in range(84, 99)]


def test_search_hit_opens_the_session_at_the_message(
    app: AppTest, add_session: AddSession, app_database: Database, services: Services, planner: User
) -> None:
    session_id = add_session()
    _go_on(app_database, session_id, 40)
    hit = services.sessions.history(session_id, user_id=planner.id, limit=60).messages[0]

    _open(app, session_id)
    app.session_state["chat_message_id"] = hit.id
    app.run()

    assert not app.exception
    [scroll] = told(app, "scroll")
    assert (scroll["key"], scroll["to"]) == (f"chat_message_{hit.id}", "start")
    assert "Opened here" in app.get_by_key(f"chat_message_{hit.id}").markdown[0].value
    assert "Question 39" not in [text.value for text in app.main.text]
    app.button(key="chat_show_later").click().run()
    assert len(app.main.text) < 20


def test_model_of_a_session_is_remembered_and_new_chats_take_it(
    app: AppTest, add_session: AddSession, services: Services, planner: User
) -> None:
    session_id = add_session()
    model = "demo/brief"

    app.session_state[f"chat_model_menu_{session_id}"] = True
    _open(app, session_id).selectbox(key=f"chat_model_{session_id}").set_value(model).run()
    assert services.sessions.get(session_id, user_id=planner.id).model == model
    app.button(key="sidebar_new_chat").click().run()
    _say(app, QUESTION)

    assert services.sessions.recent(user_id=planner.id).sessions[0].model == model


def test_memory_is_switched_off_for_a_new_chat(app: AppTest, services: Services, planner: User) -> None:
    app.session_state["chat_model_menu_None"] = True
    app.run().toggle(key="chat_memory_None").set_value(False).run()

    _say(app, QUESTION)

    (session,) = services.sessions.recent(user_id=planner.id).sessions
    assert not session.memory


def test_memory_is_switched_off_for_a_session(
    app: AppTest, add_session: AddSession, services: Services, planner: User
) -> None:
    session_id = add_session()
    app.session_state[f"chat_model_menu_{session_id}"] = True

    _open(app, session_id).toggle(key=f"chat_memory_{session_id}").set_value(False).run()

    assert not app.exception
    assert not services.sessions.get(session_id, user_id=planner.id).memory


def test_reasoning_and_tools_are_folded_away(app: AppTest, add_session: AddSession, app_database: Database) -> None:
    session_id = add_session()
    parts = [{"kind": "reasoning", "text": "They like history."}, {"kind": "tool", "text": "current_date"}]
    change_last_reply(app_database, session_id, parts=parts)

    _open(app, session_id)

    assert [block.label for block in app.main.status] == ["Thought it over"]
    assert app.main.status[0].caption[0].value == "They like history."


def test_empty_session_and_its_notes_are_shown(app: AppTest, services: Services, planner: User) -> None:
    session = services.sessions.create(user_id=planner.id, title="From the CRM")
    _open(app, session.id)
    assert "No messages yet" in _captions(app)

    services.replies.store("Uses a *wheelchair*", role="system", session_id=session.id, user_id=planner.id)
    app.run()

    assert not app.exception
    assert "No messages yet" not in _captions(app)
    assert "Note" in _captions(app)
    assert "Uses a *wheelchair*" in [text.value for text in app.main.text]
    assert not app.chat_message


def test_drafts_are_kept_under_the_whole_id_of_the_planner(app: AppTest, planner: User) -> None:
    app.run()

    [drafts] = told(app, "drafts")
    assert drafts["user"] == str(planner.id)  # JavaScript would round a number
