"""The frame: who sees what, the sidebar of sessions, and what can be done to one."""

from datetime import timedelta

import streamlit as st
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

import components.resources
import db.models
from components import callbacks
from components.labels import escape_label
from db.engine import DatabaseUnavailableError
from settings import ROOT
from tests.helpers.screens import load_at


def keys(at: AppTest) -> list[str]:
    return [str(button.key) for button in at.button]


def listed(at: AppTest) -> list[int]:
    return [int(key.removeprefix("sidebar_session_")) for key in keys(at) if key.startswith("sidebar_session_")]


def captions(at: AppTest) -> list[str]:
    return [caption.value for caption in at.sidebar.caption]


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def test_stranger_sees_the_sign_in_form_and_no_sidebar(visitor):
    run(visitor)

    assert [box.label for box in visitor.text_input] == ["Username", "Password"]
    assert listed(visitor) == []


def test_runs_call_what_was_pressed_before_they_may_be_cut(visitor, monkeypatch):
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", callbacks._call_them)  # as Streamlit has it
    run(visitor)

    assert SafeSessionState.on_script_will_rerun is callbacks._whole


def test_newcomer_gets_a_new_chat_and_an_empty_list(app):
    run(app)

    assert "Your sessions will be listed here." in captions(app)
    assert app.chat_input(key="chat_input")
    assert "session" not in app.query_params


def test_sessions_are_grouped_by_age_with_pinned_ones_first(app, add_session):
    old = add_session("Old", used=timedelta(days=300))
    today = add_session("Today")
    pinned = add_session("Pinned", used=timedelta(days=3), pinned=True)
    add_session("Archived", archived=True)
    run(app)

    assert listed(app) == [pinned, today, old]
    assert captions(app)[:2] == ["Pinned", "Today"]


def test_strangers_sessions_are_not_listed_and_their_address_names_none(app, add_session, stranger):
    theirs = add_session("Secret", user_id=stranger.id)
    app.query_params["session"] = str(theirs)
    run(app)

    assert listed(app) == []
    assert [warning.value for warning in app.warning] == ["There is no such session."]


def test_addresses_that_are_none_say_so(app, add_session):
    add_session()
    for address in ("0", "-1", "abc", "9" * 30, "１２", "1 or 1=1"):
        load_at(app, address)
        assert [warning.value for warning in app.warning] == ["There is no such session."], address


def test_app_opens_at_the_session_looked_at_last(app, services, planner, add_session):
    add_session("Newer")
    older = add_session("Older", used=timedelta(days=2))
    services.sessions.open(older, user_id=planner.id)
    run(app)

    assert app.query_params["session"] == str(older)


def test_row_opens_its_session_and_new_chat_leaves_it(app, add_session):
    add_session("Newer")
    older = add_session("Older", used=timedelta(days=2))
    run(app)

    click(app, f"sidebar_session_{older}")
    assert app.query_params["session"] == str(older)
    click(app, "sidebar_new_chat")
    assert "session" not in app.query_params
    assert "Where to next, Ada?" in [title.value for title in app.title]


def test_row_has_a_menu_of_its_own(app, add_session, services, planner):
    shown = add_session("Shown")
    other = add_session("*Other*", used=timedelta(days=2))
    run(app)
    menu = app.menu_button(key=f"sidebar_menu_{other}")
    assert menu.label == f"More for {escape_label('*Other*')}"

    def choose(name: str) -> None:
        menu = app.menu_button(key=f"sidebar_menu_{other}")
        menu.click(next(option for option in menu.options if option.endswith(name)))
        run(app)

    choose("Pin")
    assert captions(app)[0] == "Pinned"
    assert listed(app) == [other, shown]
    choose("Unpin")
    assert listed(app) == [shown, other]
    choose("Rename")
    app.text_input(key=f"session_rename_title_{other}").set_value("Renamed")
    click(app, "session_rename_save")
    assert services.sessions.get(other, user_id=planner.id).title == "Renamed"
    choose("Archive")
    assert listed(app) == [shown]
    click(app, "session_undo_button")
    choose("Delete")
    click(app, "session_delete_confirm")
    assert listed(app) == [shown]
    assert app.query_params["session"] == str(shown)


def test_session_that_is_written_to_again_leaves_nothing_to_undo(app, add_session):
    session_id = add_session("Shown")
    run(app)
    menu = app.menu_button(key=f"sidebar_menu_{session_id}")
    menu.click(next(option for option in menu.options if option.endswith("Archive")))
    run(app)
    assert "session_undo_button" in keys(app)

    app.chat_input(key="chat_input").set_value("And by train?")
    run(app)
    assert listed(app) == [session_id]
    assert "session_undo_button" not in keys(app)


def test_back_and_forward_open_the_session_of_their_address(app, add_session, monkeypatch):
    newer, older = add_session("Newer"), add_session("Older", used=timedelta(days=2))
    run(app)
    click(app, f"sidebar_session_{older}")

    monkeypatch.setattr("components.state._is_back_or_forward", lambda: True)
    app.query_params["session"] = str(newer)
    run(app)
    assert app.session_state["chat_session_id"] == newer


def test_address_that_a_browser_still_has_opens_nothing(app, add_session):
    newer, older = add_session("Newer"), add_session("Older", used=timedelta(days=2))
    run(app)
    click(app, f"sidebar_session_{older}")

    app.query_params["session"] = str(newer)
    run(app)
    assert app.session_state["chat_session_id"] == older
    assert app.query_params["session"] == str(older)


