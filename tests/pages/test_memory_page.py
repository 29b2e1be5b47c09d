"""The screen of what is remembered."""

import pytest
from streamlit.testing.v1 import AppTest

from components.labels import escape_label
from components.state import CHAT_PAGE, MEMORY_PAGE
from db.engine import DatabaseUnavailableError
from emulator.faults import FaultQueue, Faults
from services.errors import BackboardAwayError
from services.memory.memories import MemoryService
from tests.helpers.screens import begin_at, choose, load_at
from tests.helpers.services import until, until_ended

FACTS = "I am vegetarian. My home airport is Kraków."


@pytest.fixture
def page(app: AppTest) -> AppTest:
    return begin_at(app, MEMORY_PAGE)


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def shown(at: AppTest) -> list[str]:
    return [line.value for line in at.main.text]


def click(at: AppTest, key: str) -> None:
    at.button(key=key).click()
    run(at)


def headings(at: AppTest) -> list[str]:
    return [heading.value for heading in at.main.header]


def test_nothing_yet_says_what_to_do(page):
    run(page)

    assert headings(page) == ["Nothing remembered yet"]
    assert "memory_words" not in [box.key for box in page.text_input]


def test_added_memory_is_listed_and_the_box_is_empty(page):
    run(page)
    page.text_input(key="memory_text").set_value("Prefers **tea** :smile:")
    click(page, "memory_add")

    assert shown(page) == ["Prefers **tea** :smile:"]
    assert page.text_input(key="memory_text").value == ""
    assert [toast.value for toast in page.toast] == ["Added."]


def test_odd_memory_of_backboards_does_not_hide_the_others(page, services, planner, monkeypatch):
    services.memories.add("Prefers tea", user_id=planner.id)
    monkeypatch.setattr(FaultQueue, "take", lambda *_: Faults(odd_memory=True))

    run(page)

    assert shown(page) == ["Prefers tea"]
    assert not page.error


def test_refused_memory_stays_in_the_box(page):
    run(page)
    page.text_input(key="memory_text").set_value("ż" * 2001)
    click(page, "memory_add")

    assert escape_label("4,000") in page.error[0].value
    assert page.text_input(key="memory_text").value == "ż" * 2001


def test_corrected_memory_is_shown(page, services, planner):
    tea = services.memories.add("Prefers tea", user_id=planner.id)
    run(page)
    click(page, f"memory_correct_{tea.id}")
    page.text_area(key=f"memory_correct_text_{tea.id}").set_value(" ")
    click(page, "memory_correct_save")
    assert "is empty" in page.error[0].value
    page.text_area(key=f"memory_correct_text_{tea.id}").set_value("Prefers coffee")
    click(page, "memory_correct_save")

    assert shown(page) == ["Prefers coffee"]
    assert not page.text_area


def test_deleted_memory_can_be_added_again(page, services, planner):
    tea = services.memories.add("Prefers tea", user_id=planner.id)
    run(page)
    click(page, f"memory_delete_{tea.id}")
    assert shown(page) == []
    assert services.memories.count(user_id=planner.id) == 0
    click(page, "memory_undo_button")

    assert shown(page) == ["Prefers tea"]
    assert "memory_undo_button" not in [button.key for button in page.button]


def test_search_shows_what_is_near_and_the_way_back(page, services, planner):
    for text in ("Prefers tea", "Hates noise"):
        services.memories.add(text, user_id=planner.id)
    run(page)
    page.text_input(key="memory_words").set_value("tea")
    run(page)
    assert shown(page) == ["Prefers tea"]
    click(page, "memory_show_all")

    assert set(shown(page)) == {"Prefers tea", "Hates noise"}


def test_forget_all_asks_first_and_leaves_others_alone(page, services, planner, stranger):
    for text in ("Prefers tea", "Hates noise"):
        services.memories.add(text, user_id=planner.id)
    services.memories.add("Loves noise", user_id=stranger.id)
    run(page)
    assert "Loves noise" not in shown(page)
    click(page, "memory_forget_all")
    click(page, "memory_forget_cancel")
    assert len(shown(page)) == 2
    click(page, "memory_forget_all")
    click(page, "memory_forget_confirm")

    assert headings(page) == ["Nothing remembered yet"]
    assert services.memories.count(user_id=planner.id) == 0
    assert services.memories.count(user_id=stranger.id) == 1


