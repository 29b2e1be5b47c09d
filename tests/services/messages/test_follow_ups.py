"""What a planner writes while the assistant answers waits, and is sent once when the reply is whole."""

import pytest

from services.errors import MessageIdReusedError, NotFoundError, NotPossibleError, TooManyFollowUpsError
from services.message_status import MessageStatus
from services.messages.follow_ups import AT_MOST
from services.messages.records import Waiting
from services.replies.claims import ReplyClaims
from services.replies.store import ReplyStore
from services.sessions.deleted import remove_deleted
from services.sessions.file_types import checked_file
from services.sessions.records import Accepted
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import make_user, until, until_ended


@pytest.fixture
def answering(services, emulator, user_id):
    """Begin a reply that waits in its middle."""
    emulator.hold_reply()
    accepted = services.replies.send("Plan 5 days in Lisbon in May", user_id=user_id, client_message_id="a")
    until(lambda: services.replies.snapshot(accepted.reply_id, user_id=user_id).text, what="some text")
    return accepted


def words(services, session_id, user_id):
    return [one.text for one in services.sessions.history(session_id, user_id=user_id).messages if one.role == "user"]


def wait(services, text, answering, user_id, *files):
    return services.follow_ups.add(
        text, session_id=answering.session_id, user_id=user_id, client_message_id=f"f {text}", files=files
    )


def until_quiet(services, session_id, user_id):
    until(
        lambda: (
            not services.follow_ups.all(session_id, user_id=user_id)
            and services.replies.unfinished(session_id, user_id=user_id) is None
        ),
        what="all was answered",
    )


def test_messages_that_wait_are_sent_one_after_the_other(services, emulator, user_id, answering):
    first, _ = (wait(services, text, answering, user_id) for text in ("Add Sintra", "And by train"))

    assert isinstance(first, Waiting)
    assert [one.text for one in services.follow_ups.all(answering.session_id, user_id=user_id)] == [
        "Add Sintra",
        "And by train",
    ]
    emulator.release()
    until_quiet(services, answering.session_id, user_id)
    assert words(services, answering.session_id, user_id)[1:] == ["Add Sintra", "And by train"]
    assert emulator.paid_calls == 3
    assert len({run["thread_id"] for run in emulator.runs}) == 1


def test_message_that_waits_can_be_changed_and_taken_back(services, emulator, user_id, answering):
    first, second = (wait(services, text, answering, user_id) for text in ("Add Sintra", "And by train"))
    services.follow_ups.change(first.id, "Add Cascais", user_id=user_id)
    assert services.follow_ups.remove(second.id, user_id=user_id).text == "And by train"

    emulator.release()
    until_quiet(services, answering.session_id, user_id)
    assert words(services, answering.session_id, user_id)[1:] == ["Add Cascais"]
    with pytest.raises(NotFoundError):
        services.follow_ups.change(first.id, "Too late", user_id=user_id)


def test_message_taken_back_waits_again_where_it_stood(services, emulator, database, user_id, answering, monkeypatch):
    texts = ("Add Sintra", "And by train", "And food?")
    _, second, third = (wait(services, text, answering, user_id) for text in texts)
    services.follow_ups.remove(second.id, user_id=user_id)
    services.follow_ups.remove(third.id, user_id=user_id)
    services.follow_ups.restore(second.id, user_id=user_id)

    waiting = services.follow_ups.all(answering.session_id, user_id=user_id)
    assert [one.text for one in waiting] == ["Add Sintra", "And by train"]
    monkeypatch.setattr("services.sessions.deleted.UNDO_S", 0.0)
    remove_deleted(database)
    with pytest.raises(NotFoundError):
        services.follow_ups.restore(third.id, user_id=user_id)
    again = wait(services, "And food?", answering, user_id)
    services.follow_ups.remove(again.id, user_id=user_id)
    assert wait(services, "And food?", answering, user_id).text == "And food?"
    for one in services.follow_ups.all(answering.session_id, user_id=user_id):
        services.follow_ups.remove(one.id, user_id=user_id)
    emulator.release()
    until_quiet(services, answering.session_id, user_id)
    assert words(services, answering.session_id, user_id)[1:] == []


