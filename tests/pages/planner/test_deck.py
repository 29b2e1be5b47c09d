"""The deck of a session or trip on its screen: made, looked at, edited, and what colleagues and viewers see."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

import components.decks.drawn as drawn_decks
from components.decks.marks import UNCONFIRMED
from components.decks.typed import typed_items
from db.models import Message
from exports.decks.building.merging import Choice
from exports.decks.html import deck_html
from exports.decks.records import PictureBlock, Preset, Run, Slide
from services.decks.records import DeckOf
from services.wiring import Services
from tests.helpers.deck_places import PLAN
from tests.helpers.screens import AddSession, begin_at

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
    begin_at(app, PAGE)
    app.query_params["session"] = str(of.id)
    return app


@pytest.fixture
def deck(page: AppTest, services: Services, planner, of: DeckOf) -> AppTest:
    services.decks.make(of, user_id=planner.id)
    return run(page)


def now(services: Services, planner, of: DeckOf):
    return services.decks.get(of, user_id=planner.id)


def test_deck_is_made_with_one_click_and_previewed_before(page, services, planner, of):
    run(page)
    assert "No slides yet" in lines(page)

    click(page, "deck_make")

    assert now(services, planner, of).rev == 1
    assert "deck_edit" in keys(page)


def titles(services: Services, planner, of: DeckOf) -> list[str]:
    return [slide.title for slide in now(services, planner, of).deck.slides]


def title_field(at: AppTest) -> Any:
    return next(one for one in at.text_input if one.label == "Title")


def go_to(at: AppTest, title: str) -> AppTest:
    radio = next(one for one in at.radio if str(one.key).startswith("deck_page_"))
    label = next(one for one in radio.options if title in one.replace("\\", ""))
    radio.set_value(next(key for key in keys_of(at) if radio.format_func(key) == label))
    return run(at)


def keys_of(at: AppTest) -> list[str]:
    return re.findall(
        r'data-page="([^"]+)"', next(one.proto.body for one in htmls(at) if "deck-strip" in one.proto.body)
    )


def htmls(at: AppTest) -> list[Any]:
    return list(at.get("html"))


def stage(at: AppTest) -> str:
    return next(str(one.proto.body) for one in htmls(at) if "deck-stage" in one.proto.body)


def test_nothing_to_make_says_what_to_do_next(app, add_session):
    session_id = add_session(answer="", status="failed")
    begin_at(app, PAGE)
    app.query_params["session"] = str(session_id)
    run(app)

    assert "Ask the assistant for a plan first" in lines(app)
    assert "deck_make" not in keys(app)


def test_status_is_made_where_it_is_chosen(page, services, planner, of):
    run(page)
    page.button_group(key="deck_make_preset").set_value(Preset.STATUS)
    run(page)
    click(page, "deck_make")

    assert now(services, planner, of).deck.preset is Preset.STATUS


def test_pages_are_gone_through_and_the_one_shown_is_told(deck):
    assert "1 of 8" in lines(deck)

    click(deck, "deck_next")

    assert "2 of 8" in lines(deck)
    assert "What you asked for" in stage(deck)
    assert len(keys_of(deck)) == 8


def test_title_and_text_are_edited_as_a_version_and_undone(deck, services, planner, of):
    go_to(deck, "Day 1")
    click(deck, "deck_edit")
    title_field(deck).set_value("Up to the castle")
    run(deck)
    area = next(one for one in deck.text_area if one.label == "List")
    area.set_value("Breakfast **late**\n  In bed")
    run(deck)
    click(deck, "deck_edit_save")

    saved = now(services, planner, of)
    slide = next(one for one in saved.deck.slides if one.title == "Up to the castle")
    assert slide.confirmed
    assert [(item.level, item.runs) for item in slide.blocks[0].items] == [
        (0, (Run("Breakfast "), Run("late", bold=True))),
        (1, (Run("In bed"),)),
    ]
    assert "Up to the castle" in stage(deck)

    click(deck, "deck_undo_button")

    assert "Day 1: Alfama" in titles(services, planner, of)
    assert now(services, planner, of).rev == 3


def test_what_is_typed_is_shown_at_once_and_is_there_after_another_page(deck, services, planner, of):
    go_to(deck, "Day 1")
    click(deck, "deck_edit")
    title_field(deck).set_value("Up to the castle")
    run(deck)
    assert any("Up to the castle" in str(one.proto.body) for one in htmls(deck))
    deck.switch_page("pages/planner/trips.py")
    begin_at(deck, PAGE)
    deck.query_params["session"] = str(of.id)
    run(deck)
    assert title_field(deck).value == "Up to the castle"

    click(deck, "deck_edit_cancel")

    assert "Day 1: Alfama" in stage(deck)
    assert now(services, planner, of).rev == 1


def test_slides_are_moved_hidden_added_duplicated_and_removed(deck, services, planner, of):
    before = titles(services, planner, of)
    click(deck, "deck_next")
    choose(deck, "deck_slide_menu_", "Move down")
    assert titles(services, planner, of)[2] == before[1]
    choose(deck, "deck_slide_menu_", "Hide")
    assert "Hidden" in lines(deck)
    assert "7 of 7" not in lines(deck)
    choose(deck, "deck_slide_menu_", "Duplicate")
    assert titles(services, planner, of)[2:4] == [before[1]] * 2
    choose(deck, "deck_slide_menu_", "Add a slide after this")
    assert "New slide" in stage(deck)
    choose(deck, "deck_slide_menu_", "Remove")
    assert "New slide" not in titles(services, planner, of)
    click(deck, "deck_undo_button")
    assert "New slide" in stage(deck)


def test_slide_that_nobody_confirmed_is_marked_until_somebody_does(deck, services, planner, of):
    go_to(deck, "Day 1")
    assert UNCONFIRMED in lines(deck)

    click(deck, "deck_mark_confirm_button")
    assert UNCONFIRMED not in lines(deck)
    choose(deck, "deck_menu_", "Confirm all slides")

    assert all(slide.confirmed for slide in now(services, planner, of).deck.slides)
    assert len(keys_of(deck)) == 7


def test_colleague_who_was_quicker_is_told_and_what_is_typed_stays(deck, services, planner, of):
    go_to(deck, "Day 1")
    click(deck, "deck_edit")
    title_field(deck).set_value("Mine")
    run(deck)
    saved = now(services, planner, of)
    slides = [replace(one, title="Theirs") if one.title.startswith("Day 1") else one for one in saved.deck.slides]
    services.decks.change(of, replace(saved.deck, slides=tuple(slides)), user_id=planner.id, rev=1)

    run(deck)
    assert "Ada Planner changed the deck meanwhile" in "\n".join(one.value for one in deck.warning)
    assert title_field(deck).value == "Mine"
    click(deck, "deck_edit_save")

    assert "Mine" in titles(services, planner, of)
    assert now(services, planner, of).rev == 3


def test_click_on_what_another_changed_since_is_told_and_changes_nothing(deck, services, planner, of):
    go_to(deck, "Day 1")
    saved = now(services, planner, of)
    services.decks.change(of, replace(saved.deck, title="Other"), user_id=planner.id, rev=1)

    click(deck, "deck_mark_confirm_button")

    assert any("changed" in one.value for one in deck.error)
    assert now(services, planner, of).rev == 2


def test_versions_are_listed_looked_at_and_restored(deck, services, planner, of):
    choose(deck, "deck_menu_", "Confirm all slides")
    choose(deck, "deck_menu_", "Versions")
    click(deck, "deck_look_at_1")
    click(deck, "deck_restore")

    assert now(services, planner, of).summary == "Restored version 1"


def test_deck_is_renamed(deck, services, planner, of):
    choose(deck, "deck_menu_", "Rename")
    deck.text_input(key="deck_rename_title").set_value("For the Webers")
    run(deck)
    click(deck, "deck_rename_go")

    assert deck.title[0].value == "For the Webers"


def test_what_cannot_be_drawn_is_told_at_its_slide(deck, services, planner, of):
    saved = now(services, planner, of)
    first = replace(saved.deck.slides[0], title="Lisbon \ue123")
    services.decks.change(of, replace(saved.deck, slides=(first, *saved.deck.slides[1:])), user_id=planner.id, rev=1)

    run(deck)
    assert "U+E123" in lines(deck)
    click(deck, "deck_next")
    assert "U+E123" not in lines(deck)


def test_picture_is_served_to_the_browser_and_not_sent_with_each_run(deck, services, planner, of):
    made = BytesIO()
    Image.new("RGB", (40, 30), "#44aa88").save(made, "PNG")
    picture = services.deck_pictures.add(of, made.getvalue(), user_id=planner.id)
    saved = now(services, planner, of)
    block = PictureBlock(id="p", sha256=picture.sha256, width=40, height=30, alt="A green sea")
    first = replace(saved.deck.slides[1], blocks=(block,))
    slides = (saved.deck.slides[0], first, *saved.deck.slides[2:])
    services.decks.change(of, replace(saved.deck, slides=slides), user_id=planner.id, rev=1)

    run(deck)
    click(deck, "deck_next")

    assert re.search(r'<img src="(?!data:)[^"]+" alt="A green sea">', stage(deck))


def test_deck_is_made_anew_only_when_asked(deck, services, planner, of):
    choose(deck, "deck_menu_", "Make anew")
    assert now(services, planner, of).rev == 1
    click(deck, "deck_anew_go")

    assert now(services, planner, of).summary == "Made anew"


def test_look_tells_of_colours_that_are_hard_to_read_and_is_kept(deck, services, planner, of):
    choose(deck, "deck_menu_", "Look")
    deck.color_picker(key="deck_look_primary").set_value("#FFEE00")
    run(deck)
    assert "hard to read" in lines(deck)
    deck.text_input(key="deck_look_name").set_value("Ada Travels")
    run(deck)
    click(deck, "deck_look_save")

    brand = services.brands.get(user_id=planner.id)
    assert (brand.name, brand.primary.upper()) == ("Ada Travels", "#FFEE00")


def test_viewer_of_a_trip_sees_its_slides_and_nothing_to_change_them(app, services, planner, stranger):
    trip = services.trips.create("Lisbon", user_id=stranger.id, brief={"where": ["Lisbon"], "purpose": "Rest"})
    services.trip_members.add(trip.id, "ada", user_id=stranger.id, access="view")
    of = DeckOf("trip", trip.id)
    services.decks.make(of, user_id=stranger.id)
    begin_at(app, PAGE)
    app.query_params["trip"] = str(trip.id)
    run(app)

    assert {"deck_next", "deck_present"} <= set(keys(app))
    assert not {"deck_edit", "deck_mark_confirm_button", "deck_undo_button"} & set(keys(app))
    menu = next(one for one in app.menu_button if str(one.key).startswith("deck_menu_"))
    assert [one.rpartition(" ")[2] for one in menu.options] == ["Versions"]


def test_whoever_may_no_longer_change_a_deck_is_not_offered_to_undo(app, services, planner, stranger):
    trip = services.trips.create("Lisbon", user_id=stranger.id, brief={"where": ["Lisbon"], "purpose": "Rest"})
    services.trip_members.add(trip.id, "ada", user_id=stranger.id, access="edit")
    services.decks.make(DeckOf("trip", trip.id), user_id=stranger.id)
    begin_at(app, PAGE)
    app.query_params["trip"] = str(trip.id)
    run(app)
    choose(app, "deck_slide_menu_", "Hide")
    assert "deck_undo_button" in keys(app)

    services.trip_members.change(trip.id, planner.id, user_id=stranger.id, access="view")
    run(app)

    assert "deck_undo_button" not in keys(app)


def test_stranger_sees_no_deck(page, services, planner, stranger, of):
    page.query_params["session"] = "12345"
    run(page)

    assert "There is no such session." in [one.value for one in page.warning]


def test_session_and_trip_lead_to_their_slides(app, services, planner, of):
    services.sessions.open(of.id, user_id=planner.id)
    run(app)
    choose(app, "session_menu_", "Slides")
    assert "deck_make" in keys(app)
    trip = services.trips.create("Rome", user_id=planner.id, brief={"where": ["Rome"]})
    app.switch_page("pages/planner/trips.py")
    app.query_params["trip"] = str(trip.id)
    run(app)
    click(app, "trips_deck")

    assert "deck_make" in keys(app)


def say(app_database, planner, of: DeckOf, text: str) -> None:
    """Let the session's last answer be another."""
    with app_database.begin() as db_session:
        message = db_session.scalar(select(Message).where(Message.session_id == of.id, Message.role == "assistant"))
        message.content = text