def test_many_come_in_pages(page, services, planner):
    for number in range(27):
        services.memories.add(f"Fact {number}", user_id=planner.id)
    run(page)
    assert shown(page) == [f"Fact {number}" for number in range(26, 1, -1)]
    page.session_state["memory_page"] = 2
    run(page)
    assert shown(page) == ["Fact 1", "Fact 0"]


def test_source_opens_the_session_at_the_message(page, services, planner):
    accepted = services.replies.send(FACTS, user_id=planner.id, client_message_id="a")
    until_ended(services, accepted.reply_id, planner.id)
    until(lambda: services.memories.page(user_id=planner.id).total == 2)
    memory = services.memories.page(user_id=planner.id).memories[0]
    run(page)
    button = page.button(key=f"memory_source_{memory.id}")
    assert button.label.startswith("From “I am vegetarian")
    button.click()
    run(page)

    assert page.session_state["chat_session_id"] == accepted.session_id
    assert page.session_state["chat_message_id"] == accepted.message_id


def test_backboard_away_is_a_sentence_and_another_try(page, services, planner, monkeypatch):
    services.memories.add("Prefers tea", user_id=planner.id)
    with monkeypatch.context() as broken:

        def away(*_args: object, **_given: object) -> None:
            raise BackboardAwayError("Backboard cannot be reached right now.")

        broken.setattr(MemoryService, "page", away)
        broken.setattr(MemoryService, "add", away)
        run(page)
        assert headings(page) == ["Memories cannot be shown right now"]
        page.text_input(key="memory_text").set_value("Hates noise")
        click(page, "memory_add")
        assert page.error[0].value == escape_label("Backboard cannot be reached right now.")
        assert page.text_input(key="memory_text").value == "Hates noise"
    click(page, "memory_try_again")

    assert shown(page) == ["Prefers tea"]


def test_database_away_says_that_nothing_was_saved(page, services, planner, monkeypatch):
    tea = services.memories.add("Prefers tea", user_id=planner.id)
    run(page)

    def away(*_args: object, **_given: object) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(MemoryService, "forget", away)
    click(page, f"memory_delete_{tea.id}")

    assert page.error[0].value.startswith("Cannot save right now")
    assert shown(page) == ["Prefers tea"]


@pytest.mark.parametrize("choice", ["forget", "keep", "undo"])
def test_deleted_message_offers_to_forget_what_is_remembered_from_it(app, services, planner, choice):
    accepted = services.replies.send(FACTS, user_id=planner.id, client_message_id="a")
    until_ended(services, accepted.reply_id, planner.id)
    app.query_params["session"] = str(accepted.session_id)
    run(app)
    choose(app, accepted.message_id, "Delete")
    (offer,) = [line.value for line in app.markdown if "still remembers" in line.value]
    assert "Is vegetarian" in offer
    click(app, "chat_undo_button" if choice == "undo" else f"memory_offer_{choice}")

    assert not [line.value for line in app.markdown if "still remembers" in line.value]
    assert services.memories.count(user_id=planner.id) == (0 if choice == "forget" else 2)


def test_reply_shows_which_memories_it_used(app, services, planner):
    services.memories.add("Prefers *tea*", user_id=planner.id)
    services.memories.add("Hates noise", user_id=planner.id)
    for name, memory in (("a", True), ("b", False)):
        accepted = services.replies.send("Rome", user_id=planner.id, client_message_id=name, memory=memory)
        until_ended(services, accepted.reply_id, planner.id)
        app.switch_page(CHAT_PAGE)
        load_at(app, accepted.session_id)

        labels = [place.label for place in app.expander]
        assert labels == (["Used 2 memories"] if memory else [])
        if memory:
            assert app.expander[0].markdown[0].value.splitlines() == ["- Hates noise", r"- Prefers \*tea\*"]
