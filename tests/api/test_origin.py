"""From where a program asks stands in the audit; of a review's readers no address is kept."""

from sqlalchemy import select

import db.audit
from db.models import AuditAction, AuditEntry, AuditTarget
from services.process.origin import asked_from


def test_what_a_program_does_is_noted_with_its_address(api, services, database):
    session_id = services.sessions.create(user_id=api.user_id).id

    assert api.http.delete(f"/sessions/{session_id}").status_code == 204

    with database.read() as db_session:
        row = db_session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.DELETE_SESSION)).one()
    assert row.address == "127.0.0.1"


def test_readers_leave_no_address(database):
    asked_from("203.0.113.7")
    try:
        with database.begin() as db_session:
            db.audit.note(db_session, AuditAction.OPEN_REVIEW, user_id=None, target=(AuditTarget.REVIEW, 1))
            db.audit.note(db_session, AuditAction.REFUSE_SIGN_IN, user_id=None)
    finally:
        asked_from(None)

    with database.read() as db_session:
        rows = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [row.address for row in rows] == ["", "203.0.113.7"]
