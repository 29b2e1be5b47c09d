"""A message is kept, answered once, and can be repeated, stopped and tried again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import update

from db.models import Message
from services.errors import InvalidInputError, MessageIdReusedError, NotFoundError, ReplyInProgressError
from services.message_status import MessageStatus
from services.parts import ReasoningPart, ToolCallPart
from services.replies.store import NotOursError, ReplyStore
from services.sessions.new_sessions import new_session
from services.sessions.turns import add_turn
from services.usage.costs import CostService
from services.wiring import Services
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import last_message, make_user, until, until_ended


def test_message_is_answered_and_kept(services, emulator, user_id):
    accepted = services.replies.send("5 days in Lisbon in May", user_id=user_id, client_message_id="a")
    ended = until_ended(services, accepted.reply_id, user_id)

    history = services.sessions.history(accepted.session_id, user_id=user_id)
    question, reply = history.messages
    assert ended.status is MessageStatus.COMPLETE
    assert (question.text, question.status) == ("5 days in Lisbon in May", MessageStatus.COMPLETE)
    assert reply.text == emulator.runs[-1]["text"]
    assert isinstance(reply.parts[0], ReasoningPart)
    assert reply.model == "openai/gpt-4o"
    assert reply.input_tokens > 0
    assert reply.output_tokens > 0
    assert reply.duration_s > 0
    session = services.sessions.get(accepted.session_id, user_id=user_id)
    assert (session.title, session.message_count, session.unseen) == ("5 days in Lisbon in May", 2, True)
    assert session.total_tokens == reply.input_tokens + reply.output_tokens
    assert emulator.paid_calls == 1


@ON_SQLITE
def test_whole_conversation_goes_to_one_thread(services, emulator, user_id):
    first = services.replies.send("5 days in Lisbon in May", user_id=user_id, client_message_id="a")
    until_ended(services, first.reply_id, user_id)
    second = services.replies.send(
        "make it 4 days", user_id=user_id, client_message_id="b", session_id=first.session_id
    )
    until_ended(services, second.reply_id, user_id)

    assert len({run["thread_id"] for run in emulator.runs}) == 1
    assert "Day 4" in last_message(services, first.session_id, user_id).text
    assert "Day 5" not in last_message(services, first.session_id, user_id).text


def test_same_message_twice_at_once_is_one_paid_call(services, emulator, user_id):
    def send(_: int):
        return services.replies.send("Hello there", user_id=user_id, client_message_id="same")

    with ThreadPoolExecutor(6) as threads:
        accepted = list(threads.map(send, range(6)))
    until_ended(services, accepted[0].reply_id, user_id)

    assert len({(one.session_id, one.message_id, one.reply_id) for one in accepted}) == 1
    assert [one.repeated for one in accepted].count(False) == 1
    assert emulator.paid_calls == 1
    assert len(services.sessions.recent(user_id=user_id).sessions) == 1


@ON_SQLITE
def test_same_id_with_another_text_is_refused(services, user_id):
    services.replies.send("Hello", user_id=user_id, client_message_id="a")

    with pytest.raises(MessageIdReusedError):
        services.replies.send("Something else", user_id=user_id, client_message_id="a")


def test_second_message_waits_for_the_first_reply(services, emulator, user_id):
    emulator.fault({"fault": "slow_first:5"})
    first = services.replies.send("Hello", user_id=user_id, client_message_id="a")

    with pytest.raises(ReplyInProgressError):
        services.replies.send("More", user_id=user_id, client_message_id="b", session_id=first.session_id)

    assert len(services.sessions.history(first.session_id, user_id=user_id).messages) == 2
    services.replies.stop(first.reply_id, user_id=user_id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["", "x" * 101, "a\x00", "\ud800"], ids=ascii)
def test_name_that_cannot_be_kept_is_refused_wherever_a_message_gets_one(services, user_id, name):
    session_id = services.sessions.create(user_id=user_id).id
    noted = services.replies.store("Hello", role="user", session_id=session_id, user_id=user_id)

    for send in (
        lambda: services.replies.send("Hi", user_id=user_id, client_message_id=name),
        lambda: services.replies.send("Hi", user_id=user_id, client_message_id="a", chat_name=name),
        lambda: services.replies.store(
            "Hi", role="user", session_id=session_id, user_id=user_id, client_message_id=name
        ),
        lambda: services.versions.edit(noted.id, "Hi", user_id=user_id, client_message_id=name),
        lambda: services.follow_ups.add("Hi", session_id=session_id, user_id=user_id, client_message_id=name),
    ):
        with pytest.raises(InvalidInputError, match="1 to 100 characters"):
            send()
    assert services.sessions.get(session_id, user_id=user_id).message_count == 1
    assert len(services.sessions.recent(user_id=user_id).sessions) == 1


@ON_SQLITE
def test_refused_text_writes_nothing(services, user_id):
    with pytest.raises(InvalidInputError):
        services.replies.send("\x00", user_id=user_id, client_message_id="a")

    assert services.sessions.recent(user_id=user_id).sessions == ()


def test_strangers_session_and_reply_do_not_exist(services, database, user_id):
    accepted = services.replies.send("Hello", user_id=user_id, client_message_id="a")
    eve = make_user(database, "eve")

    for attempt in (
        lambda: services.replies.send("Hi", user_id=eve, client_message_id="e", session_id=accepted.session_id),
        lambda: services.replies.stop(accepted.reply_id, user_id=eve),
        lambda: services.replies.retry(accepted.reply_id, user_id=eve),
        lambda: services.replies.watch(accepted.reply_id, user_id=eve).next(0),
        lambda: services.replies.snapshot(accepted.reply_id, user_id=eve),
    ):
        with pytest.raises(NotFoundError):
            attempt()


@ON_SQLITE
def test_stop_keeps_the_text_and_cancels_the_run(services, emulator, user_id):
    emulator.hold_reply()
    accepted = services.replies.send("14 days in Japan in detail", user_id=user_id, client_message_id="a")
    watch = services.replies.watch(accepted.reply_id, user_id=user_id)
    until(lambda: len(watch.next(0.1).text) > 20, what="some text")

    services.replies.stop(accepted.reply_id, user_id=user_id)
    ended = until_ended(services, accepted.reply_id, user_id)

    assert ended.status is MessageStatus.STOPPED
    assert len(ended.text) > 20
    until(lambda: emulator.runs[-1]["status"].upper() == "CANCELLED", what="the run was cancelled")


@ON_SQLITE
def test_stop_from_another_process_is_heard(start_services, emulator, user_id):
    here, elsewhere = start_services(), start_services()
    emulator.hold_reply()
    accepted = here.replies.send("14 days in Japan in detail", user_id=user_id, client_message_id="a")
    owner = until_owned(here, elsewhere, accepted.reply_id, user_id)
    other = elsewhere if owner is here else here

    other.replies.stop(accepted.reply_id, user_id=user_id)

    assert until_ended(other, accepted.reply_id, user_id, timeout_s=6).status is MessageStatus.STOPPED


def until_owned(one, two, reply_id, user_id):
    """Wait until one of two processes writes the reply; return which."""
    found: list[Services] = []

    def owned():
        found[:] = [services for services in (one, two) if services._claims.running.get(reply_id)]
        return found

    until(owned, what="a process writes the reply")
    return found[0]


def test_other_process_follows_from_the_row(start_services, emulator, user_id):
    here, elsewhere = start_services(), start_services()
    emulator.hold_reply()
    accepted = here.replies.send("5 days in Lisbon", user_id=user_id, client_message_id="a")
    owner = until_owned(here, elsewhere, accepted.reply_id, user_id)
    other = elsewhere if owner is here else here
    watch = other.replies.watch(accepted.reply_id, user_id=user_id)

    until(lambda: len(watch.next(0.1).text) > 0, what="text in the row")
    assert watch.snapshot.status is MessageStatus.RUNNING
    owner.replies.stop(accepted.reply_id, user_id=user_id)
    assert until_ended(other, accepted.reply_id, user_id).status is MessageStatus.STOPPED


def test_process_leaves_what_another_was_just_told_to_that(database, user_id, monkeypatch):
    with database.begin() as db_session:
        session = new_session(db_session, {}, user_id=user_id, title="Lisbon", default_model="openai/gpt-4o")
        _, reply_id = add_turn(db_session, session, "Hello", client_message_id="a", parent_id=None)
        born_at = db_session.get_one(Message, reply_id).created_at
    elsewhere = ReplyStore(database, CostService(database), owner="elsewhere", default_model="openai/gpt-4o")

    def claimed(after: timedelta) -> list[int]:
        monkeypatch.setattr("services.replies.store.utc_now", lambda: born_at + after)
        return [work.reply_id for work in elsewhere.claim_free(9, set(), newborn=False)]

    assert claimed(timedelta(milliseconds=900)) == []
    assert claimed(timedelta(milliseconds=1_100)) == [reply_id]


def test_more_replies_than_may_run_wait_and_say_so(start_services, emulator, user_id):
    services = start_services(replies_at_once=1)
    emulator.fault({"fault": "slow_first:1.5"})
    first = services.replies.send("Hello", user_id=user_id, client_message_id="a")
    until(lambda: services._claims.running.get(first.reply_id), what="the first reply runs")
    second = services.replies.send("Hello again", user_id=user_id, client_message_id="b")

    note = services.replies.snapshot(second.reply_id, user_id=user_id).note
    assert note is not None
    assert "waiting for its turn" in note
    assert until_ended(services, second.reply_id, user_id).status is MessageStatus.COMPLETE
    assert until_ended(services, first.reply_id, user_id).status is MessageStatus.COMPLETE


@ON_SQLITE
def test_memory_is_shared_by_sessions_and_can_be_off(services, emulator, user_id):
    first = services.replies.send("I am vegan", user_id=user_id, client_message_id="a")
    until_ended(services, first.reply_id, user_id)

    def asked(key: str, *, memory: bool) -> str:
        accepted = services.replies.send(
            "What do you remember about me?", user_id=user_id, client_message_id=key, memory=memory
        )
        return until_ended(services, accepted.reply_id, user_id).text

    keys = iter(range(100))
    until(lambda: "vegan" in asked(f"on{next(keys)}", memory=True).lower(), what="the fact is remembered")
    assert "vegan" not in asked("off", memory=False).lower()


@ON_SQLITE
def test_one_planners_memory_is_not_anothers(services, database, user_id):
    first = services.replies.send("I am vegan", user_id=user_id, client_message_id="a")
    until_ended(services, first.reply_id, user_id)
    eve = make_user(database, "eve")

    accepted = services.replies.send("What do you remember about me?", user_id=eve, client_message_id="e")

    assert "vegan" not in until_ended(services, accepted.reply_id, eve).text.lower()


@ON_SQLITE
def test_tool_turn_is_answered_and_shown(services, emulator, user_id):
    accepted = services.replies.send("What is today's date?", user_id=user_id, client_message_id="a")
    until_ended(services, accepted.reply_id, user_id)

    reply = last_message(services, accepted.session_id, user_id)
    assert reply.status is MessageStatus.COMPLETE
    assert [part.name for part in reply.parts if isinstance(part, ToolCallPart)] == ["current_date"]
    assert str(reply.created_at.year) in reply.text


def test_process_that_lost_a_reply_while_it_was_about_to_ask_does_not_ask(
    services, database, emulator, user_id, monkeypatch
):
    monkeypatch.setattr("services.replies.writer.SENT_WITHIN_S", 0.0)  # it always takes longer
    mark_sent, lost = ReplyStore.mark_sent, Event()

    def stand_still(store, work, thread):
        try:
            mark_sent(store, work, thread)
        except NotOursError:
            lost.set()
            raise
        with database.begin() as db_session:  # meanwhile another process takes it over
            row = update(Message).where(Message.id == work.reply_id)
            db_session.execute(row.values(fence=Message.fence + 1, lease_owner="another"))

    monkeypatch.setattr(ReplyStore, "mark_sent", stand_still)
    accepted = services.replies.send("5 days in Lisbon in May", user_id=user_id, client_message_id="a")
    assert lost.wait(20)
    until(lambda: not services._claims.running.get(accepted.reply_id), what="it lets go")

    assert emulator.paid_calls == 0
