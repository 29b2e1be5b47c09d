"""Every way in which Backboard can fail leaves a true state, the text so far, and one paid call."""

import sqlite3

import pytest

from db.engine import DatabaseUnavailableError
from db.ids import new_id
from db.models import ChatSession, Message
from emulator.server import EmulatorServer
from services.message_status import MessageStatus
from services.parts import NoticePart
from tests.helpers.databases import ON_SQLITE
from tests.helpers.doubles import ObedientDemo
from tests.helpers.services import Emulator, ask, until, until_ended


@ON_SQLITE
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"fault": "status:401"}, "key_refused"),
        ({"fault": "status:402"}, "key_refused"),
        ({"fault": "status:403"}, "key_refused"),
        ({"fault": "rate_limited:1", "times": 9}, "busy"),
        ({"fault": "error_event:3"}, "run_failed"),
        ({"fault": "error_object:3"}, "run_failed"),
        ({"fault": "no_credit"}, "no_credit"),
        ({"fault": "run_failed"}, "run_failed"),
    ],
    ids=str,
)
def test_failed_reply_says_why_keeps_the_message_and_can_be_retried(services, emulator, user_id, fault, code):
    emulator.fault(fault)
    accepted, reply = ask(services, user_id)

    assert (reply.status, reply.error_code) == (MessageStatus.FAILED, code)
    assert reply.error_text.endswith(".")
    assert "Traceback" not in reply.error_text
    assert "{" not in reply.error_text

    emulator.no_more_faults()
    again = services.replies.retry(reply.id, user_id=user_id)
    assert services.replies.retry(reply.id, user_id=user_id).reply_id == again.reply_id
    until_ended(services, again.reply_id, user_id)
    history = services.sessions.history(accepted.session_id, user_id=user_id).messages
    assert [message.role for message in history] == ["user", "assistant"]
    assert history[-1].status is MessageStatus.COMPLETE
    assert history[-1].versions == (reply.id, history[-1].id)
    assert "Lisbon" in history[-1].text


@ON_SQLITE
@pytest.mark.parametrize(
    ("question", "faults", "text"),
    [
        ("words 40", ["no_credit"], ""),
        ("words 40", ["no_credit,no_terminal"], ""),
        ("call current_date", ["keep_alive", "no_credit"], "Let me look."),
    ],
    ids=["at once", "with no end", "after a tool"],
)
def test_credits_that_are_out_are_an_error_and_never_an_answer(
    start_services, user_id, database, tmp_path, question, faults, text
):
    server = EmulatorServer(":memory:", pace_s=0, demo=ObedientDemo())
    emulator = Emulator(server, server.start(), tmp_path)
    emulator.fault(*({"fault": fault} for fault in faults))
    services = start_services(backboard_base_url=emulator.base_url)
    accepted, reply = ask(services, user_id, question)
    server.stop()

    assert (reply.status, reply.text) == (MessageStatus.FAILED, text)
    assert "no credit left" in reply.error_text
    with database.read() as db_session:
        assert db_session.get_one(Message, accepted.reply_id).content == text
    assert services.sessions.search("credits", user_id=user_id) == ()


@ON_SQLITE
def test_credits_that_are_out_are_no_answer_to_be_adopted(start_services, emulator, user_id):
    services = start_services()
    emulator.fault({"fault": "no_credit,cut:0"})
    _, reply = ask(services, user_id)
    assert (reply.status, reply.text) == (MessageStatus.INTERRUPTED, "")

    again = services.replies.retry(reply.id, user_id=user_id)
    ended = until_ended(services, again.reply_id, user_id)

    assert ended.status is MessageStatus.COMPLETE
    assert "credits" not in ended.text


@ON_SQLITE
@pytest.mark.parametrize("fault", ["rate_limited", "rate_limited:1", "status:503"])
def test_busy_backboard_is_waited_for_and_asked_once(services, emulator, user_id, fault):
    emulator.fault({"fault": fault, "times": 2})
    _, reply = ask(services, user_id)

    assert reply.status is MessageStatus.COMPLETE
    assert len(emulator.runs) == 1


@ON_SQLITE
@pytest.mark.parametrize("fault", ["cut:5", "no_terminal:5", "cut:0"])
def test_cut_stream_is_looked_up_and_adopted_whole(services, emulator, user_id, fault):
    emulator.fault({"fault": fault})
    _, reply = ask(services, user_id)

    assert reply.status is MessageStatus.COMPLETE
    assert reply.text == emulator.runs[-1]["text"]
    assert emulator.paid_calls == 1


@ON_SQLITE
@pytest.mark.parametrize("fault", ["cut_lost:5", "status:500", "status:502", "status:504"])
def test_lost_answer_is_interrupted_keeps_its_text_and_is_not_sent_again(
    start_services, emulator, user_id, fault, monkeypatch
):
    monkeypatch.setattr("services.replies.recovery.LOOK_FOR_S", 1.0)
    services = start_services()
    emulator.fault({"fault": fault})
    _, reply = ask(services, user_id)

    assert reply.status is MessageStatus.INTERRUPTED
    assert reply.error_text
    if fault.startswith("cut"):
        assert reply.text
    calls = emulator.paid_calls
    assert calls <= 1
    again = services.replies.retry(reply.id, user_id=user_id)
    assert until_ended(services, again.reply_id, user_id).status is MessageStatus.COMPLETE
    assert emulator.paid_calls == calls + 1


