"""Nothing a person, a browser or a machine does in mid-reply loses a word."""

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from db.models import utc_now
from tests.helpers.browser import QUESTION, ask, expect_finished, expect_streaming, open_app, replies, session_row
from tests.helpers.planners import Planner
from tests.helpers.services import until
from tests.helpers.soak import IN_SOAK
from tests.helpers.tab import drawn, elements, is_the_door, open_tab

pytestmark = pytest.mark.browser


def until_ended(replies: Callable[[], list[tuple[str, str]]], *, timeout_s: float = 40) -> list[tuple[str, str]]:
    deadline = time.monotonic() + timeout_s
    while any(status in ("queued", "running") for status, _ in replies()):
        assert time.monotonic() < deadline, replies()
        time.sleep(0.1)
    return replies()


def test_reply_goes_on_without_a_tab_and_is_whole_on_return(planner: Planner, page: Page, shared_emulator):
    shared_emulator.hold_reply()
    open_app(page, planner.app)
    ask(page)
    expect_streaming(page)
    address = page.url
    page.goto("about:blank")
    shared_emulator.release()
    until_ended(planner.replies)

    page.goto(address)
    expect_finished(page)
    assert [status for status, _ in planner.replies()] == ["complete"]
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("vegetarian")


def test_reload_and_second_tab_in_mid_reply_show_it_still_streaming(planner: Planner, page: Page, shared_emulator):
    shared_emulator.hold_reply()
    open_app(page, planner.app)
    ask(page)
    expect_streaming(page)

    page.reload()
    expect_streaming(page)
    second = page.context.new_page()
    second.goto(page.url)
    expect_streaming(second)
    shared_emulator.release()
    expect_finished(page)
    expect_finished(second)
    assert [status for status, _ in planner.replies()] == ["complete"]


def test_stop_sends_nothing_and_what_waits_is_sent_by_hand(planner: Planner, page: Page, shared_emulator):
    shared_emulator.fault(*[{"fault": "hold:150,keep_alive"}] * 2)
    open_app(page, planner.app)
    ask(page)
    expect_streaming(page)
    ask(page, "5 days in Rome in May")
    expect(page.get_by_text("Waiting:")).to_have_count(1)
    ask(page, "By train")
    expect(page.get_by_text("Waiting:")).to_have_count(2)

    page.get_by_role("button", name="Stop").click()

    send_now = page.get_by_role("button", name="Send now")
    expect(send_now).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.get_by_text("Waiting:")).to_have_count(2)
    assert [status for status, _ in planner.replies()] == ["stopped"]
    send_now.click()
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("Rome")
    expect_streaming(page)  # of the next reply
    expect(send_now).to_have_count(0)
    expect(page.get_by_text("Waiting:")).to_have_count(1)
    expect(page.get_by_role("button", name="Stop")).to_have_count(1)


def test_clicking_elsewhere_in_mid_reply_loses_nothing_and_marks_the_session(
    planner: Planner, page: Page, shared_emulator
):
    shared_emulator.hold_reply()
    open_app(page, planner.app)
    ask(page)
    expect_streaming(page)

    page.get_by_role("button", name="New chat").first.click()
    expect(page.get_by_text("Where to next")).to_be_visible()
    ask(page, "Rome or Athens in October?")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("writing…")
    shared_emulator.release()
    until_ended(planner.replies)
    expect(page.get_by_test_id("stSidebar")).to_contain_text("New", timeout=10_000)
    session_row(page, "5 days in Lisbon").click()
    expect_finished(page)

    assert [status for status, _ in planner.replies()] == ["complete", "complete"]


def test_killed_server_adopts_the_whole_answer_after_restart(start_app, page: Page, tmp_path, emulator):
    emulator.hold_reply()
    app = start_app(DEV_USER_ID="7", BACKBOARD_BASE_URL=emulator.base_url)
    open_app(page, app)
    ask(page)
    expect_streaming(page)
    address = page.url
    app.kill()
    emulator.release()
    deadline = time.monotonic() + 30
    while emulator.runs[-1]["status"] != "COMPLETED":
        assert time.monotonic() < deadline
        time.sleep(0.1)

    start_app(DEV_USER_ID="7", BACKBOARD_BASE_URL=emulator.base_url)
    ((status, text),) = until_first(page, tmp_path, address)
    assert (status, text) == ("complete", emulator.runs[-1]["text"])
    assert len(emulator.runs) == 1
    expect_finished(page)


