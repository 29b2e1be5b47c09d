"""The audit is told in words, whatever an earlier version or a person wrote into it."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from components.people.audit import audit_csv
from components.people.words import LABELS, ROLES, how_they_sign_in, told
from services.people.records import PLANNER, AuditAction, AuditRow, AuditTarget, Person
from services.people.records import ROLES as GIVEN

AT = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def row(action: str, detail: str = "", **more: object) -> AuditRow:
    values: dict[str, object] = {
        "id": 1,
        "at": AT,
        "who": "Ada (ada)",
        "username": "ada",
        "action": AuditAction(action),
        "target_kind": AuditTarget.USER,
        "target_id": 2,
        "target": "Bob (bob)",
        "to_self": False,
        "detail": detail,
        "address": "203.0.113.7",
    }
    return AuditRow(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("action", AuditAction)
@pytest.mark.parametrize("detail", ["", "x: y, z"])
def test_every_action_has_words(action: AuditAction, detail: str) -> None:
    assert LABELS[action]
    assert told(row(action, detail, target_kind=None, target_id=None, target=None)).strip()
    assert set(GIVEN) < set(ROLES)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (row("change_role", "admin"), "Changed role of Bob (bob) to admin"),
        (row("change_role", "admin, by the one-time code", to_self=True), "Became admin, by the one-time code"),
        (row("change_role", "viewer", target=None), "Changed role of somebody whose account is gone to viewer"),
        (row("sign_in"), "Signed in"),
        (row("sign_in", "https://id.example"), "Signed in with https://id.example"),
        (row("sign_up", "invited as planner: Carol"), "Created an account, invited as planner: Carol"),
        (row("end_sign_ins"), "Signed out Bob (bob) everywhere"),
        (row("end_sign_ins", to_self=True), "Signed out everywhere"),
        (row("change_monthly_limit", "bob: 5 USD"), "Changed the monthly limit of Bob (bob) to 5 USD"),
        (row("change_files_limit", "bob: the setting"), "Changed the room for files of Bob (bob) to the default"),
        (row("invite", "admin: Carol: of Sales"), "Invited somebody as admin: Carol: of Sales"),
        (row("offer_reset", "by mail"), "A link for a new password was mailed to Bob (bob)"),
        (row("export", "17 pdf", target_kind=AuditTarget.SESSION), "Exported a session as pdf"),
        (row("export", "17", target_kind=AuditTarget.SESSION), "Exported a session"),
        (row("export", "12 sessions", target_kind=None), "Exported 12 sessions"),
        (row("share_session", "edit 2", colleague="Bob (bob)"), "Shared a session with Bob (bob)"),
        (row("unshare_session", "2", colleague="Bob (bob)"), "Took Bob (bob) off a session"),
        (row("share_trip", "view 2"), "Shared a trip with somebody whose account is gone"),
        (row("share_trip"), "Let somebody work on a trip"),
        (row("unshare_trip"), "Took somebody off a trip"),
        (row("unshare_trip", "1", colleague="Ada (ada)"), "Left a trip"),
        (row("hand_over_trip", "to 2", colleague="Bob (bob)"), "Handed over a trip to Bob (bob)"),
        (row("other", "something of long ago"), "something of long ago"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_of(entry: AuditRow, words: str) -> None:
    assert told(entry) == words


@pytest.mark.parametrize(
    ("passwords", "issuers", "words"),
    [
        (True, ("https://id.example/acme",), "Signs in with password, id.example"),
        (False, ("https://id.example/acme",), "Signs in with id.example"),
        (False, (), "No way to sign in"),
    ],
)
def test_password_that_lets_nobody_in_is_no_way_to_sign_in(
    passwords: bool, issuers: tuple[str, ...], words: str
) -> None:
    bob = Person(2, "bob", "Bob", "", PLANNER, False, "password", True, issuers, None, AT, None, None)
    assert how_they_sign_in(bob, passwords=passwords) == words


def test_csv_runs_nothing_in_a_spreadsheet() -> None:
    file = audit_csv([row("create_token", "=1+1", who="@SUM(A1) (eve)", username="-eve"), row("other", "+2")])

    assert file.startswith(b"\xef\xbb\xbf")
    head, first, second = csv.reader(StringIO(file.decode("utf-8-sig")))
    assert dict(zip(head, first, strict=True)) == {
        "at_utc": "2026-11-18 12:00:00+00:00",
        "username": "'-eve",
        "who": "'@SUM(A1) (eve)",
        "done": "Created an API token: =1+1",
        "action": "create_token",
        "target_kind": "user",
        "target_id": "2",
        "detail": "'=1+1",
        "address": "203.0.113.7",
    }
    assert second[3] == "'+2"
