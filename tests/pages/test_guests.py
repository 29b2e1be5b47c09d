"""A visitor tries the app without an account: what they see of it, and how they stay."""

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from components.resources import built_services, get_services
from services.wiring import Services

PASSWORD = "harbour lights 7"

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def services(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Start the app's services anew: guests come in, one from an address."""
    for name, value in (("GUESTS", "on"), ("GUEST_MESSAGES", "2"), ("GUESTS_PER_ADDRESS", "1")):
        monkeypatch.setenv(name, value)
    built_services.clear()
    return get_services()


def run(step: AppTest | Button) -> AppTest:
    at = step.run()
    assert not at.exception
    return at


@pytest.fixture
def guest(visitor: AppTest) -> AppTest:
    return run(run(visitor).button(key="sign_in_try").click())


def words(at: AppTest) -> str:
    links = [one.proto.label for one in at.get("page_link")]
    return "\n".join([*(one.value for one in (*at.markdown, *at.text)), *links])


def who(at: AppTest) -> str:
    line = next(text.value for text in at.sidebar.markdown if "account_circle" in text.value)
    return line.removeprefix(":small[").removeprefix(":material/account_circle: ").removesuffix("]")


def fill(at: AppTest, **changed: str) -> AppTest:
    values = {"name": "Ada", "email": "ada@example.com", "username": "ada", "password": PASSWORD} | changed
    for name, value in values.items():
        at.text_input(key=f"sign_up_{name}").set_value(value)
    return run(at.button(key="sign_up_submit").click())


def send(at: AppTest, text: str) -> AppTest:
    services = get_services()
    user_id = at.session_state["auth_user"]["id"]
    accepted = services.replies.send(text, user_id=user_id, client_message_id=text)
    watch = services.replies.watch(accepted.reply_id, user_id=user_id)
    while watch.next(0.2).status.unfinished:
        pass
    return run(at)


def test_one_click_lets_a_visitor_in_who_sees_what_is_left(guest: AppTest) -> None:
    assert who(guest) == "Guest · 2 messages left"
    assert guest.session_state["auth_cookie"] == "set"
    assert who(send(guest, "Hello")) == "Guest · 1 message left"


def test_where_guests_are_off_nobody_is_offered_to_try(monkeypatch: pytest.MonkeyPatch, visitor: AppTest) -> None:
    monkeypatch.setenv("GUESTS", "off")
    built_services.clear()

    assert "sign_in_try" not in [button.key for button in run(visitor).button]


def test_next_guest_from_there_is_told_why_not(guest: AppTest, services: Services, visitor: AppTest) -> None:
    run(guest.button(key="sidebar_leave").click())
    at = run(guest.button(key="leave_guest_confirm").click())

    at = run(at.button(key="sign_in_try").click())

    [error] = at.error
    assert error.value.startswith("Too many guests came in")


def test_guest_is_greeted_without_a_name(guest: AppTest) -> None:
    assert guest.title[0].value == "Where to next?"


def test_used_up_messages_lead_to_an_account(guest: AppTest) -> None:
    at = send(send(guest, "One"), "Two")

    assert who(at) == "Guest · no messages left"
    assert "No messages left: make an account" in words(at)


def test_guest_with_an_invitation_is_told_how_to_use_it(guest: AppTest) -> None:
    guest.query_params["invite"] = "any"
    at = run(guest.switch_page("pages/public/sign_up.py"))

    assert at.info[0].value.startswith("This does not use your invitation. To use it, leave as a guest first")


def test_guest_makes_an_account_and_goes_on_where_they_were(guest: AppTest, services: Services) -> None:
    at = send(guest, "Three nights in Lisbon")
    user_id = at.session_state["auth_user"]["id"]
    at = run(at.switch_page("pages/public/sign_up.py"))
    assert at.title[0].value == "Make an account"

    at = fill(at, password="short")
    assert at.session_state["auth_user"]["username"].startswith("guest-")
    at = fill(at)

    assert at.session_state["auth_user"] | {"signed_in_at": 0} == {
        "id": user_id,
        "username": "ada",
        "signed_in_at": 0,
    }
    assert at.session_state["auth_cookie"] == "set"
    assert who(at) == "Ada"
    assert [one.title for one in services.sessions.recent(user_id=user_id).sessions] == ["Three nights in Lisbon"]
    assert PASSWORD not in repr(at.session_state)


def test_to_leave_is_asked_first(guest: AppTest) -> None:
    at = run(guest.button(key="sidebar_leave").click())
    assert "Nobody can come back to what a guest has written" in words(at)

    at = run(at.button(key="leave_guest_cancel").click())
    assert "leave_guest_confirm" not in [button.key for button in at.button]
    run(at.button(key="sidebar_leave").click())
    at = run(at.button(key="leave_guest_confirm").click())

    assert "auth_user" not in at.session_state


def test_settings_offer_a_guest_what_a_guest_has(guest: AppTest) -> None:
    at = run(guest.switch_page("pages/planner/settings.py"))

    assert [one.value for one in at.header] == ["Model", "Appearance", "Cost", "Files", "Account", "Your data"]
    assert "nobody.invalid" not in words(at)
    assert "2 messages left, in this browser only and for 30 days at most" in words(at)
