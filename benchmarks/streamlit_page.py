"""A planner's page without a browser: speaks Streamlit's WebSocket protocol and reads what the screen is sent."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

_COOKIE = "travelbot_sign_in"  # as components/accounts/sign_in_cookie.py names it, which wants a running Streamlit


class StreamlitPage:
    """One open tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._path = ""
        self._page = ""  # the hash of the page's script
        self._pages: dict[str, str] = {}  # by their path in the address
        self._widgets: dict[str, str] = {}  # ids by key
        self._chat_input = ""  # its id

    @classmethod
    @asynccontextmanager
    async def open(cls, port: int, signed_in: str, query: str = "") -> AsyncGenerator[Self]:
        """Open the app as the browser with this cookie, wait until it is drawn, and close it at the end."""
        async with cls.open_path(port, f"{_COOKIE}={signed_in}", query=query) as page:
            yield page

    @classmethod
    @asynccontextmanager
    async def open_path(cls, port: int, cookie: str, *, path: str = "", query: str = "") -> AsyncGenerator[Self]:
        """Open a page of the app by its path, with all cookies of a browser, as `open` does."""
        async with connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            additional_headers={"Cookie": cookie, "Origin": f"http://127.0.0.1:{port}"},
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            proxy=None,
        ) as socket:
            page = cls(socket)
            page._path = path
            await page.run(query=query)
            yield page

    async def run(self, *states: WidgetState, query: str = "") -> None:
        """Run the script, with these widgets changed, and wait until it has ended."""
        await self._ask(*states, query=query)
        async for message in self._socket:
            assert isinstance(message, bytes)
            if self._take(ForwardMsg.FromString(message)):
                return
        raise RuntimeError("The page was not drawn.")

    async def until(self, text: bytes) -> None:
        """Wait until the server sends a message with *text* in it."""
        async for message in self._socket:
            assert isinstance(message, bytes)
            self._take(ForwardMsg.FromString(message))
            if text in message:
                return
        raise RuntimeError("It never came.")

    async def go_to(self, path: str) -> None:
        """Open another page of the app, by its path in the address."""
        self._page = self._pages[path]
        await self.run()

    async def search(self, words: str) -> None:
        """Type into the sidebar's search box."""
        await self.run(WidgetState(id=self._widgets["sidebar_search"], string_value=words))

    async def click(self, key: str) -> None:
        """Click a button."""
        await self.run(WidgetState(id=self._widgets[key], trigger_value=True))

    async def send(self, text: str) -> AsyncGenerator[bytes]:
        """Send a message, and yield what the server sends until the reply is there and the script has ended."""
        state = WidgetState(id=self._chat_input)
        state.chat_input_value.data = text
        await self._ask(state)
        async for message in self._socket:
            assert isinstance(message, bytes)
            yield message
            if self._take(ForwardMsg.FromString(message)):
                return

    async def _ask(self, *states: WidgetState, query: str = "") -> None:
        message = BackMsg()
        message.rerun_script.CopyFrom(ClientState(page_script_hash=self._page, query_string=query))
        if not self._page:
            message.rerun_script.page_name = self._path
        message.rerun_script.context_info.timezone = "Europe/Warsaw"
        message.rerun_script.widget_states.widgets.extend(states)
        await self._socket.send(message.SerializeToString())

    def _take(self, message: ForwardMsg) -> bool:
        """Note what a message tells about the page; return whether the script has ended."""
        match message.WhichOneof("type"):
            case "navigation":
                self._page = message.navigation.page_script_hash
                self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            case "delta":
                kind = message.delta.new_element.WhichOneof("type")
                name = getattr(getattr(message.delta.new_element, kind), "id", "") if kind else ""
                if name.startswith("$$ID-"):
                    self._widgets[name.split("-", 2)[2]] = name
                if kind == "chat_input":
                    self._chat_input = name
            case "script_finished":
                return message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        return False
