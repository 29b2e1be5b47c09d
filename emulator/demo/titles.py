"""Titles for conversations, in the words and the language of whoever asked."""

import re

from emulator.demo.destinations import Destination, atlas, fold
from emulator.demo.request import Said, read
from emulator.demo.trip import is_comparison
from emulator.demo.words import COUNTRY_WORDS, MONTH_WORDS, MONTHS

_ASKED_FOR = re.compile(r"\btitle (?:for|of|to) (?:this|the|a) conversation\b|\bconversation (?:its|a) title\b", re.I)
_TURN = re.compile(r"(?:^|\n\n)(?:planner|user|human|assistant|you|ai): *", re.I)
_MAX_WORDS = 6
_DAYS = {
    "German": "{} Tage", "French": "{} jours", "Spanish": "{} días", "Portuguese": "{} dias", "Italian": "{} giorni",
    "Dutch": "{} dagen", "Polish": "{} dni", "Japanese": "{}日間", "Chinese": "{}天", "Korean": "{}일",
}  # fmt: skip
_OR = {"German": "oder", "French": "ou", "Spanish": "o", "Portuguese": "ou", "Italian": "o", "Dutch": "of"} | {
    "Polish": "czy"
}
_UNSPACED = ("Japanese", "Chinese")


def is_wanted(system_prompt: str | None) -> bool:
    """Whether the instructions ask for a title instead of an answer."""
    return bool(system_prompt and _ASKED_FOR.search(system_prompt))


def title(conversation: str) -> str:
    """Return a title of at most six words for a written-down conversation: its first turn says what it is about."""
    turns = [turn.strip() for turn in _TURN.split(conversation) if turn.strip()]
    said = read(turns[0] if turns else "")
    if not said.places and not said.located:
        return _first_words(said.text)
    names = [_as_written(atlas().get(place), said.text) for place in said.places] or list(said.located)
    where = _joined(list(dict.fromkeys(names))[:3], said)
    month = _month(said)
    if said.language is None:
        days = f"{said.days} day{'s' if said.days != 1 else ''} in " if said.days else ""
        for text in (f"{days}{where} in {month}", f"{where} in {month}") if month else (f"{days}{where}",):
            if len(text.split()) <= _MAX_WORDS:
                return text
        return where
    days = _DAYS.get(said.language, "").format(said.days) if said.days else ""
    parts = [part for part in (where, days, month) if part]
    return ("" if said.language in _UNSPACED else ", ").join(parts)


def _as_written(place: Destination, text: str) -> str:
    """The name of a place, or of its country, as the text has it."""
    countries = [word for word, country in COUNTRY_WORDS.items() if country == place.country]
    for name in (place.name, place.local_name, *place.aliases, place.country, *countries):
        unspaced = re.search(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]", name)
        match = re.search(re.escape(name) if unspaced else rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
        if match:
            return match[0] if match[0][0].isupper() or unspaced else match[0].title()
    return place.name


def _joined(names: list[str], said: Said) -> str:
    if said.language in _UNSPACED:
        return "・".join(names)
    word = _OR.get(said.language, "or") if said.language else "or"
    between = f" {word} " if is_comparison(said) else " – "
    return between.join(names)


def _month(said: Said) -> str:
    if said.month is None:
        return ""
    if said.language is None:
        return MONTHS[said.month - 1]
    if numbered := re.search(r"(?<!\d)(?:1[0-2]|[1-9]) ?月", said.text):
        return numbered[0]
    return next((word for word in re.findall(r"\w+", said.text) if MONTH_WORDS.get(fold(word)) == said.month), "")


def _first_words(text: str) -> str:
    """The beginning of a text: its first six words, or as many signs as they take where there are no spaces."""
    line = re.split(r"[\n.!?。！？]", text.strip(), maxsplit=1)[0]
    words = line.split()
    kept = words[:_MAX_WORDS]
    while len(kept) < len(words) and len(kept) > 1 and len(kept[-1]) < 4:  # not to end with "to" or "for"
        kept.pop()
    return " ".join(kept)[:60].rstrip(" ,;:-")
