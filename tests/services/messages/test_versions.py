"""Turns have versions: nothing of one is lost when another is shown, and Backboard knows only the one shown."""

import pytest

from db.models import Message
from services.errors import MessageIdReusedError, NotFoundError, NotPossibleError, ReplyInProgressError
from services.message_status import MessageStatus
from services.sessions.deleted import remove_deleted
from tests.helpers.databases import ON_SQLITE
from tests.helpers.rows import leaf
from tests.helpers.services import make_user, until, until_ended


@pytest.fixture
def talk(services, user_id):
    """Give a function that sends a message, waits for its reply, and returns what it became."""
    sent = iter(range(1000))

    def talk(text, session_id=None):
        name = f"m{next(sent)}"
        accepted = services.replies.send(text, user_id=user_id, client_message_id=name, session_id=session_id)
        until_ended(services, accepted.reply_id, user_id)
        return accepted

    return talk


def shown(services, session_id, user_id):
    """Return the planner's words on the path shown, and how many versions each turn has."""
    messages = services.sessions.history(session_id, user_id=user_id).messages
    return [(one.text, len(one.versions)) for one in messages if one.role == "user"]


def edited(services, message_id, text, user_id, name="e"):
    accepted = services.versions.edit(message_id, text, user_id=user_id, client_message_id=name)
    until_ended(services, accepted.reply_id, user_id)
    return accepted


def test_edited_message_is_another_version_and_the_first_keeps_what_followed(services, user_id, talk):
    first = talk("Three nights in Lisbon")
    talk("With my parents", first.session_id)
    again = edited(services, first.message_id, "Three nights in Porto", user_id)

    assert shown(services, first.session_id, user_id) == [("Three nights in Porto", 2)]
    services.versions.choose(first.message_id, user_id=user_id)
    assert shown(services, first.session_id, user_id) == [("Three nights in Lisbon", 2), ("With my parents", 1)]
    services.versions.choose(again.message_id, user_id=user_id)
    assert shown(services, first.session_id, user_id) == [("Three nights in Porto", 2)]
    assert services.sessions.get(first.session_id, user_id=user_id).message_count == 6


@ON_SQLITE
def test_each_version_goes_on_in_a_thread_that_knows_only_what_it_shows(services, emulator, user_id, talk):
    first = talk("Three nights in Lisbon")
    second = talk("With my parents", first.session_id)
    old_thread = emulator.runs[-1]["thread_id"]
    edited(services, second.message_id, "With my two dogs", user_id)
    new_thread = emulator.runs[-1]["thread_id"]
    talk("And by train", first.session_id)

    assert new_thread != old_thread
    assert emulator.runs[-1]["thread_id"] == new_thread
    carried, *asked = emulator.asked(new_thread)
    assert "Three nights in Lisbon" in carried
    assert "parents" not in carried
    assert asked == ["With my two dogs", "And by train"]
    services.versions.choose(second.message_id, user_id=user_id)
    talk("By plane then", first.session_id)
    assert emulator.runs[-1]["thread_id"] == old_thread
    assert emulator.asked(old_thread) == ["Three nights in Lisbon", "With my parents", "By plane then"]


@ON_SQLITE
def test_reply_in_the_middle_is_asked_for_anew_with_another_model(services, emulator, user_id, talk):
    first = talk("Three nights in Lisbon")
    talk("With my parents", first.session_id)
    again = services.replies.retry(first.reply_id, user_id=user_id, model="anthropic/claude-sonnet-4")
    until_ended(services, again.reply_id, user_id)
    reply = services.sessions.history(first.session_id, user_id=user_id).messages[-1]

    assert (reply.id, reply.versions) == (again.reply_id, (first.reply_id, again.reply_id))
    assert reply.model == "anthropic/claude-sonnet-4"
    assert services.sessions.get(first.session_id, user_id=user_id).model == "openai/gpt-4o"
    services.versions.choose(first.reply_id, user_id=user_id)
    assert [text for text, _ in shown(services, first.session_id, user_id)] == [
        "Three nights in Lisbon",
        "With my parents",
    ]


@ON_SQLITE
def test_regenerating_while_it_is_written_gives_the_same_reply(services, emulator, user_id, talk):
    first = talk("Three nights in Lisbon")
    emulator.hold_reply()
    again = services.replies.retry(first.reply_id, user_id=user_id)

    assert services.replies.retry(first.reply_id, user_id=user_id) == again.__class__(
        again.session_id, again.message_id, again.reply_id, repeated=True
    )
    with pytest.raises(ReplyInProgressError):
        services.versions.choose(first.reply_id, user_id=user_id)
    emulator.release()
    until_ended(services, again.reply_id, user_id)


