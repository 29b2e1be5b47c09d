"""Admins read who did what, page by page and as a file; old rows go, and no sign-in with them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

import db.audit
from db.engine import Database
from db.models import AuditAction, AuditEntry, AuditTarget
from services.accounts.records import User
from services.errors import NotFoundError
from services.people import audit
from services.people.pruning import Pruning
from services.people.records import AuditFilter, AuditRow
from tests.helpers.accounts import PASSWORD


def read(house: Any, admin: User, **wanted: Any) -> list[AuditRow]:
    found: list[AuditRow] = []
    before = None
    while True:
        page = house.audit.page(AuditFilter(**wanted), admin_id=admin.id, before=before)
        found += page.rows
        if page.before is None:
            return found
        before = page.before


def test_rows_come_latest_first_each_once_also_of_one_instant(
    house: Any, admin: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "ROWS_AT_ONCE", 2)
    signed_in = house.sign_ins.sign_in("bob", PASSWORD)
    house.people.change_role(bob.id, "viewer", admin_id=admin.id)
    house.later(minutes=1)
    house.sign_ins.sign_out(bob.id, signed_in.at)

    rows = read(house, admin)

    assert [row.action for row in rows] == [
        AuditAction.SIGN_OUT,
        AuditAction.CHANGE_ROLE,
        AuditAction.SIGN_IN,
        AuditAction.SIGN_UP,
        AuditAction.SIGN_UP,
    ]
    assert (rows[1].who, rows[1].target, rows[1].detail, rows[1].to_self) == (
        "Ada (ada)",
        "Bob (bob)",
        "viewer",
        False,
    )
    assert rows[2].to_self


@pytest.mark.parametrize(
    ("detail", "colleague"),
    [("view {}", "Bob (bob)"), ("{}", "Bob (bob)"), ("view", None), ("view 9{}", None), ("view " + "9" * 30, None)],
)
def test_row_of_sharing_names_the_colleague(
    house: Any, admin: User, bob: User, detail: str, colleague: str | None
) -> None:
    with house.database.begin() as db_session:
        note = detail.format(bob.id)
        db.audit.note(db_session, AuditAction.SHARE_TRIP, user_id=admin.id, detail=note, at=house.clock.now)

    [row] = read(house, admin, actions=(AuditAction.SHARE_TRIP,))

    assert row.colleague == colleague


def test_filters_hold_together(house: Any, admin: User, bob: User) -> None:
    start = house.clock.now
    house.sign_ins.sign_in("bob", PASSWORD)
    house.later(days=1)
    house.sign_ins.sign_in("bob", PASSWORD)
    house.sign_ins.sign_in("ada", PASSWORD)

    def count(**wanted: Any) -> int:
        return len(read(house, admin, **wanted))

    sign_ins = (AuditAction.SIGN_IN,)
    assert count(actions=sign_ins) == 3
    assert count(actions=sign_ins, username=" @BOB") == 2
    assert count(actions=sign_ins, username="bob", since=start + timedelta(hours=1)) == 1
    assert count(actions=sign_ins, until=house.clock.now) == 1
    assert count(username="nobody") == 0


def test_download_is_bounded_and_noted(house: Any, admin: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_DOWNLOADED", 4)
    monkeypatch.setattr(audit, "_READ_AT_ONCE", 2)
    for _ in range(4):
        house.sign_ins.sign_in("bob", PASSWORD)

    assert len(house.audit.download(AuditFilter(), admin_id=admin.id)) == 4

    last = read(house, admin)[0]
    assert (last.action, last.username, last.detail) == (AuditAction.EXPORT_AUDIT, "ada", "4 rows")
    with pytest.raises(NotFoundError):
        house.audit.download(AuditFilter(), admin_id=bob.id)
    with pytest.raises(NotFoundError):
        house.audit.page(AuditFilter(), admin_id=bob.id)


def test_old_rows_go_a_little_at_a_time_and_no_sign_in_comes_back(
    house: Any, admin: User, bob: User, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.people.pruning._AT_ONCE", 3)
    ended = house.sign_ins.sign_in("bob", PASSWORD)
    house.sign_ins.sign_out(bob.id, ended.at)
    held = house.sign_ins.sign_in("ada", PASSWORD)
    house.resets.offer(bob.id, admin_id=admin.id)
    house.invitations.make(role="planner", note="Carol", days=1, admin_id=admin.id)
    house.later(days=366)
    with database.begin() as db_session:
        db.audit.note(db_session, AuditAction.SIGN_IN, user_id=bob.id, target=(AuditTarget.USER, bob.id))
    ticks = iter(range(100))
    prune = Pruning(365, clock=house.clock, monotonic=lambda: next(ticks) * 20)

    def kept() -> int:
        with database.read() as db_session:
            return db_session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    before = kept()
    prune(database)
    assert kept() == before - 3
    for _ in range(5):
        prune(database)

    assert kept() == 1
    assert house.invitations.page(admin_id=admin.id).invitations != ()  # it ended 365 days ago, not longer
    assert house.sign_ins.current(bob.id, ended.at) is None
    assert house.sign_ins.current(admin.id, held.at) is not None
