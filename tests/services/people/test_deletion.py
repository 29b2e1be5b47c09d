"""The end of an account: everything goes, what colleagues work on stays, and a receipt tells of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

import db.decks
import db.memories
import db.trips
from db.assistants import Whose
from db.former import FORMER_NAME
from db.ids import new_id
from db.models import (
    ADMIN,
    AuditAction,
    AuditEntry,
    AuditTarget,
    BackboardThread,
    Base,
    CompanySignIn,
    FollowUp,
    Identity,
    Invitation,
    Message,
    PasswordReset,
    PathEnd,
    Rating,
    Review,
    ReviewComment,
    ReviewDecision,
    SignInFailures,
    SignOut,
    Template,
    Trip,
    User,
    utc_now,
)
from services.accounts.records import Confirmed
from services.errors import InvalidFieldsError, InvalidInputError, NotFoundError, NotPossibleError, SignInLockedError
from services.people import receipts
from services.people.receipts import ReceiptService
from services.people.records import PeopleFilter
from services.reviews.records import LinkSettings, Thing
from tests.helpers.asked import asked
from tests.helpers.services import ask, make_user, until
from tests.helpers.trips import team  # noqa: F401 - a fixture

MARK = "zzyzx"
SLIDES = "{}"


def delete_own(services, user_id, **more):
    return services.deletion.delete_own(Confirmed(user_id), **more)


def everything(database):
    """Return every row of every table, the search index among them, as text, by table."""
    found = {}
    with database.read() as db_session:
        for table in Base.metadata.sorted_tables:
            found[table.name] = [str(tuple(row)) for row in db_session.execute(select(table))]
        found["search_index"] = [str(tuple(row)) for row in db_session.execute(text("SELECT * FROM search_index"))]
    return found


def lasting(database):
    """Return the same without what a reply's end goes on to write in the background."""
    found = everything(database)
    return {name: len(rows) if name in ("messages", "memory_sources") else rows for name, rows in found.items()}


def holding(database, *words):
    """Return the tables in which any of these stands."""
    tables = everything(database).items()
    return sorted(name for name, rows in tables if any(word in row for row in rows for word in words))


def add_deck(db_session, user_id, **thing):
    deck = db.decks.add(db_session, at=utc_now(), **thing)
    content = f'{{"title": "{MARK if "session_id" in thing else "Lisbon"}"}}'
    db.decks.add_version(
        db_session, deck, at=utc_now(), user_id=user_id, summary="Made", slides=1, content=content, sha256="0" * 64
    )
    values = {"media_type": "image/png", "width": 1, "height": 1, "size": 3, "content": b"png"}
    db.decks.keep_picture(db_session, deck_id=deck.id, sha256="1" * 64, user_id=user_id, **values)
    return deck.id


