"""The screens and the API show the same session at the same time."""

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import TOOK, App, open_app
from tests.helpers.planners import Planner
from tests.helpers.services import Emulator
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

QUESTION = "5 days in Lisbon in May for two, one is vegetarian, about $2,000"


@pytest.fixture
def api(planner: Planner) -> Iterator[httpx.Client]:
    """Give a program of the planner whom the page shows."""
    headers = {"Authorization": f"Bearer {planner.new_token()}"}
    with httpx.Client(base_url=f"{planner.app.url}/api", headers=headers, timeout=30, trust_env=False) as http:
        yield http


def words(events: Iterator[str]) -> Iterator[str]:
    """Yield the text of a stream, piece by piece."""
    for line in events:
        if line.startswith("data: {"):
            chunk = json.loads(line.removeprefix("data: "))
            if chunk["type"] == "text-delta":
                yield chunk["delta"]


def test_open_session_shows_what_the_api_sends_while_it_streams(
    shared_app: App, api: httpx.Client, page: Page, shared_emulator: Emulator
):
    shared_emulator.hold_reply()
    session_id = api.post("/sessions", json={"title": "From the CRM"}).json()["session_id"]
    page.goto(f"{shared_app.url}/?session={session_id}")
    expect(page.get_by_text("From the CRM").last).to_be_visible()

    with api.stream("POST", f"/sessions/{session_id}/chat", json={"content": QUESTION}) as response:
        pieces = words(response.iter_lines())
        first = next(pieces)
        expect(page.get_by_text(QUESTION)).to_be_visible()
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        expect(page.get_by_test_id("stChatMessage").last).to_contain_text("Day 1")
        assert api.get(f"/sessions/{session_id}").json()["answering"]
        shared_emulator.release()
        text = first + "".join(pieces)

    expect(page.get_by_test_id("stChatMessage").last).to_contain_text(TOOK)
    assert api.get(f"/sessions/{session_id}").json()["messages"][-1]["content"].strip() == text.strip()


@IN_SOAK
def test_note_and_deletion_reach_the_page(shared_app: App, api: httpx.Client, page: Page):
    session_id = api.post("/sessions", json={"title": "From the CRM"}).json()["session_id"]
    page.goto(f"{shared_app.url}/?session={session_id}")
    expect(page.get_by_text("From the CRM").last).to_be_visible()

    api.post(f"/sessions/{session_id}/messages", json={"role": "system", "content": "The client is in a wheelchair."})
    expect(page.get_by_text("The client is in a wheelchair.")).to_be_visible()

    api.delete(f"/sessions/{session_id}")
    expect(page.get_by_text("There is no such session.")).to_be_visible()


def test_program_joins_and_stops_what_the_planner_asked(
    shared_app: App, api: httpx.Client, page: Page, shared_emulator: Emulator
):
    shared_emulator.hold_reply()
    open_app(page, shared_app)
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(QUESTION)
    box.press("Enter")
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("Day 1")
    session_id = api.get("/sessions").json()["sessions"][0]["session_id"]

    with api.stream("GET", f"/sessions/{session_id}/stream") as response:
        pieces = words(response.iter_lines())
        text = next(pieces)
        assert api.post(f"/sessions/{session_id}/stop").json()["stopped"]
        text += "".join(pieces)

    expect(page.get_by_text("Stopped. The text so far is kept.")).to_be_visible()
    assert api.get(f"/sessions/{session_id}").json()["messages"][-1]["content"].strip() == text.strip()
