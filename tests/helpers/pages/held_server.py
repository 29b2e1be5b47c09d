"""The screens of server.py, where the page of a link is held at the place "&at=…" while there is a file "hold".

For every tab a file says that it is held, and another that it was to be woken.
"""

import importlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components import waking
from server import lifespan
from settings import ROOT

FOLDER = Path(os.environ["HELD_FOLDER"])
PLACES = {  # in the order of the page, which asks for them anew in every run; from the second on it waits for news
    "opened": "components.reviews.opening",
    "draw_head": "components.reviews.head",
    "draw_blocks": "components.reviews.snapshot",
    "draw_decision": "components.reviews.deciding",
    "snapshot_button": "components.reviews.files",
}


def hold(name: str, module: str) -> None:
    """Let the page be held after this function."""
    held_in = importlib.import_module(module)
    does = getattr(held_in, name)

    def does_and_waits(*args: Any, **options: Any) -> Any:
        done = does(*args, **options)
        context = get_script_run_ctx()
        if context is not None and st.query_params.get("at") == name:
            (FOLDER / f"held-{context.session_id}").touch()
            while (FOLDER / "hold").exists():
                time.sleep(0.01)
        return done

    setattr(held_in, name, does_and_waits)


def note_waking() -> None:
    """Leave a file for every tab that is seen to be behind."""
    waits = waking.Waker.wake_here

    def waits_and_notes(waker: waking.Waker, has_come: Callable[[], bool], **options: Any) -> None:
        context = get_script_run_ctx()
        assert context is not None
        file = FOLDER / f"woken-{context.session_id}"

        def comes_and_notes() -> bool:
            if came := has_come():
                file.touch()
            return came

        waits(waker, comes_and_notes, **options)

    waking.Waker.wake_here = waits_and_notes  # type: ignore[method-assign, assignment]


for place in PLACES.items():
    hold(*place)
note_waking()
app = st.App(ROOT / "app.py", lifespan=lifespan)
