"""A reply is another's to take when its lease has not changed for a while, whatever one clock says."""

from datetime import timedelta

import pytest

from services.replies.leases import LEASE_S, RUN_OUT_S, Lease, Leases
from tests.helpers.clock import NOON

BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
HELD = Lease(1, 1, NOON)
RENEWED = Lease(1, 1, NOON + timedelta(seconds=1))
TAKEN_OVER = Lease(1, 2, NOON)
LOOKS = [100 + second / 2 for second in range(20)]


def looked(leases: Leases, *seen: Lease, looks: list[float], at=BEFORE) -> list[list[Lease]]:
    return [leases.silent(seen, now=now, at=at) for now in looks]


@pytest.mark.parametrize(("at", "after_s"), [(BEFORE, LEASE_S), (AFTER, RUN_OUT_S)], ids=["not out", "run out"])
def test_lease_that_does_not_change_is_nobodys_after_its_time(at, after_s):
    found = looked(Leases(), HELD, looks=LOOKS, at=at)

    assert [bool(silent) for silent in found] == [now - LOOKS[0] >= after_s for now in LOOKS]
    assert found[-1] == [HELD]


@pytest.mark.parametrize("at", [BEFORE, AFTER], ids=["behind", "ahead"])
def test_lease_that_is_renewed_stays_somebodys_with_any_clock(at):
    leases = Leases()

    for now in range(100, 120):
        renewed = Lease(1, 1, NOON - timedelta(seconds=now))  # its holder's clock runs backwards
        assert leases.silent([renewed], now=now, at=at) == []


def test_lease_that_changes_has_its_whole_time_again():
    leases = Leases()
    looked(leases, HELD, looks=LOOKS)

    for changed in (RENEWED, TAKEN_OVER):
        assert leases.silent([changed], now=LOOKS[-1], at=BEFORE) == []


def test_who_stood_still_gives_everybody_the_whole_time_again():
    leases = Leases()
    looked(leases, HELD, looks=[100.0, 101.0])

    assert leases.silent([HELD], now=101.0 + 2 * LEASE_S, at=AFTER) == []
    assert looked(leases, HELD, looks=[111.0, 112.0, 113.0])[-1] == [HELD]


def test_lease_that_is_gone_is_forgotten():
    leases = Leases()
    looked(leases, HELD, looks=[100.0, 102.0])
    looked(leases, looks=[103.0])

    assert leases.silent([HELD], now=104.0, at=BEFORE) == []
