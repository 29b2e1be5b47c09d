"""Who sees which trips and customers, and in which order."""

from datetime import timedelta

import pytest

import db.customers
import db.trips
from db.ids import new_id
from db.models import ChatSession, Customer, Trip, TripMember, utc_now
from db.trips import EDIT, VIEW


@pytest.fixture
def make_trip(database):
    """Give a function that makes a trip that was used so many hours ago, and returns its id."""

    def make(user_id, title, *, hours=0, customer_id=None, status="draft", members=()):
        at = utc_now() - timedelta(hours=hours)
        with database.begin() as db_session:
            trip = Trip(
                id=new_id(), user_id=user_id, customer_id=customer_id, title=title, status=status, brief={},
                content_hash="0" * 64,
            )  # fmt: skip
            db.trips.add(db_session, trip, at=at)
            for member_id, access in members:
                db.trips.add_member(db_session, trip, member_id, access=access, last_used_at=at)
            return trip.id

    return make


@pytest.fixture
def make_customer(database):
    """Give a function that makes a customer and returns its id."""

    def make(user_id, name):
        with database.begin() as db_session:
            customer = Customer(id=new_id(), user_id=user_id, name=name)
            db_session.add(customer)
            return customer.id

    return make


def titles(database, user_id, **asked):
    with database.read() as db_session:
        rows = db.trips.page(db_session, **{"user_id": user_id, "limit": 50, **asked})
    return [row[0].title for row, _ in rows]


def test_members_see_a_trip_and_nobody_else(database, make_user, make_trip):
    ada, bob, eve = (make_user(name) for name in ("ada", "bob", "eve"))
    trip_id = make_trip(ada, "Lisbon", members=[(bob, VIEW)])

    with database.read() as db_session:
        seen = {one: db.trips.get_visible(db_session, trip_id, user_id=one) for one in (ada, bob, eve)}
    assert {one: row and row[1].access for one, row in seen.items()} == {ada: "owner", bob: "view", eve: None}
    assert [titles(database, one) for one in (ada, bob, eve)] == [["Lisbon"], ["Lisbon"], []]


def test_pages_hold_every_trip_once_in_either_order(database, make_user, make_trip):
    ada = make_user("ada")
    for number, title in enumerate(["b", "Ä", "a", "B", "c"]):
        make_trip(ada, title, hours=number % 3)

    for by_title in (False, True):
        found, after = [], None
        while True:
            with database.read() as db_session:
                rows = db.trips.page(db_session, user_id=ada, limit=2, by_title=by_title, after=after)
            if not rows:
                break
            found += [row[0].title for row, _ in rows]
            after = (rows[-1][1], rows[-1][0][0].id)
        assert found == titles(database, ada, by_title=by_title)
        assert sorted(found) == ["B", "a", "b", "c", "Ä"]
    assert [one.lower() for one in titles(database, ada, by_title=True) if one != "Ä"] == ["a", "b", "b", "c"]


def test_list_is_filtered_by_words_status_customer_and_archive(database, make_user, make_trip, make_customer):
    ada = make_user("ada")
    customer_id = make_customer(ada, "Łódź 50%_ Verein")
    make_trip(ada, "ÖSTERREICH", customer_id=customer_id)
    make_trip(ada, "Москва", status="booked")
    away = make_trip(ada, "Away")
    with database.begin() as db_session:
        assert db.trips.set_archived(db_session, [away, 5], user_id=ada, archived=True) == 1

    assert titles(database, ada, words="österreich") == ["ÖSTERREICH"]
    assert titles(database, ada, words="москва") == ["Москва"]
    assert titles(database, ada, words="lodz 50%_") == ["ÖSTERREICH"]
    assert titles(database, ada, words="%") == ["ÖSTERREICH"]
    assert titles(database, ada, words="5_%") == []
    assert titles(database, ada, status="booked") == ["Москва"]
    assert titles(database, ada, customer_id=customer_id) == ["ÖSTERREICH"]
    assert titles(database, ada, archived=True) == ["Away"]


def test_database_keeps_what_lists_are_ordered_by(database, make_user, make_trip):
    ada, bob = make_user("ada"), make_user("bob")
    trip_id = make_trip(ada, "Lisbon", hours=5, members=[(bob, EDIT)])
    later = utc_now() + timedelta(hours=1)
    with database.begin() as db_session:
        db_session.get_one(Trip, trip_id).title = "Porto"
        session = ChatSession(id=new_id(), user_id=ada, trip_id=trip_id, title="x", model="a/b")
        db_session.add(session)
        db_session.flush()
        session.last_message_at = later

    with database.read() as db_session:
        for user_id in (ada, bob):
            member = db_session.get_one(TripMember, (user_id, trip_id))
            assert (member.title, member.last_used_at) == ("Porto", later)


def test_customers_are_ones_own_and_those_of_ones_trips(database, make_user, make_trip, make_customer):
    ada, bob, eve = (make_user(name) for name in ("ada", "bob", "eve"))
    smith, weber, abel = (make_customer(ada, name) for name in ("Smith", "weber", "Abel"))
    own = make_customer(bob, "Tanaka")
    for number in range(2):
        make_trip(ada, f"Lisbon {number}", customer_id=smith, members=[(bob, VIEW)])

    def seen(user_id, **asked):
        found, after = [], None
        with database.read() as db_session:
            while rows := db.customers.page(db_session, user_id=user_id, limit=1, after=after, **asked):
                found += [row.id for row, _ in rows]
                after = (rows[-1][1], rows[-1][0].id)
        return found

    assert seen(ada) == [abel, smith, weber]
    assert seen(bob) == [smith, own]
    assert seen(bob, words="TANA") == [own]
    assert seen(eve) == []
    with database.read() as db_session:
        for user_id, there in ((ada, True), (bob, True), (eve, False)):
            assert (db.customers.get_visible(db_session, smith, user_id=user_id) is not None) == there
        assert db.customers.names(db_session, [smith, weber], user_id=bob) == {smith: "Smith"}
    with database.begin() as db_session:
        db_session.get_one(Trip, db.customers.lock_trip_ids(db_session, smith)[0]).deleted_at = utc_now()
        assert db.customers.lock_own(db_session, smith, user_id=bob) is None
        assert db.customers.count_trips(db_session, smith) == 1