def fill(services, database, user_id, admin_id):
    """Let somebody have something of everything, marked; return their session."""
    with database.begin() as db_session:
        user = db_session.get_one(User, user_id)
        user.username, user.name, user.email = f"{MARK}-ada", f"Ada {MARK}", f"{MARK}@example.com"
    accepted, reply = ask(services, user_id, f"5 days in {MARK} in May", f"{MARK}-1")
    session_id = accepted.session_id
    services.sessions.change(session_id, user_id=user_id, title=f"To {MARK}", instructions=MARK)
    services.files.add(session_id, f"{MARK}.txt", MARK.encode(), user_id=user_id)
    customer = services.customers.create(f"{MARK} family", user_id=user_id, notes=MARK)
    trip = services.trips.create(f"{MARK} trip", user_id=user_id, customer_id=customer.id, brief={"where": [MARK]})
    in_trip, _ = ask(services, user_id, f"And {MARK}?", f"{MARK}-2", trip_id=trip.id)
    services.trip_files.add(trip.id, f"{MARK}.txt", MARK.encode(), user_id=user_id)
    services.tokens.create(user_id=user_id, name=MARK)
    services.brands.change({"name": MARK}, user_id=user_id)
    services.costs.set_limit(user_id, None, by=admin_id)
    link = services.reviews.share(Thing("session", session_id), LinkSettings(audience=MARK), user_id=user_id)
    with database.begin() as db_session:
        add_deck(db_session, user_id, session_id=session_id)
        review = db_session.scalars(select(Review).where(Review.user_id == user_id)).one()
        version_id = db_session.scalar(
            text("SELECT id FROM review_versions WHERE review_id = :id"), {"id": review.id}
        )
        named = {"review_id": review.id, "version_id": version_id, "name": MARK}
        at = utc_now()
        ends_at = at + timedelta(days=1)  # what has ended is removed by and by
        identity = Identity(user_id=user_id, issuer="https://id", subject=MARK, email=f"{MARK}@example.com")
        db_session.add_all([
            identity,
            ReviewComment(text=MARK, user_id=user_id, **named),
            ReviewDecision(kind="approve", sha256="0" * 64, by_phone=True, user_id=user_id, **named),
            Rating(message_id=reply.id, user_id=user_id, value=1, reason=MARK),
            PathEnd(message_id=reply.id, user_id=user_id, session_id=session_id, leaf_id=reply.id),
            FollowUp(session_id=session_id, user_id=user_id, text=MARK, client_message_id=MARK),
            Template(user_id=user_id, name=MARK, first_message=MARK),
            Invitation(token_hash="2" * 64, role="planner", note=MARK, used_by_id=user_id, ends_at=ends_at),
            PasswordReset(token_hash="3" * 64, user_id=user_id, ends_at=ends_at),
            SignOut(user_id=user_id, signed_in_at=at.replace(microsecond=0)),
            SignInFailures(username=f"{MARK}-ada", failures=1, updated_at=at),
            SignInFailures(username=f"signed in {user_id}", failures=1, updated_at=at),
            AuditEntry(
                user_id=user_id, action=AuditAction.SIGN_IN, detail=MARK, address="192.0.2.7",
                target_kind=AuditTarget.USER, target_id=user_id,
            ),
            AuditEntry(user_id=admin_id, action=AuditAction.SHARE_TRIP, detail=f"edit {user_id}"),
        ])  # fmt: skip
        db_session.flush()
        db_session.add(CompanySignIn(identity_id=identity.id, issued_at=1, signed_in_at=at))
        whose = Whose(user_id)
        db.memories.keep(db_session, ["mem-1"], whose, backend=services.settings.backend, message_id=reply.id)
    assert link
    return session_id, in_trip.session_id


@pytest.fixture
def admin_id(database):
    admin_id = make_user(database, "root")
    with database.begin() as db_session:
        db_session.get_one(User, admin_id).role = ADMIN
    return admin_id


def test_no_table_holds_anything_of_somebody_who_left(services, database, emulator, user_id, admin_id):
    session_id, _ = fill(services, database, user_id, admin_id)
    before = everything(database)
    of_them = {name for name, rows in before.items() if any(str(user_id) in row or MARK in row for row in rows)}
    refers = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "users" for key in table.foreign_keys)
    }
    assert refers - of_them == {"session_members"}  # theirs are in others' sessions
    assert {"search_index", "stamps", "files"} <= of_them
    with database.read() as db_session:
        threads = db_session.scalars(select(BackboardThread.thread_id)).all()

    code = delete_own(services, user_id)

    assert holding(database, str(user_id), MARK, str(session_id), "192.0.2.7") == []
    until(lambda: services.receipts.look(code).waiting == 0, what="all is deleted at Backboard")
    assert [emulator.thread_status(one) for one in threads] == [404, 404]
    seen = services.receipts.look(code.upper())
    parts = seen.counts["at_backboard"]
    assert parts >= 4  # two threads, two assistants, and what files came there
    assert seen.counts == {
        "sessions": 2, "messages": 4, "files": 2, "trips": 1, "customers": 1, "decks": 1, "links": 1, "templates": 1,
        "tokens": 1, "handed_over": 0, "at_backboard": parts,
    }  # fmt: skip
    with database.read() as db_session:
        (told,) = db_session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.DELETE_ACCOUNT))
        assert (told.user_id, told.target_id, told.detail) == (None, None, "2 sessions, 1 trips, 2 files")
        assert code not in str(everything(database)["receipts"])


