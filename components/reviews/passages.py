"""Passages of messages: marked where something open is said about them, and taken from what is selected."""

import base64
import json

from components.scripts import tell
from services.reviews.records import Visit


def tell_passages(visit: Visit) -> None:
    """Tell the script which passages to mark, by message. Encoded, as people's words may look like anything."""
    marked: dict[str, list[tuple[str, str]]] = {}
    for anchor, passage, before in visit.passages:
        if ":" not in anchor:  # the parts of a slide are marked in none
            marked.setdefault(anchor, []).append((passage, before))
    tell("passages", {"marked": base64.b64encode(json.dumps(marked).encode()).decode()})
