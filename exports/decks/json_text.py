"""A deck as JSON: what it shows, typed as in the app, and nothing of how it came about."""

import json
from typing import Any

from exports.decks.records import Edition, deck_values

FORMAT = "travelbot.deck"
VERSION = 1
_NOT_SHOWN = ("built", "origin", "message_ids", "notes", "hidden")


def deck_json(edition: Edition) -> str:
    """Return what a deck shows: amounts as texts, so that none is rounded. Notes and hidden slides are not in it."""
    brand, deck = edition.brand, edition.deck
    values = {
        "format": FORMAT,
        "version": VERSION,
        "title": deck.title,
        "preset": deck.preset,
        "rev": edition.rev,
        "at": edition.at.isoformat(),
        "approved": edition.approved,
        "valid_until": deck.valid_until.isoformat() if deck.valid_until else None,
        "language": brand.language,
        "brand": {"name": brand.name, "contact": brand.contact, "footer": brand.footer},
        "slides": [_shown(slide) for slide in deck_values(deck)["slides"] if not slide["hidden"]],
    }
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _shown(slide: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slide.items() if name not in _NOT_SHOWN}
