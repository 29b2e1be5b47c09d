"""The thumbs below a reply, what it cost, and the line above the box when the month's money runs out."""

from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.accounts.records import User
from services.sessions.records import MessageView
from services.wiring import Services
from tests.helpers.services import Emulator


@pytest.fixture
def backboard_url(emulator: Emulator) -> str:
    """Let a Backboard with prices answer."""
    return emulator.base_url


@pytest.fixture
def at(app: AppTest, services: Services, planner: User) -> AppTest:
    """Open the app on a session with one reply."""
    services.models.all()
    run(run(app).chat_input[0].set_value("Three nights in Lisbon"))
    return app


def run(what: Any) -> AppTest:
    """Run the app, or what was done to one of its elements."""
    at: AppTest = what.run()
    assert not at.exception
    return at


def reply(services: Services, planner: User) -> MessageView:
    (session,) = services.sessions.recent(user_id=planner.id).sessions
    return services.sessions.history(session.id, user_id=planner.id).messages[-1]


def texts(at: AppTest) -> str:
    return "\n".join(text.value.replace("\\", "") for text in at.markdown)


def test_thumb_is_saved_and_taken_back(at: AppTest, services: Services, planner: User) -> None:
    key = f"chat_rating_{reply(services, planner).id}"
    run(at.feedback(key=key).set_value(1))
    assert reply(services, planner).rating == 1

    run(at.feedback(key=key).set_value(0))
    assert reply(services, planner).rating == -1

    run(at.feedback(key=key).set_value(None))
    assert reply(services, planner).rating is None


def test_reason_can_be_given_after_a_thumb(at: AppTest, services: Services, planner: User) -> None:
    rated = reply(services, planner)
    assert not at.text_area
    run(at.feedback(key=f"chat_rating_{rated.id}").set_value(0))
    at.session_state[f"chat_reason_{rated.id}"] = True
    run(at)

    at.text_area(key=f"chat_reason_text_{rated.id}").set_value("Too dear")
    run(at.button(key=f"chat_reason_save_{rated.id}").click())

    assert reply(services, planner).rating_reason == "Too dear"
    assert not at.text_area


def test_rating_made_elsewhere_is_shown(at: AppTest, services: Services, planner: User) -> None:
    rated = reply(services, planner)
    services.ratings.rate(rated.id, -1, user_id=planner.id)

    run(at)

    assert at.feedback(key=f"chat_rating_{rated.id}").value == 0


def test_price_stands_below_the_reply(at: AppTest, services: Services, planner: User) -> None:
    cost = reply(services, planner).cost_micros
    assert cost
    assert f" tokens · ${cost / 1e6:.4f} · " in texts(at)


def test_unknown_price_is_said(app: AppTest, services: Services, planner: User) -> None:
    session = services.sessions.create(user_id=planner.id, model="acme/own")
    app.query_params["session"] = str(session.id)
    run(run(app).chat_input[0].set_value("Three nights in Lisbon"))

    assert " tokens · price not known · " in texts(app)


def test_line_warns_and_then_sending_is_refused_with_the_text_still_there(
    at: AppTest, services: Services, planner: User
) -> None:
    assert "this month is used" not in texts(at)
    spent = services.costs.this_month(planner.id).spent_micros

    services.costs.set_limit(planner.id, Decimal(spent + 1) / 1_000_000, by=None)
    run(at)
    assert "this month is used. A new month begins on 1 " in texts(at)

    services.costs.set_limit(planner.id, Decimal(spent) / 1_000_000, by=None)
    run(at.chat_input[0].set_value("And Porto?"))
    assert "No more can be sent." in texts(at)
    assert any("Your monthly limit is reached" in one.value for one in at.warning)
    assert at.chat_input[0].value == "And Porto?"