@ON_SQLITE
def test_files_wait_and_come_with_their_message(services, emulator, user_id, answering):
    brief = checked_file("brief.txt", b"The hotel must have an elevator.")
    waiting = wait(services, "", answering, user_id, brief)
    other = wait(services, "Never mind", answering, user_id, brief)

    assert (waiting.text, [one.name for one in waiting.files]) == ("Please look at brief.txt.", ["brief.txt"])
    assert [one.name for one in other.files] == ["brief (2).txt"]
    assert services.files.list(answering.session_id, user_id=user_id) == ()
    services.follow_ups.remove(other.id, user_id=user_id)
    emulator.release()
    until_quiet(services, answering.session_id, user_id)
    fork_id = services.versions.fork(answering.reply_id, user_id=user_id)
    messages = services.sessions.history(answering.session_id, user_id=user_id).messages
    assert [[file.name for file in one.files] for one in messages] == [[], [], ["brief.txt"], []]
    assert "elevator" in messages[-1].text
    assert services.files.list(fork_id, user_id=user_id) == ()


def test_message_sent_while_it_waits_is_sent_once(services, emulator, user_id, answering, monkeypatch):
    monkeypatch.setattr("services.replies.recovery.LOOK_FOR_S", 0.5)
    wait(services, "Add Sintra", answering, user_id)
    wait(services, "And by train", answering, user_id)
    emulator.go_away()
    until_ended(services, answering.reply_id, user_id)
    emulator.come_back()
    services.replies.send(
        "Add Sintra", user_id=user_id, client_message_id="f Add Sintra", session_id=answering.session_id
    )

    until_quiet(services, answering.session_id, user_id)
    assert words(services, answering.session_id, user_id)[1:] == ["Add Sintra", "And by train"]


@ON_SQLITE
def test_stop_lets_messages_wait_until_a_person_sends_them(services, emulator, user_id, answering):
    wait(services, "Make it Porto", answering, user_id)
    services.replies.stop(answering.reply_id, user_id=user_id)

    assert until_ended(services, answering.reply_id, user_id).status is MessageStatus.STOPPED
    assert services.replies.unfinished(answering.session_id, user_id=user_id) is None
    assert [one.text for one in services.follow_ups.all(answering.session_id, user_id=user_id)] == ["Make it Porto"]
    assert emulator.paid_calls == 1
    sent = services.follow_ups.send_next(answering.session_id, user_id=user_id)
    assert until_ended(services, sent.reply_id, user_id).status is MessageStatus.COMPLETE


@ON_SQLITE
def test_stop_that_comes_too_late_for_the_reply_holds_what_waits(services, emulator, user_id, answering, monkeypatch):
    monkeypatch.setattr(ReplyClaims, "stop", lambda *_: None)  # the reply is whole before it hears of it
    wait(services, "Make it Porto", answering, user_id)
    services.replies.stop(answering.reply_id, user_id=user_id)
    emulator.release()

    until_ended(services, answering.reply_id, user_id)
    assert services.replies.unfinished(answering.session_id, user_id=user_id) is None
    assert len(services.follow_ups.all(answering.session_id, user_id=user_id)) == 1


@ON_SQLITE
def test_stop_of_a_reply_that_nobody_has_begun_lets_messages_wait(services, user_id, monkeypatch):
    monkeypatch.setattr(ReplyClaims, "wake", lambda *_: None)
    monkeypatch.setattr(ReplyStore, "claim_born", lambda *_: [])
    monkeypatch.setattr(ReplyStore, "claim_free", lambda *_, **__: [])
    queued = services.replies.send("Plan 5 days in Lisbon in May", user_id=user_id, client_message_id="a")
    wait(services, "Make it Porto", queued, user_id)
    services.replies.stop(queued.reply_id, user_id=user_id)

    assert services.replies.unfinished(queued.session_id, user_id=user_id) is None
    assert len(services.follow_ups.all(queued.session_id, user_id=user_id)) == 1


