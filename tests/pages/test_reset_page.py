"""A forgotten password, and an invitation: what their links open, and for whom."""

import pytest
from streamlit.testing.v1 import AppTest

from components.resources import built_services, get_services
from services.accounts.records import User
from services.wiring import Services
from tests.helpers.accounts import NEW_PASSWORD, PASSWORD, sign_up
from tests.helpers.mail import mail_server
from tests.helpers.screens import begin_at
from tests.helpers.services import until

pytestmark = pytest.mark.usefixtures("cheap_hashes")

RESET, SIGN_UP = "pages/public/reset.py", "pages/public/sign_up.py"


@pytest.fixture
def maria(services: Services) -> User:
    return sign_up(services.accounts)


@pytest.fixture
def admin(services: Services) -> User:
    ada = sign_up(services.accounts, name="Ada", email="ada@example.com", username="ada")
    services.admins.set_admin(ada.id, admin=True)
    return ada


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def opened(at: AppTest, page: str, **query: str) -> AppTest:
    for name, value in query.items():
        at.query_params[name] = value
    return run(begin_at(at, page))


def sign_in(at: AppTest, username: str, password: str) -> AppTest:
    at.text_input(key="sign_in_username").set_value(username)
    at.text_input(key="sign_in_password").set_value(password)
    at.button(key="sign_in_submit").click()
    return run(at)


def test_where_no_mail_is_sent_an_admin_is_asked(visitor: AppTest) -> None:
    assert "Forgot your password?" in [one.proto.label for one in run(visitor).get("page_link")]

    at = opened(visitor, RESET)

    assert "Ask an admin for a link" in at.info[0].value
    assert not at.text_input


def test_link_that_an_admin_made_sets_a_password_once(
    visitor: AppTest, services: Services, admin: User, maria: User
) -> None:
    token = services.resets.offer(maria.id, admin_id=admin.id).token
    at = opened(visitor, RESET, link=token)
    assert at.text_input(key="reset_username").value == "maria"
    at.text_input(key="reset_password").set_value("short")
    at.button(key="reset_set").click()
    assert "too short" in run(at).error[0].value
    at.text_input(key="reset_password").set_value(NEW_PASSWORD)
    at.button(key="reset_set").click()

    assert [one.value for one in run(at).success] == ["Your password is changed. Sign in with the new one."]
    assert NEW_PASSWORD not in repr(at.session_state)
    assert "link" not in at.query_params
    run(at.switch_page("pages/public/sign_in.py"))
    assert sign_in(at, "maria", NEW_PASSWORD).session_state["auth_user"]["id"] == maria.id


def test_link_puts_whoever_opens_it_out_of_the_account_they_were_in(
    visitor: AppTest, services: Services, admin: User, maria: User
) -> None:
    sign_in(run(visitor), "maria", PASSWORD)
    at = opened(visitor, RESET, link=services.resets.offer(maria.id, admin_id=admin.id).token)
    at.text_input(key="reset_password").set_value(NEW_PASSWORD)
    at.button(key="reset_set").click()

    assert [one.value for one in run(at).success] == ["Your password is changed. Sign in with the new one."]
    assert "auth_user" not in at.session_state


@pytest.mark.parametrize("token", ["", "guess"])
def test_link_that_is_none_says_so(visitor: AppTest, token: str) -> None:
    at = opened(visitor, RESET, link=token)

    assert "This link sets no password" in at.warning[0].value
    assert not at.text_input


def test_mail_is_sent_and_the_answer_is_the_same_for_a_name_that_nobody_has(
    services: Services, visitor: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as got:
        monkeypatch.setenv("SMTP_URL", got.url)
        monkeypatch.setenv("MAIL_FROM", "bot@example.com")
        monkeypatch.setenv("PUBLIC_URL", "https://travel.example.com")
        monkeypatch.setattr("services.people.mail.LOOK_S", 0.05)
        built_services.clear()
        sign_up(get_services().accounts)
        answers = []
        for name in ("nobody", "maria@example.com"):
            at = opened(visitor, RESET)
            at.text_input(key="reset_name").set_value(name)
            at.button(key="reset_submit").click()
            answers.append([one.value for one in run(at).success])
            del at.session_state["reset_asked"]

        until(lambda: got.mails, what="the mail came")
        assert answers[0] == answers[1] != []
        assert [one["To"] for one in got.mails] == ["maria@example.com"]


def test_invited_person_makes_an_account_while_sign_up_is_closed(
    visitor: AppTest, services: Services, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = services.invitations.make(role="viewer", note="Maria", days=7, admin_id=admin.id).token
    monkeypatch.setenv("SIGN_UP", "closed")
    built_services.clear()
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        run(visitor).switch_page(SIGN_UP)
    at = opened(visitor, SIGN_UP, invite=token)
    assert "You are invited to look at what colleagues share with you." in [one.value for one in at.markdown]
    for name, value in (("name", "Maria"), ("email", "m@example.com"), ("username", "ada"), ("password", PASSWORD)):
        at.text_input(key=f"sign_up_{name}").set_value(value)
    at.button(key="sign_up_submit").click()
    assert any("That username is taken" in one.value for one in run(at).markdown)
    at.text_input(key="sign_up_username").set_value("maria")
    at.text_input(key="sign_up_password").set_value(PASSWORD)
    at.button(key="sign_up_submit").click()
    run(at)

    user = get_services().accounts.named("maria")
    assert (at.session_state["auth_user"]["id"], user.role) == (user.id, "viewer")
    assert "invite" not in at.query_params


def test_invitation_is_not_for_who_is_signed_in(visitor: AppTest, services: Services, maria: User) -> None:
    sign_in(run(visitor), "maria", PASSWORD)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        visitor.switch_page(SIGN_UP)

    at = opened(visitor, SIGN_UP, invite="any")

    assert "You are signed in as Maria" in at.info[0].value
    assert not [one for one in at.text_input if str(one.key).startswith("sign_up")]


@pytest.mark.parametrize("state", ["used", "ended", "unknown"])
def test_invitation_that_makes_no_account_says_why(
    visitor: AppTest, services: Services, admin: User, state: str
) -> None:
    token = services.invitations.make(role="viewer", note="Maria", days=7, admin_id=admin.id).token
    if state == "used":
        services.invitations.accept(token, name="M", email="m@example.com", username="mmm", password=PASSWORD)
    elif state == "ended":
        services.admins.set_admin(admin.id, admin=False)
    at = opened(visitor, SIGN_UP, invite="guess" if state == "unknown" else token)

    told = {"used": "was used already", "ended": "has ended", "unknown": "is not an invitation"}
    assert told[state] in at.warning[0].value
    assert not at.text_input
