"""Many who work on one trip in the same moment: nobody waits for ever, and what comes of it is whole."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import func, select

from db.models import ChatSession, Trip, TripMember, TripRevision
from services.errors import NotFoundError, NotPossibleError, ServiceError
from services.reviews.records import DecisionKind, LinkSettings, Review, Thing
from services.trips.deleted import remove_deleted_trips
from services.trips.records import WithSessions
from tests.helpers.services import until
from tests.helpers.trips import Team, team  # noqa: F401 - a fixture

CUSTOMER = LinkSettings(audience="Customer")


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_at_once_ends_and_leaves_no_trip_without_an_owner(
    services, database, team, monkeypatch, seed
):
    """Any error but a sentence for the person fails this; so does a lock out of order, which the services watch."""
    monkeypatch.setattr("services.trips.deleted.UNDO_S", -1.0)
    sessions = [services.sessions.create(user_id=team.ada, trip_id=team.trip_id).id for _ in range(4)]
    other = services.trips.create("Porto", user_id=team.ada, customer_id=team.customer_id).id

    def work(number: int) -> None:
        chance = random.Random(seed * 100 + number)
        for _ in range(12):
            with suppress(ServiceError):
                chance.choice(ways(services, team, other, sessions, chance))()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(6)))
    remove_deleted_trips(services._base.database)

    with database.read() as db_session:
        for trip in db_session.scalars(select(Trip)):
            owners = select(TripMember.user_id).where(TripMember.trip_id == trip.id, TripMember.access == "owner")
            assert list(db_session.scalars(owners)) == [trip.user_id]
            count = select(func.count()).where(TripRevision.trip_id == trip.id)
            assert db_session.scalar(count) == trip.rev
            assert trip.deleted_at is None
        there = select(ChatSession.id).where(ChatSession.deleted_at.is_not(None))
        assert db_session.scalars(there).all() == []


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_whoever_waits_for_a_trip_may_do_what_they_may_then(services, database_url, team):
    file = services.trip_files.add(team.trip_id, "visa.txt", b"none", user_id=team.ada)
    change = "UPDATE trip_members SET access = %s WHERE trip_id = %s AND user_id = %s"
    with psycopg.connect(database_url.replace("+psycopg", "")) as other, ThreadPoolExecutor(1) as threads:
        other.execute("UPDATE trips SET user_id = %s WHERE id = %s", (team.bob, team.trip_id))
        for user_id, access in ((team.ada, "edit"), (team.bob, "owner")):
            other.execute(change, (access, team.trip_id, user_id))
        handing = threads.submit(services.trip_members.hand_over, team.trip_id, team.cleo, user_id=team.ada)
        until_waiting(database_url)
        other.commit()
        with pytest.raises(NotPossibleError, match="Only the owner"):
            handing.result(20)

        other.execute("UPDATE trips SET rev = rev WHERE id = %s", (team.trip_id,))
        other.execute(change, ("view", team.trip_id, team.ada))
        removing = threads.submit(services.trip_files.remove, team.trip_id, file.id, user_id=team.ada)
        until_waiting(database_url)
        other.commit()
        with pytest.raises(NotPossibleError, match="not change it"):
            removing.result(20)

    owners = [
        one.user_id for one in services.trip_members.list(team.trip_id, user_id=team.ada) if one.access == "owner"
    ]
    assert owners == [team.bob]


def until_waiting(database_url: str) -> None:
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as watching:
        until(lambda: watching.execute(waits).fetchone(), what="it waits")


def ways(services, team: Team, other: int, sessions: list[int], chance: random.Random):
    """Return what somebody of a team may do, now and then what they may not."""
    who = chance.choice(team.members)
    trip_id = chance.choice([team.trip_id, other])
    some = chance.sample(sessions, 2)
    own = {"user_id": team.ada}
    return [
        lambda: services.trips.change(trip_id, user_id=who, rev=1, title=f"Trip {chance.random()}"),
        lambda: services.trips.change(trip_id, user_id=who, brief={"pace": chance.choice(["full", "relaxed"])}),
        lambda: services.trips.change(trip_id, customer_id=chance.choice([None, team.customer_id]), **own),
        lambda: services.trip_sessions.move(some, chance.choice([None, trip_id]), **own),
        lambda: services.trip_members.hand_over(trip_id, chance.choice(team.members), user_id=who),
        lambda: services.trip_members.add(trip_id, "eve", user_id=who),
        lambda: services.trip_members.remove(trip_id, team.eve, user_id=who),
        lambda: services.trip_files.add(trip_id, "a.txt", b"x", user_id=who),
        lambda: services.replies.store("Hello", role="user", session_id=some[0], **own),
        lambda: services.trip_deletion.delete(other, user_id=who, sessions=chance.choice(list(WithSessions))),
        lambda: services.trip_deletion.bring_back(other, user_id=who),
        lambda: remove_deleted_trips(services._base.database),
        lambda: services.trips.copy(trip_id, "Copy", user_id=who),
        lambda: services.sessions.create(trip_id=trip_id, user_id=who),
        lambda: services.customers.change(team.customer_id, notes="x", **own),
        lambda: services.reviews.share(Thing("trip", trip_id), CUSTOMER, user_id=who),
        lambda: services.reviews.share_again([one.id for one in linked(services, trip_id, who)], user_id=who),
        lambda: said(services, linked(services, trip_id, who)[-1].id, who),
        lambda: services.trip_approval.accept(trip_id, user_id=who),
    ]


def linked(services, trip_id: int, user_id: int) -> tuple[Review, ...]:
    """Return the links of a trip that somebody sees. Raises NotFoundError where there are none."""
    found: tuple[Review, ...] = services.reviews.page(user_id=user_id, of=Thing("trip", trip_id))
    if not found:
        raise NotFoundError("There is no link.")
    return found


def said(services, review_id: int, user_id: int) -> None:
    """Say something on a link, and approve of what it shows."""
    services.comments.add(review_id, "Hm", user_id=user_id)
    sha256 = services.reviews.get(review_id, user_id=user_id).review.version.sha256
    services.comments.record_decision(review_id, DecisionKind.APPROVE, user_id=user_id, name="Anna", sha256=sha256)
