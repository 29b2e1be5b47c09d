"""A trip made of a session: what the assistant proposes below its reply, and what a planner takes of it."""

import pytest
from streamlit.testing.v1 import AppTest

from components.trips import proposal
from components.trips.form_fields import NEW_CUSTOMER
from db.models import ChatSession
from services.trips.proposals import ASK_FOR_BRIEF
from services.wiring import Services
from travel.brief import Brief, Wish, brief_of

TALK = "5 days in Lisbon in May 2027 for two adults and a child of 8, about $2,000, no museums"
LENGTH = "The trip takes 5 days in all: on which dates in May 2027?"


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def lines(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.main.markdown, *at.main.caption)).replace("\\", "")


def say(at: AppTest, text: str) -> AppTest:
    at.chat_input(key="chat_input").set_value(text).run()
    assert not at.exception
    return at


def choose(at: AppTest, key: str, option: str) -> AppTest:
    menu = at.menu_button(key=key)
    menu.click(next(name for name in menu.options if name.endswith(option)))
    return run(at)


def offered(at: AppTest) -> dict[str, str]:
    """Return what stands on the card, by field: the labels of its checkboxes."""
    found = {}
    for one in at.main.checkbox:
        if str(one.key).startswith("chat_proposal_") and "carry" not in str(one.key):
            label, _, text = one.label.replace("\\", "").partition(": ")
            found[label] = text
    return found


def ticked(at: AppTest) -> list[str]:
    """Return the fields on the card that are ticked."""
    return [one.label.partition(": ")[0] for one in at.main.checkbox if one.value]


def tick(at: AppTest, group: str) -> None:
    next(one for one in at.main.checkbox if str(one.key).endswith(f"_{group}")).check()


def button(at: AppTest, name: str) -> str | None:
    return next((str(one.key) for one in at.main.button if one.label == name), None)


def press(at: AppTest, name: str) -> AppTest:
    at.button(key=str(button(at, name))).click()
    return run(at)


def untick(at: AppTest, group: str) -> None:
    next(one for one in at.main.checkbox if str(one.key).endswith(f"_{group}")).uncheck()


@pytest.fixture
def talk(app: AppTest, services: Services, planner) -> int:
    """Return the id of a session about Lisbon, which is open in the chat."""
    run(app)
    say(app, TALK)
    (session,) = services.sessions.recent(user_id=planner.id).sessions
    return session.id


@pytest.fixture
def proposed(app: AppTest, talk: int) -> AppTest:
    """Return the app with a proposal below the last reply."""
    return choose(app, f"session_menu_{talk}", "Make this a trip")


def test_menu_asks_the_assistant_and_its_proposal_stands_below_the_reply(proposed, services, planner, talk):
    history = services.sessions.history(talk, user_id=planner.id, limit=10)

    assert history.messages[-2].text == ASK_FOR_BRIEF
    assert offered(proposed) == {
        "Where to": "Lisbon",
        "Months": "May 2027",
        "Travellers": "2 adults, 1 child (8)",
        "Budget": "up to $2,000 in all",
        "To avoid": "museums",
        "Open questions": LENGTH,
    }
    assert "On which days does the trip start and end?" in lines(proposed)


def test_what_is_ticked_makes_the_trip_that_the_session_is_in(proposed, services, planner, talk):
    (title,) = [one for one in proposed.main.text_input if one.label == "Title"]
    title.set_value("Lisbon with Leo")
    untick(proposed, "budget")
    untick(proposed, "questions")
    press(proposed, "Create trip")

    (made,) = services.trips.page(user_id=planner.id).trips
    trip = services.trips.get(made.id, user_id=planner.id)
    assert (trip.title, trip.customer_id) == ("Lisbon with Leo", None)
    assert trip.brief == Brief(
        where=("Lisbon",), months=("2027-05",), travellers=trip.brief.travellers, avoid=(Wish("museums"),)
    )
    assert len(trip.brief.travellers) == 3
    assert services.sessions.get(talk, user_id=planner.id).trip_id == trip.id
    assert offered(proposed) == {"Budget": "up to $2,000 in all", "Open questions": LENGTH}


def test_question_that_the_assistant_asks_is_still_asked_by_the_trip(app, services, planner):
    run(app)
    say(app, "Lisbon in May 2027 for two adults and a child of 8, one is vegan")
    (session,) = services.sessions.recent(user_id=planner.id).sessions
    choose(app, f"session_menu_{session.id}", "Make this a trip")
    (asked,) = [text for label, text in offered(app).items() if label == "Open questions"]
    assert asked.startswith("Who needs what was said")
    press(app, "Create trip")

    (made,) = services.trips.page(user_id=planner.id).trips
    assert services.trips.get(made.id, user_id=planner.id).brief.questions == (asked,)
    assert offered(app) == {}
    services.trips.change(made.id, user_id=planner.id, brief={"questions": ["Who pays?"]})
    run(app)
    assert offered(app) == {"Open questions": f"Who pays? → Who pays? {asked}"}
    press(app, "Update the brief")
    assert services.trips.get(made.id, user_id=planner.id).brief.questions == ("Who pays?", asked)


