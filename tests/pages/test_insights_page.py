"""Insights: planners see their own use, admins everybody's, and set limits."""

from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import db.usage
from db.engine import Database
from db.models import utc_now
from services.accounts.records import User
from services.wiring import Services
from settings import ROOT
from tests.helpers.screens import begin_at

PAGE = "pages/planner/insights.py"


def run(what: Any) -> AppTest:
    """Run the app, or what was done to one of its elements."""
    at: AppTest = what.run()
    assert not at.exception
    return at


def open_page(app: AppTest) -> AppTest:
    return run(begin_at(app, PAGE))


def texts(at: AppTest) -> str:
    return "\n".join(text.value.replace("\\", "") for text in at.main.markdown)


def tiles(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value.replace("\\", "") for metric in at.metric}


@pytest.fixture
def use(app_database: Database, planner: User, stranger: User) -> None:
    """Let both planners have used something today, and one of them a model of unknown price."""
    today = utc_now().date()
    numbers = {"replies": 2, "input_tokens": 1000, "output_tokens": 234, "first_texts": 2, "first_text_ms": 3000}
    with app_database.begin() as db_session:
        for user_id, model, micros in ((planner.id, "openai/gpt-4o", 4_200), (stranger.id, "a/b", 1_000_000)):
            db.usage.add(
                db_session, user_id=user_id, day=today, model=model, sessions=1, cost_micros=micros, **numbers
            )
        db.usage.add(
            db_session, user_id=planner.id, day=today - timedelta(days=2), model="acme/own", replies=1, unpriced=1
        )


def test_planner_without_use_is_told_what_to_do(app: AppTest, planner: User) -> None:
    at = open_page(app)

    assert "No activity" in at.info[0].value
    assert at.button(key="insights_new_chat").label == "New chat"
    assert not at.metric


def test_planner_sees_their_own_and_nobody_elses(app: AppTest, use: None) -> None:
    at = open_page(app)

    assert tiles(at) == {
        "Sessions": "1",
        "Replies": "3",
        "Tokens": "1,234",
        "Cost": "$0.0042",
        "Time to first word": "1.5 s",
        "Liked": "0",
    }
    assert "Excludes 1 reply of unknown price" in texts(at)
    assert "This month so far: $0.0042" in texts(at)
    assert "insights_whose" not in {box.key for box in at.selectbox}
    alts = [chart.proto.alt for chart in at.get("vega_lite_chart")]
    assert len(alts) == 4  # nothing was rated
    assert all(alts)
    models = at.table[0].value
    assert list(models["Model"].str.replace("\\", "")) == ["openai/gpt-4o", "acme/own"]
    assert list(models["Cost"].str.replace("\\", "")) == ["$0.0042", "not known"]


def test_model_that_gave_titles_only_says_so(app: AppTest, use: None, planner: User, app_database: Database) -> None:
    said = "A model without replies gave sessions their titles."
    assert said not in texts(open_page(app))
    with app_database.begin() as db_session:
        today = utc_now().date()
        db.usage.add(db_session, user_id=planner.id, day=today, model="openai/mini", input_tokens=9, cost_micros=1)

    assert said in texts(run(app))


def test_table_has_every_day(app: AppTest, use: None) -> None:
    numbers = open_page(app).table[-1].value

    assert len(numbers) == 30
    assert list(numbers["Replies"])[:4] == ["2", "0", "1", "0"]


@pytest.mark.parametrize(("period", "rows"), [("Last 7 days", 7), ("Last 12 months", 13)])
def test_period_can_be_chosen(app: AppTest, use: None, period: str, rows: int) -> None:
    at = open_page(app)

    run(at.selectbox(key="insights_period").select(period))

    assert len(at.table[-1].value) in (rows, rows - 1)
    assert tiles(at)["Replies"] == "3"


def test_own_dates_can_be_chosen(app: AppTest, use: None) -> None:
    at = open_page(app)
    run(at.selectbox(key="insights_period").select("Custom dates"))
    today = utc_now().date()

    run(at.date_input(key="insights_dates").set_value((today - timedelta(days=5), today - timedelta(days=1))))
    assert tiles(at)["Replies"] == "1"

    run(at.date_input(key="insights_dates").set_value((today - timedelta(days=800), today)))
    assert at.info[0].value == "Choose at most 400 days."

    run(at.date_input(key="insights_dates").set_value((today,)))
    assert at.info[0].value == "Choose the last day too."


def test_admin_sees_everybody_and_limits_one(
    app: AppTest, services: Services, planner: User, stranger: User, use: None
) -> None:
    services.admins.set_admin(planner.id, admin=True)
    at = open_page(app)
    assert tiles(at)["Replies"] == "3"

    run(at.selectbox(key="insights_whose").select_index(1))
    assert tiles(at)["Replies"] == "5"
    people = at.table[1].value
    assert list(people["Person"].str.replace("\\", "")) == ["Bob Stranger (bob)", "Ada Planner (ada)"]

    run(at.selectbox(key="insights_whose").select_index(2))
    assert tiles(at)["Cost"] == "$1.00"
    at.number_input(key=f"insights_limit_usd_{stranger.id}_None").set_value(1.25)
    run(at.button(key=f"insights_limit_save_{stranger.id}").click())
    assert services.costs.this_month(stranger.id).limit_micros == 1_250_000
    assert "This month so far: $1.00. The limit is $1.25." in texts(at)
    box = at.number_input(key=f"insights_limit_usd_{stranger.id}_1250000")
    assert box.value == 1.25
    box.set_value(None)
    run(at.button(key=f"insights_limit_save_{stranger.id}").click())
    assert services.costs.this_month(stranger.id).limit_micros is None


def test_admin_who_is_none_any_more_sees_only_their_own(
    app: AppTest, services: Services, planner: User, use: None
) -> None:
    services.admins.set_admin(planner.id, admin=True)
    at = open_page(app)
    run(at.selectbox(key="insights_whose").select_index(1))
    services.admins.set_admin(planner.id, admin=False)

    assert tiles(run(at))["Replies"] == "3"


def test_page_itself_asks_who_is_there(visitor: AppTest) -> None:
    alone = AppTest.from_file(ROOT / PAGE)

    assert [hint.value for hint in run(alone).info] == ["Please sign in to continue."]


def test_settings_tell_what_the_month_cost(app: AppTest, use: None) -> None:
    at = run(begin_at(app, "pages/planner/settings.py"))

    assert "This month so far: $0.0042" in texts(at)