@ON_SQLITE
def test_question_already_in_the_thread_is_not_asked_again_in_the_same_words(
    start_services, emulator, user_id, monkeypatch
):
    monkeypatch.setattr("services.replies.recovery.LOOK_FOR_S", 1.0)
    services = start_services()
    emulator.fault({"fault": "cut_lost:5"})
    _, reply = ask(services, user_id)
    again = services.replies.retry(reply.id, user_id=user_id)
    until_ended(services, again.reply_id, user_id)

    thread_id = emulator.runs[-1]["thread_id"]
    assert emulator.asked(thread_id) == ["5 days in Lisbon in May", "Please answer my last message."]


@ON_SQLITE
@pytest.mark.parametrize(
    "fault", ["cumulative", "split_bytes", "unicode_separators", "keep_alive", "slow_first:1", "odd_end"]
)
def test_odd_streams_give_the_whole_text(services, emulator, user_id, fault):
    emulator.fault({"fault": fault})
    _, reply = ask(services, user_id)

    assert reply.status is MessageStatus.COMPLETE
    assert reply.text == emulator.runs[-1]["text"]


@ON_SQLITE
def test_forgotten_thread_is_replaced_with_the_last_turns_and_told_once(services, emulator, user_id):
    accepted, _ = ask(services, user_id)
    emulator.fault({"fault": "forget_thread"})
    _, reply = ask(services, user_id, "make it 4 days", key="b", session_id=accepted.session_id)
    _, later = ask(services, user_id, "cheaper", key="c", session_id=accepted.session_id)

    assert reply.status is MessageStatus.COMPLETE
    assert [type(part) for part in reply.parts].count(NoticePart) == 1
    assert "Lisbon" in reply.text
    assert NoticePart not in map(type, later.parts)
    assert emulator.paid_calls == 3


@ON_SQLITE
def test_stream_cut_after_a_tool_is_adopted_whole(services, emulator, user_id):
    emulator.fault({"fault": "keep_alive"}, {"fault": "cut:2"})
    _, reply = ask(services, user_id, "What is today's date?")

    assert reply.status is MessageStatus.COMPLETE
    assert reply.text == emulator.runs[-1]["text"]
    assert emulator.paid_calls == 1


@ON_SQLITE
def test_tool_outputs_that_are_refused_interrupt_the_reply_and_retry_works(
    start_services, emulator, user_id, monkeypatch
):
    monkeypatch.setattr("services.replies.recovery.LOOK_FOR_S", 0.5)
    services = start_services()
    emulator.fault({"fault": "keep_alive"}, {"fault": "rate_limited:600"})
    _, reply = ask(services, user_id, "What is today's date?")
    assert reply.status is MessageStatus.INTERRUPTED

    again = services.replies.retry(reply.id, user_id=user_id)
    ended = until_ended(services, again.reply_id, user_id)
    assert ended.status is MessageStatus.COMPLETE
    assert str(reply.created_at.year) in ended.text


def test_reply_without_its_question_does_not_hold_up_others(services, emulator, database, user_id):
    with database.begin() as db_session:
        session = ChatSession(id=new_id(), user_id=user_id, title="Broken", model="openai/gpt-4o")
        db_session.add(session)
        db_session.flush()
        db_session.add(
            Message(id=new_id(), session_id=session.id, user_id=user_id, role="assistant", status="queued")
        )
    _, reply = ask(services, user_id)

    assert reply.status is MessageStatus.COMPLETE


def test_reply_that_a_newer_version_wrote_does_not_hold_up_others(services, emulator, database, user_id):
    with database.begin() as db_session:
        session = ChatSession(id=new_id(), user_id=user_id, title="Newer", model="openai/gpt-4o")
        db_session.add(session)
        db_session.flush()
        shared = {"session_id": session.id, "user_id": user_id}
        question = Message(id=new_id(), role="user", status="complete", content="Hello", **shared)
        db_session.add(question)
        db_session.flush()
        parts = [{"kind": "tool", "text": "get_weather", "made_up_later": 1}]
        newer = Message(id=new_id(), parent_id=question.id, role="assistant", status="queued", parts=parts, **shared)
        db_session.add(newer)
    _, reply = ask(services, user_id)

    assert reply.status is MessageStatus.COMPLETE
    with database.read() as db_session:
        assert db_session.get_one(Message, newer.id).parts == parts  # left for whoever can read it


@ON_SQLITE  # on Postgres writers do not lock each other out
def test_database_locked_in_mid_reply_loses_nothing(services, emulator, database_url, user_id):
    emulator.fault({"fault": "slow_tokens:0.01"})
    accepted = services.replies.send("5 days in Lisbon in May", user_id=user_id, client_message_id="a")
    watch = services.replies.watch(accepted.reply_id, user_id=user_id)
    until(lambda: len(watch.next(0.1).text) > 50, what="some text")
    lock = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    until(lambda: (watch.next(0.1).note or "").startswith("The reply is here"), what="the end waits")
    with pytest.raises(DatabaseUnavailableError):
        services.replies.send("More", user_id=user_id, client_message_id="b")
    lock.execute("ROLLBACK")
    lock.close()

    ended = until_ended(services, accepted.reply_id, user_id)
    assert (ended.status, ended.text) == (MessageStatus.COMPLETE, emulator.runs[-1]["text"])
    assert emulator.paid_calls == 1
    assert len(services.sessions.history(accepted.session_id, user_id=user_id).messages) == 2
