import threading
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from components.accounts.sign_in_cookie import to_ms
from components.resources import built_services
from db.engine import DatabaseUnavailableError
from services.accounts import passwords
from services.accounts.passwords import PASSWORD_RULE, USERNAME_RULE
from services.accounts.records import User
from services.errors import WrongPasswordError
from services.wiring import Services
from tests.helpers.screens import begin_at

PASSWORD = "harbour lights 7"
NEW_PASSWORD = "another harbour 8"

pytestmark = pytest.mark.usefixtures("cheap_hashes")

NOT_OURS = ("name", "username", "email", "roles", "authentication_status", "logout", "password_hint")


def run(step: AppTest | Button) -> AppTest:
    at = step.run()
    assert not at.exception
    return at


@pytest.fixture
def maria(services: Services) -> User:
    return services.accounts.sign_up(name="Maria", email="maria@example.com", username="maria", password=PASSWORD)


@pytest.fixture
def signed_in(visitor: AppTest, maria: User) -> AppTest:
    return sign_in(run(visitor), "maria", PASSWORD)


@pytest.fixture
def account(visitor: AppTest, services: Services, maria: User) -> AppTest:
    signed_in_at = services.sign_ins.sign_in("maria", PASSWORD).at
    visitor.session_state["auth_user"] = {"id": maria.id, "signed_in_at": to_ms(signed_in_at)}
    return run(begin_at(visitor, "pages/planner/settings.py"))


def sign_in(at: AppTest, username: str, password: str) -> AppTest:
    at.text_input(key="sign_in_username").set_value(username)
    at.text_input(key="sign_in_password").set_value(password)
    return run(at.button(key="sign_in_submit").click())


def sign_up(at: AppTest, *, username: str = "maria", password: str = PASSWORD) -> AppTest:
    at.text_input(key="sign_up_name").set_value("Maria")
    at.text_input(key="sign_up_email").set_value("maria@example.com")
    at.text_input(key="sign_up_username").set_value(username)
    at.text_input(key="sign_up_password").set_value(password)
    return run(at.button(key="sign_up_submit").click())


def change_password(at: AppTest, old: str, new: str) -> AppTest:
    at.text_input(key="account_old_password").set_value(old)
    at.text_input(key="account_new_password").set_value(new)
    return run(at.button(key="account_submit").click())


def errors(at: AppTest) -> list[str]:
    return [error.value.replace("\\", "") for error in at.error]


def is_signed_in(at: AppTest) -> bool:
    return "auth_user" in at.session_state


def holds(at: AppTest, secret: str) -> bool:
    return secret in repr(at.session_state)


def test_right_password_opens_the_app_and_leaves_no_password_behind(visitor: AppTest, maria: User) -> None:
    at = sign_in(run(visitor), " MARIA ", PASSWORD)

    assert at.session_state["auth_user"]["id"] == maria.id
    assert not [box for box in at.text_input if box.key == "sign_in_password"]
    assert not holds(at, PASSWORD)
    assert not [key for key in NOT_OURS if key in at.session_state]


def test_wrong_password_keeps_the_name_and_says_one_sentence(visitor: AppTest, maria: User) -> None:
    at = sign_in(run(visitor), "maria", "wrong")

    assert errors(at) == ["That username and password do not match."]
    assert at.text_input(key="sign_in_username").value == "maria"
    assert at.text_input(key="sign_in_password").value == ""
    assert not is_signed_in(at)
    assert not holds(at, "wrong'")
    assert not [key for key in NOT_OURS if key in at.session_state]


@pytest.mark.parametrize("username", ["maria", "nobody"])
def test_sixth_wrong_password_is_told_that_the_name_is_locked(visitor: AppTest, maria: User, username: str) -> None:
    run(visitor)

    said = [errors(sign_in(visitor, username, f"wrong {number}")) for number in range(6)]

    assert said[:5] == [["That username and password do not match."]] * 5
    assert said[5] == ["Too many wrong passwords for this name. Try again in 15 minutes."]


