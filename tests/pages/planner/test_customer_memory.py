"""The page *Memory* of a customer: whose it is, and what may be done with it."""

from dataclasses import dataclass

import pytest
from streamlit.testing.v1 import AppTest

from components.labels import escape_label
from components.state import MEMORY_PAGE
from services.accounts.records import User
from services.memory.memories import MemoryService
from services.wiring import Services
from tests.helpers.screens import begin_at, load_at
from tests.helpers.services import until_ended

FACTS = "I am vegetarian. My home airport is Kraków."


@dataclass(frozen=True)
class Weber:
    """A customer with a trip."""

    id: int
    trip_id: int


@pytest.fixture
def weber(services: Services, planner: User) -> Weber:
    customer = services.customers.create("We*b*er", user_id=planner.id)
    return Weber(customer.id, services.trips.create("Lisbon", user_id=planner.id, customer_id=customer.id).id)


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


def keys(at: AppTest) -> list[str]:
    return [str(one.key) for one in (*at.button, *at.text_input)]


def choose(at: AppTest, customer_id: int) -> None:
    at.selectbox(key="memory_whose").set_value(customer_id)
    run(at)


def test_without_customers_there_is_nothing_to_choose(page):
    run(page)

    assert not page.selectbox


def test_choice_shows_the_memory_of_one_or_the_other(page, services, planner, weber):
    services.memories.add("Mine", user_id=planner.id)
    services.memories.add("Theirs", user_id=planner.id, customer_id=weber.id)
    run(page)
    assert page.selectbox(key="memory_whose").options == ["Mine", "We*b*er"]
    assert shown(page) == ["Mine"]
    choose(page, weber.id)

    assert shown(page) == ["Theirs"]
    assert page.query_params["customer"] == str(weber.id)
    assert any(escape_label("We*b*er") in line.value for line in page.main.markdown)
    page.text_input(key="memory_words").set_value("mine")
    run(page)
    assert "Mine" not in shown(page)
    choose(page, 0)
    assert shown(page) == ["Mine"]
    assert "customer" not in page.query_params
    assert page.text_input(key="memory_words").value == ""


def test_memory_added_by_hand_says_who_added_it_and_is_added_once(page, services, planner, weber):
    page.query_params["customer"] = str(weber.id)
    run(page)
    for _ in range(2):
        page.text_input(key="memory_text").set_value("Prefers trains")
        click(page, "memory_add")

    assert shown(page) == ["Prefers trains"]
    assert ":small[Added by Ada Planner, just now]" in [line.value for line in page.main.markdown]
    assert [error.value.replace("\\", "") for error in page.error] == ["Exactly this is remembered already."]


def test_address_says_whose_it_is(page, services, planner, weber):
    services.memories.add("Theirs", user_id=planner.id, customer_id=weber.id)
    page.query_params["customer"] = str(weber.id)
    run(page)

    assert shown(page) == ["Theirs"]
    assert page.selectbox(key="memory_whose").value == weber.id


@pytest.mark.parametrize("address", ["7", "x", "-1"])
def test_customer_of_nobody_shows_nothing_and_the_way_to_ones_own(page, services, planner, address):
    services.memories.add("Mine", user_id=planner.id)
    page.query_params["customer"] = address
    run(page)
    assert [warning.value for warning in page.warning] == ["There is no such customer."]
    assert shown(page) == []
    click(page, "memory_mine")

    assert shown(page) == ["Mine"]
    assert not page.warning


def test_stranger_does_not_see_a_customers_memory(page, services, stranger):
    theirs = services.customers.create("Kowalski", user_id=stranger.id)
    services.memories.add("Secret", user_id=stranger.id, customer_id=theirs.id)
    page.query_params["customer"] = str(theirs.id)
    run(page)

    assert shown(page) == []
    assert [warning.value for warning in page.warning] == ["There is no such customer."]


def test_everything_can_be_done_to_a_customers_memory(page, services, planner, weber):
    mine = services.memories.add("Mine", user_id=planner.id)
    page.query_params["customer"] = str(weber.id)
    run(page)
    page.text_input(key="memory_text").set_value("Never flies")
    click(page, "memory_add")
    (memory,) = services.memories.page(user_id=planner.id, customer_id=weber.id).memories
    click(page, f"memory_correct_{memory.id}")
    page.text_area(key=f"memory_correct_text_{memory.id}").set_value("Loves trains")
    click(page, "memory_correct_save")
    assert shown(page) == ["Loves trains"]
    click(page, f"memory_delete_{memory.id}")
    assert shown(page) == []
    click(page, "memory_undo_button")
    assert shown(page) == ["Loves trains"]
    click(page, "memory_forget_all")
    assert any(f"about **{escape_label('We*b*er')}** is deleted" in line.value for line in page.markdown)
    click(page, "memory_forget_confirm")

    assert services.memories.count(user_id=planner.id, customer_id=weber.id) == 0
    assert [one.id for one in services.memories.page(user_id=planner.id).memories] == [mine.id]


