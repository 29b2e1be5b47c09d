"""What a link to a deck opens: slides as they look, comments below them, decisions; and how a planner shares it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from db.models import Message
from exports.decks.plain import kind_name
from exports.decks.records import Amount, TableBlock
from services.decks.records import DeckOf
from services.reviews.records import DecisionKind, LinkSettings, ReviewState, Thing
from tests.helpers.deck_places import PLAN
from tests.helpers.reviews import Reviews
from tests.helpers.screens import load_at

KEY = "a" * 22


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def drawn(at: AppTest) -> list[str]:
    """Return the HTML of the slides that are drawn."""
    return [
        one.proto.body
        for one in at.get("html")
        if "travelbot-deck" in one.proto.body and "<section" in one.proto.body
    ]


@pytest.fixture(autouse=True)
def _no_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", {})


@pytest.fixture
def reviews(services, app_database) -> Reviews:
    return Reviews(app_database)


@pytest.fixture
def session_id(reviews, planner) -> int:
    made: int = reviews.session(planner.id, ("Four days in Lisbon, please", PLAN))
    return made


@pytest.fixture
def deck(services, session_id, planner):
    return services.decks.make(DeckOf("session", session_id), user_id=planner.id)


@pytest.fixture
def link(services, deck, planner):
    settings = LinkSettings(audience="Customer", download=True)
    return services.reviews.share(Thing("session", deck.of.id, deck=True), settings, user_id=planner.id)


@pytest.fixture
def opened(visitor: AppTest, link) -> AppTest:
    visitor.query_params["link"] = link.token
    visitor._page_hash = calc_hash("review")
    visitor.session_state["told_travelbot_reviewer"] = KEY
    return run(visitor)


def test_slides_are_drawn_commented_on_and_decided_about(opened, services, deck, link, planner):
    shown = drawn(opened)
    assert len(shown) == len(deck.deck.shown()) + 1  # with the page about the deck
    assert "Draft v1" in shown[0]
    assert sum('class="deck-chart" data-svg="' in html for html in shown) == 1  # Streamlit lets no SVG through
    assert not any("<svg" in html for html in shown)
    slide = next(one for one in deck.deck.slides if len(one.blocks) > 1)
    part = f"{slide.id}:{slide.blocks[-1].id}"
    for place, text in ((slide.id, "Good"), (part, "Less of this")):
        click(opened, f"review_comment_{place}")
        opened.text_input(key=f"review_name_comment_{place}_{int(place == part)}").set_value("Anna")
        opened.text_area(key=f"review_typed_{place}").set_value(text)
        click(opened, f"review_send_{place}")
    said = services.comments.open_by_anchor(link.review.thing, user_id=planner.id)
    assert said == {slide.id: 1, part: 1}
    seen = services.visits.look(link.token, KEY).version.sha256
    services.visits.decide(link.token, KEY, DecisionKind.APPROVE, name="Anna", sha256=seen)
    assert services.reviews.get(link.review.id, user_id=planner.id).review.state is ReviewState.APPROVED
    assert "Draft" not in drawn(run(opened))[0]


def test_one_who_comes_back_is_told_which_slides_changed(opened, services, deck, link, planner):
    first, second, *rest = deck.deck.slides
    slides = (first, replace(second, title="Another title"), *rest[1:])
    services.decks.change(deck.of, replace(deck.deck, slides=slides), user_id=planner.id, rev=deck.rev)
    services.reviews.share_again([link.review.id], user_id=planner.id)
    run(opened)
    del opened.session_state["review_since"]
    services.visits.look(link.token, KEY)
    opened.session_state["review_since"] = (1, 0)
    run(opened)
    click(opened, "review_changes_toggle")
    keys = {one.key for one in opened.button if str(one.key).startswith("review_change_go_")}
    assert keys == {f"review_change_go_{second.id}"}
    assert any(":red-badge[Gone]" in one.value for one in opened.markdown)


def test_planner_shares_the_deck_from_the_menu_with_a_preview(app, services, deck, planner):
    load_at(app, deck.of.id)
    menu = app.menu_button(key=f"session_menu_{deck.of.id}")
    menu.click(next(name for name in menu.options if name.endswith("Share for review")))
    run(app)
    key = f"review_share_{deck.of.id}"
    app.segmented_control(key=f"{key}_what").set_value(True)
    run(app)
    click(app, "review_share_preview")
    assert len(drawn(app)) == len(deck.deck.shown())
    click(app, "review_share_go")
    (made,) = services.reviews.page(user_id=planner.id)
    assert made.thing == Thing("session", deck.of.id, deck=True)


def lines(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.markdown, *at.caption, *at.warning)).replace("\\", "")


def test_dialog_warns_of_what_others_should_not_see_yet(app, services, deck, session_id, planner, app_database):
    costs = next(one for one in deck.deck.slides if one.title == "What it costs")
    table = next(one for one in costs.blocks if isinstance(one, TableBlock))
    wrong = replace(table.rows[-1][1], amount=Amount(Decimal(1400), "EUR", 2))
    rows = (*table.rows[:-1], (table.rows[-1][0], wrong))
    blocks = tuple(replace(table, rows=rows) if one is table else one for one in costs.blocks)
    slides = tuple(replace(one, blocks=blocks) if one is costs else one for one in deck.deck.slides)
    services.decks.change(deck.of, replace(deck.deck, slides=slides), user_id=planner.id, rev=1)
    later = PLAN.replace("Castle of", "Bus to the castle of")
    later = later[: later.index("## Day 2")] + later[later.index("## What it costs") :]
    with app_database.begin() as db_session:
        message = db_session.scalar(
            select(Message).where(Message.session_id == session_id, Message.role == "assistant")
        )
        message.content = later
    load_at(app, session_id)
    app.session_state["dialog"] = {
        "name": "review_share",
        "about": {"thing": Thing("session", session_id, deck=True), "title": "Lisbon"},
    }
    run(app)
    told = lines(app)
    assert "Nobody has confirmed what the assistant wrote, and they say so: “Four days in Lisbon”" in told
    assert "The session has moved on since they were made: “Four days in Lisbon”" in told
    assert "“Day 2: Belém”" in told[told.index("The session says nothing of them any more: ") :]
    assert "“What it costs”: The total of “Price (EUR)” is €1,400.00" in told


def test_comments_and_what_shares_again_are_on_the_screen_of_the_deck(app, services, deck, link, planner):
    slide = next(one for one in deck.deck.slides if len(one.blocks) > 1)
    part = slide.blocks[-1]
    for anchor in (slide.id, f"{slide.id}:{part.id}", None):
        services.visits.comment(link.token, KEY, "Less of this", name="Anna", anchor=anchor)
    load_at(app, deck.of.id)
    app.session_state[f"chat_reviews_{deck.of.id}"] = True
    run(app)
    assert any("3 comments on the slides" in one.label for one in app.get("page_link"))
    assert f"chat_share_again_{deck.of.id}_deck" in {one.key for one in app.button}
    app.switch_page("pages/planner/deck.py")
    app.query_params["session"] = str(deck.of.id)
    app.session_state[f"deck_page_session_{deck.of.id}"] = f"{slide.id}/1"
    run(app)
    labels = [one.label for one in app.button]
    assert {"In general: 1 comment", "This slide: 1 comment", f"{kind_name(part)}: 1 comment"} <= set(labels)
    [strip] = [one for one in app.radio if str(one.key).startswith("deck_page_")]
    assert [label for label in strip.options if label.endswith("2 comments")]
    click(app, f"deck_comments_{slide.id}")
    assert "Less of this" in [one.value for one in app.text]
    del app.session_state["dialog"]
    menu = app.menu_button(key=f"deck_menu_{deck.id}")
    menu.click(next(name for name in menu.options if name.endswith("Share again")))
    run(app)
    assert "Every open link shows the deck as it is now" in lines(app)
    services.reviews.revoke(link.review.id, user_id=planner.id)
    del app.session_state["dialog"]
    run(app)
    assert not [name for name in app.menu_button(key=f"deck_menu_{deck.id}").options if name.endswith("Share again")]
