"""A page that is opened at a message stays there; any other goes on to its end while something comes."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from db.engine import Database
from tests.helpers.screens import change_last_reply, load_at

AddSession = Callable[..., int]


def _follows(app: AppTest) -> bool:
    """Whether Streamlit goes to the end of the page: it does where it put the box to write in there by itself."""
    return bool(app.chat_input(key="chat_input").proto.is_auto_positioned_at_bottom)


def test_page_opened_at_a_message_stays_there_until_something_is_sent(
    app: AppTest, add_session: AddSession, app_database: Database
) -> None:
    session_id = add_session("Lisbon")
    reply_id = change_last_reply(app_database, session_id)
    app.query_params["message"] = str(reply_id)
    load_at(app, session_id)
    assert "Opened here" in "".join(line.value for line in app.markdown)
    assert not _follows(app)

    app.chat_input(key="chat_input").set_value("And in June?").run()

    assert not app.exception
    assert "Opened here" not in "".join(line.value for line in app.markdown)
    assert _follows(app)


def test_way_to_the_latest_message_leaves_the_one_it_was_opened_at(
    app: AppTest, add_session: AddSession, app_database: Database
) -> None:
    session_id = add_session("Lisbon")
    app.query_params["message"] = str(change_last_reply(app_database, session_id))
    load_at(app, session_id)

    app.button(key="chat_latest_load").click().run()

    assert not app.exception
    assert _follows(app)
    assert app.button(key="chat_latest_here").label == "Latest"  # the browser's own way, without a run


def test_page_opened_as_a_whole_goes_to_its_end(app: AppTest, add_session: AddSession) -> None:
    load_at(app, add_session("Lisbon"))

    assert _follows(app)