@pytest.fixture
def shared(services, database, team):
    """Let Ada and Bob work on Ada's trip and on Bob's, and on a session of Bob's outside; return what there is."""
    first, _ = ask(services, team.ada, "5 days in Lisbon", "a", trip_id=team.trip_id)
    services.replies.send("And Sintra?", user_id=team.bob, client_message_id="b", session_id=first.session_id)
    services.files.add(first.session_id, "list.txt", b"A list", user_id=team.ada)
    services.trip_files.add(team.trip_id, "plan.txt", b"A plan", user_id=team.ada)
    link = services.reviews.share(Thing("trip", team.trip_id), LinkSettings(audience="Webers"), user_id=team.ada)
    bobs = services.trips.create("Bob's own", user_id=team.bob)
    services.trip_members.add(bobs.id, "ada", user_id=team.bob)
    there, _ = ask(services, team.ada, "7 days in Porto", "c", trip_id=bobs.id)
    alone = services.sessions.create(user_id=team.bob)
    services.sharing.add(alone.id, "ada", user_id=team.bob)
    ask(services, team.ada, "3 days in Faro", "d", session_id=alone.id)
    with database.begin() as db_session:
        add_deck(db_session, team.ada, trip_id=team.trip_id)
    until(lambda: not services.sessions.marks(user_id=team.bob)[0], what="all replies ended")
    return {
        "trip": team.trip_id,
        "session": first.session_id,
        "there": there.session_id,
        "alone": alone.id,
        "link": link,
    }


def names(services, session_id, user_id):
    history = services.sessions.history(session_id, user_id=user_id)
    return [(history.names.get(one.author_id, "me"), one.text) for one in history.messages if one.role == "user"]


def test_what_colleagues_work_on_stays_and_is_theirs(services, database, team, shared):
    link = shared["link"]
    code = delete_own(services, team.ada, heirs={shared["trip"]: team.bob})

    assert [one.username for one in services.trip_members.list(shared["trip"], user_id=team.bob)] == ["bob", "cleo"]
    assert services.trips.get(shared["trip"], user_id=team.bob).customer_id is None
    assert names(services, shared["session"], team.bob) == [(FORMER_NAME, "5 days in Lisbon"), ("me", "And Sintra?")]
    assert names(services, shared["there"], team.bob) == [(FORMER_NAME, "7 days in Porto")]
    assert names(services, shared["alone"], team.bob) == [(FORMER_NAME, "3 days in Faro")]
    owners = {
        one: services.sessions.get(shared[one], user_id=team.bob).access for one in ("session", "there", "alone")
    }
    assert set(owners.values()) == {"owner"}
    assert {hit.session_id for hit in services.sessions.search("days", user_id=team.bob)} >= {
        shared["session"], shared["there"], shared["alone"],
    }  # fmt: skip
    assert {hit.session_id for hit in services.sessions.search("Lisbon", user_id=team.cleo)} == {shared["session"]}
    (file,) = services.trip_files.list(shared["trip"], user_id=team.bob)
    assert (file.name, file.by) == ("plan.txt", FORMER_NAME)
    assert services.files.room(user_id=team.bob).used_bytes >= len(b"A list") + len(b"A plan") + 3
    review = services.reviews.get(link.review.id, user_id=team.bob).review
    assert review.revoked
    assert holding(database, str(team.ada)) == []
    counts = services.receipts.look(code).counts
    assert (counts["sessions"], counts["trips"], counts["handed_over"]) == (0, 0, 1)


