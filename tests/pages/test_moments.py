"""The screens at awkward moments: beside midnight, on leap days, at the end of a year, while the clocks change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

import db.usage
from components.state import SESSIONS_PAGE
from exports.sessions.markdown import session_markdown
from tests.helpers.clock import Clock
from tests.helpers.saved_session import session
from tests.helpers.screens import begin_at

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AGES = (
    timedelta(seconds=5),
    5 * MINUTE,
    45 * MINUTE,
    timedelta(hours=25),
    6 * DAY,
    7 * DAY,
    9 * DAY,
    40 * DAY,
    366 * DAY,
)


def moment(local: str, zone: str, *, fold: int = 0) -> object:
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return pytest.param(at, id=f"{local} {zone}{' again' if fold else ''}")


ENDS_OF_DAYS = [  # here or in UTC
    moment("2026-11-30 00:04", "Europe/Warsaw"),  # 23:04 of the day before in UTC
    moment("2026-12-31 23:59", "UTC"),
    moment("2027-01-01 13:01", "Pacific/Auckland"),  # the new year has just begun in UTC
    moment("2028-02-29 23:59", "America/New_York"),
    moment("2028-03-01 00:01", "Pacific/Kiritimati"),
]
MOMENTS = [
    *ENDS_OF_DAYS,
    moment("2026-11-30 23:59", "Europe/Warsaw"),
    moment("2027-01-01 00:01", "UTC"),
    moment("2028-02-29 00:01", "UTC"),
    moment("2027-03-28 01:59", "Europe/Warsaw"),  # the hour from 2 to 3 is left out
    moment("2027-03-28 03:01", "Europe/Warsaw"),
    moment("2026-10-25 02:30", "Europe/Warsaw"),  # it comes twice
    moment("2026-10-25 02:30", "Europe/Warsaw", fold=1),
    moment("2026-10-25 23:59", "Europe/Warsaw"),  # a day of 25 hours
    moment("2026-11-01 00:30", "America/Havana"),  # midnight comes twice
    moment("2026-11-01 00:30", "America/Havana", fold=1),
    moment("2027-09-05 01:01", "America/Santiago"),  # there is no midnight
]


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def open_at(app: AppTest, noon: Clock, now: datetime, page: str) -> None:
    """Let a page be open at an instant, where its planner is."""
    noon.set(now.astimezone(UTC))
    app.session_state["auth_user"]["signed_in_at"] = int(now.timestamp() * 1000)
    app.context = {"timezone": str(now.tzinfo)}
    begin_at(app, page)


def group(at: datetime, now: datetime) -> str:
    """Return the group of an instant, as a person with a calendar would say."""
    days = (now.date() - at.date()).days
    named = {0: "Today", 1: "Yesterday"} | dict.fromkeys(range(2, 8), "Last 7 days")
    return named.get(days) or at.strftime("%B %Y")


@pytest.mark.parametrize("now", MOMENTS)
def test_days_and_months_are_the_planners(now, app, noon, add_session):
    open_at(app, noon, now, SESSIONS_PAGE)
    instants = [now.astimezone(UTC) - age for age in AGES]
    for number, age in enumerate(AGES):
        add_session(f"Session {number}", used=age)

    run(app)
    groups = [group(at.astimezone(now.tzinfo), now) for at in instants]
    shown = [caption.value for caption in app.sidebar.caption]
    assert shown[: len(set(groups))] == list(dict.fromkeys(groups))

    app.selectbox(key="sessions_period").set_value("Today")
    run(app)
    titles = [str(title) for table in app.dataframe for title in table.value["Title"]]
    assert titles == [f"Session {number}" for number, name in enumerate(groups) if name == "Today"]


@pytest.mark.parametrize("now", ENDS_OF_DAYS)
def test_days_and_months_of_money_are_utcs(now, app, noon, app_database, planner):
    open_at(app, noon, now, "pages/planner/insights.py")
    today = now.astimezone(UTC).date()
    with app_database.begin() as db_session:
        for day in (today, today.replace(day=1) - DAY):
            db.usage.add(db_session, user_id=planner.id, day=day, model="a/b", replies=1, cost_micros=1_000_000)

    run(app)
    told = "\n".join(text.value.replace("\\", "") for text in app.main.markdown)
    assert "This month so far: $1.00" in told
    for period in ("Last 7 days", "This month", "Last 12 months", "Custom dates"):
        app.selectbox(key="insights_period").select(period)
        run(app)
    assert app.date_input(key="insights_dates").value[1] == today


@pytest.mark.parametrize("now", MOMENTS)
def test_export_says_the_planners_time(now):
    made = session_markdown(replace(session("Gladly."), created_at=now.astimezone(UTC)), zone=now.tzinfo)

    assert f"- Begun: {now.day} {now:%B %Y, %H:%M} UTC" in made.decode()