def test_password_that_nobody_can_have_is_a_wrong_one(
    visitor: AppTest, maria: User, capsys: pytest.CaptureFixture[str]
) -> None:
    run(visitor)
    for password in ("é" * 37, "x" * 200):
        at = sign_in(visitor, "maria", password)
        assert errors(at) == ["That username and password do not match."], password
    assert "password" not in capsys.readouterr().out


def test_password_counts_as_it_is_typed(visitor: AppTest, maria: User) -> None:
    run(visitor)
    for typed in (PASSWORD.upper(), PASSWORD[:-1], f"{PASSWORD}x", f" {PASSWORD}", f"{PASSWORD} "):
        at = sign_in(visitor, "maria", typed)
        assert errors(at) == ["That username and password do not match."], typed
        assert not is_signed_in(at)


@pytest.mark.parametrize("page", ["pages/public/sign_in.py", "pages/public/sign_up.py", "pages/planner/settings.py"])
def test_passwords_are_hidden_and_managers_of_passwords_know_their_fields(
    visitor: AppTest, maria: User, page: str
) -> None:
    run(visitor)
    if page.startswith("pages/planner"):
        sign_in(visitor, "maria", PASSWORD)
    at = run(visitor.switch_page(page))

    fields = [box for box in at.text_input if "password" in box.label.lower()]
    assert fields
    for field in fields:
        new = field.label == "New password" or page.endswith("sign_up.py")
        assert field.proto.type == field.proto.PASSWORD
        assert field.proto.autocomplete == ("new-password" if new else "current-password")
    if page.startswith("pages/public"):
        assert at.text_input(key=f"{page[13:20]}_username").proto.autocomplete == "username"


@pytest.mark.parametrize(("username", "password"), [("", PASSWORD), ("maria", ""), ("  ", "")])
def test_empty_field_is_asked_for_and_not_counted(
    visitor: AppTest, maria: User, username: str, password: str
) -> None:
    run(visitor)
    for _ in range(6):
        assert errors(sign_in(visitor, username, password)) == ["Type your username and your password."]

    assert is_signed_in(sign_in(visitor, "maria", PASSWORD))


def test_sign_in_says_that_this_is_a_demo(visitor: AppTest) -> None:
    assert ["This is a demo" in hint.value for hint in run(visitor).info] == [True]


def test_new_account_is_signed_in_at_once(visitor: AppTest, services: Services) -> None:
    at = sign_up(run(begin_at(visitor, "pages/public/sign_up.py")))

    user = services.accounts.get(at.session_state["auth_user"]["id"])
    assert user is not None
    assert (user.username, user.name, user.email) == ("maria", "Maria", "maria@example.com")
    assert not holds(at, PASSWORD)


def test_rules_stand_there_before_anything_is_typed(visitor: AppTest) -> None:
    at = run(begin_at(visitor, "pages/public/sign_up.py"))

    assert {f":small[{rule}]" for rule in (USERNAME_RULE, PASSWORD_RULE)} <= {text.value for text in at.markdown}


def field_problems(at: AppTest) -> list[str]:
    drawn = [text.value for text in at.markdown if text.value.startswith(":red[")]
    return [text.split(":small[")[1].removesuffix("]]").replace("\\", "") for text in drawn]


def test_refused_account_tells_all_that_is_wrong_and_keeps_what_was_typed(visitor: AppTest) -> None:
    at = sign_up(run(begin_at(visitor, "pages/public/sign_up.py")), username="M", password="short")

    assert field_problems(at) == [
        f"That username cannot be used. {USERNAME_RULE}",
        "That password is too short: it needs at least 10 characters.",
    ]
    assert [box.value for box in at.text_input] == ["Maria", "maria@example.com", "M", "short"]
    assert is_signed_in(sign_up(at))


def test_taken_name_is_told(visitor: AppTest, maria: User) -> None:
    at = sign_up(run(begin_at(visitor, "pages/public/sign_up.py")))

    assert field_problems(at) == [
        "There is already an account with that e-mail address.",
        "That username is taken. Please choose another.",
    ]
    assert not is_signed_in(at)


