"""How much slower a very long session, and a planner with very many sessions, are.

    python -m benchmarks.big_session BENCH [--n 5]

BENCH is the folder with fake_backboard.py. Seconds until a session's messages are on the page, and from Enter to the
first word of an answer there, for 20 and 2,000 messages; the same for a planner with 10 and with 10,000 sessions.
Prints medians and ratios; ends with 1 when a ratio is above its aim.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session

from benchmarks.servers import Servers, backboard_address
from db.engine import Database
from db.ids import new_id
from db.migrate import migrate
from db.models import ChatSession, Message, User, utc_now
from settings import Settings

_USER_ID = 1
_BOX = '[data-testid="stChatInputTextArea"]'
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_TIMEOUT_MS = 60_000


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--n", type=int, default=5)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Servers(options.bench.resolve()) as servers,
        sync_playwright() as pw,
    ):
        browser = pw.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
        backboard = servers.fake_backboard(tokens=20, pace_s=0.002)
        few, many = Path(folder) / "few" / "x.db", Path(folder) / "many" / "x.db"
        backend = Settings(backboard_base_url=backboard_address(backboard)).backend
        short, long = _seed(few, backend, sessions=10)
        among_many, _ = _seed(many, backend, sessions=10_000)
        few_port, many_port = (servers.travelbot(backboard, path, user_id=_USER_ID) for path in (few, many))
        found: dict[str, list[tuple[float, float]]] = {"short": [], "long": [], "many": []}
        for number in range(options.n + 1):  # in turns, so that a noisy moment strikes all; the first warms up
            for name, port, session_id in (
                ("short", few_port, short),
                ("long", few_port, long),
                ("many", many_port, among_many),
            ):
                took = _open_and_ask(browser, port, session_id)
                if number:
                    found[name].append(took)
        browser.close()
    missed = _compare("2,000 messages / 20", found["long"], found["short"], 1.5)
    missed |= _compare("10,000 sessions / 10", found["many"], found["short"], 1.2)
    return int(missed)


def _compare(title: str, big: list[tuple[float, float]], small: list[tuple[float, float]], most: float) -> bool:
    missed = False
    for index, what in enumerate(("opens", "first word")):
        large, little = (statistics.median(row[index] for row in rows) for rows in (big, small))
        ratio = large / little
        missed = missed or ratio > most
        print(f"{title:22} {what:10} {large:6.3f} s / {little:6.3f} s = {ratio:5.2f}  aim {most}")
    return missed


def _open_and_ask(browser: Browser, port: int, session_id: int) -> tuple[float, float]:
    """Return the seconds until the session is there, and from Enter to the first word."""
    page = browser.new_page()
    begin = time.perf_counter()
    page.goto(f"http://127.0.0.1:{port}/?session={session_id}")
    page.wait_for_function(
        "document.querySelectorAll('[class*=st-key-chat_message_]').length >= 20", timeout=_TIMEOUT_MS
    )
    opened_s = time.perf_counter() - begin
    page.wait_for_timeout(500)
    answered_s = _ask(page)
    page.close()
    return opened_s, answered_s


def _ask(page: Page) -> float:
    before = page.evaluate("(document.body.textContent.match(/r\\d+w0/g) || []).length")
    page.locator(_BOX).fill("And what else?")
    page.evaluate(
        """before => { window.first = null; window.begin = null;
        new MutationObserver(() => { if (window.first === null && window.begin !== null &&
            (document.body.textContent.match(/r\\d+w0/g) || []).length > before) window.first = performance.now(); })
          .observe(document.body, {subtree: true, childList: true, characterData: true});
        document.addEventListener("keydown", () => { window.begin ??= performance.now(); }, true); }""",
        before,
    )
    page.keyboard.press("Enter")
    page.wait_for_function("window.first !== null", timeout=_TIMEOUT_MS)
    return float(page.evaluate("(window.first - window.begin) / 1000"))


def _seed(path: Path, backend: str, *, sessions: int) -> tuple[int, int]:
    """Make a planner with so many sessions; return the ids of one of 20 messages and one of 2,000."""
    database = Database(f"sqlite:///{path}")
    migrate(database)
    now = utc_now()
    with database.begin() as db_session:
        db_session.add(User(id=_USER_ID, username="dev", email="dev@localhost", name="Dev planner", provider="dev"))
        db_session.flush()
        made = [
            ChatSession(
                id=new_id(),
                user_id=_USER_ID,
                title=f"Session {number}",
                model="openai/gpt-4o",
                backend=backend,
                thread_id=f"thread-{number}",  # so that nothing has to be carried into a new one
                message_count=2,
                total_tokens=0,
                last_message_preview="Good evening.",
                last_message_at=now - timedelta(minutes=number),
            )
            for number in range(sessions)
        ]
        db_session.add_all(made)
        db_session.flush()
        for session in made[2:]:
            _add_messages(db_session, session, 2)
        _add_messages(db_session, made[0], 20)
        _add_messages(db_session, made[1], 2000)
        ids = made[0].id, made[1].id
    database.close()
    return ids


def _add_messages(db_session: Session, session: ChatSession, count: int) -> None:
    rows: list[Message] = []
    for number in range(count):
        text = "What about another day there, with a museum?" if number % 2 == 0 else "A fine idea. " * 40
        row = Message(
            id=new_id(),
            session_id=session.id,
            user_id=_USER_ID,
            parent_id=rows[-1].id if rows else None,
            role="user" if number % 2 == 0 else "assistant",
            status="complete",
            content=text,
        )
        rows.append(row)
    db_session.add_all(rows)
    session.last_message_id, session.message_count = rows[-1].id, count


if __name__ == "__main__":
    sys.exit(main())
