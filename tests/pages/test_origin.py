"""From where somebody asks stands beside what they do, also in a callback of a click."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from components.address import from_here
from db.engine import Database
from db.models import AuditAction, AuditEntry
from services.wiring import Services
from tests.helpers.accounts import ELSEWHERE, HERE, PASSWORD, sign_up

pytestmark = pytest.mark.usefixtures("cheap_hashes")


def test_sign_in_is_noted_with_the_address_that_the_proxy_tells(
    visitor: AppTest, services: Services, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(services.accounts)
    handshake = SimpleNamespace(cookies={}, headers=[], remote_ip=HERE)
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: handshake)
    visitor.run()
    visitor.text_input(key="sign_in_username").set_value("maria")
    visitor.text_input(key="sign_in_password").set_value(PASSWORD)
    visitor.button(key="sign_in_submit").click().run()

    handshake.headers = [("X-Forwarded-For", ELSEWHERE)]  # whom nobody asked to say that
    visitor.button(key="sidebar_sign_out").click().run()

    assert not visitor.exception
    with app_database.read() as db_session:
        rows = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(row.action, row.address) for row in rows] == [
        (AuditAction.SIGN_UP, ""),
        (AuditAction.SIGN_IN, HERE),
        (AuditAction.SIGN_OUT, HERE),
    ]


def test_file_that_is_made_later_elsewhere_is_noted_with_who_asked(
    services: Services, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    maria = sign_up(services.accounts)
    monkeypatch.setattr("components.address.where_from", lambda _: HERE)
    make = from_here(lambda: services.transfer.export_many(user_id=maria.id).content)

    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(make).result()

    with app_database.read() as db_session:
        row = db_session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORT)).one()
    assert row.address == HERE
