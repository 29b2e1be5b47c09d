"""What must still be done is done, whatever one entry of it is like."""

from sqlalchemy import select

from db.models import OutboxEntry, utc_now
from tests.helpers.services import until

NOBODYS = "00000000-0000-4000-8000-000000000000"  # nothing has this id


def add(services, target_id: str, *, attempts: int = 0) -> None:
    entry = OutboxEntry(
        kind="thread", target_id=target_id, backend=services.settings.backend, due_at=utc_now(), attempts=attempts
    )
    with services._base.database.begin() as db_session:
        db_session.add(entry)


def left(services) -> dict[str, int]:
    """Return how often each entry that is left was tried."""
    with services._base.database.read() as db_session:
        return {row.target_id: row.attempts for row in db_session.scalars(select(OutboxEntry))}


def test_entry_that_no_address_can_hold_keeps_no_other(services):
    add(services, "a\nb")
    add(services, NOBODYS)

    until(lambda: not left(services), what="both are done: there is nothing of these names")


def test_entry_that_is_refused_for_months_keeps_no_other(services, emulator):
    emulator.fault({"fault": "status:403"})
    add(services, "refused", attempts=2_000)
    until(lambda: left(services) == {"refused": 2_001}, what="it is put off once more")

    add(services, NOBODYS)

    until(lambda: left(services) == {"refused": 2_001}, what="the other is done")
