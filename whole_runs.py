"""What a tab is told of its page's runs, in `server.py`: of the first, and of one that a lost connection cut."""

import asyncio
from contextlib import suppress

from starlette.types import Message, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from components.waking import run_at_rest

_ASKS_ITSELF_S = 2.0  # until when a tab has asked for a run, where it knows that it needs one
_IN_ONE_WITHIN_S = 0.5  # what a first run has drawn till then is sent
_END_BYTES = 100  # a message that says that a run has ended is shorter
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


def first_run_in_one(send: Send) -> Send:
    """Let a new tab hear at once that its first run begins, and the rest in one piece, or after half a second.

    With the beginning come the theme and the typefaces: a browser readies them while the script runs. What the script
    draws, it would draw anew for whatever is added, while the script waits for the processor.
    """
    kept: list[Message] = []
    has_begun = is_over = False
    in_turn = asyncio.Lock()
    waiting: asyncio.Task[None] | None = None

    async def let_go() -> None:
        nonlocal is_over
        is_over = True
        while kept:
            await send(kept.pop(0))

    async def let_go_later() -> None:
        await asyncio.sleep(_IN_ONE_WITHIN_S)
        async with in_turn:
            with suppress(Exception):  # nobody listens any more, as whoever sends next is told
                await let_go()

    async def send_next(message: Message) -> None:
        nonlocal has_begun, waiting
        async with in_turn:
            if has_begun:
                kept.append(message)
                if is_over or _ends(message):
                    await let_go()
                return
            await send(message)
            if _kind(message) == "new_session":
                has_begun = True
                waiting = asyncio.create_task(let_go_later())

    return send_next


def _ends(message: Message) -> bool:
    """Whether nothing of a run follows: it has ended, or the connection does."""
    if message["type"] != "websocket.send":
        return True
    return len(message.get("bytes") or b"") < _END_BYTES and _kind(message) == "script_finished"


def _kind(message: Message) -> str | None:
    kind: str | None = ForwardMsg.FromString(message.get("bytes") or b"").WhichOneof("type")
    return kind
