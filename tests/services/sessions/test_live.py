"""What several people see of one session: who wrote what, what is new elsewhere, and what changes on open pages."""

from collections.abc import Callable

import pytest

from db.engine import DatabaseUnavailableError
from services.errors import NotFoundError, ReplyInProgressError
from services.sessions.live import LOOK_EVERY_S, SessionWatch
from services.sessions.sharing import VIEW
from tests.helpers.asked import asked_of
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import make_user, until_ended


@pytest.fixture
def ben(database) -> int:
    """Make a colleague."""
    return make_user(database, "ben")


@pytest.fixture
def talk(services, user_id, ben):
    """Begin a session, and share it."""
    accepted = services.replies.send("Three nights in Lisbon", user_id=user_id, client_message_id="m")
    until_ended(services, accepted.reply_id, user_id)
    services.sharing.add(accepted.session_id, "ben", user_id=user_id)
    return accepted


def say(services, text: str, user_id: int, session_id: int | None):
    accepted = services.replies.send(text, user_id=user_id, client_message_id=text, session_id=session_id)
    until_ended(services, accepted.reply_id, user_id)
    return accepted


def test_list_says_with_how_many_and_by_whom_a_session_is_shared(services, talk, user_id, ben):
    (mine,), (bens,) = (services.sessions.recent(user_id=one).sessions for one in (user_id, ben))
    assert (mine.people, mine.owner_name, mine.is_own, mine.is_shared) == (2, None, True, True)
    assert (bens.people, bens.owner_name, bens.is_own) == (2, "Ada", False)
    services.sharing.remove(talk.session_id, ben, user_id=user_id)
    assert not services.sessions.get(talk.session_id, user_id=user_id).is_shared


def test_history_names_others_also_once_they_have_left(services, talk, user_id, ben):
    say(services, "With my parents", ben, talk.session_id)
    services.sharing.remove(talk.session_id, ben, user_id=ben)

    history = services.sessions.history(talk.session_id, user_id=user_id)
    assert history.names == {ben: "Ben"}


@ON_SQLITE
def test_sessions_of_one_person_ask_for_no_names(services, user_id):
    accepted = say(services, "Hi", user_id, None)
    with asked_of(services.sessions._db) as statements:
        services.sessions.history(accepted.session_id, user_id=user_id)
    assert not [one for one in statements if "FROM users" in one]


def test_who_went_on_elsewhere_is_told_until_their_version_is_shown(services, talk, user_id, ben):
    assert services.sessions.elsewhere(talk.session_id, user_id=user_id) is None
    edited = services.versions.edit(talk.message_id, "In Porto", user_id=ben, client_message_id="e")
    until_ended(services, edited.reply_id, ben)

    assert services.sessions.elsewhere(talk.session_id, user_id=ben) is None
    found = services.sessions.elsewhere(talk.session_id, user_id=user_id)
    assert found is not None
    assert (found.message_id, found.name) == (edited.reply_id, "Ben")
    services.versions.choose(found.message_id, user_id=user_id)
    assert services.sessions.elsewhere(talk.session_id, user_id=user_id) is None
    assert services.sessions.history(talk.session_id, user_id=user_id).messages[-1].id == edited.reply_id


@ON_SQLITE
def test_who_goes_on_in_their_own_version_is_told_no_more(services, talk, user_id, ben):
    edited = services.versions.edit(talk.message_id, "In Porto", user_id=ben, client_message_id="e")
    until_ended(services, edited.reply_id, ben)
    say(services, "With my parents", user_id, talk.session_id)

    assert services.sessions.elsewhere(talk.session_id, user_id=user_id) is None
    assert services.sessions.elsewhere(talk.session_id, user_id=ben).name == "Ada"


