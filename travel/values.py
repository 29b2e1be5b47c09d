"""A brief as JSON: to be stored, hashed, shown to others, and copied."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from travel.records import Brief, Budget, Traveller, Wish
from travel.types import Money

MAY_BE_CARRIED = ("where", "purpose", "must", "avoid")
OF_THE_CUSTOMER = ("travellers", "budget")  # may be carried too where the customer stays the same


def brief_values(brief: Brief) -> dict[str, Any]:
    """Return a brief as JSON holds it; what is not known is absent. `brief_of` reads it."""
    values: dict[str, Any] = {
        "where": list(brief.where),
        "purpose": brief.purpose,
        "start": brief.start and brief.start.isoformat(),
        "end": brief.end and brief.end.isoformat(),
        "months": list(brief.months),
        "date_flex_days": brief.date_flex_days,
        "travellers": [_traveller(one) for one in brief.travellers],
        "budget": brief.budget and _budget(brief.budget),
        "pace": brief.pace,
        "must": [_wish(one) for one in brief.must],
        "avoid": [_wish(one) for one in brief.avoid],
        "questions": list(brief.questions),
        "tell_needs": brief.tell_needs,
        "notes_private": brief.notes_private,
    }
    return {field: value for field, value in values.items() if value or (value == 0 and value is not False)}


def public(brief: Brief) -> Brief:
    """Return what others than the team may know: no notes, and the travellers' needs only where they may be told."""
    travellers = brief.travellers if brief.tell_needs else tuple(replace(one, needs=()) for one in brief.travellers)
    return replace(brief, travellers=travellers, tell_needs=False, notes_private="")


def content_hash(title: str, brief: Brief) -> str:
    """Return the SHA-256, in hex, of a title and of what others may know of a brief."""
    content = {"title": title, "brief": brief_values(public(brief))}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def carried(
    brief: Brief, keep: Collection[str] = (), *, start: date | None = None, same_customer: bool = False
) -> Brief:
    """Return what goes along when a trip is copied to another customer: the pace, and nothing of the first one.

    *keep* names what of `MAY_BE_CARRIED` goes along too, and for the *same_customer* of `OF_THE_CUSTOMER`. With a
    *start* the copy is as long as the trip was. Raises ValueError for a field that cannot go along.
    """
    if other := set(keep) - {*MAY_BE_CARRIED, *(OF_THE_CUSTOMER if same_customer else ())}:
        raise ValueError(f"These fields cannot go along: {', '.join(sorted(other))}.")
    kept: dict[str, Any] = {field: getattr(brief, field) for field in keep}
    if start is not None and brief.days is not None:
        kept |= {"start": start, "end": start + timedelta(days=brief.days - 1)}
    return Brief(pace=brief.pace, **kept)


def _traveller(one: Traveller) -> dict[str, Any]:
    values: dict[str, Any] = {"label": one.label, "band": one.band}
    values |= {} if one.age_at_travel is None else {"age_at_travel": one.age_at_travel}
    needs = [{"kind": need.kind, "text": need.text, "hard": need.hard} for need in one.needs]
    return values | ({"needs": needs} if needs else {})


def _budget(one: Budget) -> dict[str, Any]:
    ends = {name: _money(money) for name, money in (("low", one.low), ("high", one.high)) if money is not None}
    return {**ends, "basis": one.basis, "hard": one.hard}


def _money(one: Money) -> dict[str, str]:
    return {"amount": one.text, "currency": one.currency}


def _wish(one: Wish) -> dict[str, Any]:
    return {"text": one.text, "hard": one.hard}
