"""Sessions that nobody uses end after a warning, and none that somebody uses."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from db.models import (
    AuditAction,
    AuditEntry,
    BackboardThread,
    ChatSession,
    Deck,
    Message,
    OutboxEntry,
    Participant,
    Review,
    Stamp,
    TripMember,
)
from services.people import retention
from services.people.retention import WARNING, RetentionService
from services.process.clock import utc_now
from tests.helpers.rows import add_session
from tests.helpers.services import make_user

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAYS = 90
pytestmark = pytest.mark.usefixtures("no_background")


@pytest.fixture
def no_background(monkeypatch):
    """Let only a test itself end sessions."""
    monkeypatch.setattr("services.people.cleaning.Cleaning.__call__", lambda *_: None)


class Watch:
    """A retention service with a clock of its own."""

    def __init__(self, database, days=DAYS, now=NOW):
        self.now, self.mono = now, 0.0
        self.service = RetentionService(database, days=days, clock=lambda: self.now, monotonic=lambda: self.mono)

    def later(self, **lapse):
        self.now += timedelta(**lapse)
        self.mono += timedelta(**lapse).total_seconds()
        self.service.look()
        return self


def session(database, user_id, *, unused_days, now=NOW, **columns):
    at = now - timedelta(days=unused_days)
    with database.begin() as db_session:
        return add_session(
            db_session, user_id=user_id, last_message_at=at, created_at=at, updated_at=at, **columns
        ).id


def here(database):
    with database.read() as db_session:
        return set(db_session.scalars(select(ChatSession.id)))


def test_unused_session_is_warned_of_and_then_ends_as_its_owner_would_end_it(services, database, user_id):
    gone = session(database, user_id, unused_days=DAYS - 10)
    kept = session(database, user_id, unused_days=DAYS - 40)
    with database.begin() as db_session:
        db_session.add(Message(session_id=gone, user_id=user_id, role="user", status="complete", content="Lisbon"))
        db_session.add(BackboardThread(session_id=gone, backend="elsewhere", thread_id="t-1"))
    watch = Watch(database, now=NOW - timedelta(days=60)).later(minutes=1)
    watch.now = NOW
    both = services.sessions.recent(user_id=user_id).sessions

    assert watch.service.ends(both, user_id=user_id) == {gone: NOW + timedelta(days=10)}
    watch.later(days=9, hours=23)
    assert here(database) == {gone, kept}
    watch.later(hours=2)
    assert here(database) == {kept}
    with database.read() as db_session:
        (row,) = db_session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.END_OLD_SESSION))
        assert (row.user_id, row.target_id, row.detail) == (None, gone, f"{gone} unused for 90 days")
        assert db_session.scalars(select(OutboxEntry.target_id).where(OutboxEntry.kind == "thread")).all() == ["t-1"]
        assert db_session.scalar(select(func.count()).select_from(Message)) == 0


def test_what_is_old_already_has_the_time_of_the_warning_also_after_a_new_start(services, database, user_id):
    old = session(database, user_id, unused_days=1_000)
    begins = NOW + timedelta(minutes=1)
    watch = Watch(database).later(minutes=1)
    again = Watch(database, now=NOW + timedelta(days=13)).later(minutes=1)  # the app was started anew
    sessions = services.sessions.recent(user_id=user_id).sessions

    assert watch.service.ends(sessions, user_id=user_id) == {old: begins + WARNING}
    assert again.service.ends(sessions, user_id=user_id) == {old: begins + WARNING}
    assert here(database) == {old}
    shorter = Watch(database, days=30, now=NOW + timedelta(days=13)).later(minutes=1)
    assert shorter.service.ends(sessions, user_id=user_id)[old] > NOW + timedelta(days=27)
    Watch(database, days=None).later(minutes=1)  # switched off
    anew = Watch(database, days=30, now=NOW + timedelta(days=40)).later(minutes=1)
    assert here(database) == {old}
    anew.later(days=15)
    assert here(database) == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "use", ["a message", "a pin", "a colleague's pin", "its trip", "a link", "a reply", "its deck", "its trip's deck"]
)
def test_use_keeps_a_session(services, database, user_id, use):
    trip = services.trips.create("Lisbon", user_id=user_id)
    kept = session(database, user_id, unused_days=DAYS + 1, trip_id=trip.id if "its trip" in use else None)
    with database.begin() as db_session:
        lately = NOW - timedelta(days=20)
        db_session.execute(
            update(TripMember).values(last_used_at=lately if use == "its trip" else NOW - timedelta(days=999))
        )
        row = db_session.get_one(ChatSession, kept)
        match use:
            case "a message":
                row.last_message_at = lately
            case "a pin":
                db_session.execute(update(Participant).values(pinned=True))
            case "a link":
                at = NOW - timedelta(days=200)
                db_session.add(Review(
                    user_id=user_id, session_id=kept, audience="x", may="look", token_hash="0" * 64, created_at=at,
                    last_opened_at=lately,
                ))  # fmt: skip
            case "its deck":
                db_session.add(Deck(session_id=kept, rev=1, updated_at=lately))
            case "its trip's deck":
                db_session.add(Deck(trip_id=trip.id, rev=1, updated_at=lately))
            case "a reply":
                db_session.add(Message(session_id=kept, user_id=user_id, role="assistant", status="queued"))
    if use == "a colleague's pin":
        bob = make_user(database, "bob")
        services.sharing.add(kept, "bob", user_id=user_id)
        services.sessions.change(kept, user_id=bob, pinned=True)
    watch = Watch(database, now=NOW - timedelta(days=60)).later(minutes=1)
    watch.now = NOW
    watch.later(minutes=11)

    assert here(database) == {kept}
    assert watch.service.ends(services.sessions.recent(user_id=user_id).sessions, user_id=user_id) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["unpinned", "imported", "moved"])
def test_what_begins_to_count_anew_is_warned_of_before_it_ends(services, database, user_id, how):
    now = utc_now()
    trip = services.trips.create("Lisbon", user_id=user_id)
    its_trip = trip.id if how == "moved" else None
    old = session(database, user_id, unused_days=DAYS + 1, now=now, pinned=how == "unpinned", trip_id=its_trip)
    watch = Watch(database, now=now - timedelta(days=60)).later(minutes=1)
    watch.now = now
    match how:
        case "unpinned":
            services.sessions.change(old, user_id=user_id, pinned=False)
        case "imported":
            file = services.transfer.export_many(user_id=user_id).content
            (old,) = services.transfer.import_file(file, user_id=make_user(database, "bob")).imported
        case "moved":
            services.trip_sessions.move([old], None, user_id=user_id)
    watch.later(minutes=11)

    assert old in here(database)


def test_session_of_a_trip_ends_when_nothing_happens_in_the_trip(services, database, user_id):
    trip = services.trips.create("Lisbon", user_id=user_id)
    gone = session(database, user_id, unused_days=DAYS + 50, trip_id=trip.id)
    with database.begin() as db_session:
        db_session.execute(update(TripMember).values(last_used_at=NOW - timedelta(days=DAYS - 5)))
    watch = Watch(database, now=NOW - timedelta(days=60)).later(minutes=1)
    watch.now = NOW
    page = services.sessions.in_trip(trip.id, user_id=user_id, limit=5)

    assert watch.service.ends(page.sessions, user_id=user_id) == {gone: NOW + timedelta(days=5)}
    watch.later(days=6)
    assert here(database) == set()
    assert services.trips.get(trip.id, user_id=user_id).title == "Lisbon"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_the_setting_nothing_ends_and_nothing_is_asked(services, database, user_id):
    old = session(database, user_id, unused_days=5_000)
    watch = Watch(database, days=None).later(days=50)
    assert here(database) == {old}
    assert watch.service.ends(services.sessions.recent(user_id=user_id).sessions, user_id=user_id) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_many_end_some_at_a_look_and_numbers_of_nobody_go(services, database, user_id, monkeypatch):
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    for _ in range(5):
        session(database, user_id, unused_days=500)
    with database.begin() as db_session:
        db_session.add(Stamp(user_id=5, number=1))
    watch = Watch(database, now=NOW - timedelta(days=60)).later(minutes=1)
    watch.now = NOW
    left: list[int] = []
    for _ in range(4):
        watch.later(minutes=0 if left else 11)
        left.append(len(here(database)))

    assert left == [3, 1, 0, 0]
    with database.read() as db_session:
        assert db_session.get(Stamp, 5) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_strangers_are_told_nothing(services, database, user_id):
    session(database, user_id, unused_days=DAYS - 10)
    watch = Watch(database).later(minutes=1)
    eve = make_user(database, "eve")
    assert watch.service.ends(services.sessions.recent(user_id=user_id).sessions, user_id=eve) == {}