def test_session_that_moved_on_is_told_and_taken_over_slide_by_slide(deck, services, planner, of, app_database):
    say(app_database, planner, of, PLAN.replace("Castle of", "Bus to the castle of"))
    run(deck)
    go_to(deck, "Day 1")
    assert "The session has moved on" in lines(deck)

    click(deck, "deck_mark_refresh_button")

    assert "Bus to the castle" in stage(deck)
    assert "deck_undo_button" in keys(deck)
    assert now(services, planner, of).rev == 2


def test_slides_that_the_session_says_nothing_of_any_more_are_named_and_removed(
    deck, services, planner, of, app_database
):
    say(app_database, planner, of, PLAN[: PLAN.index("## Day 2")] + PLAN[PLAN.index("## What it costs") :])
    run(deck)

    [told] = [line for line in lines(deck).split("\n") if "says nothing any more of" in line]
    assert "“Day 2: Belém”" in told
    go_to(deck, "Day 2")
    click(deck, "deck_mark_remove_button")

    assert "Day 2: Belém" not in titles(services, planner, of)


def test_slide_that_both_changed_shows_both_and_keeps_what_is_chosen(deck, services, planner, of, app_database):
    saved = now(services, planner, of)
    at = next(at for at, one in enumerate(saved.deck.slides) if one.title.startswith("Day 1"))
    slide = saved.deck.slides[at]
    mine = replace(slide, blocks=(typed_items(slide.blocks[0], "Sleep in"),))
    slides = (*saved.deck.slides[:at], mine, *saved.deck.slides[at + 1 :])
    services.decks.change(of, replace(saved.deck, slides=slides), user_id=planner.id, rev=1)
    say(app_database, planner, of, PLAN.replace("Castle of", "Bus to the castle of"))
    run(deck)
    go_to(deck, "Day 1")

    assert "Changed by hand, and the session has moved on: “Day 1" in lines(deck)
    click(deck, "deck_mark_compare_button")
    assert "**List**" in lines(deck)
    assert {"Sleep in", "Bus to the castle"} <= {
        word for word in ("Sleep in", "Bus to the castle") if word in lines(deck)
    }
    assert deck.button(key="deck_refresh_go").disabled
    deck.button_group(key="deck_conflict_0_2").set_value(Choice.PRESENT)
    run(deck)
    click(deck, "deck_refresh_go")

    assert "Sleep in" in stage(deck)
    assert "has moved on" not in lines(deck)


