"""A deck as JSON holds what it shows, exactly, and nothing of how it came about."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from exports.decks.json_text import deck_json
from exports.decks.records import Amount, Brand, Built, Deck, Edition, Figure, FiguresBlock, Slide, read_slides


def test_what_is_shown_is_there_and_can_be_read_again():
    figures = FiguresBlock(id="f", figures=(Figure("Total", amount=Amount(Decimal("1240.50"), "EUR", 2)),))
    shown = Slide(id="s1", title="Costs", blocks=(figures,), confirmed=True)
    kept = replace(shown, notes="MARK", origin="MARK", message_ids=("MARK",), built=Built("MARK", ()))
    slides = (kept, Slide(id="s2", title="MARK", hidden=True))
    deck = Deck(title="Lisbon", slides=slides, dropped=("MARK",), valid_until=date(2027, 6, 1))
    at = datetime(2027, 5, 3, tzinfo=UTC)
    made = deck_json(Edition(deck=deck, brand=Brand(), rev=3, at=at, approved=False, pictures={}))

    values = json.loads(made)
    assert "MARK" not in made
    assert read_slides(values["slides"]) == (shown,)
    assert (values["format"], values["rev"], values["at"]) == ("travelbot.deck", 3, "2027-05-03T00:00:00+00:00")
    assert values["valid_until"] == "2027-06-01"
    assert values["slides"][0]["blocks"][0]["figures"][0]["amount"]["value"] == "1240.50"
