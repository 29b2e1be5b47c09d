"""Everybody who may come to a door, as a server meets them: by cookies, tokens and headers."""

from collections.abc import Iterator
from dataclasses import dataclass

import jwt

import db.models
from db.models import GUEST, VIEWER
from services.accounts.admins import AdminService
from services.accounts.sign_ins import SignInService
from settings import Settings
from tests.helpers.accounts import cheaply
from tests.helpers.browser import COOKIE, App
from tests.helpers.doors import WHO
from tests.helpers.planners import Planner, add_planner, database_of

_OTHER_KEY = "another key that nobody has here, of no use"
_COMPANY = "_streamlit_user"


@dataclass(frozen=True)
class Visitor:
    """Somebody who comes to a door, and what their browser or program sends."""

    who: str
    headers: dict[str, str]

    @property
    def place(self) -> int:
        """Return where in a row of the tables it stands what they get."""
        return WHO[self.who]


def visitors(app: App, victim: Planner) -> Iterator[Visitor]:
    """Yield all of them, each with an account of their own if any."""
    for who in WHO:
        match who:
            case "nobody":
                headers = {}
            case "somebody with made-up secrets":
                headers = _sent("made.up.cookie", "tbt_" + "A" * 43, company="2|1:0|10:1|made|up|x")
            case "somebody who signs as the victim":
                headers = _forged(victim)
            case _:
                headers = _sent_by(who, add_planner(app))
        yield Visitor(who, headers)


def _sent_by(who: str, planner: Planner) -> dict[str, str]:
    """Return what somebody with an account sends, after what became of them."""
    if "admin" in who:
        planner.become_admin()
    headers = _sent(planner.cookie(), planner.new_token())
    with database_of(planner.app) as database:
        if who == "somebody whose sign-in was ended":
            SignInService(database, Settings(), compare=cheaply).end_all(planner.id)
        if who == "somebody who was an admin":
            AdminService(database).set_admin(planner.id, admin=False)
        with database.begin() as db_session:
            row = db_session.get_one(db.models.User, planner.id)
            row.disabled = who == "somebody disabled"
            row.role = {"a guest": GUEST, "a viewer": VIEWER}.get(who, row.role)
    return headers


def _forged(victim: Planner) -> dict[str, str]:
    """Return what somebody sends who has another key, and speaks as a proxy does that nobody listed."""
    token = jwt.encode({"sub": victim.username, "iss": "https://example.com", "aud": "travelbot"}, _OTHER_KEY)
    said = {"User": victim.username, "Email": victim.user.email, "Access-Token": token, "Preferred-Username": "ada"}
    return _sent(victim.cookie(_OTHER_KEY), token, company=token) | {
        **{f"X-Forwarded-{name}": value for name, value in said.items()},
        "Cf-Access-Jwt-Assertion": token,
        "X-Goog-Iap-Jwt-Assertion": token,
        "X-Auth-Request-User": victim.username,
        "Remote-User": victim.username,
    }


def _sent(cookie: str, token: str, *, company: str = "") -> dict[str, str]:
    cookies = {COOKIE: cookie} | ({_COMPANY: company} if company else {})
    return {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Authorization": f"Bearer {token}",
    }