def test_versions_within_versions_come_back_as_they_were_left(services, user_id, talk):
    first = talk("A")
    inner = talk("B", first.session_id)
    edited(services, inner.message_id, "B2", user_id, "e1")
    other = edited(services, first.message_id, "A2", user_id, "e2")
    services.versions.choose(first.message_id, user_id=user_id)

    assert [text for text, _ in shown(services, first.session_id, user_id)] == ["A", "B2"]
    services.versions.choose(inner.message_id, user_id=user_id)
    services.versions.choose(other.message_id, user_id=user_id)
    services.versions.choose(first.message_id, user_id=user_id)
    assert [text for text, _ in shown(services, first.session_id, user_id)] == ["A", "B"]


@ON_SQLITE
def test_message_deep_in_another_version_is_shown_when_chosen(services, user_id, talk):
    first = talk("A")
    deep = talk("B", first.session_id)
    edited(services, first.message_id, "A2", user_id)
    services.versions.choose(deep.message_id, user_id=user_id)

    assert [text for text, _ in shown(services, first.session_id, user_id)] == ["A", "B"]


def test_same_edit_twice_is_one_version(services, emulator, user_id, talk):
    first = talk("A")
    again = edited(services, first.message_id, "A2", user_id)

    assert edited(services, first.message_id, "A2", user_id).reply_id == again.reply_id
    assert emulator.paid_calls == 2
    with pytest.raises(MessageIdReusedError):
        edited(services, first.message_id, "A3", user_id)


@ON_SQLITE
def test_fork_is_a_session_of_its_own_that_knows_the_turns_before(services, emulator, user_id, talk):
    first = talk("Three nights in Lisbon")
    talk("With my parents", first.session_id)
    services.ratings.rate(first.reply_id, -1, user_id=user_id)
    fork_id = services.versions.fork(first.reply_id, user_id=user_id)
    talk("With my two dogs", fork_id)

    assert [text for text, _ in shown(services, fork_id, user_id)] == ["Three nights in Lisbon", "With my two dogs"]
    assert len(shown(services, first.session_id, user_id)) == 2
    carried, asked = emulator.asked(emulator.runs[-1]["thread_id"])
    assert "Three nights in Lisbon" in carried
    assert asked == "With my two dogs"
    fork = services.sessions.get(fork_id, user_id=user_id)
    assert (fork.title, fork.message_count) == ("Three nights in Lisbon (fork)", 4)
    ratings = [one.rating for one in services.sessions.history(fork_id, user_id=user_id).messages]
    assert ratings == [None] * 4  # what a planner thinks of a reply is said, and counted, once
    assert {hit.session_id for hit in services.sessions.search("dogs", user_id=user_id)} == {fork_id}


@ON_SQLITE
def test_earlier_message_is_forked_while_a_reply_is_written(services, emulator, user_id, talk):
    first = talk("Three nights in Lisbon")
    emulator.hold_reply(chunks=3)
    writing = services.replies.send(
        "With my parents", user_id=user_id, client_message_id="w", session_id=first.session_id
    )

    fork_id = services.versions.fork(first.reply_id, user_id=user_id)
    assert shown(services, fork_id, user_id) == [("Three nights in Lisbon", 1)]
    with pytest.raises(ReplyInProgressError):
        services.versions.fork(writing.reply_id, user_id=user_id)
    emulator.release()
    until_ended(services, writing.reply_id, user_id)


@ON_SQLITE
def test_fork_at_a_question_can_be_answered_there(services, user_id, talk):
    first = talk("Three nights in Lisbon")
    fork_id = services.versions.fork(first.message_id, user_id=user_id)
    (question,) = services.sessions.history(fork_id, user_id=user_id).messages
    again = services.replies.retry(question.id, user_id=user_id)

    assert until_ended(services, again.reply_id, user_id).status is MessageStatus.COMPLETE


def test_deleted_message_goes_with_its_reply_and_comes_back_whole(services, user_id, talk):
    first = talk("Three nights in Lisbon")
    second = talk("My passport number is X1234567", first.session_id)
    talk("Add a day in Sintra", first.session_id)
    before = services.sessions.history(first.session_id, user_id=user_id)
    services.versions.delete(second.message_id, user_id=user_id)

    assert [text for text, _ in shown(services, first.session_id, user_id)] == [
        "Three nights in Lisbon",
        "Add a day in Sintra",
    ]
    assert services.sessions.search("passport", user_id=user_id) == ()
    assert services.sessions.get(first.session_id, user_id=user_id).message_count == 4
    with pytest.raises(NotFoundError):
        services.replies.get(second.reply_id, user_id=user_id)
    services.versions.restore(second.message_id, user_id=user_id)
    assert services.sessions.history(first.session_id, user_id=user_id) == before
    assert len(services.sessions.search("passport", user_id=user_id)) == 1