def test_session_that_stays_goes_on_with_its_new_owners_assistant(services, team, shared, emulator):
    delete_own(services, team.ada, heirs={shared["trip"]: team.bob})
    for one in ("session", "there", "alone"):
        _, reply = ask(services, team.bob, "And now?", f"next-{one}", session_id=shared[one])
        assert reply.status.value == "complete"


def test_shared_trip_needs_somebody_who_has_it(services, database, team, shared):
    before = lasting(database)
    for heirs in ({}, {shared["trip"]: team.cleo}, {shared["trip"]: team.eve}, {shared["trip"]: team.ada}):
        with pytest.raises(NotPossibleError, match="Choose who is to have the trip “Lisbon in May”"):
            delete_own(services, team.ada, heirs=heirs)
    plan = services.deletion.plan(team.ada)

    assert lasting(database) == before
    assert [(one.title, [heir.username for heir in one.heirs]) for one in plan.trips] == [("Lisbon in May", ["bob"])]
    assert plan.counts["customers"] == 1


def test_who_only_reads_has_a_trip_where_nobody_else_can(services, database, team):
    services.trip_members.remove(team.trip_id, team.bob, user_id=team.ada)
    delete_own(services, team.ada, heirs={team.trip_id: team.cleo})
    assert services.trips.get(team.trip_id, user_id=team.cleo).access.value == "owner"


def test_trip_goes_where_all_others_are_disabled_and_what_these_began_is_theirs(services, database, team):
    begun = services.sessions.create(user_id=team.bob, trip_id=team.trip_id, title="Sintra")
    with database.begin() as db_session:
        for one in (team.bob, team.cleo):
            db_session.get_one(User, one).disabled = True
    assert services.deletion.plan(team.ada).trips == ()
    delete_own(services, team.ada)
    with database.read() as db_session:
        assert db_session.scalar(select(func.count()).select_from(Trip)) == 0
    kept = services.sessions.get(begun.id, user_id=team.bob)
    assert (kept.trip_id, kept.people) == (None, 1)
    assert holding(database, str(team.ada)) == []


