"""Slides that the assistant proposes: a card below its reply, and what a planner takes of it into the deck."""

import pytest
from streamlit.testing.v1 import AppTest

from services.decks.proposals import ASK_FOR_SLIDES, slides_in
from services.decks.records import DeckOf
from tests.helpers.deck_places import PLAN
from tests.helpers.screens import begin_at, load_at
from tests.helpers.services import until

TALK = "5 days in Lisbon in May 2027 for two adults, about $2,000"


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def say(at: AppTest, text: str) -> AppTest:
    at.chat_input(key="chat_input").set_value(text)
    return run(at)


def ticks(at: AppTest) -> list[str]:
    return [one.label for one in at.main.checkbox if str(one.key).startswith("chat_slides_")]


def drawn(at: AppTest) -> list[str]:
    return [one.proto.body for one in at.main.get("html") if "<section" in one.proto.body]


def lines(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.main.markdown, *at.main.caption))


def add_button(at: AppTest) -> str | None:
    return next((str(one.key) for one in at.main.button if one.label == "Add to the deck"), None)


@pytest.fixture
def session_id(app: AppTest, services, planner) -> int:
    """Return the id of a session whose last reply proposes slides, which is open."""
    say(run(app), TALK)
    say(app, ASK_FOR_SLIDES)
    (session,) = services.sessions.recent(user_id=planner.id).sessions
    session_id: int = session.id
    return session_id


def test_slides_are_shown_chosen_and_added_and_the_card_says_so(app, services, planner, session_id):
    of = DeckOf("session", session_id)
    assert len(drawn(app)) == 3
    assert all("Suggested by the assistant" in one for one in drawn(app))
    assert ticks(app)[0] == "5 days in Lisbon in May"
    app.main.checkbox[1].uncheck()
    run(app)
    app.button(key=add_button(app)).click()
    run(app)

    saved = services.decks.get(of, user_id=planner.id)
    assert saved.deck.slides[0].title == "5 days in Lisbon in May"
    assert len(saved.deck.slides) == 2
    assert not any(slide.confirmed for slide in saved.deck.slides)
    assert "2 slides added" in lines(app)
    assert len(ticks(app)) == 1
    next(one for one in app.main.checkbox if one.label == ticks(app)[0]).check()
    app.button(key=add_button(app)).click()
    run(app)
    assert len(services.decks.get(of, user_id=planner.id).deck.slides) == 3
    assert "3 slides added" in lines(app)
    assert (ticks(app), add_button(app)) == ([], None)
    assert len(drawn(app)) == 3


def test_nothing_is_added_where_nothing_is_ticked_or_the_deck_has_changed(app, services, planner, session_id):
    of = DeckOf("session", session_id)
    for one in app.main.checkbox:
        one.uncheck()
    app.button(key=add_button(app)).click()
    run(app)
    assert "Choose a slide at least" in "\n".join(one.value for one in (*app.main.warning, *app.main.error))
    assert services.decks.find(of, user_id=planner.id) is None
    for one in app.main.checkbox:
        one.check()
    services.decks.make(of, user_id=planner.id)
    app.button(key=add_button(app)).click()
    run(app)
    assert services.decks.get(of, user_id=planner.id).rev == 1  # they are asked to look again
    assert add_button(app)


def test_whoever_may_only_read_looks(app, services, planner, stranger, session_id):
    services.sharing.add(session_id, stranger.username, user_id=planner.id, access="view")
    signed_in = app.session_state["auth_user"]
    app.session_state["auth_user"] = {**signed_in, "id": stranger.id}
    load_at(app, session_id)
    assert len(drawn(app)) == 3
    assert (ticks(app), add_button(app)) == ([], None)
    assert "You can read this session" in lines(app)


def test_assistant_is_asked_from_the_screen_of_a_session_without_a_deck(app, services, planner, add_session):
    session_id = add_session(text="3 days in Porto in June for two", answer=PLAN)
    begin_at(app, "pages/planner/deck.py")
    app.query_params["session"] = str(session_id)
    run(app)
    app.button(key="deck_ask").click()
    run(app)
    mine = {"user_id": planner.id, "limit": 1}
    until(lambda: not services.sessions.history(session_id, **mine).messages[-1].status.unfinished)
    (reply,) = services.sessions.history(session_id, **mine).messages
    assert [slide.title for slide in slides_in(reply.parts)][:2] == ["3 days in Porto in June", "Day by day"]


def test_only_the_last_proposal_is_offered(app, services, planner, session_id):
    say(app, "make it 4 days")
    assert len(drawn(app)) == 3
    say(app, "make slides of this")
    assert len(drawn(app)) == 3
    assert ticks(app)[0] == "4 days in Lisbon in May"