def test_what_was_proposed_meanwhile_changed_is_told_with_both_values(app, services, planner, talk):
    trip = services.trips.create("Portugal", user_id=planner.id, brief={"where": ["Porto"]})
    services.trip_sessions.move([talk], trip.id, user_id=planner.id)
    run(app)
    choose(app, f"session_menu_{talk}", "Update the trip's brief")
    services.trips.change(trip.id, user_id=planner.id, brief={"where": ["Faro"]})
    press(app, "Update the brief")

    assert "Where to is now “Faro”, and was to be “Porto, Lisbon”" in app.error[0].value.replace("\\", "")
    assert services.trips.get(trip.id, user_id=planner.id).brief.where == ("Faro",)
    assert offered(app)["Where to"] == "Faro → Porto, Lisbon"
    assert "Where to" not in ticked(app)


@pytest.mark.parametrize("carried", [True, False])
def test_trip_for_a_customer_carries_the_talk_over_only_if_ticked(
    proposed, services, planner, talk, app_database, carried
):
    weber = services.customers.create("Weber", user_id=planner.id)
    run(proposed)
    (customer,) = [one for one in proposed.main.selectbox if one.label == "Customer"]
    customer.set_value(weber.id)
    run(proposed)
    if not carried:
        untick(proposed, "carry")
    press(proposed, "Create trip")

    (made,) = services.trips.page(user_id=planner.id).trips
    assert made.customer_id == weber.id
    with app_database.read() as db_session:
        session = db_session.get_one(ChatSession, talk)
        assert (session.trip_id, session.told_customer_id) == (made.id, weber.id if carried else None)


@pytest.mark.parametrize("to", ["another customer", "no trip", "same customer"])
def test_proposal_for_another_customers_trip_is_closed(app, services, planner, talk, to):
    weber, sharma = (services.customers.create(name, user_id=planner.id).id for name in ("Weber", "Sharma"))
    trip = services.trips.create("Portugal", user_id=planner.id, customer_id=weber)
    services.trip_sessions.move([talk], trip.id, user_id=planner.id, carry=True)
    run(app)
    choose(app, f"session_menu_{talk}", "Update the trip's brief")
    assert "Where to" in offered(app)
    other = services.trips.create("Japan", user_id=planner.id, customer_id=weber if to == "same customer" else sharma)
    moved_to = None if to == "no trip" else other.id
    services.trip_sessions.move([talk], moved_to, user_id=planner.id)
    run(app)

    closed = to != "same customer"
    assert ("Proposed for another customer's trip" in lines(app)) == closed
    assert ("Where to" not in offered(app)) == closed
    assert (button(app, "Update the brief") is None) == closed
    assert button(app, "Create trip") is None


def test_proposal_is_not_accepted_where_the_session_has_another_customer_since_it_was_drawn(
    app, services, planner, talk
):
    weber, sharma = (services.customers.create(name, user_id=planner.id).id for name in ("Weber", "Sharma"))
    trip = services.trips.create("Portugal", user_id=planner.id, customer_id=weber)
    services.trip_sessions.move([talk], trip.id, user_id=planner.id, carry=True)
    run(app)
    choose(app, f"session_menu_{talk}", "Update the trip's brief")
    services.trips.change(trip.id, user_id=planner.id, customer_id=sharma)
    press(app, "Update the brief")

    assert services.trips.get(trip.id, user_id=planner.id).brief == Brief()
    assert "Proposed for another customer's trip" in lines(app)


def test_trip_is_made_for_a_new_customer_who_is_made_once(proposed, services, planner):
    (customer,) = [one for one in proposed.main.selectbox if one.label == "Customer"]
    customer.set_value(NEW_CUSTOMER)
    run(proposed)
    press(proposed, "Create trip")
    assert ["Enter the customer" in one.value for one in proposed.main.error] == [True]
    (name,) = [one for one in proposed.main.text_input if one.label == "Name of the customer"]
    name.set_value("Okafor family")
    (title,) = [one for one in proposed.main.text_input if one.label == "Title"]
    title.set_value("  ")
    press(proposed, "Create trip")
    assert services.customers.page(user_id=planner.id).customers == ()
    next(one for one in proposed.main.text_input if one.label == "Title").set_value("Lisbon")
    press(proposed, "Create trip")

    (made,) = services.trips.page(user_id=planner.id).trips
    assert made.customer_name == "Okafor family"
    assert len(services.customers.page(user_id=planner.id).customers) == 1


