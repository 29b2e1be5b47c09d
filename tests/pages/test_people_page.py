"""The page People: admins see it, nobody else does, and what they change holds at once."""

from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

import db.models
from components.labels import escape_label
from db.engine import Database
from services.accounts.records import User
from services.errors import NotFoundError
from services.people.records import PeopleFilter
from services.wiring import Services
from settings import ROOT
from tests.helpers.screens import SIGNED_IN_AT, begin_at

PAGE = "pages/planner/people.py"


@pytest.fixture
def admin(app_database: Database, planner: User) -> User:
    with app_database.begin() as db_session:
        db_session.get_one(db.models.User, planner.id).role = "admin"
    return planner


@pytest.fixture
def page(app: AppTest, admin: User, stranger: User) -> AppTest:
    return run(begin_at(app, PAGE))


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def open_tab(at: AppTest, name: str) -> AppTest:
    at.session_state["people_tabs"] = name
    return run(at)


def texts(at: AppTest) -> str:
    return "\n".join(text.value for text in at.main.markdown).replace("\\", "").replace("\u2060", "")


def choose(at: AppTest, user: User, option: str) -> AppTest:
    menu = at.menu_button(key=f"people_menu_{user.id}")
    menu.click(next(name for name in menu.options if name.endswith(option)))
    return run(at)


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def links(at: AppTest) -> list[str]:
    return [str(one.value) for one in at.text if "?" in one.value]


def link(at: AppTest) -> str:
    (address,) = links(at)
    assert at.button(key="review_address_copy").label == "Copy link"
    return address


def test_admin_has_the_link_and_sees_who_is_here(page: AppTest) -> None:
    assert "People" in [one.proto.label for one in page.get("page_link")]
    assert "**Ada Planner** (you)" in texts(page)
    assert "**Bob Stranger**" in texts(page)
    assert "@bob · bob@example.com · No way to sign in · Never seen" in texts(page)

    assert "Guests" not in page.selectbox(key="people_kind").options

    page.text_input(key="people_words").set_value("ada")
    assert "Bob" not in texts(run(page))
    page.text_input(key="people_words").set_value("nobody at all")
    assert [one.value for one in run(page).info] == ["Nobody matches. Try other words, or show everybody."]


def test_nobody_else_has_the_page(app: AppTest, visitor: AppTest, planner: User) -> None:
    assert "People" not in [one.proto.label for one in run(app).get("page_link")]
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(PAGE)
    alone = AppTest.from_file(ROOT / PAGE)
    assert [hint.value for hint in run(alone).info] == ["Please sign in to continue."]
    alone.session_state["auth_user"] = app.session_state["auth_user"]
    assert [hint.value for hint in run(alone).info] == ["This page is for admins."]
    assert not alone.tabs


def test_ex_admin_loses_the_page_with_its_dialog_at_the_next_look(
    page: AppTest, services: Services, admin: User, stranger: User
) -> None:
    choose(page, stranger, "Disable")
    services.admins.set_admin(admin.id, admin=False)

    page.button(key="person_disable_confirm").click()
    run(page)

    assert "People" not in [one.proto.label for one in page.get("page_link")]
    assert not page.tabs
    assert "Bob Stranger" not in texts(page)
    services.admins.set_admin(admin.id, admin=True)
    assert not services.people.get(stranger.id, admin_id=admin.id).disabled


def test_role_is_changed(page: AppTest, services: Services, admin: User, stranger: User) -> None:
    choose(page, stranger, "Change role")
    page.radio(key="person_role_choice").set_value("viewer")
    click(page, "person_role_save")

    assert services.people.get(stranger.id, admin_id=admin.id).role == "viewer"
    assert "dialog" not in page.session_state

    choose(page, admin, "Change role")
    page.radio(key="person_role_choice").set_value("viewer")
    click(page, "person_role_save")
    assert "Ada Planner is the only admin" in page.error[0].value


