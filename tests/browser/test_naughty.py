"""Awkward strings on every screen of a real browser: they are read there, and nothing of them runs."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Dialog, Page, expect

from services.templates.templates import Opening
from services.wiring import build_services
from settings import Settings
from tests.helpers.accounts import cheaply
from tests.helpers.naughty import (
    SOME,
    STRINGS,
    file_of,
    joined,
    kept,
    on_one_line,
    saved_conversation,
    saved_sessions,
    says_something,
)
from tests.helpers.soak import IN_SOAK

pytestmark = [pytest.mark.browser, IN_SOAK]

SAID = [text for text in SOME if says_something(text)]
MARKED = [text for text in STRINGS if "<" in text or "script" in text.lower()]  # all that is meant to run
SCREENS = ("", "sessions", "templates", "memory", "settings", "insights")


def fill(database_url: str, emulator_url: str) -> int:
    """Let planner 7 hold them all; return the session in which all were said."""
    services = build_services(
        Settings(database_url=database_url, backboard_base_url=emulator_url, dev_user_id=7), compare_passwords=cheaply
    )
    try:
        user_id = services.accounts.dev_user().id
        for listed in (SAID, [f"{number} {text}" for number, text in enumerate(MARKED)]):
            services.transfer.import_file(file_of(saved_sessions(listed)), user_id=user_id)
        said = saved_conversation(joined(MARKED, 20) + joined(SAID, 60))
        (session_id,) = services.transfer.import_file(file_of([said]), user_id=user_id).imported
        for number, text in enumerate(joined(MARKED, 20)):
            name = f"{number} {on_one_line(text)}"[:100]
            services.templates.add(Opening(name, instructions=text, first_message=text), user_id=user_id)
            services.memories.add(text[:1500], user_id=user_id)
            services.tokens.create(user_id=user_id, name=name)
        return session_id
    finally:
        services.close()


def test_nothing_runs_and_all_is_read(start_app, page: Page, tmp_path, emulator):
    session_id = fill(f"sqlite:///{tmp_path / 'travelbot.db'}", emulator.base_url)
    app = start_app(DEV_USER_ID="7", BACKBOARD_BASE_URL=emulator.base_url)
    ran: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("popup", lambda other: ran.append(other.url))
    page.on("pageerror", lambda error: ran.append(str(error)))
    here = urlsplit(app.url).netloc
    page.on("request", lambda asked: ran.append(asked.url) if urlsplit(asked.url).netloc not in ("", here) else None)

    page.goto(f"{app.url}/?session={session_id}")
    messages = page.get_by_test_id("stChatMessage")
    expect(messages.last).to_contain_text(SAID[-1].split()[0])
    shown = "\n".join(page.get_by_test_id("stText").all_text_contents())
    assert [text for text in MARKED if kept(text) not in shown] == []
    for _ in range(4):
        page.get_by_role("button", name="Show more").click()
        page.wait_for_timeout(300)
    page.get_by_test_id("stSidebar").get_by_placeholder("Search titles and messages").fill("script alert")
    page.get_by_test_id("stSidebar").get_by_text("script", exact=False).first.wait_for()
    for screen in SCREENS[1:]:
        page.goto(f"{app.url}/{screen}")
        page.get_by_test_id("stMain").get_by_role("heading").first.wait_for()
        page.wait_for_timeout(500)  # what comes late, comes

    assert ran == []
