"""What a guest may do and may not, wherever it is asked for; and that unused guests go, with what Backboard holds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import event, select, update

import db.guests
import db.models
from db.engine import Database
from db.models import Assistant, BackboardThread, ChatSession, User, utc_now
from services.accounts.guests import UnusedGuests
from services.accounts.records import Confirmed
from services.errors import (
    FileQuotaError,
    GuestLimitError,
    InvalidFieldsError,
    ServiceError,
    TooManyRepliesError,
)
from services.people.cleaning import Cleaning
from services.people.pruning import Pruning
from services.process.origin import asked_from
from services.reviews.records import LinkSettings, Thing
from services.sessions.file_types import checked_file
from services.sessions.records import Accepted
from services.wiring import Services
from tests.helpers.databases import ON_SQLITE
from tests.helpers.lock_order import watch
from tests.helpers.services import until, until_ended

CLEAN = Cleaning.__call__
PLAN = checked_file("plan.txt", b"Two nights in Lisbon")


@pytest.fixture(autouse=True)
def no_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let only a test itself remove guests."""
    monkeypatch.setattr(Cleaning, "__call__", lambda *_: None)


@pytest.fixture
def services(start_services: Callable[..., Services]) -> Services:
    return start_services(guests="on", guest_messages=3, guest_files_mb=1, guests_per_address=50)


@pytest.fixture
def guest(services) -> int:
    user_id: int = services.guests.begin().user.id
    return user_id


def send(services: Services, user_id: int, name: str = "a", session_id: int | None = None, **more) -> Accepted:
    return services.replies.send(
        f"Hello {name}", user_id=user_id, client_message_id=name, session_id=session_id, **more
    )


def said(services: Services, user_id: int, name: str = "a", session_id: int | None = None, **more) -> Accepted:
    accepted = send(services, user_id, name, session_id, **more)
    until_ended(services, accepted.reply_id, user_id)
    return accepted


def test_messages_are_counted_whatever_becomes_of_them(services, guest):
    first = said(services, guest)
    send(services, guest)  # repeated: not another one
    services.replies.retry(first.reply_id, user_id=guest)
    until(lambda: services.replies.unfinished(first.session_id, user_id=guest) is None, what="the reply ends")
    services.sessions.delete([first.session_id], user_id=guest)
    assert services.guests.messages_left(guest) == 1

    last = said(services, guest, "b")

    assert services.guests.messages_left(guest) == 0
    sentence = (
        r"^You have sent all 3 messages that a guest may send\. Make an account to go on; your sessions stay\.$"
    )
    with pytest.raises(GuestLimitError, match=sentence):
        send(services, guest, "c", last.session_id)
    with pytest.raises(GuestLimitError):
        services.replies.retry(last.reply_id, user_id=guest)
    with pytest.raises(GuestLimitError):
        services.versions.edit(last.message_id, "Bye", user_id=guest, client_message_id="d")
    assert services.sessions.get(last.session_id, user_id=guest).message_count == 2


@ON_SQLITE
def test_who_stays_has_no_limit_of_a_guest(services, guest, cheap_hashes):
    said(services, guest, "a")
    said(services, guest, "b")
    accepted = said(services, guest, "c")

    services.accounts.stay(guest, name="Ada", email="a@example.com", username="adal", password="harbour lights 7")

    said(services, guest, "d", accepted.session_id)
    assert services.sessions.get(accepted.session_id, user_id=guest).message_count == 4
    assert services.files.room(user_id=guest).limit_bytes == services.settings.files_mb_per_user * 1_000_000
    assert services.tokens.create(user_id=guest, name="mine")


def test_one_reply_at_once_in_two_tabs_too(services, emulator, guest):
    emulator.fault({"fault": "hold:1,keep_alive"})

    def try_it(name: str) -> str:
        try:
            return str(send(services, guest, name).repeated)
        except TooManyRepliesError as exc:
            return exc.code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(try_it, "abcd"))
    emulator.release()

    assert answers == ["False", *["too_many_replies"] * 3]
    assert services.guests.messages_left(guest) == 2
    assert len(services.sessions.recent(user_id=guest).sessions) == 1