@ON_SQLITE
def test_version_that_is_being_answered_can_be_gone_to_and_no_other(services, emulator, talk, user_id, ben):
    emulator.hold_reply(3)
    edited = services.versions.edit(talk.message_id, "In Porto", user_id=ben, client_message_id="e")

    services.versions.choose(edited.reply_id, user_id=user_id)
    assert services.sessions.history(talk.session_id, user_id=user_id).messages[-1].id == edited.reply_id
    with pytest.raises(ReplyInProgressError):
        services.versions.choose(talk.reply_id, user_id=user_id)
    assert services.sessions.history(talk.session_id, user_id=user_id).messages[-1].id == edited.reply_id
    emulator.release()
    until_ended(services, edited.reply_id, user_id)
    eve = make_user(services.sessions._db, "eve")
    with pytest.raises(NotFoundError):
        services.versions.choose(talk.reply_id, user_id=eve)


@ON_SQLITE
def test_what_waits_names_who_else_wrote_it(services, emulator, talk, user_id, ben):
    emulator.hold_reply(3)
    accepted = services.replies.send("By train?", user_id=user_id, client_message_id="s", session_id=talk.session_id)
    services.follow_ups.add("And then?", session_id=talk.session_id, user_id=ben, client_message_id="f")

    assert [one.author for one in services.follow_ups.all(talk.session_id, user_id=user_id)] == ["Ben"]
    assert [one.author for one in services.follow_ups.all(talk.session_id, user_id=ben)] == [None]
    emulator.release()
    until_ended(services, accepted.reply_id, user_id)


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def watch(database, clock) -> SessionWatch:
    return SessionWatch(database, monotonic=lambda: clock[0])


def test_watch_tells_each_change_of_a_colleague_and_nothing_else(services, watch, clock, talk, user_id, ben):
    def is_told(change: Callable[[], object]) -> bool:
        seen = watch.look(talk.session_id, user_id=ben)
        change()
        clock[0] += 2 * LOOK_EVERY_S
        return bool(watch.now(talk.session_id, user_id=ben) != seen)

    session_id, mine = talk.session_id, {"user_id": user_id}
    assert not is_told(lambda: None)
    assert not is_told(lambda: services.sessions.change(session_id, pinned=True, **mine))
    assert not is_told(lambda: services.sessions.set_archived([session_id], True, **mine))
    assert is_told(lambda: say(services, "With my parents", user_id, session_id))
    assert is_told(lambda: services.sessions.change(session_id, title="Porto", **mine))
    assert is_told(lambda: services.sharing.change(session_id, ben, access=VIEW, **mine))
    assert is_told(lambda: services.sharing.remove(session_id, ben, **mine))
    assert watch.now(session_id, user_id=ben) is None


@ON_SQLITE
def test_watch_tells_of_a_message_that_waits(services, emulator, watch, clock, talk, user_id, ben):
    emulator.hold_reply(3)
    accepted = services.replies.send("By train?", user_id=user_id, client_message_id="s", session_id=talk.session_id)
    seen = watch.look(talk.session_id, user_id=user_id)
    services.follow_ups.add("And then?", session_id=talk.session_id, user_id=ben, client_message_id="f")

    clock[0] += 2 * LOOK_EVERY_S
    assert watch.now(talk.session_id, user_id=user_id).waiting[0] == 1
    assert seen.waiting == (0, 0)
    emulator.release()
    until_ended(services, accepted.reply_id, user_id)


@ON_SQLITE
def test_many_tabs_cost_one_look(database, watch, clock, talk, user_id, ben):
    watch.look(talk.session_id, user_id=user_id)
    with asked_of(database) as statements:
        clock[0] += 2 * LOOK_EVERY_S
        for _ in range(20):
            for somebody in (user_id, ben):
                assert watch.now(talk.session_id, user_id=somebody)
    assert len([one for one in statements if one.startswith("SELECT")]) == 2


def test_while_the_database_is_away_nothing_changes(database, watch, clock, talk, ben, monkeypatch):
    seen = watch.look(talk.session_id, user_id=ben)

    def away():
        raise DatabaseUnavailableError("away")

    monkeypatch.setattr(database, "read", away)
    clock[0] += 2 * LOOK_EVERY_S
    assert watch.now(talk.session_id, user_id=ben) == seen
