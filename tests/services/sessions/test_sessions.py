"""Sessions are found, ordered, changed and deleted by their planner, and by nobody else."""

from datetime import timedelta

import pytest

from db.ids import new_id
from db.models import ChatSession, Message, utc_now
from services.errors import InvalidInputError, NotFoundError, TooManySessionsError
from services.sessions.matches import excerpt
from tests.helpers.rows import add_session, see
from tests.helpers.services import Emulator, make_user, until, until_ended


@pytest.fixture
def make_session(database, user_id):
    """Give a function that makes a session of so many turns and returns its id and the messages' ids."""

    def make(turns: int, **columns: object) -> tuple[int, list[int]]:
        with database.begin() as db_session:
            session = add_session(db_session, user_id=user_id, **columns)
            ids: list[int] = []
            for turn in range(turns):
                message = Message(
                    id=new_id(), session_id=session.id, user_id=user_id, parent_id=ids[-1] if ids else None,
                    role="assistant" if turn % 2 else "user", status="complete", content=f"turn {turn}",
                )  # fmt: skip
                db_session.add(message)
                ids.append(message.id)
            db_session.flush()
            see(db_session, session, last_message_id=ids[-1] if ids else None)
        return session.id, ids

    return make


def test_history_is_the_latest_turns_and_goes_back_without_a_gap(services, user_id, make_session):
    session_id, ids = make_session(75)

    latest = services.sessions.history(session_id, user_id=user_id, limit=30)
    before = services.sessions.history(session_id, user_id=user_id, limit=30, before_id=latest.messages[0].id)
    first = services.sessions.history(session_id, user_id=user_id, limit=30, before_id=before.messages[0].id)

    shown = [message.id for page in (first, before, latest) for message in page.messages]
    assert shown == ids
    assert (first.has_earlier, before.has_earlier, latest.has_earlier) == (False, True, True)
    assert (first.has_later, latest.has_later) == (True, False)


def test_history_opened_at_a_message_shows_it(services, user_id, make_session):
    session_id, ids = make_session(75)

    for place in (0, 1, 40, 73, 74):
        history = services.sessions.history(session_id, user_id=user_id, limit=30, at_id=ids[place])

        shown = [message.id for message in history.messages]
        assert ids[place] in shown, place
        assert shown == ids[ids.index(shown[0]) : ids.index(shown[-1]) + 1], place
        assert history.has_later == (shown[-1] != ids[-1]), place
        assert history.has_earlier == (shown[0] != ids[0]), place


def test_session_is_renamed_and_found_by_its_new_title(services, user_id, make_session):
    session_id, _ = make_session(2)

    services.sessions.change(session_id, user_id=user_id, title="  Zakopane in winter ")

    assert services.sessions.get(session_id, user_id=user_id).title == "Zakopane in winter"
    assert [hit.session_id for hit in services.sessions.search("zakop", user_id=user_id)] == [session_id]
    with pytest.raises(InvalidInputError):
        services.sessions.change(session_id, user_id=user_id, title="x" * 101)


def test_pinned_and_archived_sessions_leave_the_recent_list(services, user_id, make_session):
    plain, pinned, archived = (make_session(1)[0] for _ in range(3))
    services.sessions.change(pinned, user_id=user_id, pinned=True)
    services.sessions.set_archived([archived], True, user_id=user_id)

    assert [one.id for one in services.sessions.recent(user_id=user_id).sessions] == [plain]
    assert [one.id for one in services.sessions.pinned(user_id=user_id)] == [pinned]
    assert [one.id for one in services.sessions.recent(user_id=user_id, archived=True).sessions] == [archived]


def test_archiving_what_is_gone_is_told(services, user_id, make_session):
    gone, kept = make_session(1)[0], make_session(1)[0]
    services.sessions.delete([gone], user_id=user_id)

    assert services.sessions.set_archived([gone, kept], True, user_id=user_id) == 1
    with pytest.raises(NotFoundError, match="There is no such session"):
        services.sessions.set_archived([gone], True, user_id=user_id)


def test_last_session_looked_at_is_opened_next_unless_it_is_gone(services, user_id, make_session):
    assert services.sessions.last_used(user_id=user_id) is None
    older, newer = make_session(1)[0], make_session(1)[0]
    assert services.sessions.last_used(user_id=user_id) == newer
    services.sessions.open(older, user_id=user_id)
    assert services.sessions.last_used(user_id=user_id) == older
    services.sessions.delete([older], user_id=user_id)
    assert services.sessions.last_used(user_id=user_id) == newer


def test_model_of_a_session_becomes_that_of_new_ones(services, user_id, make_session):
    session_id, _ = make_session(1)
    services.sessions.change(session_id, user_id=user_id, model="anthropic/claude-sonnet-4")

    accepted = services.replies.send("Hello", user_id=user_id, client_message_id="a")

    assert services.sessions.get(accepted.session_id, user_id=user_id).model == "anthropic/claude-sonnet-4"
    with pytest.raises(InvalidInputError):
        services.sessions.change(session_id, user_id=user_id, model="no-provider")