def test_last_message_is_sent_once_by_two_tabs(services, database, guest):
    first, second = said(services, guest, "a"), said(services, guest, "b")

    def try_it(tab: tuple[str, int]) -> str:
        try:
            return str(send(services, guest, *tab).repeated)
        except ServiceError as exc:
            return exc.code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(try_it, [("c", first.session_id), ("d", second.session_id)]))

    assert sorted(answers)[0] == "False"
    assert sorted(answers)[1] in ("guest_limit", "too_many_replies")
    assert services.guests.messages_left(guest) == 0


def test_message_that_waits_is_counted_when_it_is_sent(services, emulator, guest):
    emulator.hold_reply(1)
    first = send(services, guest)
    for name in ("b", "c", "d"):
        services.follow_ups.add(f"And {name}?", session_id=first.session_id, user_id=guest, client_message_id=name)

    emulator.release()
    until(lambda: services.guests.messages_left(guest) == 0, what="what waits is sent")
    until(lambda: services.replies.unfinished(first.session_id, user_id=guest) is None, what="the replies end")

    assert [one.text for one in services.follow_ups.all(first.session_id, user_id=guest)] == ["And d?"]
    with pytest.raises(GuestLimitError):
        services.follow_ups.send_next(first.session_id, user_id=guest)
    assert [one.text for one in services.follow_ups.all(first.session_id, user_id=guest)] == ["And d?"]


@ON_SQLITE
def test_files_of_a_guest_have_little_room(services, guest):
    accepted = said(services, guest, files=[PLAN])

    with pytest.raises(FileQuotaError, match=r"1 MB of 1 MB\. Remove"):
        services.files.add(accepted.session_id, "large.txt", b"x" * 1_000_000, user_id=guest)
    assert services.files.room(user_id=guest).limit_bytes == 1_000_000


@ON_SQLITE
def test_guest_shares_nothing_and_takes_in_nothing(services, guest, user_id):
    accepted = said(services, guest)
    trip = services.trips.create("Lisbon", user_id=guest)
    thing = Thing("session", accepted.session_id)

    for refused in (
        lambda: services.sharing.add(accepted.session_id, "ada", user_id=guest),
        lambda: services.trip_members.add(trip.id, "ada", user_id=guest),
        lambda: services.reviews.share(thing, LinkSettings(audience="Weber"), user_id=guest),
        lambda: services.versions.fork(accepted.reply_id, user_id=guest),
        lambda: services.transfer.import_file(b"{}", user_id=guest),
        lambda: services.tokens.create(user_id=guest, name="mine"),
    ):
        with pytest.raises(GuestLimitError, match=r"^A guest cannot .*\. Make an account to go on; your sessions"):
            refused()
    assert services.trip_members.list(trip.id, user_id=guest)[0].access == "owner"


@ON_SQLITE
def test_nobody_shares_with_a_guest(services, guest, user_id):
    name = f"guest-{guest}"
    accepted, trip = said(services, user_id), services.trips.create("Lisbon", user_id=user_id)

    with pytest.raises(InvalidFieldsError, match="is nobody's here"):
        services.sharing.add(accepted.session_id, name, user_id=user_id)
    with pytest.raises(InvalidFieldsError, match="nobody"):
        services.trip_members.add(trip.id, name, user_id=user_id)


def said_once(services: Services, database: Database) -> int:
    """Make a guest with a session that Backboard knows; return their id."""
    guest = services.guests.begin().user.id
    with database.begin() as db_session:
        session = ChatSession(user_id=guest, title="Lisbon", model="openai/gpt-4o")
        db_session.add(session)
        db_session.flush()
        db_session.add(BackboardThread(session_id=session.id, backend="b", thread_id=f"t{guest}"))
        db_session.add(Assistant(user_id=guest, backend="b", assistant_id=f"a{guest}", brief_hash=""))
    return guest


def count(database: Database, table: type) -> int:
    with database.read() as db_session:
        return db_session.query(table).count()


def was_here(database, days: float, *user_ids: int) -> None:
    with database.begin() as db_session:
        seen = update(User).where(User.id.in_(user_ids)).values(last_seen_at=utc_now() - timedelta(days=days))
        db_session.execute(seen)


def users(database) -> set[int]:
    with database.read() as db_session:
        return set(db_session.scalars(select(User.id)))


def assistants(emulator) -> set[str]:
    """Return the ids of all assistants that Backboard has."""
    answer = httpx.get(f"{emulator.base_url}/assistants?limit=100", headers={"X-API-Key": "demo-key"})
    return {one["assistant_id"] for one in answer.raise_for_status().json()}


