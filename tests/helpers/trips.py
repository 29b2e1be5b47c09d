"""Trips to test with."""

from dataclasses import dataclass

import pytest

from services.wiring import Services
from tests.helpers.services import make_user


@dataclass(frozen=True)
class Team:
    """A trip of Ada's for the Webers: Bob may change it, Cleo may read it, and Eve knows nothing of it."""

    ada: int
    bob: int
    cleo: int
    eve: int
    customer_id: int
    trip_id: int

    @property
    def members(self) -> tuple[int, int, int]:
        return self.ada, self.bob, self.cleo


@pytest.fixture
def team(services: Services, database, user_id: int) -> Team:
    """Make a trip and a team that works on it."""
    bob, cleo, eve = (make_user(database, name) for name in ("bob", "cleo", "eve"))
    customer = services.customers.create("Weber", user_id=user_id, language="de", notes="Pays late")
    trip = services.trips.create(
        "Lisbon in May",
        user_id=user_id,
        customer_id=customer.id,
        brief={"where": ["Lisbon"], "start": "2027-05-03", "end": "2027-05-07", "notes_private": "Hates fado"},
    )
    services.trip_members.add(trip.id, "bob", user_id=user_id, access="edit")
    services.trip_members.add(trip.id, "cleo", user_id=user_id, access="view")
    return Team(user_id, bob, cleo, eve, customer.id, trip.id)
