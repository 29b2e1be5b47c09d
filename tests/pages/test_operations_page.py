"""The numbers of this process: admins see them, nobody else does."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from components.accounts.identity import current_user, require_user
from components.resources import get_services
from db.engine import DatabaseUnavailableError
from services.accounts.records import User
from services.wiring import Services
from settings import ROOT
from tests.helpers.screens import begin_at
from tests.helpers.services import until_ended

PAGE = "pages/planner/operations.py"
TILES = ["Replies running", "Replies waiting", "Readers", "Tasks", "Memory, MB"]
KINDS = ["Complete", "Stopped", "Failed", "Interrupted"]


@pytest.fixture
def admin(services: Services, planner: User) -> User:
    services.admins.set_admin(planner.id, admin=True)
    return planner


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def links(at: AppTest) -> list[str]:
    return [link.proto.label for link in at.get("page_link")]


def tiles(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def texts(at: AppTest) -> list[str]:
    return [text.value for text in at.markdown]


def test_admin_has_the_link_and_the_page(app: AppTest, admin: User) -> None:
    at = run(begin_at(app, PAGE))

    assert "Operations" in links(at)
    assert [title.value for title in at.title] == ["Operations"]
    assert list(tiles(at)) == TILES + KINDS
    assert re.match("Figures for this process only, since it started just now", at.main.markdown[0].value)


def test_page_says_in_words_what_has_not_happened_yet(app: AppTest, admin: User) -> None:
    at = run(begin_at(app, PAGE))

    assert {
        "No reply has begun here yet.",
        "No reply is complete here yet.",
        "No calls to Backboard yet.",
        "None, neither at Backboard nor in the database.",
    } <= set(texts(at))


def test_page_shows_the_numbers_of_prometheus(app: AppTest, services: Services, admin: User) -> None:
    accepted = services.replies.send("Three nights in Lisbon", user_id=admin.id, client_message_id="a")
    until_ended(services, accepted.reply_id, admin.id)

    at = run(begin_at(app, PAGE))

    assert tiles(at)["Complete"] == "1"
    assert b'travelbot_replies_ended_total{status="complete"} 1.0' in services.operations.text()
    assert "No reply has begun here yet." not in texts(at)
    calls = at.table[0].value
    assert "`POST /threads/messages`" in list(calls["Call"])
    assert all(re.fullmatch(r"(up to |over )?[\d.]+\u00a0(ms|s)", value) for value in calls["95% within"])


def test_planner_has_no_link_and_no_such_page(app: AppTest, planner: User) -> None:
    assert "Operations" not in links(run(app))
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(PAGE)


def test_stranger_has_no_such_page(visitor: AppTest) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        run(visitor).switch_page(PAGE)


def test_page_itself_asks_who_is_there(app: AppTest, services: Services, planner: User) -> None:
    alone = AppTest.from_file(ROOT / PAGE)
    assert [hint.value for hint in run(alone).info] == ["Please sign in to continue."]

    alone.session_state["auth_user"] = app.session_state["auth_user"]
    assert [hint.value for hint in run(alone).info] == ["This page is for admins."]
    assert not alone.metric

    services.admins.set_admin(planner.id, admin=True)
    assert list(tiles(run(alone))) == TILES + KINDS


def test_admin_who_is_none_any_more_loses_the_page_at_the_next_look(
    app: AppTest, services: Services, admin: User
) -> None:
    at = run(begin_at(app, PAGE))
    services.admins.set_admin(admin.id, admin=False)

    run(at)

    assert "Operations" not in links(at)
    assert not at.metric


def test_role_that_ends_while_a_page_begins_is_not_missed(
    app: AppTest, services: Services, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.sessions.lists.LOOK_EVERY_S", 0)
    ended: list[None] = []

    def just_before() -> User | None:
        user = current_user()
        if not ended:
            services.admins.set_admin(admin.id, admin=False)
            ended.append(None)
        return user

    monkeypatch.setattr("components.sidebar.following.current_user", just_before)

    app.run()

    assert not app.exception
    assert ended
    assert "Operations" not in links(app)


@pytest.mark.parametrize("page", ["operations", "insights", "people"])
def test_page_that_is_drawn_meanwhile_tells_no_error(
    app: AppTest, services: Services, admin: User, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    app.run()
    ended: list[None] = []

    def require() -> User:
        user = require_user()
        if not ended:
            services.admins.set_admin(admin.id, admin=False)
            ended.append(None)
        return user

    monkeypatch.setattr("components.accounts.identity.require_admin", require)
    monkeypatch.setattr("components.accounts.identity.require_user", require)

    app.switch_page(f"pages/planner/{page}.py").run()

    assert ended
    assert not app.exception
    assert "Operations" not in links(app)


def test_board_goes_on_while_the_database_is_away(
    app: AppTest, services: Services, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseUnavailableError("away")

    def board() -> None:
        from components.usage.operations import operations_board

        operations_board()

    monkeypatch.setattr("components.usage.operations.current_user", away)
    assert get_services() is services

    at = run(AppTest.from_function(board))

    assert [warning.value for warning in at.warning] == ["The database cannot be reached right now."]
    assert list(tiles(at)) == TILES + KINDS


def test_admin_sees_who_keeps_how_much(app: AppTest, services: Services, admin: User) -> None:
    session = services.sessions.create(user_id=admin.id)
    services.files.add(session.id, "a.txt", b"a" * 1_200_000, user_id=admin.id)

    at = run(begin_at(app, PAGE))
    at.selectbox(key="operations_room_order").set_value("Messages")
    run(at)

    (row,) = at.table[-1].value.to_dict("records")
    assert row["Person"].replace("\\", "") == "Ada Planner (ada)"
    assert (row["Size of files"], row["Files"], row["Sessions"], row["Messages"]) == ("2\u00a0MB", "1", "1", "0")