def test_unused_guest_goes_with_everything_and_nobody_else(services, database, emulator, guest, user_id):
    here = services.guests.begin().user.id
    said(services, here)
    asked_from("192.0.2.7")
    accepted = said(services, guest, files=[PLAN])
    services.trips.create("Lisbon", user_id=guest)
    services.transfer.export_many(user_id=guest)
    asked_from(None)
    said(services, user_id)
    was_here(database, 8, guest, user_id)
    was_here(database, 6.9, here)
    with database.read() as db_session:
        mine = BackboardThread.session_id == accepted.session_id
        thread_id = db_session.scalars(select(BackboardThread.thread_id).where(mine)).one()
        assistant_id = db_session.scalars(select(Assistant.assistant_id).where(Assistant.user_id == guest)).one()
    assert emulator.thread_status(thread_id) == 200
    assert assistant_id in assistants(emulator)

    UnusedGuests(database, days=7).remove()

    assert users(database) == {here, user_id}
    with database.read() as db_session:
        owners = set(db_session.scalars(select(ChatSession.user_id)))
        counted = set(db_session.scalars(select(db.models.AddressTries.address)))
        stamped = set(db_session.scalars(select(db.models.Stamp.user_id)))
        addresses = set(db_session.scalars(select(db.models.AuditEntry.address)))
        told = db_session.scalars(select(db.models.AuditEntry).order_by(db.models.AuditEntry.id.desc())).first()
    assert owners == {here, user_id}
    assert db.guests.counted_as(guest) not in counted
    assert guest not in stamped
    assert (told.action, told.target_id, told.user_id, told.detail) == ("delete_account", guest, None, "unused guest")
    assert addresses == {""}
    until(lambda: emulator.thread_status(thread_id) == 404, what="the thread goes at Backboard")
    until(lambda: assistant_id not in assistants(emulator), what="the assistant goes, too")


@ON_SQLITE
def test_of_a_guest_who_deletes_it_all_nothing_stays_counted(services, database, guest):
    said(services, guest)

    services.deletion.delete_own(Confirmed(guest))

    with database.read() as db_session:
        assert db_session.scalars(select(db.models.AddressTries.address)).all() == ["unknown"]  # one more guest


def test_a_batch_takes_as_many_statements_as_one_guest(services, database, database_url):
    ours, asked = Database(database_url), []
    out_of_order = watch(ours.engine)
    event.listen(ours.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def batch(number: int) -> list[str]:
        guests = [said_once(services, database) for _ in range(number)]
        was_here(database, 8, *guests)
        asked.clear()
        UnusedGuests(ours, days=7).remove()
        assert not set(guests) & users(database)
        return list(asked)

    assert len(batch(1)) == len(batch(5))
    ours.close()
    assert not out_of_order


def test_guest_who_came_back_or_stayed_meanwhile_does_not_go(services, database, cheap_hashes, monkeypatch):
    back, stayed, gone = (said_once(services, database) for _ in range(3))
    services.accounts.stay(stayed, name="Ada", email="a@example.com", username="adal", password="harbour lights 7")
    was_here(database, 8, stayed, gone)
    removal = UnusedGuests(database, days=7, limit=1)

    for found_before in ([back, gone], [stayed, gone]):
        with monkeypatch.context() as patch:
            patch.setattr("db.guests.unused", lambda *_, found=found_before, **__: found)
            UnusedGuests(database, days=7).remove()
        assert users(database) == {back, stayed, gone}
        assert count(database, BackboardThread) == 3
    removal.remove()

    assert users(database) == {back, stayed}
    assert count(database, BackboardThread) == 2


@ON_SQLITE
def test_background_removes_them_and_looks_again_where_there_are_more(services, database, user_id):
    guests = [services.guests.begin().user.id for _ in range(3)]
    was_here(database, 8, *guests)
    now = [utc_now()]
    removal = UnusedGuests(database, days=7, limit=2, clock=lambda: now[0])

    CLEAN(Cleaning(Pruning(365), services.retention, removal), database)
    assert len(users(database)) == 2
    removal.remove()
    assert users(database) == {user_id}
    was_here(database, 8, services.guests.begin().user.id)
    removal.remove()
    assert len(users(database)) == 2
    now[0] += timedelta(minutes=10)
    removal.remove()
    assert users(database) == {user_id}
