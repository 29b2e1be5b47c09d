"""The audit says who did what, and to which thing."""

from decimal import Decimal

from sqlalchemy import select

from db.models import AuditAction, AuditEntry, AuditTarget
from services.transfer.transfer import ExportKind
from tests.helpers.services import make_user


def test_every_row_names_its_actor_and_its_target(services, database, user_id):
    admin_id = make_user(database, "admin")
    services.admins.set_admin(admin_id, admin=True)
    session_id = services.sessions.create(user_id=user_id).id
    file_id = services.files.add(session_id, "brief.txt", b"Lisbon", user_id=user_id).id

    services.transfer.export(session_id, user_id=user_id, kind=ExportKind.MARKDOWN)
    services.transfer.export_many(user_id=user_id)
    services.files.remove(file_id, user_id=user_id)
    services.sessions.delete([session_id], user_id=user_id)
    token_id = services.tokens.create(user_id=user_id, name="CRM").info.id
    services.tokens.revoke(token_id, user_id=user_id)
    services.costs.set_limit(user_id, Decimal(5), by=admin_id)
    services.costs.set_limit(user_id, None, by=None)

    with database.read() as db_session:
        rows = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(row.user_id, row.action, row.target_kind, row.target_id, row.detail) for row in rows] == [
        (admin_id, AuditAction.CHANGE_ROLE, AuditTarget.USER, admin_id, "admin"),
        (user_id, AuditAction.EXPORT, AuditTarget.SESSION, session_id, f"{session_id} markdown"),
        (user_id, AuditAction.EXPORT, None, None, "1 sessions"),
        (user_id, AuditAction.DELETE_FILE, AuditTarget.FILE, file_id, str(file_id)),
        (user_id, AuditAction.DELETE_SESSION, AuditTarget.SESSION, session_id, str(session_id)),
        (user_id, AuditAction.CREATE_TOKEN, AuditTarget.TOKEN, token_id, "CRM"),
        (user_id, AuditAction.REVOKE_TOKEN, AuditTarget.TOKEN, token_id, "CRM"),
        (admin_id, AuditAction.CHANGE_MONTHLY_LIMIT, AuditTarget.USER, user_id, "ada: 5 USD"),
        (None, AuditAction.CHANGE_MONTHLY_LIMIT, AuditTarget.USER, user_id, "ada: the setting"),
    ]
