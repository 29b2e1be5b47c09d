"""What a page asks for that is left meanwhile: the one that is shown stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.helpers.browser import App
from tests.helpers.tab import ask, drawn, elements, heard, is_drawn, open_tab

pytestmark = pytest.mark.browser


def test_page_is_drawn_anew_where_what_was_pressed_on_it_is_gone_by_then(
    start_app: Callable[..., App], tmp_path: Path
) -> None:
    """Streamlit alone runs nothing, but tells the browser of the page that was left, which empties what it shows."""
    app = start_app(script="tests/helpers/pages/leaving.py", HELD_FOLDER=str(tmp_path))
    with open_tab(app) as tab:
        (fragment_id,) = {one.delta.fragment_id for one in drawn(tab) if one.delta.fragment_id}
        for name in ("left", "hold"):
            (tmp_path / name).touch()
        ask(tab)
        while [one.text.body for one in elements([heard(tab)])] != ["Left"]:
            pass

        ask(tab, fragment_id=fragment_id)
        then = BackMsg()
        then.file_urls_request.request_id = "then"
        tab.send(then.SerializeToString())
        while heard(tab).WhichOneof("type") != "file_urls_response":  # by now the other message was taken, too
            pass
        (tmp_path / "hold").unlink()
        while not is_drawn(heard(tab)):
            pass

        said = [heard(tab)]
        while not is_drawn(said[-1]):
            said.append(heard(tab))
        assert [one.text.body for one in elements(said)] == ["Left", "To the end"]
