"""What a tab is told that lost its connection in mid-run and is connected again, in `server.py`."""

import asyncio

from starlette.types import Message, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from components.waking import run_at_rest

_ASKS_ITSELF_S = 2.0  # until when a tab has asked for a run, where it knows that it needs one
_OF_RUNS = ("new_session", "delta", "ref_hash", "script_finished")


def only_whole_runs(tab: str, send: Send) -> Send:
    """Let a tab that is connected again hear nothing of a run before one that it hears from its beginning on.

    Streamlit sends such a tab what was left of the run that the lost connection cut. What that drew before went
    nowhere, so the page would put something into what it does not have: that ends it for good. Where anything was
    left out, and the tab does not know that it needs another run, one is asked for.
    """
    is_whole = False
    asking: asyncio.TimerHandle | None = None

    def ask() -> None:
        nonlocal asking
        asking = None
        if not is_whole:
            run_at_rest(tab)

    async def send_next(message: Message) -> None:
        nonlocal is_whole, asking
        if is_whole or message["type"] != "websocket.send":
            await send(message)
            return
        said = ForwardMsg.FromString(message.get("bytes") or b"")
        kind = said.WhichOneof("type")
        is_whole = kind == "new_session" and not said.metadata.run.fragment_ids
        if is_whole or kind not in _OF_RUNS:
            await send(message)
        elif asking is None:
            asking = asyncio.get_running_loop().call_later(_ASKS_ITSELF_S, ask)

    return send_next
