"""A tab without a browser: what a server says to one, and what that draws."""

from collections.abc import Sequence

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.RootContainer_pb2 import RootContainer
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.helpers.browser import App


def stream(app: App) -> str:
    return app.url.replace("http://", "ws://") + "/_stcore/stream"


def xsrf_of(client: httpx.Client, app: App) -> str:
    """Let a client come to a page, and return the token that the page's script reads in its cookie."""
    client.get(f"{app.url}/_stcore/health")
    return client.cookies["_streamlit_xsrf"]


def open_tab(app: App, *told: str, headers: dict[str, str] | None = None) -> ClientConnection:
    """Connect as a tab does. *told* is what stands behind `streamlit` in the list of its protocols."""
    spoken = [Subprotocol(one) for one in ("streamlit", *told)]
    return connect(stream(app), subprotocols=spoken, additional_headers=headers)


def ask(
    tab: ClientConnection,
    page: str = "",
    *,
    query: str = "",
    pressed: str | None = None,
    timezone: str = "",
    fragment_id: str = "",
) -> None:
    """Ask for a page by its name in the address, as a browser does that comes by it, or for a fragment of it.

    *pressed* is the id of a button that is pressed there.
    """
    asked = BackMsg()
    asked.rerun_script.fragment_id = fragment_id
    asked.rerun_script.page_name = page
    asked.rerun_script.query_string = query
    if timezone:
        asked.rerun_script.context_info.timezone = timezone
    if pressed:
        asked.rerun_script.widget_states.widgets.add(id=pressed, trigger_value=True)
    tab.send(asked.SerializeToString())


def heard(tab: ClientConnection) -> ForwardMsg:
    """Return what is said next."""
    received = tab.recv(30)
    assert isinstance(received, bytes)
    said: ForwardMsg = ForwardMsg.FromString(received)
    return said


def is_drawn(said: ForwardMsg) -> bool:
    """Tell whether this ends a run of the script."""
    return said.WhichOneof("type") == "script_finished"


def drawn(tab: ClientConnection, page: str = "", *, query: str = "", pressed: str | None = None) -> list[ForwardMsg]:
    """Ask for a page as `ask` does; return all that is said until it is drawn."""
    ask(tab, page, query=query, pressed=pressed)
    said: list[ForwardMsg] = []
    while not said or not is_drawn(said[-1]):
        said.append(heard(tab))
    return said


def elements(said: Sequence[ForwardMsg]) -> list[Element]:
    """Return what is drawn."""
    return [one.delta.new_element for one in said if one.delta.HasField("new_element")]


def is_the_door(said: Sequence[ForwardMsg]) -> bool:
    """Tell whether the form to sign in is drawn, no sidebar and no box to write in."""
    inputs = [one.text_input.label for one in elements(said) if one.HasField("text_input")]
    asks = ["Username", "Password"]  # and where no cookie came with the page, its script for one
    return inputs in (asks, ["Cookie", *asks]) and not has_sidebar(said)


def has_sidebar(said: Sequence[ForwardMsg]) -> bool:
    """Tell whether anything is drawn outside of the page itself, as for everybody who is in."""
    places = {one.metadata.delta_path[0] for one in said if one.WhichOneof("type") == "delta"}
    return not places <= {RootContainer.MAIN, RootContainer.EVENT}
