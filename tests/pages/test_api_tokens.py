from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from components.state import SESSIONS_PAGE, SETTINGS_PAGE
from db.engine import DatabaseUnavailableError
from db.models import utc_now
from services.accounts.records import User
from services.accounts.tokens import MAX_TOKENS, TokenService
from services.wiring import Services
from tests.helpers.screens import begin_at


@pytest.fixture
def page(app: AppTest) -> AppTest:
    app.session_state["auth_user"]["signed_in_at"] = int(utc_now().timestamp() * 1000)
    return run(begin_at(app, SETTINGS_PAGE))


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def create(page: AppTest, name: str, *, access: str = "Full access", valid: str = "90 days") -> AppTest:
    page.text_input(key="token_name").set_value(name)
    page.selectbox(key="token_access").set_value(access)
    page.selectbox(key="token_days").set_value(valid)
    page.button(key="token_create").click()
    return run(page)


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click()
    return run(page)


def captions(page: AppTest) -> str:
    return "\n".join(line.value for line in (*page.main.caption, *page.main.markdown))


def errors(page: AppTest) -> list[str]:
    return [error.value.replace("\\", "") for error in page.error]


def secrets(page: AppTest) -> list[str]:
    return [block.value for block in page.code if block.value.startswith("tbt_")]


def test_nobody_has_a_token_at_first(page: AppTest) -> None:
    assert "No tokens yet" in captions(page)


def test_new_token_works_and_is_shown_once(page: AppTest, services: Services, planner: User) -> None:
    create(page, "CRM import", access="Read only", valid="1 year")

    (secret,) = secrets(page)
    use = services.tokens.check(secret)
    assert use is not None
    assert (use.user.id, use.token.name, use.token.read_only) == (planner.id, "CRM import", True)
    assert use.token.expires_at is not None
    assert timedelta(days=364) < use.token.expires_at - utc_now() <= timedelta(days=365)
    assert page.text_input(key="token_name").value == ""

    press(page, "token_done")
    assert secrets(page) == []
    assert secret not in repr(page.session_state)
    assert "Read only · made just now · last used just now · ends" in captions(page)


def test_new_token_is_gone_once_the_page_is_left(page: AppTest) -> None:
    (secret,) = secrets(create(page, "CRM import"))

    run(page.switch_page(SESSIONS_PAGE))
    run(page.switch_page(SETTINGS_PAGE))

    assert secrets(page) == []
    assert secret not in repr(page.session_state)


def test_token_without_an_end_and_one_that_ended_say_so(
    page: AppTest, planner: User, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(page, "forever", valid="No end")
    press(page, "token_done")
    assert "never used · no end" in captions(page)

    create(page, "short", valid="30 days")
    press(page, "token_done")
    monkeypatch.setattr(services.tokens, "_clock", lambda: utc_now() + timedelta(days=31))
    assert "**ended**" in captions(run(page))


def test_revoking_asks_first_and_then_ends_the_token(page: AppTest, services: Services, planner: User) -> None:
    made = services.tokens.create(user_id=planner.id, name="CRM *import*")
    run(page)

    press(page, f"token_revoke_{made.info.id}")
    assert "cannot be undone" in "\n".join(text.value for text in page.markdown)
    press(page, "token_revoke_cancel")
    assert services.tokens.check(made.secret) is not None

    press(page, f"token_revoke_{made.info.id}")
    press(page, "token_revoke_confirm")
    assert services.tokens.check(made.secret) is None
    assert "No tokens yet" in captions(page)


def test_only_the_planners_own_tokens_are_there(page: AppTest, services: Services, stranger: User) -> None:
    services.tokens.create(user_id=stranger.id, name="theirs")

    assert "No tokens yet" in captions(run(page))


def test_name_is_asked_for(page: AppTest) -> None:
    create(page, "  ")

    assert len(page.error) == 1
    assert secrets(page) == []


def test_too_many_tokens_is_a_sentence_and_the_name_stays(page: AppTest, services: Services, planner: User) -> None:
    for number in range(MAX_TOKENS):
        services.tokens.create(user_id=planner.id, name=str(number))
    create(run(page), "one more")

    assert errors(page) == ["There are 50 tokens already. Revoke one that is not used."]
    assert page.text_input(key="token_name").value == "one more"


def test_database_that_is_away_is_a_sentence(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(TokenService, "create", away)
    create(page, "CRM import")

    assert errors(page) == ["Cannot save right now: the database cannot be reached. Please try again."]


def test_without_a_password_an_old_sign_in_makes_no_token(page: AppTest, services: Services, planner: User) -> None:
    page.session_state["auth_user"]["signed_in_at"] -= 600_001
    create(page, "CRM import")

    assert errors(page) == ["Please sign out and in again first: your sign-in is older than ten minutes."]
    assert services.tokens.all(user_id=planner.id) == ()


def test_admin_makes_a_token_for_metrics_and_a_planner_cannot(
    page: AppTest, services: Services, planner: User
) -> None:
    assert "Metrics only" not in page.selectbox(key="token_access").options
    services.admins.set_admin(planner.id, admin=True)

    create(run(page), "Prometheus", access="Metrics only")

    use = services.tokens.check(secrets(page)[0])
    assert use is not None
    assert use.token.metrics_only
    assert "Metrics only · made just now" in captions(press(page, "token_done"))
