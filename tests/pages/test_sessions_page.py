"""All sessions as a table: what it shows, lets through, changes and downloads."""

from datetime import UTC, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from components.sessions.table import sessions_csv
from components.state import SESSIONS_PAGE
from services.sessions.records import SessionFilter
from tests.helpers.screens import begin_at


@pytest.fixture
def page(app: AppTest) -> AppTest:
    return begin_at(app, SESSIONS_PAGE)


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def titles(at: AppTest) -> list[str]:
    return [str(title) for table in at.dataframe for title in table.value["Title"]]


def choose(at: AppTest, key: str, value: str) -> None:
    at.selectbox(key=key).set_value(value)
    run(at)


def test_nothing_yet_says_what_to_do(page):
    run(page)

    assert "No sessions yet" in [heading.value for heading in page.header]
    assert page.button(key="sessions_start")


def test_active_sessions_are_shown_last_used_first(page, add_session, stranger):
    add_session("Older", used=timedelta(days=2))
    add_session("Newer")
    add_session("Archived", archived=True)
    add_session("Theirs", user_id=stranger.id)
    run(page)

    assert titles(page) == ["Newer", "Older"]
    (table,) = page.dataframe
    assert list(table.value["Messages"]) == [2, 2]
    assert list(table.value["Tokens"]) == [120, 120]


def test_row_of_the_list_for_phones_opens_its_session(page, add_session):
    session_id = add_session("Lisbon")
    run(page)
    page.button(key=f"sessions_row_{session_id}").click()
    run(page)

    assert page.session_state["chat_session_id"] == session_id
    assert "**Lisbon**" in [line.value for line in page.markdown]


def test_title_is_no_icon_and_no_list_of_buttons(page, add_session):
    add_session("[Open, Delete]")
    add_session(":material/delete: Delete")
    run(page)

    assert set(titles(page)) == {"\u2060[Open, Delete]", "\u2060:material/delete: Delete"}


def test_filters_and_order_are_obeyed(page, add_session):
    add_session("B old", used=timedelta(days=90), total_tokens=900)
    add_session("A new", model="anthropic/claude")
    add_session("C archived", archived=True)
    run(page)

    choose(page, "sessions_state", "All")
    assert set(titles(page)) == {"A new", "C archived", "B old"}
    choose(page, "sessions_order", "Title")
    assert titles(page) == ["A new", "B old", "C archived"]
    choose(page, "sessions_order", "Tokens")
    assert titles(page)[0] == "B old"
    choose(page, "sessions_period", "Last 30 days")
    assert set(titles(page)) == {"A new", "C archived"}
    choose(page, "sessions_model", "anthropic/claude")
    assert titles(page) == ["A new"]
    choose(page, "sessions_state", "Archived")
    assert "No session matches" in [heading.value for heading in page.header]
    page.button(key="sessions_clear").click()
    run(page)
    assert len(titles(page)) == 3


def test_words_are_looked_for_in_titles_and_messages(page, add_session):
    add_session("Kraków", text="A choir of thirty")
    add_session("Winter", text="Days in Łódź")
    run(page)
    page.text_input(key="sessions_words").set_value("lodz")
    run(page)

    assert titles(page) == ["Winter"]


def test_two_hundred_rows_are_drawn_and_more_on_request(page, add_session):
    for minutes in range(205):
        add_session(f"Session {minutes}", used=timedelta(minutes=minutes))
    run(page)

    assert len(titles(page)) == 200
    page.button(key="sessions_more").click()
    run(page)
    assert len(titles(page)) == 205


def test_cost_is_shown_as_far_as_it_is_known(page, services, planner, add_session):
    add_session("Known", used=timedelta(minutes=1), cost_micros=12_345)
    add_session("Partly", used=timedelta(minutes=2), cost_micros=20, unpriced=1)
    add_session("Unknown", used=timedelta(minutes=3), unpriced=2)
    add_session("Nothing", used=timedelta(minutes=4))
    run(page)

    (table,) = page.dataframe
    assert [None if cost != cost else cost for cost in table.value["Cost"]] == [0.012345, 0.00002, None, None]
    rows = services.sessions.each(SessionFilter(), user_id=planner.id)
    lines = sessions_csv(rows, zone=UTC).decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[5:7] for line in lines] == [
        ["0.012345", "0"],
        ["0.000020", "1"],
        ["0.000000", "2"],
        ["0.000000", "0"],
    ]


def test_csv_has_all_rows_and_runs_no_formula(services, planner, add_session):
    for title in ("=1+1", "+x", "-x", "@x", 'quote " and, comma', "Łódź"):
        add_session(title)

    rows = services.sessions.each(SessionFilter(), user_id=planner.id)
    csv = sessions_csv(rows, zone=UTC).decode("utf-8-sig").splitlines()

    assert csv[0] == "title,last_used,created,messages,tokens,cost_usd,unpriced,model,pinned,archived,trip"
    assert len(csv) == 7
    assert sum(line.startswith("'") for line in csv) == 4
    assert not any(line.startswith(("=", "+", "-", "@")) for line in csv)


def test_menu_of_a_session_says_what_it_cost(app, add_session):
    session_id = add_session("Lisbon", cost_micros=1_234_500, unpriced=1)
    app.query_params["session"] = str(session_id)
    run(app)
    app.menu_button(key=f"session_menu_{session_id}").click(":material/payments: Cost")
    run(app)

    told = "\n".join(line.value for line in app.markdown).replace("\\", "")
    assert "This session so far: 120 tokens, $1.23; the price of 1 reply is not known." in told
    assert "This month so far: nothing spent." in told