def test_part_is_added_and_another_taken_out(deck, services, planner, of):
    go_to(deck, "Day 1")
    click(deck, "deck_edit")
    next(one for one in deck.button if "_remove_0" in str(one.key)).click()
    run(deck)
    next(one for one in deck.button_group if "_kind_" in str(one.key)).set_value("text")
    run(deck)
    next(one for one in deck.text_area if one.label == "Text").set_value("Only **this**")
    run(deck)
    click(deck, "deck_edit_save")

    slide = next(one for one in now(services, planner, of).deck.slides if one.title.startswith("Day 1"))
    assert [block.paragraphs for block in slide.blocks] == [((Run("Only "), Run("this", bold=True)),)]


def test_sixty_slides_are_drawn_as_one_element_and_only_once(page, services, planner, of, monkeypatch):
    slides = [Slide(id=f"s{at}", title=f"Slide {at}", confirmed=True) for at in range(60)]
    services.decks.put(of, slides, user_id=planner.id, rev=None)
    drawn = Mock(side_effect=deck_html)
    monkeypatch.setattr(drawn_decks, "deck_html", drawn)
    run(page)
    elements = len(list(page.main))
    click(page, "deck_next")
    click(page, "deck_next")

    assert len(keys_of(page)) == 60
    assert drawn.call_count == 2  # what is shown, and what is hidden
    assert elements < 40


def test_change_of_a_colleague_is_told_and_shown(deck, services, planner, of):
    saved = now(services, planner, of)
    last = replace(saved.deck.slides[-1], title="Call us")
    services.decks.change(of, replace(saved.deck, slides=(*saved.deck.slides[:-1], last)), user_id=planner.id, rev=1)
    run(deck)
    assert "Changed by Ada Planner" in lines(deck)

    click(deck, "deck_changed_show")

    assert "Call us" in stage(deck)
    assert "Changed by" not in lines(deck)


def test_slide_leads_to_the_message_that_it_is_made_from(deck, services, planner, of, app_database):
    assert not [one for menu in deck.menu_button for one in menu.options if "message" in one]  # a cover is of none
    go_to(deck, "Day 1")
    with app_database.begin() as db_session:
        query = select(Message.id).where(Message.session_id == of.id, Message.role == "assistant")
        reply_id = db_session.scalar(query)
    choose(deck, "deck_slide_menu", "Go to its message")

    assert deck.session_state.chat_session_id == of.id
    assert deck.session_state.chat_message_id in (reply_id, None)
    assert "deck_next" not in keys(deck)  # it is the chat