def test_what_was_deleted_of_a_customer_is_not_offered_beside_ones_own(page, services, planner, weber):
    memory = services.memories.add("Never flies", user_id=planner.id, customer_id=weber.id)
    page.query_params["customer"] = str(weber.id)
    run(page)
    click(page, f"memory_delete_{memory.id}")
    assert "memory_undo_button" in keys(page)
    choose(page, 0)

    assert "memory_undo_button" not in keys(page)


def test_who_only_views_the_trips_only_reads(page, services, planner, stranger):
    theirs = services.customers.create("Kowalski", user_id=stranger.id)
    trip = services.trips.create("Rome", user_id=stranger.id, customer_id=theirs.id)
    memory = services.memories.add("Never flies", user_id=stranger.id, customer_id=theirs.id)
    services.trip_members.add(trip.id, planner.username, user_id=stranger.id, access="view")
    page.query_params["customer"] = str(theirs.id)
    run(page)

    assert shown(page) == ["Never flies"]
    changes = {"memory_text", "memory_add", "memory_forget_all"}
    changes |= {f"memory_{what}_{memory.id}" for what in ("correct", "delete")}
    assert not changes & set(keys(page))
    services.trip_members.change(trip.id, planner.id, user_id=stranger.id, access="edit")
    run(page)
    assert changes <= set(keys(page))


def test_open_page_of_who_is_taken_off_the_trip_shows_nothing_any_more(
    page, services, planner, stranger, monkeypatch
):
    theirs = services.customers.create("Kowalski", user_id=stranger.id)
    trip = services.trips.create("Rome", user_id=stranger.id, customer_id=theirs.id)
    services.memories.add("Never flies", user_id=stranger.id, customer_id=theirs.id)
    services.trip_members.add(trip.id, planner.username, user_id=stranger.id)
    look = MemoryService.may_change
    drawn: list[bool] = []

    def may_change(self: MemoryService, *, user_id: int, customer_id: int | None = None) -> bool:
        if len(drawn) == 1:  # the page is drawn, and looks again
            services.trip_members.remove(trip.id, planner.id, user_id=stranger.id)
        drawn.append(look(self, user_id=user_id, customer_id=customer_id))
        return drawn[-1]

    monkeypatch.setattr(MemoryService, "may_change", may_change)
    page.query_params["customer"] = str(theirs.id)
    run(page)

    assert drawn == [True]
    assert [warning.value for warning in page.warning] == ["There is no such customer."]
    assert shown(page) == []


def test_who_keeps_a_customer_is_not_asked_for_again(page, services, weber, monkeypatch):
    monkeypatch.setattr("components.memory.whose.watch_access", lambda *_, **__: pytest.fail("asked"))
    page.query_params["customer"] = str(weber.id)
    run(page)

    assert page.selectbox(key="memory_whose").value == weber.id


def test_reply_leads_to_the_memory_that_it_used(app, services, planner, weber):
    services.memories.add("Never flies", user_id=planner.id, customer_id=weber.id)
    accepted = services.replies.send("Rome", user_id=planner.id, client_message_id="a", trip_id=weber.trip_id)
    until_ended(services, accepted.reply_id, planner.id)
    load_at(app, accepted.session_id)

    link = next(one for one in app.get("page_link") if one.proto.label == "Correct or delete")
    assert link.proto.query_string == f"customer={weber.id}"


def test_deleted_message_offers_to_forget_what_is_known_of_the_customer(app, services, planner, weber):
    accepted = services.replies.send(FACTS, user_id=planner.id, client_message_id="a", trip_id=weber.trip_id)
    until_ended(services, accepted.reply_id, planner.id)
    load_at(app, accepted.session_id)
    menu = app.menu_button(key=f"chat_menu_{accepted.message_id}")
    menu.click(next(name for name in menu.options if name.endswith("Delete"))).run()
    click(app, "memory_offer_forget")

    assert services.memories.count(user_id=planner.id, customer_id=weber.id) == 0