def test_closed_sign_up_has_no_form_and_no_link(
    visitor: AppTest, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_UP", "closed")
    built_services.clear()

    at = run(visitor)

    assert ":small[New accounts are made by whoever runs this.]" in [text.value for text in at.markdown]
    assert [one.proto.label for one in at.get("page_link")] == ["Forgot your password?"]


def test_account_shows_who_is_here(account: AppTest) -> None:
    assert {"Maria", "maria@example.com", "maria"} <= {text.value for text in account.text}


def test_changed_password_keeps_this_tab_and_ends_another(account: AppTest, services: Services, maria: User) -> None:
    before = datetime.fromtimestamp(account.session_state["auth_user"]["signed_in_at"] / 1000, UTC)

    at = change_password(account, PASSWORD, NEW_PASSWORD)

    assert [note.value for note in at.success] == ["Your password is changed. Every other sign-in has ended."]
    assert services.sign_ins.current(maria.id, before) is None
    assert not holds(at, PASSWORD)
    assert not holds(at, NEW_PASSWORD)
    assert is_signed_in(run(at))
    assert at.session_state["auth_cookie"] == "set"  # the browser's cookie is an old one now
    assert services.sign_ins.sign_in("maria", NEW_PASSWORD).user == maria


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("wrong", NEW_PASSWORD, "The current password is not correct."),
        (PASSWORD, "short", "That password is too short: it needs at least 10 characters."),
        (PASSWORD, PASSWORD, "The new password is the old one. Please choose another."),
    ],
)
def test_refused_change_says_why_and_keeps_the_password(
    account: AppTest, services: Services, maria: User, old: str, new: str, sentence: str
) -> None:
    at = change_password(account, old, new)

    assert errors(at) == [sentence]
    assert services.sign_ins.sign_in("maria", PASSWORD).user == maria


def test_signing_out_everywhere_else_keeps_this_tab(account: AppTest, services: Services, maria: User) -> None:
    before = datetime.fromtimestamp(account.session_state["auth_user"]["signed_in_at"] / 1000, UTC)

    at = run(account.button(key="account_sign_out_elsewhere").click())

    assert [note.value for note in at.success] == ["Every other sign-in has ended."]
    assert services.sign_ins.current(maria.id, before) is None
    assert is_signed_in(run(at))


