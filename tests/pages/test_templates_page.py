"""Templates on the screens: started from the welcome page, kept on their own page, made of a session."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from components.labels import escape_label
from db.engine import DatabaseUnavailableError
from services.replies.replies import ReplyService
from services.templates.templates import Opening, Template, built_in
from tests.helpers.screens import begin_at

AddSession = Callable[..., int]
ITINERARY = {"days": "5", "where": "Lisbon", "month": "May", "who": "two", "budget": "$2,000", "brief": "Fish."}
TABLES = Opening("Tables", instructions="Answer as a table.")


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def keys(at: AppTest) -> list[str]:
    return [str(button.key) for button in at.button]


def own(services, planner) -> list[Template]:
    return [one for one in services.templates.all(user_id=planner.id) if not one.built_in]


def on_page(app: AppTest) -> AppTest:
    return run(begin_at(app, "pages/planner/templates.py"))


def choose(app: AppTest, session_id: int, choice: str) -> AppTest:
    app.menu_button(key=f"session_menu_{session_id}").click(choice)
    return run(app)


def fill(app: AppTest, values: dict[str, str]) -> None:
    for number, value in enumerate(values.values()):
        key = f"template_blank_itinerary_{number}"
        boxes = [*app.text_input, *app.text_area]
        next(box for box in boxes if box.key == key).set_value(value)


def test_new_chat_offers_templates_and_one_with_blanks_asks_for_them(app, services, planner):
    run(app)
    click(app, "chat_template_itinerary")
    assert [box.label for box in (*app.text_input, *app.text_area)][-6:] == [
        "Days \\*", "Where \\*", "Month \\*", "Who \\*", "Budget \\*", "Brief \\*",
    ]  # fmt: skip
    fill(app, {**ITINERARY, "brief": " "})
    click(app, "template_start_go")
    assert [error.value for error in app.error] == [escape_label("Please fill in: brief.")]
    fill(app, ITINERARY)
    click(app, "template_start_go")

    session = services.sessions.recent(user_id=planner.id).sessions[0]
    assert session.instructions == built_in()[0].instructions
    first = services.sessions.history(session.id, user_id=planner.id).messages[0]
    assert first.text.startswith("Please plan 5 days in Lisbon in May for two. Budget: $2,000.")
    assert app.query_params["session"] == str(session.id)
    assert f"chat_instructions_{session.id}" in keys(app)


def test_template_without_first_message_waits_for_it_in_a_new_chat(app, services, planner):
    template = services.templates.add(TABLES, user_id=planner.id)
    run(app)
    click(app, f"chat_template_{template.id}")
    assert "chat_instructions_None" in keys(app)
    assert services.sessions.recent(user_id=planner.id).sessions == ()
    app.chat_input(key="chat_input").set_value("3 days in Rome")
    run(app)

    session = services.sessions.recent(user_id=planner.id).sessions[0]
    assert session.instructions == "Answer as a table."


def test_another_new_chat_has_no_instructions(app, services, planner):
    template = services.templates.add(TABLES, user_id=planner.id)
    run(app)
    click(app, f"chat_template_{template.id}")
    click(app, "sidebar_new_chat")

    assert "chat_instructions_None" not in keys(app)


def test_message_that_cannot_be_sent_stays_in_the_box_with_its_settings(app, services, planner, monkeypatch):
    template = services.templates.add(Opening("Rome", "Brief.", "3 days in Rome"), user_id=planner.id)
    run(app)

    def away(*_args: object, **_given: object) -> None:
        raise DatabaseUnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(ReplyService, "send", away)
        click(app, f"chat_template_{template.id}")
    assert app.chat_input(key="chat_input").proto.value == "3 days in Rome"
    app.chat_input(key="chat_input").set_value("3 days in Rome")
    run(app)

    assert services.sessions.recent(user_id=planner.id).sessions[0].instructions == "Brief."


def test_template_is_made_copied_changed_deleted_and_brought_back(app, services, planner):
    on_page(app)
    click(app, "templates_new")
    click(app, "template_save")
    assert [error.value for error in app.error] == [
        escape_label("A template has instructions, a first message, or both.")
    ]
    app.text_input(key="template_name").set_value("Mine")
    app.text_area(key="template_first_message").set_value("{days} days?")
    app.toggle(key="template_web_search").set_value(True)
    click(app, "template_save")
    mine = own(services, planner)[0]
    assert (mine.name, mine.blanks, mine.web_search, mine.model) == ("Mine", ("days",), True, None)

    click(app, f"templates_edit_{mine.id}")
    app.text_input(key="template_name").set_value("Ours")
    click(app, "template_save")
    assert [one.name for one in own(services, planner)] == ["Ours"]

    click(app, "templates_edit_compare")
    click(app, "template_save")
    assert [one.name for one in own(services, planner)] == ["Compare destinations", "Ours"]

    click(app, f"templates_delete_{mine.id}")
    assert [one.name for one in own(services, planner)] == ["Compare destinations"]
    click(app, "templates_undo_button")
    assert [one.name for one in own(services, planner)] == ["Compare destinations", "Ours"]
    assert "templates_undo_button" not in keys(app)


def test_refusal_shows_a_name_as_it_was_typed(app, services, planner):
    services.templates.add(Opening("*Spa* for $5", "Brief."), user_id=planner.id)
    on_page(app)
    click(app, "templates_new")
    app.text_input(key="template_name").set_value("*Spa* for $5")
    app.text_area(key="template_first_message").set_value("Hello")
    click(app, "template_save")

    assert r"“\*Spa\* for \$5”" in app.error[0].value


def test_what_everybody_has_is_copied_not_changed(app):
    on_page(app)

    assert "templates_start_itinerary" in keys(app)
    assert "templates_delete_itinerary" not in keys(app)


def test_session_is_saved_as_a_template(app, services, planner, add_session):
    session_id = add_session("Lisbon", text="Five days in Lisbon?", instructions="Be brief.")
    app.query_params["session"] = str(session_id)
    run(app)
    choose(app, session_id, ":material/bookmark_add: Save as template")
    assert app.text_input(key="template_name").value == "Lisbon"
    click(app, "template_save")

    saved = own(services, planner)[0]
    assert (saved.instructions, saved.first_message) == ("Be brief.", "Five days in Lisbon?")


@pytest.mark.parametrize("text", ["Answer in French.", ""])
def test_instructions_are_read_and_changed(app, services, planner, add_session, text):
    session_id = add_session(instructions="Be brief.")
    app.query_params["session"] = str(session_id)
    run(app)
    click(app, f"chat_instructions_{session_id}")
    box = app.text_area(key=f"instructions_text_{session_id}")
    assert box.value == "Be brief."
    box.set_value(text)
    click(app, "instructions_save")

    assert services.sessions.get(session_id, user_id=planner.id).instructions == (text or None)
    assert (f"chat_instructions_{session_id}" in keys(app)) == bool(text)


def test_session_without_instructions_says_nothing_of_them(app, add_session):
    session_id = add_session()
    app.query_params["session"] = str(session_id)
    run(app)

    assert f"chat_instructions_{session_id}" not in keys(app)


def test_every_blank_of_a_built_in_template_has_an_example(app):
    for template in built_in():
        app.session_state["dialog"] = {"name": "template_start", "about": {"template_id": template.id}}
        run(app)
        boxes = [box for box in (*app.text_input, *app.text_area) if str(box.key).startswith("template_blank_")]
        assert len(boxes) == len(template.blanks)
        assert all(box.placeholder.startswith("For example: ") for box in boxes)
