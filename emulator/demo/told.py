"""A trip and its brief as the app tells them: JSON on a line of the system prompt, read as if it was said."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from emulator.demo import titles
from emulator.demo.destinations import fold
from emulator.demo.reading import read
from emulator.demo.words import listed, plural

_MOST_WISHES = 20
_MOST_CHARS = 2_000
_QUOTES = ("“{}”", "‘{}’", '"{}"', "'{}'")
_LENGTH = re.compile(r"The trip takes (\d{1,3} days?)\b")  # as a proposal asks when it is
_PEOPLE, _LISTS = ("adults", "children", "child_ages"), {"where", "must", "avoid"}


def brief_line(system_prompt: str | None) -> str:
    """What a trip's brief says, in a planner's words; empty where there is none."""
    brief = known_brief(system_prompt)
    return ", ".join(_said(brief))[:_MOST_CHARS] if brief else ""


def later(prompts: Sequence[str | None]) -> list[str]:
    """For each message's prompt, what the brief in the last one says and has said only since then.

    Of a prompt that is None it is not known what its brief said.
    """
    known = {prompt: list(_said(known_brief(prompt))) for prompt in {*prompts}}
    came = [list[str]() for _ in prompts]
    for part in known[prompts[-1]]:
        without = [at for at, prompt in enumerate(prompts) if prompt is not None and part not in known[prompt]]
        if without:
            came[without[-1] + 1].append(part)
    return [", ".join(parts)[:_MOST_CHARS] for parts in came]


def untitled(line: str, system_prompt: str | None) -> str:
    """A message in which the title of the trip, in quotes, is "it", or the place in it where its brief has none."""
    title = _trip(system_prompt).get("trip")
    if not isinstance(title, str) or not title.strip() or title not in line:
        return line
    tells = not _texts(known_brief(system_prompt).get("where")) and read(title).said.places
    called = titles.title(title) if tells else "it"
    for quotes in _QUOTES:
        line = line.replace(quotes.format(title), called)
    return line


def news(now: Mapping[str, Any], before: Mapping[str, Any], brief: Mapping[str, Any]) -> dict[str, Any]:
    """What a proposal says *now* that the trip's *brief*, by itself proposed *before*, does not; else only a title.

    What the brief lists stays, what is new comes after it; its days are no month. Of what it knows nothing is
    asked by field.
    """
    new = {field: value for field, value in now.items() if field == "title" or before.get(field) != value}
    if new.get("months") == [str(brief.get("start"))[:7]]:
        del new["months"]
    if new.keys() & {*_PEOPLE}:
        new |= {field: now[field] for field in _PEOPLE if field in now}
    for field in _LISTS & new.keys():
        known = [one for one in brief.get(field) or () if isinstance(one, str | dict)]
        said = {fold(_text(one)) for one in (*known, *before.get(field, ()))}
        added = [one for one in new.pop(field) if fold(_text(one)) not in said]
        new |= {field: [*known, *added]} if added else {}
    asked = [one for one in new.pop("questions", ()) if one not in before.get("questions", ())]
    asked = [one for one in asked if one.get("field") != "start" or "start" not in brief]
    asked = [{"text": one["text"]} if one.get("field") in brief else one for one in asked]
    return new | ({"questions": asked} if asked else {})


def _text(wish: str | dict[str, Any]) -> str:
    return wish if isinstance(wish, str) else str(wish.get("text"))


def known_brief(system_prompt: str | None) -> Mapping[str, Any]:
    """The brief as it stands in the prompt: nothing in it is sure."""
    brief = _trip(system_prompt).get("brief")
    return brief if isinstance(brief, dict) else {}


def _trip(system_prompt: str | None) -> Mapping[str, Any]:
    for line in reversed((system_prompt or "").splitlines()):
        if line.startswith("{"):
            with suppress(ValueError, RecursionError):
                return dict(json.loads(line))
    return {}


def _said(brief: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields that are known and that the demo can make something of. Nothing in a brief is sure."""
    if where := _texts(brief.get("where")):
        yield listed(where)
    with suppress(KeyError, TypeError, ValueError):
        start, end = (date.fromisoformat(brief[name]) for name in ("start", "end"))
        yield f"{(end - start).days + 1} days from {start.day} {start:%B %Y} to {end.day} {end:%B %Y}"
    with suppress(IndexError, ValueError):
        yield f"in {date.fromisoformat(_texts(brief.get('months'))[0] + '-01'):%B %Y}"
    yield from (match[1] for one in _texts(brief.get("questions")) if (match := _LENGTH.match(one)))
    people = _objects(brief.get("travellers"))
    if adults := sum(one.get("band") == "adult" for one in people):
        yield plural(adults, "adult")
    for child in (one for one in people if one.get("band") in ("child", "infant")):
        age = child.get("age_at_travel")
        yield f"a child of {age}" if isinstance(age, int) else "a child"
    yield from (f"one is {text}" for one in people for text in _each(one, "needs"))
    with suppress(AttributeError, KeyError, TypeError, ValueError, ArithmeticError):
        most = brief["budget"].get("high") or brief["budget"]["low"]
        each = " per person" if brief["budget"].get("basis") == "per_person" else ""
        yield f"budget {float(most['amount']):.0f} {most['currency']}{each}"
    if pace := {"relaxed": "relaxed pace", "full": "a full programme"}.get(str(brief.get("pace"))):
        yield pace
    yield from _each(brief, "must")
    yield from (f"no {text}" for text in _each(brief, "avoid"))


def _each(part: Mapping[str, Any], field: str) -> list[str]:
    return _texts([one.get("text") for one in _objects(part.get(field))])


def _objects(values: object) -> list[dict[str, Any]]:
    return [one for one in values if isinstance(one, dict)][:_MOST_WISHES] if isinstance(values, list) else []


def _texts(values: object) -> list[str]:
    texts = [one for one in values if isinstance(one, str)] if isinstance(values, list) else []
    return [one[:200].encode(errors="ignore").decode() for one in texts[:_MOST_WISHES]]
