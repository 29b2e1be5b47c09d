"""Takes the pictures of the README, in light and dark, from the real app with an emulator beside it.

.venv-dev/bin/python -m tests.browser.pictures        # writes docs/images/*.png
"""

import os
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from db.engine import Database
from emulator.catalogue import DEMO
from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from services.trips.customers import CustomerService
from services.trips.trips import TripService
from settings import ROOT
from tests.helpers.browser import CHROMIUM_ARGS, TOOK, chromium
from tests.helpers.processes import free_port

IMAGES = ROOT / "docs" / "images"
QUESTIONS = [
    "A week in Japan in April for a family with children of 6 and 9",
    "Rome or Athens in October, four days?",
    "Weekend in Kraków for a choir of 30",
    "Remember that Ms Silva is vegetarian and prefers morning trains",
    "Athens 4 days, mostly food",
]
BRIEF = {
    "where": ["Lisbon", "Sintra"],
    "purpose": "Tenth anniversary",
    "start": "2027-05-03",
    "end": "2027-05-07",
    "travellers": [
        {"label": "Adult 1", "needs": [{"kind": "diet", "text": "Vegetarian"}]},
        {"label": "Adult 2"},
        {"label": "Child 1", "band": "child", "age_at_travel": 8},
    ],
    "budget": {"high": {"amount": "2000", "currency": "USD"}},
    "must": [{"text": "Tram 28", "hard": True}, {"text": "Pena Palace"}],
    "notes_private": "Ask for a deposit.",
}
LISBON = "5 days in Lisbon in May for two, one is vegetarian, about $2,000"