@ON_SQLITE
def test_broken_reply_lets_messages_wait_until_a_person_sends_them(
    services, emulator, user_id, answering, monkeypatch
):
    monkeypatch.setattr("services.replies.recovery.LOOK_FOR_S", 0.5)
    wait(services, "Add Sintra", answering, user_id)
    emulator.go_away()
    assert until_ended(services, answering.reply_id, user_id).status is MessageStatus.INTERRUPTED
    emulator.come_back()

    assert len(services.follow_ups.all(answering.session_id, user_id=user_id)) == 1
    sent = services.follow_ups.send_next(answering.session_id, user_id=user_id)
    assert until_ended(services, sent.reply_id, user_id).status is MessageStatus.COMPLETE
    with pytest.raises(NotPossibleError):
        services.follow_ups.send_next(answering.session_id, user_id=user_id)


@ON_SQLITE
def test_where_nothing_is_written_it_is_sent_at_once(services, emulator, user_id, answering):
    emulator.release()
    until_ended(services, answering.reply_id, user_id)
    sent = wait(services, "Add Sintra", answering, user_id)

    assert isinstance(sent, Accepted)
    until_ended(services, sent.reply_id, user_id)


def test_same_message_twice_waits_once(services, emulator, user_id, answering):
    assert wait(services, "Add Sintra", answering, user_id) == wait(services, "Add Sintra", answering, user_id)
    with pytest.raises(MessageIdReusedError):
        services.follow_ups.add(
            "Other", session_id=answering.session_id, user_id=user_id, client_message_id="f Add Sintra"
        )

    emulator.release()
    until_quiet(services, answering.session_id, user_id)
    again = wait(services, "Add Sintra", answering, user_id)
    assert isinstance(again, Accepted)
    assert again.repeated
    assert emulator.paid_calls == 2


@ON_SQLITE
def test_only_so_many_may_wait(services, user_id, answering):
    for number in range(AT_MOST):
        wait(services, f"Message {number}", answering, user_id)

    with pytest.raises(TooManyFollowUpsError):
        wait(services, "One more", answering, user_id)
    for waiting in services.follow_ups.all(answering.session_id, user_id=user_id):
        services.follow_ups.remove(waiting.id, user_id=user_id)
    services.replies.stop(answering.reply_id, user_id=user_id)


def test_killed_process_leaves_what_waits_to_the_next(start_services, emulator, user_id):
    first = start_services()
    emulator.hold_reply()
    accepted = first.replies.send("Plan 5 days in Lisbon in May", user_id=user_id, client_message_id="a")
    until(lambda: first.replies.snapshot(accepted.reply_id, user_id=user_id).text, what="some text")
    wait(first, "Add Sintra", accepted, user_id)
    first.close()

    second = start_services()
    emulator.release()
    until_quiet(second, accepted.session_id, user_id)
    assert emulator.paid_calls == 2


def test_strangers_message_does_not_exist(services, database, user_id, answering):
    waiting = wait(services, "Add Sintra", answering, user_id)
    eve = make_user(database, "eve")

    assert services.follow_ups.all(answering.session_id, user_id=eve) == ()
    for attempt in (
        lambda: services.follow_ups.add("Mine", session_id=answering.session_id, user_id=eve, client_message_id="x"),
        lambda: services.follow_ups.change(waiting.id, "Mine", user_id=eve),
        lambda: services.follow_ups.remove(waiting.id, user_id=eve),
        lambda: services.follow_ups.send_next(answering.session_id, user_id=eve),
    ):
        with pytest.raises(NotFoundError):
            attempt()
    services.replies.stop(answering.reply_id, user_id=user_id)
