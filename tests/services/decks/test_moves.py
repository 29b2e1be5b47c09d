"""Where decks go when their session or trip moves, is copied, handed over or deleted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from db.models import Brand, Deck, DeckPicture, DeckVersion, Trip, User, utc_now
from db.room import file_bytes
from exports.decks.records import Run, Slide, TextBlock
from services.decks.records import DeckOf
from services.errors import NotFoundError
from services.sessions.deleted import UNDO_S
from services.trips.customers import CustomerService
from services.trips.deleted import TripDeletion, remove_deleted_trips
from services.trips.members import TripMembers
from services.trips.records import WithSessions
from services.trips.sessions import TripSessions
from services.trips.trips import TripService
from tests.helpers.databases import ON_SQLITE
from tests.helpers.deck_places import Decks, picture, planning  # noqa: F401 - a fixture


@pytest.fixture
def kept(planning: Decks) -> Decks:
    """Give a session and a trip a deck with a picture each, both Ada's."""
    for of in (planning.session, planning.trip):
        planning.decks.make(of, user_id=planning.ada)
        planning.pictures.add(of, picture(), user_id=planning.bob)
    return planning


def left(planning: Decks) -> tuple[int, ...]:
    """Return how many decks, versions and pictures there are."""
    with planning.database.read() as db_session:
        counts = (select(func.count()).select_from(table) for table in (Deck, DeckVersion, DeckPicture))
        return tuple(db_session.scalar(query) or 0 for query in counts)


def room(planning: Decks, *people: int) -> list[int]:
    with planning.database.read() as db_session:
        return [file_bytes(db_session, user_id=one) // 4096 for one in people]


def is_gone(planning: Decks, of: DeckOf) -> bool:
    try:
        planning.decks.find(of, user_id=planning.ada)
    except NotFoundError:
        return True
    return False


@pytest.mark.parametrize("sessions", WithSessions)
def test_decks_go_with_their_trip_and_come_back_with_it(kept: Decks, sessions):
    deletion, before = TripDeletion(kept.database), left(kept)
    deletion.delete(kept.trip_id, user_id=kept.ada, sessions=sessions)
    assert is_gone(kept, kept.trip)
    assert is_gone(kept, kept.session) is (sessions is WithSessions.DELETE)

    deletion.bring_back(kept.trip_id, user_id=kept.ada)
    assert left(kept) == before
    assert kept.decks.get(kept.trip, user_id=kept.cleo).rev == 1
    assert kept.decks.get(kept.session, user_id=kept.cleo).rev == 1

    deletion.delete(kept.trip_id, user_id=kept.ada, sessions=sessions)
    with kept.database.begin() as db_session:
        db_session.execute(update(Trip).values(deleted_at=utc_now() - timedelta(seconds=UNDO_S + 1)))
    remove_deleted_trips(kept.database)
    some = 0 if sessions is WithSessions.DELETE else 1
    assert left(kept) == (some, some, some)
    assert room(kept, kept.ada) == [some]


@ON_SQLITE
def test_trip_that_is_handed_over_takes_the_room_of_its_new_owner(kept: Decks):
    assert room(kept, kept.ada, kept.bob) == [2, 0]

    TripMembers(kept.database).hand_over(kept.trip_id, kept.bob, user_id=kept.ada)

    assert room(kept, kept.ada, kept.bob) == [1, 1]  # the session is still hers
    assert kept.decks.get(kept.trip, user_id=kept.ada).rev == 1
    TripMembers(kept.database).leave(kept.trip_id, user_id=kept.ada)
    assert room(kept, kept.ada, kept.bob) == [0, 2]
    assert kept.decks.get(kept.session, user_id=kept.bob).rev == 1


@ON_SQLITE
def test_session_keeps_its_deck_wherever_it_is(kept: Decks):
    sessions = TripSessions(kept.database)

    sessions.move([kept.session_id], None, user_id=kept.ada)
    assert kept.decks.get(kept.session, user_id=kept.ada).rev == 1
    for other in (kept.bob, kept.cleo):
        with pytest.raises(NotFoundError):
            kept.decks.find(kept.session, user_id=other)

    sessions.move([kept.session_id], kept.trip_id, user_id=kept.ada)
    assert kept.decks.get(kept.session, user_id=kept.cleo).rev == 1


@ON_SQLITE
def test_copy_of_a_trip_for_another_customer_takes_no_deck_along(kept: Decks):
    marked = Slide(id="s", title="MARK", blocks=(TextBlock(id="t", paragraphs=((Run("MARK"),),)),), notes="MARK")
    kept.decks.put(kept.trip, (marked,), title="MARK", user_id=kept.ada, rev=1)
    other = CustomerService(kept.database).create("Baker", user_id=kept.ada)
    before = left(kept)

    copy = TripService(kept.database).copy(
        kept.trip_id, "Lisbon again", user_id=kept.ada, customer_id=other.id, keep=["where", "must"]
    )

    of = DeckOf("trip", copy.id)
    assert kept.decks.find(of, user_id=kept.ada) is None
    assert "MARK" not in repr(kept.decks.proposal(of, user_id=kept.ada))
    assert left(kept) == before


def test_account_that_is_deleted_takes_its_own_along_and_leaves_what_it_did_elsewhere(kept: Decks):
    kept.brands.change({"name": "Bob's"}, user_id=kept.bob)
    deck = kept.decks.get(kept.session, user_id=kept.bob).deck
    kept.decks.put(kept.session, deck.slides[:1], user_id=kept.bob, rev=1)

    with kept.database.begin() as db_session:
        db_session.delete(db_session.get_one(User, kept.bob))
    assert [one.by for one in kept.decks.versions(kept.session, user_id=kept.ada).versions] == [None, "Ada"]
    with kept.database.begin() as db_session:
        assert db_session.get(Brand, kept.bob) is None
        db_session.delete(db_session.get_one(User, kept.ada))
    assert left(kept) == (0, 0, 0)
