"""The deck of a session or trip on its screen: made, looked at, edited, and what colleagues and viewers see."""

import pytest
from streamlit.testing.v1 import AppTest

from services.decks.records import DeckOf
from services.wiring import Services
from tests.helpers.deck_places import PLAN
from tests.helpers.screens import AddSession

PAGE = "pages/planner/deck.py"


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def keys(at: AppTest) -> list[str]:
    return [str(one.key) for one in (*at.button, *at.menu_button)]


def lines(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.markdown, *at.caption)).replace("\\", "")


def choose(at: AppTest, key: str, option: str) -> AppTest:
    menu = next(one for one in at.menu_button if str(one.key).startswith(key))
    menu.click(next(name for name in menu.options if name.endswith(option)))
    return run(at)


@pytest.fixture
def of(add_session: AddSession) -> DeckOf:
    return DeckOf("session", add_session(answer=PLAN))


@pytest.fixture
def page(app: AppTest, of: DeckOf) -> AppTest:
    run(app)
    app.switch_page(PAGE)
    app.query_params["session"] = str(of.id)
    return app


@pytest.fixture
def deck(page: AppTest, services: Services, planner, of: DeckOf) -> AppTest:
    services.decks.make(of, user_id=planner.id)
    return run(page)


def shown(at: AppTest) -> str:
    radio = next(one for one in at.radio if str(one.key).startswith("deck_page_"))
    return next(label for label in radio.options if str(label)) if radio.value is None else str(radio.value)


def now(services: Services, planner, of: DeckOf):
    return services.decks.get(of, user_id=planner.id)


def test_deck_is_made_with_one_click_and_previewed_before(page, services, planner, of):
    run(page)
    assert "No slides yet" in lines(page)

    click(page, "deck_make")

    assert now(services, planner, of).rev == 1
    assert "deck_edit" in keys(page)
