"""Nothing of what the page showed before stays in sight, faded, while a reply is written.

What stood in a place stays until the run ends, if nothing is drawn over it; so each place is drawn in every run.
"""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node

from services.accounts.records import User
from services.wiring import Services

AddSession = Callable[..., int]


def _holds(node: Node, key: str) -> bool:
    if not isinstance(node, Block):
        return False
    return getattr(node.proto, "id", "").endswith(f"-{key}") or any(
        _holds(one, key) for one in node.children.values()
    )


def _place(block: Block, key: str) -> int:
    """Return at which place of a block something is that has a key."""
    (place,) = (place for place, child in block.children.items() if _holds(child, key))
    return place


def _run(app: AppTest) -> None:
    app.run()
    assert not app.exception


def test_first_messages_are_drawn_beside_the_greeting_and_clear_its_place(
    app: AppTest, add_session: AddSession
) -> None:
    add_session("Another")
    _run(app)
    for others in range(3):
        app.button(key="sidebar_new_chat").click()
        _run(app)
        greeting = _place(app.main, "chat_templates")
        for session_id in [str(button.key) for button in app.button if "sidebar_session_" in str(button.key)][
            :others
        ]:
            app.button(key=session_id).click()  # what is looked at before counts as well
            _run(app)
            app.button(key="sidebar_new_chat").click()
            _run(app)
            greeting = _place(app.main, "chat_templates")
        app.chat_input(key="chat_input").set_value("Five days in Lisbon?")
        _run(app)

        assert not isinstance(app.main.children[greeting], Block)
        assert any(isinstance(child, Block) and child.chat_message for child in app.main.children.values())


def test_page_stays_where_it_is_when_something_above_it_goes_away(app: AppTest, add_session: AddSession) -> None:
    add_session("Lisbon")
    _run(app)
    app.session_state["session_undo"] = {"ids": [1], "archived": False, "text": "Archived it."}
    app.session_state["problem_session"] = {"text": "No", "of": None}
    _run(app)
    assert [error.value for error in app.error] == ["No"]
    before = _place(app.main, "chat_header")

    app.button(key="session_undo_close").click()
    _run(app)

    assert _place(app.main, "chat_header") == before


def test_menus_of_the_header_have_their_places(
    app: AppTest, services: Services, planner: User, add_session: AddSession
) -> None:
    plain, full = add_session("Plain"), add_session("Full", instructions="Be brief.")
    services.files.add(full, "notes.txt", b"Notes.", user_id=planner.id)
    places = []
    for session_id in (full, plain):
        app.session_state["chat_session_id"] = session_id
        _run(app)
        header = app.main.children[_place(app.main, "chat_header")]
        assert isinstance(header, Block)
        places.append(list(header.children))

    assert places[0] == places[1]
