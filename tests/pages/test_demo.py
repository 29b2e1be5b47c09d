"""It is a demo in every place: no screen and no file of it names a vendor's model, or dollars that a reply cost."""

import re
from datetime import UTC
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.sessions.table import sessions_csv
from components.usage.frames import frame_of, usage_csv
from db.models import utc_now
from services.accounts.records import User
from services.sessions.records import SessionFilter
from services.transfer.transfer import ExportKind
from services.wiring import Services
from settings import ROOT

VENDOR = re.compile(r"gpt-[0-9]|claude|gemini-|grok-|mistral|command-a|openai|anthropic|google/|cohere|xai/", re.I)
COST = re.compile(
    r"\$0\.[0-9]|cost, in US dollars|price not known|[0-9] tokens ·", re.I
)  # a reply costs cents; trips are dearer
PAGES = sorted(page for page in (ROOT / "pages" / "planner").glob("*.py") if page.stem != "chat")


def run(what: Any) -> AppTest:
    """Run the app, or what was done to one of its elements."""
    at: AppTest = what.run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    """Return every text of a page: what is drawn, offered, told on request and in tables."""
    drawn = [str(element.proto).replace("\\", "") for element in at if hasattr(element, "proto")]
    return "\n".join([*drawn, *(table.value.to_string() for table in at.dataframe)])


def check(text: str) -> None:
    assert not VENDOR.findall(text)
    assert not COST.findall(text)


@pytest.fixture
def session_id(app: AppTest, services: Services, planner: User) -> int:
    """Ask in detail, then briefly, in one session; samples and an admin's pages are there too."""
    services.admins.set_admin(planner.id, admin=True)
    run(run(app).chat_input[0].set_value("3 days in Lisbon in May for two, about $2,000"))
    (session,) = services.sessions.recent(user_id=planner.id).sessions
    app.session_state[f"chat_model_menu_{session.id}"] = True
    run(run(app).selectbox(key=f"chat_model_{session.id}").set_value("demo/brief"))
    run(app.chat_input[0].set_value("Make it 2 days"))
    services.transfer.add_samples(user_id=planner.id)
    return session.id


def test_no_screen_names_a_vendors_model_or_a_cost(
    app: AppTest, services: Services, planner: User, session_id: int
) -> None:
    app.session_state[f"chat_model_menu_{session_id}"] = True
    app.session_state["chat_again"] = services.sessions.history(session_id, user_id=planner.id).messages[-1].id
    chat = shown(run(app))
    assert "Demo assistant, detailed · " in chat
    assert "Demo assistant, brief · " in chat
    assert "tokens, free." in chat
    check(chat)
    check(shown(run(app.menu_button(key=f"session_menu_{session_id}").click(":material/payments: Cost"))))
    for page in PAGES:
        check(shown(run(app.switch_page(str(page.relative_to(ROOT))))))
        if page.stem == "insights":
            assert "prices" not in "\n".join(text.value for text in app.main.markdown)
            assert {tile.label: tile.value for tile in app.metric}["Cost"] == "Free"


def test_no_file_names_a_vendors_model_or_a_cost(services: Services, planner: User, session_id: int) -> None:
    sessions = list(services.sessions.each(SessionFilter(), user_id=planner.id))
    assert len(sessions) == 4
    for session in sessions:
        for kind in (ExportKind.MARKDOWN, ExportKind.JSON):
            check(services.transfer.export(session.id, user_id=planner.id, kind=kind).content.decode())
    today = utc_now().date()
    used = frame_of(services.insights.days(today, today, viewer_id=planner.id, of=planner.id))

    assert set(used["model"]) == {"demo/detailed", "demo/brief"}
    assert not used[["cost_micros", "unpriced"]].any(axis=None)
    assert {(session.cost_micros, session.unpriced) for session in sessions} == {(0, 0)}
    check(sessions_csv(sessions, zone=UTC).decode("utf-8-sig") + usage_csv(used).decode("utf-8-sig"))


def test_sample_names_no_model_and_no_time_as_it_was_written_by_hand(
    app: AppTest, services: Services, planner: User
) -> None:
    sample = services.transfer.add_samples(user_id=planner.id).imported[0]
    app.query_params["session"] = str(sample)

    assert not re.search(r"Demo assistant, [a-z]+ · |[0-9] s\b", shown(run(app)))
    exported = services.transfer.export(sample, user_id=planner.id, kind=ExportKind.MARKDOWN).content.decode()
    assert "Model" not in exported