def test_what_kept_sign_ins_from_ending_is_said_at_its_button(
    account: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError("The database cannot be reached right now.")

    monkeypatch.setattr("services.accounts.sign_ins.SignInService.end_all", away)

    at = run(account.button(key="account_sign_out_elsewhere").click())

    assert errors(at) == ["Cannot save right now: the database cannot be reached. Please try again."]
    drawn = list(at.main)
    button = drawn.index(at.button(key="account_sign_out_elsewhere"))
    assert at.error[0] in drawn[button + 1 :][:1]


def make_token(at: AppTest, password: str) -> AppTest:
    at.text_input(key="token_name").set_value("CRM import")
    at.text_input(key="token_password").set_value(password)
    return run(at.button(key="token_create").click())


def test_token_is_made_for_who_types_the_password_again(account: AppTest, services: Services, maria: User) -> None:
    for password in ("", "wrong"):
        at = make_token(account, password)
        assert errors(at) == ["That password is not correct."]
        assert at.text_input(key="token_name").value == "CRM import"
    assert services.tokens.all(user_id=maria.id) == ()

    at = make_token(account, PASSWORD)

    assert [token.name for token in services.tokens.all(user_id=maria.id)] == ["CRM import"]
    assert not holds(at, PASSWORD)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("how", ["password", "elsewhere"])
def test_tokens_are_listed_where_sign_ins_end_and_end_too_unless_one_says_otherwise(
    account: AppTest, services: Services, maria: User, how: str, keep: bool
) -> None:
    for name in ("CRM *import*", "Zapier"):
        services.tokens.create(user_id=maria.id, name=name)
    at = run(account)
    assert [box.value for box in at.checkbox] == [True, True]
    assert all("2 API tokens" in box.label for box in at.checkbox)
    listed = [text.value for text in at.markdown if "These stop working: " in text.value]
    assert len(listed) == 2
    assert all("**Zapier**, **CRM \\*import\\***" in text for text in listed)

    if keep:
        at.checkbox(key=f"account_{how}_revoke").uncheck()
    if how == "password":
        at = change_password(at, PASSWORD, NEW_PASSWORD)
    else:
        at = run(at.button(key="account_sign_out_elsewhere").click())

    [said] = [note.value for note in at.success]
    assert "Every other sign-in has ended. Your 2 API tokens " + ("still work." if keep else "are revoked.") in said
    assert len(services.tokens.all(user_id=maria.id)) == (2 if keep else 0)


def test_sixth_account_from_here_is_told_to_wait(visitor: AppTest, services: Services) -> None:
    for number in range(5):
        services.accounts.sign_up(
            name="M", email=f"{number}@example.com", username=f"m-{number}", password=PASSWORD, address="127.0.0.1"
        )

    at = sign_up(run(begin_at(visitor, "pages/public/sign_up.py")))

    assert errors(at) == ["Too many sign-ups from your network. Please try again in 5 minutes."]
    assert not is_signed_in(at)


def test_stranger_who_locks_the_name_does_not_lock_a_tab_that_was_signed_in(
    signed_in: AppTest, services: Services, maria: User
) -> None:
    at = run(signed_in.button(key="sidebar_sign_out").click())
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            services.sign_ins.sign_in("maria", "wrong")

    assert is_signed_in(sign_in(at, "maria", PASSWORD))


def test_busy_door_is_a_sentence(visitor: AppTest, maria: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run(visitor)
    monkeypatch.setattr("services.accounts.passwords._WAIT_S", 0.0)
    monkeypatch.setattr("services.accounts.passwords._places", threading.BoundedSemaphore(1))
    passwords._places.acquire()

    at = sign_in(visitor, "maria", PASSWORD)

    assert errors(at) == ["Too many people are signing in right now. Please try again in a moment."]


def test_signing_out_shows_the_way_in_again(account: AppTest) -> None:
    at = run(account.button(key="account_sign_out").click())

    assert not is_signed_in(at)
    assert at.text_input(key="sign_in_username").value == ""


def test_planner_without_a_password_has_no_form_for_one(app: AppTest) -> None:
    at = run(begin_at(app, "pages/planner/settings.py"))

    assert not [box for box in at.text_input if box.key == "account_new_password"]
    assert any("DEV_USER_ID" in hint.value for hint in at.info)


def test_database_that_is_away_is_told_and_the_name_is_kept(
    visitor: AppTest, maria: User, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError("The database cannot be reached right now.")

    run(visitor)
    monkeypatch.setattr("services.accounts.sign_ins.SignInService.sign_in", away)

    at = sign_in(visitor, "maria", PASSWORD)

    assert errors(at) == ["Cannot sign you in right now: the database cannot be reached. Please try again."]
    assert at.text_input(key="sign_in_username").value == "maria"


def test_code_of_the_log_makes_the_first_admin(account: AppTest, services: Services) -> None:
    code = services.admins.new_code()
    run(account).text_input(key="account_admin_code").set_value("guess")
    at = run(account.button(key="account_admin_submit").click())
    assert errors(at) == ["That code is not correct. The current one is in the log of the app's last start."]

    at.text_input(key="account_admin_code").set_value(code or "")
    at = run(at.button(key="account_admin_submit").click())

    assert at.success[0].value.startswith("You are the admin now: manage everybody under People")
    assert "account_admin_code" not in {field.key for field in at.text_input}
    assert [user.username for user in services.admins.all()] == ["maria"]


def test_without_a_code_the_next_start_is_said_to_write_one(
    account: AppTest, services: Services, maria: User
) -> None:
    services.admins.set_admin(maria.id, admin=True)
    services.admins.set_admin(maria.id, admin=False)  # as the command does
    at = run(account)

    assert "account_admin_code" not in {field.key for field in at.text_input}
    assert any("at its next start" in line.value for line in at.markdown)
    assert services.admins.new_code()  # which a start writes to the log
    assert "account_admin_code" in {field.key for field in run(at).text_input}


def test_model_of_new_chats_is_chosen_in_the_settings(account: AppTest, services: Services, maria: User) -> None:
    choice = account.selectbox(key="settings_model")
    other = next(model for model in choice.options if model != choice.value)

    choice.select(other).run()

    changed = services.accounts.get(maria.id)
    assert changed is not None
    assert changed.last_model == other