def test_twenty_rows_are_drawn_and_more_on_request(app, add_session):
    for hours in range(45):
        add_session(f"Session {hours}", used=timedelta(hours=hours))
    run(app)

    assert len(listed(app)) == 20
    click(app, "sidebar_more")
    assert len(listed(app)) == 40
    click(app, "sidebar_more")
    assert len(listed(app)) == 45
    assert "sidebar_more" not in keys(app)


def test_search_finds_titles_and_messages_and_opens_the_message(app, add_session):
    add_session("Kraków", text="A choir of thirty")
    lodz = add_session("Winter", text="Days in Łódź", answer="去北京旅行")
    run(app)

    def hit_of(words: str) -> str:
        app.text_input(key="sidebar_search").set_value(words)
        run(app)
        (key,) = [key for key in keys(app) if key.startswith("sidebar_hit_")]
        return key

    assert hit_of("lodz").startswith(f"sidebar_hit_{lodz}_")
    hit = hit_of("北京")
    click(app, hit)
    assert app.session_state["chat_session_id"] == lodz
    assert app.session_state["chat_message_id"] == int(hit.rpartition("_")[2])

    app.text_input(key="sidebar_search").set_value("nowhere")
    run(app)
    assert any("Nothing found" in caption for caption in captions(app))


def test_search_marks_what_it_found(app, add_session):
    add_session("Winter *one*", text="Days in Łódź")
    run(app)
    app.text_input(key="sidebar_search").set_value("lodz")
    run(app)

    (label,) = [button.label for button in app.button if str(button.key).startswith("sidebar_hit_")]
    assert label.startswith("**Winter \\*one\\***")
    assert label.endswith(" · Days in :yellow-background[Łódź]]]")


def test_equal_titles_are_told_apart_and_tooltips_are_short(app, add_session):
    long = "A very long reply. " * 30
    ids = [add_session("Lisbon", answer=answer) for answer in ("First", "Second")]
    other = add_session("Porto", answer=long)
    run(app)

    labels = [app.button(key=f"sidebar_session_{session_id}").label for session_id in ids]
    assert [word in label for label in labels for word in ("First", "Second")] == [True, False, False, True]
    row = app.button(key=f"sidebar_session_{other}")
    assert "A very" not in row.label
    assert row.help.startswith("Porto · last used ")
    assert len(row.help) < 60


def test_session_is_renamed_in_a_dialog(app, services, planner, add_session):
    session_id = add_session("Lisbon")
    app.session_state["dialog"] = {"name": "rename", "about": {"session_id": session_id, "title": "Lisbon"}}
    run(app)
    app.text_input(key=f"session_rename_title_{session_id}").set_value("  ")
    click(app, "session_rename_save")
    assert [error.value for error in app.error] == [escape_label("A title has 1 to 100 characters.")]

    app.text_input(key=f"session_rename_title_{session_id}").set_value("Porto in June")
    click(app, "session_rename_save")
    assert services.sessions.get(session_id, user_id=planner.id).title == "Porto in June"


def test_session_is_deleted_only_after_a_question_and_the_next_is_shown(app, services, planner, add_session):
    keep = add_session("Keep", used=timedelta(days=1))
    session_id = add_session("Go")
    app.query_params["session"] = str(session_id)
    app.session_state["dialog"] = {"name": "delete", "about": {"session_ids": [session_id], "title": "Go"}}
    run(app)
    click(app, "session_delete_cancel")
    assert services.sessions.get(session_id, user_id=planner.id)

    app.session_state["dialog"] = {"name": "delete", "about": {"session_ids": [session_id], "title": "Go"}}
    run(app)
    click(app, "session_delete_confirm")
    run(app)
    assert listed(app) == [keep]
    assert app.session_state["chat_session_id"] == keep


def test_database_that_is_away_is_a_sentence(app, monkeypatch):
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError("away")

    run(app)
    monkeypatch.setattr("services.sessions.sessions.SessionService.recent", away)
    run(app)

    assert [heading.value for heading in app.header] == ["The database cannot be reached right now"]
    monkeypatch.undo()


def test_wrong_setting_is_named_without_its_value(visitor, monkeypatch):
    components.resources.built_services.clear()
    monkeypatch.setenv("REPLIES_AT_ONCE", "minus-secret")
    run(visitor)

    shown = " ".join(text.value for text in visitor.text)
    assert "REPLIES_AT_ONCE" in shown
    assert "minus-secret" not in shown


def test_every_page_says_how_wide_it_is(app, app_database, planner, monkeypatch):
    with app_database.begin() as db_session:
        db_session.get_one(db.models.User, planner.id).role = "admin"
    said: list[str] = []
    monkeypatch.setattr(st, "set_page_config", lambda **config: said.append(config.get("layout", "")))
    run(app)

    widths = {}
    for page in sorted((ROOT / "pages" / "planner").glob("*.py")):
        said.clear()
        app.switch_page(f"pages/planner/{page.name}")
        run(app)
        widths[page.stem] = "".join(said)

    wide = {page for page, width in widths.items() if width == "wide"}
    assert wide == {"sessions", "deck", "insights", "operations"}
    assert {width for page, width in widths.items() if page not in wide} == {"centered"}
