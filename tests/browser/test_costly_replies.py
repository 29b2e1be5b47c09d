"""No reply keeps a tab from answering, while it is written, afterwards, and when its session is opened again."""

import pytest
from playwright.sync_api import Page, expect

from components.replies.plain_text import NOTICE
from emulator.conversation import Answer
from emulator.server import EmulatorServer
from tests.helpers.browser import TOOK, open_app
from tests.helpers.markdown import COSTLY
from tests.helpers.planners import add_planner

pytestmark = pytest.mark.browser

# As short as they come: 10 kB each. The first are those that the short run asks for.
WORST = {
    "table": "|" + " a |" * 1000 + "\n|" + " - |" * 1000 + "\n" + "| b |\n" * 1000,
    "items": "- " * 5000 + "a",
    "emphasis": COSTLY["emphasis without end"],
    "headings": COSTLY["headings"],
}


class HostileModel:
    """Answers with what was asked for by its name."""

    def answer(self, history, **_):
        return Answer("", WORST[history[-1].text])

    def extract_facts(self, _text):
        return []


@pytest.fixture
def backboard(tmp_path):
    server = EmulatorServer(tmp_path / "hostile.db", HostileModel(), pace_s=0)
    yield server.start()
    server.stop(wait=False)


@pytest.mark.soak(short=1, long=len(WORST))  # kinds of replies
def test_costly_reply_is_plain_text_and_the_page_answers(start_app, backboard, page: Page, lasts):
    kinds = list(WORST)[: int(lasts)]
    app = start_app(BACKBOARD_BASE_URL=backboard)
    add_planner(app).sign_in(page.context)
    open_app(page, app)
    asking = page.get_by_test_id("stChatInputTextArea")
    notices = page.locator('[class*="st-key-chat_text_"]').get_by_text(NOTICE)
    new_chat = page.get_by_test_id("stSidebar").get_by_role("button", name="New chat")
    for number, kind in enumerate(kinds, 1):
        asking.fill(kind)
        asking.press("Enter")
        expect(page.get_by_text(TOOK)).to_have_count(number, timeout=60_000)
        expect(notices).to_have_count(number)

    page.goto(app.url)  # it opens the session that was last used
    expect(notices).to_have_count(len(kinds))
    new_chat.click()
    expect(page.get_by_text("Start from a template")).to_be_visible()
    expect(notices).to_have_count(0)