def test_strangers_session_is_not_found(services, database, user_id, make_session):
    session_id, _ = make_session(3)
    eve = make_user(database, "eve")

    for attempt in (
        lambda: services.sessions.get(session_id, user_id=eve),
        lambda: services.sessions.open(session_id, user_id=eve),
        lambda: services.sessions.history(session_id, user_id=eve),
        lambda: services.sessions.change(session_id, user_id=eve, title="mine"),
        lambda: services.sessions.change(session_id, user_id=eve, pinned=True),
        lambda: services.sessions.change(session_id, user_id=eve, model="a/b"),
        lambda: services.sessions.change(session_id, user_id=eve, memory=False),
    ):
        with pytest.raises(NotFoundError, match="no such session"):
            attempt()
    services.sessions.mark_seen(session_id, user_id=eve)
    assert services.sessions.delete([session_id], user_id=eve) == ()
    assert services.sessions.get(session_id, user_id=user_id).title == "Lisbon"


def test_cursor_that_is_none_is_refused(services, user_id):
    for cursor in ("x", "2026-01-01_5", "5", "5-x", "-", "-5-5", "٣-٣", "12345678901234567-1", "1-" + "1" * 20):
        with pytest.raises(InvalidInputError):
            services.sessions.recent(user_id=user_id, cursor=cursor)


def thread_is_there(emulator: Emulator, thread_id: str) -> bool:
    return emulator.thread_status(thread_id) == 200


def test_deleted_session_takes_its_thread_along(services, emulator, user_id):
    accepted = services.replies.send("Hello", user_id=user_id, client_message_id="a")
    until_ended(services, accepted.reply_id, user_id)
    thread_id = emulator.runs[-1]["thread_id"]
    assert thread_is_there(emulator, thread_id)

    assert services.sessions.delete([accepted.session_id], user_id=user_id) == (accepted.session_id,)

    assert services.sessions.search("Hello", user_id=user_id) == ()
    until(lambda: not thread_is_there(emulator, thread_id), what="the thread is deleted")


def test_thread_is_deleted_later_when_backboard_was_away(start_services, emulator, user_id):
    here = start_services()
    accepted = here.replies.send("Hello", user_id=user_id, client_message_id="a")
    until_ended(here, accepted.reply_id, user_id)
    thread_id = emulator.runs[-1]["thread_id"]
    emulator.go_away()
    here.sessions.delete([accepted.session_id], user_id=user_id)
    until(lambda: tried(here) > 0, what="one try to delete")

    emulator.come_back()

    until(lambda: not thread_is_there(emulator, thread_id), what="the thread is deleted")
    until(lambda: tried(here) == 0, what="nothing is left to do")


def tried(here) -> int:
    with here._base.database.read() as db_session:
        rows = db_session.connection().exec_driver_sql("SELECT attempts FROM outbox").all()
    return max((row[0] for row in rows), default=0)


def test_so_many_sessions_are_begun_within_a_day(services, user_id, database, monkeypatch):
    monkeypatch.setattr("services.sessions.new_sessions.MAX_SESSIONS_A_DAY", 3)
    older = services.sessions.create(user_id=user_id)
    with database.begin() as db_session:
        db_session.get_one(ChatSession, older.id).created_at = utc_now() - timedelta(days=1)
    for _ in range(2):
        services.sessions.create(user_id=user_id)
    accepted = services.replies.send("Rome", user_id=user_id, client_message_id="a")
    until_ended(services, accepted.reply_id, user_id)

    for begin in (
        lambda: services.sessions.create(user_id=user_id),
        lambda: services.replies.send("Athens", user_id=user_id, client_message_id="b"),
        lambda: services.versions.fork(accepted.reply_id, user_id=user_id),
    ):
        with pytest.raises(TooManySessionsError, match="3 sessions within a day"):
            begin()

    again = services.replies.send("Athens", user_id=user_id, client_message_id="b", session_id=accepted.session_id)
    assert until_ended(services, again.reply_id, user_id).status == "complete"


@pytest.mark.parametrize(
    ("text", "query", "around"),
    [
        ("**Where** to?", "where", "Where to?"),
        ("a " * 5_000 + "the *Zakopane* road " + "b " * 5_000, "zakop", ("…", "the Zakopane road", "…")),
        ("ß" * 20_000 + " Lisbon", "lisbon", ("…", "Lisbon", "Lisbon")),
        ("a " * 5_000, "nowhere", ("a", "a a", "…")),
        ("[" * 32_000, "x", ("[", "[[", "…")),
    ],
)
def test_excerpt_is_around_the_word(text, query, around):
    found = excerpt(text, query)

    begin, middle, end = (around, around, around) if isinstance(around, str) else around
    assert found.startswith(begin)
    assert middle in found
    assert found.endswith(end)
    assert len(found) <= 142