def test_deleted_message_is_removed_for_good_and_backboard_forgets_it(
    services, emulator, database, user_id, talk, monkeypatch
):
    first = talk("Three nights in Lisbon")
    second = talk("My passport number is X1234567", first.session_id)
    third = talk("Add a day in Sintra", first.session_id)
    old_thread = emulator.runs[-1]["thread_id"]
    services.versions.delete(second.message_id, user_id=user_id)
    monkeypatch.setattr("services.sessions.deleted.UNDO_S", 0.0)
    remove_deleted(database)

    with database.read() as db_session:
        assert db_session.get(Message, second.message_id) is None
        assert db_session.get(Message, second.reply_id) is None
        assert db_session.get_one(Message, third.message_id).parent_id == first.reply_id
    with pytest.raises(NotFoundError):
        services.versions.restore(second.message_id, user_id=user_id)
    until(lambda: emulator.thread_status(old_thread) == 404, what="the thread is deleted")
    talk("And by train", first.session_id)
    assert "passport" not in "".join(emulator.asked(emulator.runs[-1]["thread_id"]))


@ON_SQLITE
def test_message_after_a_deletion_is_sent_without_what_was_deleted(services, emulator, database, user_id, talk):
    first = talk("Three nights in Lisbon")
    last = talk("My passport number is X1234567", first.session_id)
    services.versions.delete(last.message_id, user_id=user_id)
    talk("And by train", first.session_id)

    assert "passport" not in "".join(emulator.asked(emulator.runs[-1]["thread_id"]))
    with database.read() as db_session:
        assert db_session.get(Message, last.message_id) is None
    assert [text for text, _ in shown(services, first.session_id, user_id)] == [
        "Three nights in Lisbon",
        "And by train",
    ]


@ON_SQLITE
def test_only_turn_deleted_leaves_an_empty_session(services, database, user_id, talk, monkeypatch):
    only = talk("Three nights in Lisbon")
    services.versions.delete(only.message_id, user_id=user_id)

    assert services.sessions.history(only.session_id, user_id=user_id).messages == ()
    monkeypatch.setattr("services.sessions.deleted.UNDO_S", 0.0)
    remove_deleted(database)
    with database.read() as db_session:
        assert leaf(db_session, only.session_id) is None
    talk("Begin again", only.session_id)
    assert shown(services, only.session_id, user_id) == [("Begin again", 1)]


@ON_SQLITE
def test_other_version_is_shown_when_the_one_shown_is_deleted(services, user_id, talk):
    first = talk("A")
    talk("B", first.session_id)
    other = edited(services, first.message_id, "A2", user_id)
    services.versions.delete(other.message_id, user_id=user_id)

    assert shown(services, first.session_id, user_id) == [("A", 1), ("B", 1)]
    services.versions.restore(other.message_id, user_id=user_id)
    assert shown(services, first.session_id, user_id) == [("A2", 2)]
    services.versions.choose(first.message_id, user_id=user_id)
    assert shown(services, first.session_id, user_id) == [("A", 2), ("B", 1)]


def test_message_deleted_in_another_version_leaves_what_was_before_it(services, database, user_id, talk, monkeypatch):
    first = talk("A")
    last = talk("B", first.session_id)
    edited(services, first.message_id, "A2", user_id)
    services.versions.delete(last.message_id, user_id=user_id)  # by another tab, say
    services.versions.choose(first.message_id, user_id=user_id)

    assert shown(services, first.session_id, user_id) == [("A", 2)]
    monkeypatch.setattr("services.sessions.deleted.UNDO_S", 0.0)
    remove_deleted(database)
    assert shown(services, first.session_id, user_id) == [("A", 2)]


@ON_SQLITE
def test_reply_alone_is_neither_edited_nor_deleted(services, user_id, talk):
    first = talk("Three nights in Lisbon")

    with pytest.raises(NotPossibleError):
        services.versions.delete(first.reply_id, user_id=user_id)
    with pytest.raises(NotPossibleError):
        services.versions.edit(first.reply_id, "Mine", user_id=user_id, client_message_id="e")


def test_strangers_message_does_not_exist(services, database, user_id, talk):
    first = talk("Three nights in Lisbon")
    eve = make_user(database, "eve")

    for attempt in (
        lambda: services.versions.edit(first.message_id, "Mine", user_id=eve, client_message_id="e"),
        lambda: services.versions.choose(first.message_id, user_id=eve),
        lambda: services.versions.fork(first.message_id, user_id=eve),
        lambda: services.versions.delete(first.message_id, user_id=eve),
        lambda: services.versions.restore(first.message_id, user_id=eve),
    ):
        with pytest.raises(NotFoundError):
            attempt()


def test_a_session_is_seen_to_have_changed_when_a_message_in_its_middle_goes(services, user_id, talk):
    first = talk("Three nights in Lisbon")
    second = talk("With my parents", first.session_id)
    talk("And by train", first.session_id)
    before = services.sessions.now(first.session_id, user_id=user_id)
    services.versions.delete(second.message_id, user_id=user_id)

    assert services.sessions.now(first.session_id, user_id=user_id) != before
    services.versions.restore(second.message_id, user_id=user_id)
    services.versions.choose(before[1], user_id=user_id)
    assert services.sessions.now(first.session_id, user_id=user_id) == before
