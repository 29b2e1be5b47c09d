"""Settings offers a person's own data and the end of the account; admins end others'; a receipt tells of it."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

import db.models
from components.state import SETTINGS_PAGE
from db.engine import Database
from db.models import utc_now
from services.accounts.records import User
from services.people.retention import WARNING, RetentionService
from services.wiring import Services
from tests.helpers.rows import add_session
from tests.helpers.screens import begin_at

PASSWORD = "harbour lights 7"
pytestmark = pytest.mark.usefixtures("cheap_hashes")


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def texts(at: AppTest) -> str:
    return "\n".join(str(one.value) for one in at.markdown).replace("\\", "").replace("\u2060", "")


def errors(at: AppTest) -> list[str]:
    return [one.value.replace("\\", "") for one in at.error]


@pytest.fixture
def maria(services: Services) -> User:
    return services.accounts.sign_up(name="Maria", email="maria@example.com", username="maria", password=PASSWORD)


@pytest.fixture
def settings_page(visitor: AppTest, maria: User) -> AppTest:
    run(visitor)
    visitor.text_input(key="sign_in_username").set_value("maria")
    visitor.text_input(key="sign_in_password").set_value(PASSWORD)
    press(visitor, "sign_in_submit")
    return run(visitor.switch_page(SETTINGS_PAGE))


def fill(at: AppTest, username: str, password: str) -> AppTest:
    at.text_input(key="leave_username").set_value(username)
    at.text_input(key="leave_password").set_value(password)
    return press(at, "leave_confirm")


def test_account_is_deleted_by_its_owner_and_its_receipt_is_looked_at(
    settings_page: AppTest, services: Services, maria: User, stranger: User
) -> None:
    at = settings_page
    trip = services.trips.create("Lisbon in May", user_id=maria.id)
    services.trip_members.add(trip.id, stranger.username, user_id=maria.id)
    services.sessions.create(user_id=maria.id)
    press(at, "data_delete")
    assert "- 1 session" in texts(at)
    press(at, "leave_cancel")
    assert not [one for one in at.text_input if one.key == "leave_username"]
    press(at, "data_delete")
    assert at.selectbox(key=f"leave_trip_{trip.id}").options == [f"{stranger.name} (@{stranger.username})"]

    fill(at, "mario", PASSWORD)
    assert errors(at) == ["Type your username, maria, to confirm."]
    fill(at, "maria", "wrong")
    assert errors(at) == ["That password is not correct."]
    fill(at, " Maria ", PASSWORD)

    assert services.trips.get(trip.id, user_id=stranger.id).access.value == "owner"
    (code,) = [one.value for one in at.code]
    assert not at.text_input
    press(at, "receipt_kept")
    assert at.text_input(key="sign_in_username").value == ""
    assert not at.code
    run(at.switch_page("pages/public/receipt.py"))
    assert [one.proto.label for one in at.get("page_link")] == ["Back to sign in"]
    at.text_input(key="receipt_typed").set_value("0000")
    assert "no receipt with this code" in errors(press(at, "receipt_show"))[0]
    at.text_input(key="receipt_typed").set_value(code)
    press(at, "receipt_show")
    assert "- 1 session\n- 1 shared trip handed over to a colleague" in texts(at)
    assert "maria" not in texts(at).lower()
    assert [one.value for one in at.success] == ["Everything is deleted at Backboard, too."]


def test_admin_deletes_the_account_of_somebody_who_left(
    app: AppTest, app_database: Database, services: Services, planner: User, stranger: User
) -> None:
    with app_database.begin() as db_session:
        db_session.get_one(db.models.User, planner.id).role = "admin"
    run(begin_at(app, "pages/planner/people.py"))
    menu = app.menu_button(key=f"people_menu_{stranger.id}")
    menu.click(next(name for name in menu.options if name.endswith("Delete account")))
    run(app)
    press(app, "remove_person_confirm")
    assert errors(app) == [f"Type their username, {stranger.username}, to confirm."]
    app.text_input(key="remove_username").set_value(stranger.username)
    press(app, "remove_person_confirm")

    (code,) = [one.value for one in app.code if one.value.count("-") == 5]
    assert services.receipts.look(code).counts["sessions"] == 0
    press(app, "person_gone_done")
    assert not [one for one in app.menu_button if one.key == f"people_menu_{stranger.id}"]


def test_large_data_is_not_offered_to_a_browser(
    settings_page: AppTest, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(settings_page.get("download_button")) == 1
    monkeypatch.setattr(type(services.takeout), "size", lambda *_, **__: 300_000_000)
    run(settings_page)
    assert not settings_page.get("download_button")
    assert any("GET /api/me/data" in one.value for one in settings_page.info)


def test_session_that_ends_soon_is_told_wherever_it_is_listed(
    app: AppTest, app_database: Database, services: Services, planner: User
) -> None:
    now = utc_now()
    with app_database.begin() as db_session:
        at = now - timedelta(days=85)
        old = add_session(
            db_session, user_id=planner.id, title="Old", last_message_at=at, created_at=at, updated_at=at
        )
        planned = db_session.get_one(db.models.User, planner.id)
        planned.last_session_id = old.id
    retention = RetentionService(app_database, days=90)
    retention._begins_at = now - WARNING
    object.__setattr__(services, "retention", retention)
    day = now + timedelta(days=5)
    words = f"Ends on {day.day} {day:%B}"

    run(app)
    assert words in app.button(key=f"sidebar_session_{old.id}").label
    app.session_state["chat_session_id"] = old.id
    run(app)
    assert [one.value for one in app.warning] == [
        f"{words}, with its messages and files, as nobody has used it for long. Write in it or pin it to keep it."
    ]
    run(app.switch_page("pages/planner/sessions.py"))
    assert words in app.button(key=f"sessions_row_{old.id}").label