def main() -> None:
    """Start everything, take the pictures, end everything."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        emulator = EmulatorServer(Path(folder) / "emulator.db", demo, DEMO, pace_s=0)
        base_url = emulator.start()
        url = f"http://localhost:{(port := free_port())}"
        env = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/pictures.db",
            "BACKBOARD_BASE_URL": base_url,
            "DEFAULT_MODEL": "demo/detailed",
            "TITLE_MODEL": "demo/brief",
            "DEV_USER_ID": "1",
        }
        app = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.DEVNULL,
        )
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        try:
            wait_until_healthy(url)
            take_all(browser, url, base_url.removesuffix("/api"), env["DATABASE_URL"])
        finally:
            browser.close()
            app.terminate()
            app.wait(20)
            emulator.stop()


def wait_until_healthy(url: str) -> None:
    """Wait until the app answers."""
    for _ in range(300):
        try:
            if httpx.get(f"{url}/_stcore/health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("The app did not start.")


def take_all(browser: Browser, url: str, emulator: str, database_url: str) -> None:
    """Take each picture in both themes."""
    with browser.new_page(viewport={"width": 1280, "height": 800}) as page:
        for question in QUESTIONS:
            new_chat(page, url)
            ask(page, question)
            finished(page)
        trip_id = add_trip(database_url)
        page.goto(f"{url}/?trip={trip_id}")
        page.get_by_text("Where to next").wait_for()
        ask(page, "Which day for Sintra?")
        finished(page)
    for scheme in ("light", "dark"):
        with browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme) as page:
            new_chat(page, url)
            take(page, f"welcome-{scheme}")
            fault(emulator, "slow_tokens:0.02")
            ask(page, LISBON)
            page.get_by_text("Day 2").first.wait_for()
            page.wait_for_timeout(1200)
            take(page, f"chat-{scheme}")
            finished(page)
            address = page.url
            take(page, f"history-{scheme}")
            link = shared(page)
            take(page, f"reviews-{scheme}")
            if scheme == "light":
                deck(page, f"{url}/deck?{address.partition('?')[2]}")
                take(page, "deck-light")
            new_chat(page, url)
            fault(emulator, "error_event:120")
            ask(page, "Three days in Vienna for a concert, with a hotel near the opera")
            page.get_by_role("button", name="Retry").wait_for()
            page.wait_for_timeout(800)
            take(page, f"error-{scheme}")
            page.goto(f"{url}/sessions")
            page.get_by_role("heading", name="All sessions").wait_for()
            page.get_by_test_id("stDataFrame").locator("canvas").first.wait_for()
            page.wait_for_timeout(1500)
            take(page, f"sessions-{scheme}")
            page.goto(f"{url}/trips?trip={trip_id}")
            page.get_by_role("heading", name="Sessions").wait_for()
            page.wait_for_timeout(1500)
            take(page, f"trip-{scheme}")
            for path, heading in (("memory", "Memory"), ("templates", "Templates"), ("insights", "Insights")):
                page.goto(f"{url}/{path}")
                page.get_by_role("heading", name=heading).first.wait_for()
                if path == "insights":
                    page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").nth(1).wait_for()
                page.wait_for_timeout(2500)
                take(page, f"{path}-{scheme}")
            page.goto(f"{url}/settings")
            page.get_by_role("textbox", name="Name").fill(f"CRM import ({scheme})")
            page.get_by_role("button", name="Create token").click()
            page.get_by_role("button", name="Done").click()
            page.get_by_role("button", name="Revoke").first.wait_for()
            page.wait_for_timeout(1500)
            take(page, f"settings-{scheme}")
        with browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme) as page:
            page.goto(address)
            finished(page)
            take(page, f"phone-{scheme}")
            page.goto(link)
            page.get_by_role("button", name="Comment", exact=True).first.wait_for()
            page.wait_for_timeout(1500)
            take(page, f"review-{scheme}")
        stranger = {"X-Forwarded-For": "203.0.113.9"}  # DEV_USER_ID is for this machine only
        with browser.new_page(
            viewport={"width": 1280, "height": 800}, color_scheme=scheme, extra_http_headers=stranger
        ) as page:
            page.goto(url)
            page.get_by_role("textbox", name="Username").wait_for()
            page.wait_for_timeout(1200)
            take(page, f"sign-in-{scheme}")


def deck(page: Page, address: str) -> None:
    """Make slides on the screen at an address, and go to the first day."""
    page.goto(address)
    page.get_by_role("button", name="Make slides").click()
    page.get_by_role("radio", name="Day 1").press("Space")
    expect(page.locator(".deck-stage")).to_contain_text("Day 1")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(1500)


def new_chat(page: Page, url: str) -> None:
    """Open the app at a new chat."""
    page.goto(url)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    page.get_by_role("button", name="New chat").first.click()
    page.get_by_text("Where to next").wait_for()
    page.wait_for_timeout(800)


def add_trip(database_url: str) -> int:
    """Add a trip for a customer, and return its id."""
    database = Database(database_url)
    try:
        customer = CustomerService(database).create("Maria Silva", user_id=1, language="pt-PT")
        trips = TripService(database)
        trip = trips.create("Lisbon in May", user_id=1, customer_id=customer.id, brief=BRIEF)
        trips.change(trip.id, user_id=1, status="proposed")
        return trip.id
    finally:
        database.close()


def shared(page: Page) -> str:
    """Share the session that is shown, and open the page that lists its link; return the link."""
    page.get_by_role("button", name="Session", exact=True).click()
    page.get_by_text("Share for review").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note to them").fill("Is day 2 too full for you?")
    dialog.get_by_role("button", name="Share", exact=True).click()
    link = dialog.locator(".st-key-review_address_text").inner_text()
    dialog.get_by_role("button", name="See the link").click()
    page.get_by_role("button", name="Share again").wait_for()
    page.wait_for_timeout(1500)
    return link


def ask(page: Page, text: str) -> None:
    """Send a message."""
    page.get_by_test_id("stChatInputTextArea").fill(text)
    page.get_by_test_id("stChatInputTextArea").press("Enter")


def finished(page: Page) -> None:
    """Wait until the last reply is whole."""
    page.get_by_text(TOOK).last.wait_for()
    page.wait_for_timeout(1000)


def fault(emulator: str, name: str) -> None:
    """Let the next message meet a fault."""
    httpx.post(f"{emulator}/emulator/faults", json=[{"fault": name}]).raise_for_status()


def take(page: Page, name: str) -> None:
    """Save what the page shows, in 256 colours: a third of the size, and nobody sees the difference."""
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.wait_for_timeout(300)
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(256, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
