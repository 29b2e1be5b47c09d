"""Ways to sign in with a company, as the screens offer them; what a browser alone shows is in `tests/browser`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.runtime.secrets import AttrDict
from streamlit.testing.v1 import AppTest

import db.models
from components.departures import Departure
from components.resources import built_services
from components.state import SETTINGS_PAGE
from db.engine import Database
from services.accounts.identities import Said
from services.accounts.records import User
from services.process.clock import utc_now
from services.wiring import Services
from settings import ROOT

pytestmark = pytest.mark.usefixtures("cheap_hashes")

PASSWORD = "harbour lights 7"
ISSUER = "https://id.example.com"
AUTH = {
    "redirect_uri": "http://localhost:8501/oauth2callback",
    "cookie_secret": "secret",
    "acme": {
        "label": "Acme, Inc.",
        "client_id": "travel-bot",
        "client_secret": "secret",
        "server_metadata_url": f"{ISSUER}/.well-known/openid-configuration",
    },
}


@dataclass
class Company:
    """What a company says when the tab connects, and what was asked of it."""

    claims: dict[str, object] = field(default_factory=dict)
    departure: Departure | None = None
    reached: bool = True
    asked: list[object] = field(default_factory=list)

    def says(self, **changed: object) -> None:
        at = int(utc_now().timestamp())
        mail = {"email": "ada@example.com", "email_verified": True, "name": "Ada of Acme"}
        said = {"iss": ISSUER, "sub": "00u1", "aud": "travel-bot", "iat": at, "provider": "acme"}
        self.claims = {"is_logged_in": True} | said | mail | changed

    @property
    def said(self) -> Said:
        return Said(ISSUER, "00u1", datetime.fromtimestamp(int(utc_now().timestamp()), UTC), "ada@example.com")

    def of(self, _cookie: str | None) -> Departure | None:
        return self.departure

    def note(self, _cookie: str | None, departure: Departure) -> None:
        self.departure = departure

    def left(self, *, joining: int | None = None, before: str = "", **came_for: object) -> None:
        self.departure = Departure("acme", joining, before, utc_now(), **came_for)  # type: ignore[arg-type]

    def told(self, _cookie: str | None) -> None:
        self.departure = None


@pytest.fixture(autouse=True)
def company(monkeypatch: pytest.MonkeyPatch) -> Company:
    """Put a company into the secrets, before the services of the process are built."""
    made = Company()
    monkeypatch.setattr("components.resources.get_secrets_auth_section", lambda: AttrDict(AUTH))
    monkeypatch.setattr("components.accounts.company.get_departures", lambda: made)
    monkeypatch.setattr("components.accounts.company.answers", lambda _: made.reached)
    monkeypatch.setattr("streamlit.login", made.asked.append)
    monkeypatch.setattr("streamlit.logout", lambda: made.asked.append("out"))
    monkeypatch.setattr(
        "components.accounts.company.answer", lambda: made.claims if made.claims.get("is_logged_in") else None
    )
    return made


@pytest.fixture
def maria(services: Services) -> User:
    return services.accounts.sign_up(name="Maria", email="maria@example.com", username="maria", password=PASSWORD)


@pytest.fixture
def as_maria(visitor: AppTest, maria: User) -> AppTest:
    at = int(utc_now().timestamp() * 1000)
    visitor.session_state["auth_user"] = {"id": maria.id, "username": "maria", "signed_in_at": at}
    return visitor


def new_tab() -> AppTest:
    return AppTest.from_file(ROOT / "app.py")


def plain(markdown: str) -> str:
    return markdown.replace("\\", "")


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def errors(at: AppTest) -> list[str]:
    return [plain(error.value) for error in at.error]


def keys(at: AppTest) -> list[str]:
    return [str(button.key) for button in at.button]


def user_id(at: AppTest) -> int | None:
    return at.session_state["auth_user"]["id"] if "auth_user" in at.session_state else None


def test_button_leads_to_the_company(visitor: AppTest, company: Company) -> None:
    run(visitor)
    assert plain(visitor.button(key="sign_in_company_acme").label) == "Continue with Acme, Inc."

    press(visitor, "sign_in_company_acme")

    assert company.asked == ["acme"]
    assert company.departure is not None
    assert company.departure.joining is None


def test_company_that_is_away_is_told_where_one_stands(visitor: AppTest, company: Company) -> None:
    company.reached = False
    press(run(visitor), "sign_in_company_acme")

    assert errors(visitor) == [
        "Acme, Inc. cannot be reached right now. Please try again in a moment, or choose another way."
    ]
    assert company.asked == []


def test_whoever_comes_back_is_in_and_needs_no_cookie_of_ours(
    visitor: AppTest, company: Company, services: Services
) -> None:
    company.left()
    company.says()
    run(visitor)

    assert company.departure is None  # who signs out again is not told that it came to nothing
    user = services.accounts.named("ada")
    assert user_id(visitor) == user.id
    assert "auth_cookie" not in visitor.session_state

    services.sign_ins.end_all(user.id)
    run(visitor)
    assert user_id(visitor) is None


def test_whoever_comes_back_sees_what_they_had_come_for(visitor: AppTest, company: Company) -> None:
    company.left(page="settings", query={"a": "b"})
    company.says()
    run(visitor)

    assert [title.value for title in visitor.title] == ["Settings"]
    assert visitor.query_params["a"] == "b"


def test_leaving_ends_both_sign_ins(visitor: AppTest, company: Company) -> None:
    company.says()
    run(visitor)

    press(visitor, "sidebar_sign_out")

    assert company.asked == ["out"]
    again = new_tab()
    run(again)
    assert errors(again) == ["Your sign-in has ended. Please sign in again."]
    press(again, "sign_in_other")
    assert company.asked == ["out", "out"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"aud": "another-app"}, "Your company's answer is not meant for this app. Ask whoever runs it."),
        ({"iat": 1_700_000_000}, "Your company's answer is too old. Please sign in again."),
        ({"sub": None}, "Your company's answer does not say who you are. Ask whoever runs this app."),
    ],
)
def test_who_is_not_let_in_reads_why(
    visitor: AppTest, company: Company, changed: dict[str, object], sentence: str
) -> None:
    company.says(**changed)

    assert errors(run(visitor)) == [sentence]
    assert errors(run(visitor)) == [sentence]
    assert "sign_in_other" in keys(visitor)


def test_who_comes_back_without_an_answer_reads_so_once(visitor: AppTest, company: Company) -> None:
    company.left()

    assert errors(run(visitor)) == ["Acme, Inc. did not sign you in. Please try again, or choose another way."]
    assert errors(run(new_tab())) == []


def test_who_is_in_joins_by_saying_so(as_maria: AppTest, company: Company, services: Services, maria: User) -> None:
    run(as_maria.switch_page(SETTINGS_PAGE))
    run(as_maria)
    press(as_maria, "ways_in_join_acme")
    assert (company.asked, as_maria.session_state["company_due"]) == ([], "acme")  # our cookie is written first

    back = new_tab()
    back.session_state["auth_user"] = as_maria.session_state["auth_user"]
    company.left(joining=maria.id, before="[null, null, null, null]")
    company.says()
    run(back)
    assert services.identities.all(maria.id) == ()
    back.text_input(key="join_password").set_value("wrong")
    press(back, "join")
    assert errors(back) == ["That password is not correct."]
    assert services.identities.all(maria.id) == ()
    back.text_input(key="join_password").set_value(PASSWORD)
    press(back, "join")

    (joined,) = services.identities.all(maria.id)
    assert (joined.issuer, joined.email) == (ISSUER, "ada@example.com")
    assert user_id(back) == maria.id
    run(back.switch_page(SETTINGS_PAGE))
    assert plain(back.button(key="ways_in_join_acme").label) == "Join another account at Acme, Inc."


@pytest.mark.parametrize("key", ["join_cancel", "sidebar_sign_out"])
def test_nothing_is_joined_by_itself(
    as_maria: AppTest, company: Company, services: Services, maria: User, key: str
) -> None:
    company.left(joining=maria.id)
    company.says()
    press(run(as_maria), key)

    assert services.identities.all(maria.id) == ()
    assert services.identities.user_of(company.said) is None


def test_who_wants_to_join_is_not_let_in_as_somebody_new_while_our_cookie_is_held_back(
    visitor: AppTest, company: Company, services: Services, maria: User
) -> None:
    company.left(joining=maria.id)
    company.says()
    run(visitor)

    assert user_id(visitor) is None
    assert services.identities.user_of(company.said) is None


def test_joining_that_came_to_nothing_is_told(as_maria: AppTest, company: Company, maria: User) -> None:
    company.left(joining=maria.id, before="[null, null, null, null]")
    run(as_maria)

    assert [plain(toast.value) for toast in as_maria.toast] == [
        "Acme, Inc. did not sign you in, so nothing is joined."
    ]


def test_way_in_is_removed_with_the_password_and_the_only_one_stays(
    as_maria: AppTest, company: Company, services: Services, maria: User, app_database: Database
) -> None:
    services.identities.join(maria.id, company.said)
    (joined,) = services.identities.all(maria.id)
    run(as_maria)
    run(as_maria.switch_page(SETTINGS_PAGE))
    assert "**Acme, Inc.**" in [plain(line.value) for line in as_maria.markdown]
    press(as_maria, f"way_in_remove_{joined.id}")
    as_maria.text_input(key="remove_way_in_confirm_password").set_value(PASSWORD)
    press(as_maria, "remove_way_in_confirm")
    assert services.identities.all(maria.id) == ()

    with app_database.begin() as db_session:
        db_session.get_one(db.models.User, maria.id).password_hash = None
    services.identities.join(maria.id, company.said)
    (only,) = services.identities.all(maria.id)
    run(as_maria)
    assert as_maria.button(key=f"way_in_remove_{only.id}").disabled


def test_who_has_no_password_needs_a_new_sign_in_to_join(
    visitor: AppTest, company: Company, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.says()
    run(visitor)
    run(visitor.switch_page(SETTINGS_PAGE))
    later: Callable[[], datetime] = lambda: utc_now() + timedelta(minutes=11)  # noqa: E731
    monkeypatch.setattr(services.sign_ins, "_clock", later)

    press(visitor, "ways_in_join_acme")

    assert errors(visitor) == ["Please sign out and in again first: your sign-in is older than ten minutes."]
    assert "company_due" not in visitor.session_state


def test_passwords_are_off(
    visitor: AppTest, monkeypatch: pytest.MonkeyPatch, services: Services, maria: User
) -> None:
    monkeypatch.setattr(services.settings, "__dict__", services.settings.__dict__ | {"passwords": "off"})
    run(visitor)

    assert keys(visitor) == ["sign_in_company_acme"]
    assert [box.key for box in visitor.text_input if str(box.key).startswith("sign_in")] == []
    assert "Create an account" not in str(visitor.main)


def test_company_that_cannot_work_is_told_instead_of_a_screen(
    visitor: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"redirect_uri": AUTH["redirect_uri"], "cookie_secret": "secret", "my_firm": AUTH["acme"]}
    monkeypatch.setattr("components.resources.get_secrets_auth_section", lambda: AttrDict(wrong))
    built_services.clear()
    run(visitor)

    (told,) = [line.value for line in visitor.text if line.value.startswith("[auth]")]
    assert told == "[auth]: The name my_firm has an underscore, which Streamlit does not take: call it my-firm."
    assert keys(visitor) == ["outage_try_again"]