def test_limits_are_set_and_taken_back(page: AppTest, services: Services, admin: User, stranger: User) -> None:
    choose(page, stranger, "Limits")
    page.number_input(key=f"person_usd_{stranger.id}").set_value(12.5)
    page.number_input(key=f"person_mb_{stranger.id}").set_value(7)
    click(page, "person_limits_save")

    assert services.costs.this_month(stranger.id).limit_micros == int(Decimal("12.5") * 1_000_000)
    assert services.files.room(user_id=stranger.id).limit_bytes == 7_000_000

    choose(page, stranger, "Limits")
    assert page.number_input(key=f"person_mb_{stranger.id}").value == 7
    page.number_input(key=f"person_usd_{stranger.id}").set_value(None)
    page.number_input(key=f"person_mb_{stranger.id}").set_value(None)
    click(page, "person_limits_save")
    person = services.people.get(stranger.id, admin_id=admin.id)
    assert (person.monthly_limit_micros, person.files_mb) == (None, None)


def test_disable_and_sign_out_are_asked_about_first(
    page: AppTest, services: Services, admin: User, stranger: User
) -> None:
    choose(page, stranger, "Disable")
    click(page, "person_disable_cancel")
    assert services.sign_ins.current(stranger.id, SIGNED_IN_AT) is not None

    choose(page, stranger, "Sign out everywhere")
    click(page, "person_sign_out_confirm")
    assert services.sign_ins.current(stranger.id, SIGNED_IN_AT) is None

    choose(page, stranger, "Disable")
    click(page, "person_disable_confirm")
    assert services.people.get(stranger.id, admin_id=admin.id).disabled
    offered = [one.partition(": ")[2] for one in page.menu_button(key=f"people_menu_{stranger.id}").options]
    assert offered == ["Enable", "Delete account"]

    choose(page, stranger, "Enable")
    assert not services.people.get(stranger.id, admin_id=admin.id).disabled
    options = page.menu_button(key=f"people_menu_{admin.id}").options
    assert not [one for one in options if one.endswith("Disable")]


def test_link_for_a_new_password_is_shown_once(page: AppTest, services: Services, stranger: User) -> None:
    choose(page, stranger, "Link for a new password")
    click(page, "person_reset_make")

    address = link(page)
    assert services.resets.username(address.partition("/reset?link=")[2]) == "bob"
    click(page, "people_link_done")
    assert not links(page)
    assert address not in repr(page.session_state)


def test_somebody_is_invited_and_the_link_revoked(page: AppTest, services: Services, admin: User) -> None:
    open_tab(page, "Invitations")
    assert [one.value for one in page.info] == ["No invitations yet. Invite somebody, and send them the link."]
    click(page, "people_invite")
    click(page, "invite_make")
    assert "Say for whom it is" in page.error[0].value
    page.text_input(key="invite_note").set_value("Carol_of *Sales*")
    page.radio(key="invite_role").set_value("viewer")
    click(page, "invite_make")

    token = link(page).partition("/sign_up?invite=")[2]
    assert services.invitations.check(token) == "viewer"
    click(page, "people_link_done")
    assert "Carol_of *Sales*" in texts(page)
    (listed,) = services.invitations.page(admin_id=admin.id).invitations
    click(page, f"invitation_revoke_{listed.id}")
    click(page, "invite_revoke_confirm")
    with pytest.raises(NotFoundError):
        services.invitations.check(token)


def test_audit_log_tells_in_words_who_did_what(
    page: AppTest, services: Services, admin: User, stranger: User
) -> None:
    services.people.change_role(stranger.id, "admin", admin_id=admin.id)
    services.sign_ins.end_all(stranger.id)
    open_tab(page, "Audit log")

    told = texts(page)
    assert "Changed role of Bob Stranger (bob) to admin  \n:small[Ada Planner (ada) · 18 Nov 2026, 13:00]" in told
    assert "Signed out everywhere  \n:small[Bob Stranger (bob)" in told

    page.text_input(key="audit_who").set_value("bob")
    assert "Changed role" not in texts(run(page))
    page.text_input(key="audit_who").set_value("nobody")
    run(page)
    assert "Nothing happened that matches" in page.info[0].value


def test_everybody_is_shown_page_by_page(
    page: AppTest, services: Services, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.people.people.PEOPLE_AT_ONCE", 1)
    assert services.people.page(PeopleFilter(), admin_id=admin.id).after == "ada"
    assert escape_label("Bob Stranger") not in texts(run(page))

    assert "Bob Stranger" in texts(click(page, "people_more"))
    assert not [one for one in page.button if one.key == "people_more"]
