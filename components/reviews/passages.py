"""Passages of messages: marked where something open is said about them, and taken from what is selected."""

import base64
import json
from collections.abc import Iterable

from components.scripts import tell
from services.reviews.records import Thread


def tell_passages(anchor: str, threads: Iterable[Thread]) -> None:
    """Tell the script which passages of a message to mark. Encoded, as people's words may look like anything."""
    passages = [thread.passage for thread in threads if thread.passage and not thread.resolved]
    told = base64.b64encode(json.dumps(passages).encode()).decode()
    tell("passages", {"key": f"review_text_{anchor}", "passages": told})