def test_fields_are_named_as_they_are_read_out(proposed):
    labels = [one.label for one in proposed.main.checkbox if str(one.key).endswith(("_travellers", "_budget"))]

    assert labels == ["Travellers: 2 adults, 1 child (8)", "Budget: up to \\$2,000 in all"]


def test_title_that_is_none_is_told_and_nothing_is_made(proposed, services, planner):
    (title,) = [one for one in proposed.main.text_input if one.label == "Title"]
    title.set_value("  ")
    press(proposed, "Create trip")

    assert ["Enter a title" in one.value for one in proposed.main.error] == [True]
    assert services.trips.page(user_id=planner.id).trips == ()


def test_session_of_a_trip_is_offered_only_what_differs(app, services, planner, talk):
    brief = {"where": ["Porto"], "start": "2027-06-01", "end": "2027-06-05", "avoid": ["museums"], "pace": "full"}
    trip = services.trips.create("Portugal", user_id=planner.id, brief=brief)
    services.trip_sessions.move([talk], trip.id, user_id=planner.id)
    run(app)
    choose(app, f"session_menu_{talk}", "Update the trip's brief")
    assert {name: text for name, text in offered(app).items() if name in ("Where to", "Months", "To avoid")} == {
        "Where to": "Porto → Porto, Lisbon",
        "Months": "Jun 1 – 5, 2027 → May 2027",
    }
    untick(app, "where")
    tick(app, "when")
    press(app, "Update the brief")

    now = services.trips.get(trip.id, user_id=planner.id).brief
    assert (now.where, now.months, now.start, now.pace) == (("Porto",), ("2027-05",), None, "full")
    assert now.avoid == (Wish("museums"),)
    assert list(offered(app)) == ["Where to"]


@pytest.mark.parametrize(
    ("before", "after", "is_ticked"),
    [
        ({"where": ["Tokyo"]}, {"where": ["tokyo", "Kyoto"]}, True),
        ({"where": ["Tokyo", "Kyoto"]}, {"where": ["Japan"]}, False),
        ({"must": ["A ryokan", "Ghibli"]}, {"must": ["Vegan food"]}, False),
        ({"avoid": ["Museums"]}, {"avoid": [{"text": "museums", "hard": True}]}, True),
        ({"avoid": ["Museums"]}, {"avoid": ["Bars"]}, False),
        ({"travellers": [{"label": "Lucia", "band": "adult"}]}, {"adults": 1}, False),
        ({"adults": 1}, {"adults": 2, "child_ages": [8]}, True),
        ({"start": "2027-06-01", "end": "2027-06-05"}, {"months": ["2027-06"]}, False),
        ({"start": "2027-06-01", "end": "2027-06-05"}, {"start": "2027-06-02", "end": "2027-06-05"}, True),
    ],
)
def test_what_takes_something_out_of_a_brief_is_not_ticked_by_itself(before, after, is_ticked):
    (offer,) = proposal._offers(brief_of(before), proposal._merged(brief_of(before), brief_of(after)))

    assert offer.loses is not is_ticked


def test_who_may_only_read_a_trip_is_offered_nothing_to_press(app, services, planner, stranger, proposed):
    press(proposed, "Create trip")
    (made,) = services.trips.page(user_id=planner.id).trips
    services.trips.change(made.id, user_id=planner.id, brief={"where": ["Porto"]})
    services.trip_members.add(made.id, "bob", user_id=planner.id)
    services.trip_members.hand_over(made.id, stranger.id, user_id=planner.id)
    services.trip_members.change(made.id, planner.id, user_id=stranger.id, access="view")
    run(app)

    assert button(app, "Update the brief") is None
    assert "You can read this trip, but not change it." in lines(app)


def test_who_only_reads_a_trip_is_not_offered_to_update_its_brief(app, services, planner, stranger, talk):
    trip = services.trips.create("Portugal", user_id=planner.id)
    services.trip_sessions.move([talk], trip.id, user_id=planner.id)
    services.trip_members.add(trip.id, "bob", user_id=planner.id)
    services.trip_members.hand_over(trip.id, stranger.id, user_id=planner.id)

    def offers() -> list[bool]:
        menus = [one for one in run(app).menu_button if str(one.key).startswith(("session_menu_", "sidebar_menu_"))]
        return [any("Update the trip's brief" in name for name in one.options) for one in menus]

    assert offers()
    assert all(offers())
    services.trip_members.change(trip.id, planner.id, user_id=stranger.id, access="view")
    assert not any(offers())


def test_only_the_last_proposal_is_offered(proposed):
    say(proposed, ASK_FOR_BRIEF)

    assert [one.label for one in proposed.main.button].count("Create trip") == 1


def test_talk_about_nothing_proposes_nothing(app, services, planner):
    run(app)
    say(app, "Hello")
    (session,) = services.sessions.recent(user_id=planner.id).sessions
    choose(app, f"session_menu_{session.id}", "Make this a trip")

    assert button(app, "Create trip") is None