def test_admin_deletes_somebody_who_left_and_the_longest_member_has_their_trips(services, database, team, admin_id):
    services.trip_members.add(team.trip_id, "eve", user_id=team.ada)
    for by, user_id, says in ((team.bob, team.ada, "Only an admin"), (admin_id, admin_id, "under Settings")):
        with pytest.raises(NotPossibleError, match=says):
            services.deletion.delete(user_id, by_admin_id=by)
    with pytest.raises(NotFoundError):
        services.deletion.delete(new_id(), by_admin_id=admin_id)

    services.deletion.delete(team.ada, by_admin_id=admin_id)

    assert services.trips.get(team.trip_id, user_id=team.bob).access.value == "owner"
    with database.read() as db_session:
        (told,) = db_session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.DELETE_ACCOUNT))
    assert told.user_id == admin_id
    assert holding(database, str(team.ada)) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whom_all_who_left_are_now_is_nobody(services, database, team, admin_id):
    ask(services, team.bob, "5 days in Lisbon", "a", trip_id=team.trip_id)
    services.deletion.delete(team.bob, by_admin_id=admin_id)

    assert FORMER_NAME not in [one.name for one in services.people.page(PeopleFilter(), admin_id=admin_id).people]
    with database.read() as db_session:
        former = db_session.scalars(select(User).where(User.name == FORMER_NAME)).one()
        assert (former.disabled, former.password_hash) == (True, None)
    with pytest.raises(NotFoundError):
        services.deletion.delete(former.id, by_admin_id=admin_id)
    with pytest.raises(InvalidFieldsError):
        services.trip_members.add(team.trip_id, former.username, user_id=team.ada)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_admin_stays(services, database, admin_id, user_id):
    with pytest.raises(NotPossibleError, match="You are the only admin"):
        delete_own(services, admin_id)
    services.admins.set_admin(user_id, admin=True)
    delete_own(services, admin_id)
    with pytest.raises(NotPossibleError, match="You are the only admin"):
        delete_own(services, user_id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_links_that_an_admin_made_for_others_go_with_the_admin(services, database, admin_id, user_id):
    services.admins.set_admin(user_id, admin=True)
    link = services.resets.offer(make_user(database, "bob"), admin_id=admin_id).token

    services.deletion.delete(admin_id, by_admin_id=user_id)

    with pytest.raises(NotFoundError):
        services.resets.username(link)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_no_admin_any_more_by_then_deletes_nobody(services, database, admin_id, user_id, monkeypatch):
    left = make_user(database, "bob")
    services.admins.set_admin(user_id, admin=True)
    monkeypatch.setattr(services.deletion, "_stop_replies", lambda _: services.admins.set_admin(user_id, admin=False))

    with pytest.raises(NotPossibleError, match="Only an admin"):
        services.deletion.delete(left, by_admin_id=user_id)

    assert services.accounts.get(left) is not None


def test_all_goes_or_nothing(services, database, team, shared, monkeypatch):
    before = lasting(database)

    def broken(*_, **__):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("db.leaving.remove_user", broken)
        with pytest.raises(RuntimeError):
            delete_own(services, team.ada, heirs={shared["trip"]: team.bob})
    with monkeypatch.context() as patch:
        patch.setattr("db.leaving.has_more", lambda *_: True)  # somebody begins a session in another tab
        with pytest.raises(NotPossibleError, match="right now"):
            delete_own(services, team.ada, heirs={shared["trip"]: team.bob})
    assert lasting(database) == before


def test_much_takes_as_many_statements_as_little(services, database, admin_id):
    def asked_for(name: str, number: int) -> int:
        user_id = make_user(database, name)
        for at in range(number):
            customer = services.customers.create(f"{at}", user_id=user_id)
            trip = services.trips.create(f"{at}", user_id=user_id, customer_id=customer.id)
            services.trip_members.add(trip.id, "root", user_id=user_id)
            for trip_id in (trip.id, None):
                services.sessions.create(user_id=user_id, trip_id=trip_id)
        with asked(services) as statements:
            services.deletion.delete(user_id, by_admin_id=admin_id)
        return len(statements)

    assert asked_for("two", 2) == asked_for("ten", 10)


def test_running_reply_is_stopped_first_and_open_tabs_are_out(services, database, emulator, user_id):
    emulator.hold_reply()
    accepted = services.replies.send("5 days in Lisbon", user_id=user_id, client_message_id="a")
    watch = services.replies.watch(accepted.reply_id, user_id=user_id)
    until(lambda: watch.next(0.2).text, what="it is being written")
    signed_in = utc_now() + timedelta(seconds=1)
    assert services.sign_ins.current(user_id, signed_in)
    drawn = services.list_watch.look(user_id)
    assert drawn is not None

    code = delete_own(services, user_id)

    assert services.sign_ins.current(user_id, signed_in) is None
    assert services.list_watch.look(user_id) != drawn
    assert holding(database, str(user_id)) == []
    emulator.release_all()
    until(lambda: services.receipts.look(code).waiting == 0, what="all is deleted at Backboard")
    with database.read() as db_session:
        assert db_session.scalar(select(func.count()).select_from(Message)) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_receipt_is_found_by_its_code_alone_and_tries_are_counted(services, database, user_id, monkeypatch):
    code = delete_own(services, user_id)
    assert services.receipts.look(f" {code.replace('-', '').upper()} ", address="192.0.2.1").waiting == 0

    monkeypatch.setattr(receipts, "TRIES", 3)
    for _ in range(2):
        with pytest.raises(InvalidInputError, match="no receipt"):
            services.receipts.look("0000", address="192.0.2.1")
    with pytest.raises(SignInLockedError, match="Too many codes"):
        services.receipts.look(code, address="192.0.2.1")
    assert services.receipts.look(code, address="192.0.2.2")
    later = ReceiptService(database, clock=lambda: utc_now() + timedelta(minutes=16))
    assert later.look(code, address="192.0.2.1").counts["sessions"] == 0