def until_first(page: Page, tmp_path: Path, address: str) -> list[tuple[str, str]]:
    """Visit a session; the server says that its first reply ended at most 30 seconds later."""
    visited = utc_now()
    page.goto(address)
    expect(page.get_by_test_id("stChatMessage").last).to_be_visible(timeout=90_000)
    ended = until_ended(lambda: replies(tmp_path), timeout_s=90)
    with closing(sqlite3.connect(tmp_path / "travelbot.db")) as connection:
        (last,) = connection.execute("SELECT max(ended_at) FROM messages WHERE role = 'assistant'").fetchone()
    assert datetime.fromisoformat(last).replace(tzinfo=UTC) - visited < timedelta(seconds=30)
    return ended


@IN_SOAK
def test_killed_server_with_the_demo_inside_keeps_the_text_and_offers_retry(start_app, page: Page, tmp_path):
    app = start_app(DEV_USER_ID="7", DEMO_PACE_S="0.06")
    open_app(page, app)
    ask(page)
    expect_streaming(page)
    until(lambda: "Day 1" in replies(tmp_path)[0][1], what="some of it is kept")
    ((_, before),) = replies(tmp_path)
    address = page.url
    app.kill()

    start_app(DEV_USER_ID="7")
    ((status, text),) = until_first(page, tmp_path, address)
    assert status == "interrupted"
    assert text.startswith(before)
    page.get_by_role("button", name="Retry").click()
    until(lambda: [status for status, _ in replies(tmp_path)] == ["interrupted", "complete"], timeout_s=40)
    expect_finished(page)


@IN_SOAK
def test_terminated_server_ends_without_a_traceback_and_hands_the_reply_over(
    start_app, page: Page, tmp_path, emulator
):
    emulator.hold_reply()
    app = start_app(by_command=True, DEV_USER_ID="7", BACKBOARD_BASE_URL=emulator.base_url)
    open_app(page, app)
    ask(page)
    expect_streaming(page)
    address = page.url
    app.process.send_signal(signal.SIGTERM)
    app.process.wait(90)

    assert "Traceback" not in app.log.read_text()
    start_app(DEV_USER_ID="7", BACKBOARD_BASE_URL=emulator.base_url)
    emulator.release()
    ((status, text),) = until_first(page, tmp_path, address)
    assert (status, text) == ("complete", emulator.runs[-1]["text"])
    assert len(emulator.runs) == 1


@IN_SOAK
def test_locked_database_is_a_sentence_and_the_typed_text_stays(start_app, page: Page, tmp_path):
    app = start_app(DEV_USER_ID="7")
    open_app(page, app)
    lock = sqlite3.connect(tmp_path / "travelbot.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    ask(page)
    expect(page.get_by_text("Cannot save right now")).to_be_visible()
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_value(QUESTION)
    lock.execute("ROLLBACK")
    lock.close()
    assert replies(tmp_path) == []

    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect_finished(page)
    assert len(replies(tmp_path)) == 1


def test_unreachable_database_is_a_sentence(start_app):
    with open_tab(start_app(DEV_USER_ID="7", DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")) as tab:
        said = drawn(tab)

    assert [one.heading.body for one in elements(said) if one.HasField("heading")] == [
        "The database cannot be reached right now"
    ]
    assert "Try again" in [one.button.label for one in elements(said)]
    assert b"nobody" not in b"".join(one.SerializeToString() for one in said)


@IN_SOAK
def test_reply_that_takes_long_to_begin_says_so_and_can_be_stopped(planner: Planner, page: Page, shared_emulator):
    shared_emulator.fault({"fault": "slow_first:60"})
    open_app(page, planner.app)
    ask(page)
    expect(page.get_by_text("Waiting for the first words")).to_be_visible()
    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("Stopped")
    assert [status for status, _ in until_ended(planner.replies)] == ["stopped"]


def test_visitor_from_elsewhere_is_not_the_one_that_is_signed_in_here(start_app):
    app = start_app(DEV_USER_ID="7")
    with open_tab(app) as here, open_tab(app, headers={"X-Forwarded-For": "203.0.113.9"}) as elsewhere:
        assert not is_the_door(drawn(here))
        assert is_the_door(drawn(elsewhere))


def test_dialog_works_in_mid_reply(planner: Planner, page: Page, shared_emulator):
    page.set_viewport_size({"width": 1280, "height": 1600})  # all is in sight: the page keeps to the end of a reply
    shared_emulator.hold_reply()
    open_app(page, planner.app)
    ask(page)
    expect_streaming(page)
    page.get_by_role("button", name="Session").click()
    page.get_by_text("Rename", exact=True).click()
    page.get_by_role("textbox", name="Title").fill("Lisbon for the Millers")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("dialog")).to_have_count(0, timeout=10_000)
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Lisbon for the Millers")
    assert [status for status, _ in planner.replies()] == ["running"]
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    until_ended(planner.replies)
