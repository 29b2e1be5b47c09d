"""The demo assistant: answers like a travel assistant from bundled facts. Pure: the same input, the same answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from emulator.conversation import Answer, Document, ToolRequest, Turn
from emulator.demo import facts, say, titles
from emulator.demo.changed import changed_days, changed_text
from emulator.demo.costs import estimate, rooms_for
from emulator.demo.destinations import atlas
from emulator.demo.documents import Found, look_up, named_in
from emulator.demo.line import MONTHS, WORDS
from emulator.demo.memory import addressed, extract_facts, matters
from emulator.demo.offers import ending
from emulator.demo.plan import build
from emulator.demo.reading import FACTS
from emulator.demo.say import TEXTS, listed, names_of, people, plain, plural, quoted, when
from emulator.demo.talk import planner_lines, step, today_from
from emulator.demo.wishes import Reading, State, Wishes

__all__ = ["answer", "extract_facts"]  # an emulator.conversation.Demo

READ_LINES = 200  # of the planner; older ones no longer count
DATE_TOOL = "current_date"
_TO = re.compile(WORDS["patterns"]["to"])


def answer(
    history: Sequence[Turn],
    *,
    memories: Sequence[str],
    tools: Sequence[str],
    system_prompt: str | None,
    tool_outputs: Mapping[str, str] | None,
    documents: Sequence[Document] = (),
    web_search: bool = False,
    style: str = "detailed",
) -> Answer:
    """The assistant's next turn, in the *style* ``detailed`` or ``brief``.

    *history* ends with the user's newest message, or with tool turns after it. Only what the planner wrote is read
    for wishes. *memories* are statements from earlier conversations, *tools* the names of tools that can be asked
    for. *tool_outputs* holds their outputs when the answer was asked for before and ended in tool requests; its keys
    do not matter. The text of *documents* that a message names is read as if it had been said just before.
    """
    if titles.is_wanted(system_prompt) and history:
        return Answer("", titles.title(history[-1].text))
    outputs = [*(turn.text for turn in history if turn.role == "tool"), *map(str, (tool_outputs or {}).values())]
    lines = planner_lines(turn.text for turn in history if turn.role == "user")[-READ_LINES:] or [""]
    used = [one for one in memories if _remembered([one], lines) != Wishes()]
    state = before = State(wishes=_remembered(used, lines), today=today_from(outputs))
    for line in lines:
        before = state
        for document in named_in(line, documents):
            state = replace(step(state, document.text, brief=True), reading=Reading(), past=state.past)
        state = step(state, line)
    has_asked = tool_outputs is not None or (bool(history) and history[-1].role == "tool")
    if DATE_TOOL in tools and not has_asked and (state.reading.relative or "date" in state.topics):
        reasoning = "The message depends on today's date, which I do not know. I ask for it first."
        return Answer(reasoning, "", (ToolRequest(DATE_TOOL, {}),))
    found = look_up(state.reading, documents)
    parts = [found.text] if found else []
    if not (found and found.whole):
        about_itself = _about_itself(state, lines, memories, system_prompt)
        parts.insert(
            0,
            about_itself
            or _about_places(state)
            or _about_the_trip(before, state, memories, style)
            or _about_the_rest(state),
        )
    if used and state.whole:
        parts.append(f"From memory I keep in mind: {'; '.join(addressed(one) for one in used)}.")
    if web_search:
        parts.append(_web_note(state))
    if not any(turn.role == "assistant" and turn.text.strip() for turn in history) and "identity" not in state.topics:
        parts.insert(0, TEXTS["introduction"])
    return Answer(_reasoning(state, found), "\n\n".join(parts), files=found.names if found else ())


def _remembered(memories: Sequence[str], lines: Sequence[str]) -> Wishes:
    """What earlier conversations say about everyone's needs: never a place, a length, a pace or money."""
    state = State()
    for memory in memories:
        state = step(state, memory) if matters(memory, lines) else state
    known = ("diets", "allergies", "mobility", "start_at", "avoids")
    return Wishes(**{field: getattr(state.wishes, field) for field in known})


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _left(state: State) -> str:
    """A sentence on what was not understood, if anything was not."""
    return f"I could not make anything of {quoted(state.reading.left)}." if state.reading.left else ""


def _about_itself(
    after: State, lines: Sequence[str], memories: Sequence[str], system_prompt: str | None
) -> str | None:
    topic, text = after.topics[0] if after.topics else "", after.reading.text
    match topic:
        case "language":
            return TEXTS["language"].format(language=after.reading.language)
        case "tongue" | "forget" | "help" | "disruption":
            return TEXTS[topic]
        case "identity":
            named = re.search(r"gpt|llm|claude|gemini|openai|human|real|person|language model", text)
            no = "No. " if named and re.search(r"\b(?:are|r|is) (?:you|u|this)\b", text) else ""
            return f"{no}{TEXTS['introduction'].strip('*')}\n\n{TEXTS['help']}"
        case "memory":
            return _memories(after, lines, memories)
        case "date" if after.today:
            return f"Today is {after.today:%A} {after.today.day} {MONTHS[after.today.month - 1]} {after.today.year}."
        case "instructions" if system_prompt:
            return TEXTS[topic].format(count=plural(len(system_prompt.split()), "word"))
        case "date" | "instructions":
            return TEXTS[topic].format(count="no words")
        case "destinations":
            return facts.destinations(after.reading.continent)
    return None if any(char.isalnum() for char in after.reading.raw) else TEXTS["help"]


def _memories(after: State, lines: Sequence[str], memories: Sequence[str]) -> str:
    said = dict.fromkeys(fact for line in lines for fact in extract_facts(line) if fact not in memories)
    parts = [
        "\n".join([f"From {where}:", "", *(f"- {plain(one.strip().rstrip('.'))}" for one in statements)])
        for where, statements in (("earlier conversations", memories), ("this conversation", list(said)))
        if statements
    ]
    parts += [f"The trip so far: {trip}."] if (trip := _trip_in_words(after.wishes)) else []
    return "\n\n".join([*parts, "Tell me if something is wrong."]) if parts else TEXTS["memory"]


def _trip_in_words(wishes: Wishes) -> str:
    group = people(wishes) if wishes.adults or wishes.children else ""
    shown = [
        listed(names_of(wishes.places)),
        plural(wishes.days, "day") if wishes.days else "",
        when(wishes).strip(),
        group,
    ]
    return ", ".join(filter(None, [*shown, *say.told(wishes).values(), say.budget_in_words(wishes)]))


def _about_places(after: State) -> str | None:
    """Answers that change no trip: comparisons, facts, and that a place is not known."""
    if "compare" in after.topics and len(after.about) > 1:
        return _joined(facts.comparison(after), ending(after))
    if after.names and not after.wishes.places:
        return _joined(facts.unknown_place(after.names[0]), ending(after))
    asked, said = [topic for topic in after.topics if topic in FACTS], after.reading.said
    if "thing" in after.topics:
        known = [facts.thing(name, atlas().get(one), after.wishes) for name in said.wanted for one in after.about]
        return _joined(*known, _left(after))
    if not (asked and after.about) or (after.whole and "checklist" not in asked):
        return None
    diets = tuple(dict.fromkeys((*after.wishes.diets, *said.diets)))
    wishes = replace(after.wishes, month=said.month or after.wishes.month, diets=diets)
    places = [atlas().get(one) for one in after.about[: 3 if len(asked) == 1 else 1]]
    texts = [facts.fact(topic, place, wishes) for topic in asked[:3] for place in places]
    return _joined(*dict.fromkeys(texts), _left(after), ending(after))


def _about_the_trip(before: State, after: State, memories: Sequence[str], style: str) -> str | None:
    """The plan in the shape that is asked for; None where nothing about it is."""
    wishes, topics = after.wishes, after.topics
    if not wishes.places:
        return None
    plan = build(wishes, after.changes)
    costs, changed = estimate(plan, wishes), changed_text(before, after)
    each, number = costs(-(-costs.total // sum(wishes.group))), re.search(r"days? (\d{1,2})", after.reading.text)
    if "email" in topics:
        to, names = (
            _TO.search(after.reading.raw),
            [one[10:].strip(" .") for one in memories if one.startswith("Is called ")],
        )
        mail = say.as_email(
            plan,
            wishes,
            to=to[1][:1].upper() + to[1][1:] if to else "customer",
            sender=names[-1] if names else "[your name]",
        )
        return _joined(mail, "" if to else _left(after))
    if "json" in topics:
        return say.as_json(plan, wishes)
    if "save" in topics:
        return _joined(facts.ways_to_save(after), ending(after))
    if {"table", "included"} & set(topics):
        return _joined(changed, say.as_table(plan, wishes), _left(after), ending(after))
    if "group" in topics:
        values = {
            "rooms": plural(rooms_for(wishes), "room"),
            "heads": plural(sum(wishes.group), "person"),
            "each": each,
        }
        return _joined(say.plan_text(after, TEXTS["group"].format(**values), style=style), ending(after))
    if "costs" in topics:
        lead = (
            f"For {people(wishes)}, {say.headline(plan, wishes)}: {costs(costs.total)} in all, about {each} a person."
        )
        return _joined(changed, lead, say.cost_text(wishes, costs, plan), say.not_met(after, plan), ending(after))
    if "detail" in topics:
        return say.plan_text(after, TEXTS["detail"])
    if changed and (after.whole or len(changed_days(build(before.wishes, before.changes), plan)) > 2):
        return _joined(changed, say.plan_text(after, ending(after), style=style))
    if changed:
        old = build(before.wishes, before.changes)
        shown = [say.day_text(day, wishes, plan) for day in changed_days(old, plan)]
        parts = zip(say.sections(old, before.wishes), say.sections(plan, wishes), strict=True)
        return _joined(
            changed, say.not_met(after, plan), *(shown or [now for was, now in parts if was != now]), ending(after)
        )
    if "day" in topics and number:
        day = next((day for day in plan.days if day.number == int(number[1])), None)
        missing = TEXTS["no_day"].format(days=plural(len(plan.days), "day"), number=number[1])
        return say.day_text(day, wishes, plan) if day else missing
    if not after.planned and after.reading.said.places:
        place = atlas().get(wishes.places[0])
        return _joined(facts.fact("overview", place, wishes), say.not_met(after, plan), ending(after))
    if after.planned and (after.whole or "short" in topics):
        return say.plan_text(after, ending(after), style="brief" if "short" in topics else style)
    return None


def _about_the_rest(after: State) -> str:
    """Small talk, facts about the person, ideas, and what was not understood."""
    reading, wishes, first = after.reading, after.wishes, after.topics[0] if after.topics else ""
    if first == "ideas":
        return _joined(facts.ideas(after), _left(after), ending(after))
    if first in ("nothing to undo", "no", "yes", "bye", "thanks"):
        return TEXTS[first]
    if after.notes:
        return " ".join(filter(None, [*after.notes, _left(after)]))
    if (said := extract_facts(reading.raw)) and reading.said.days is None:
        follow = (
            'Say "show the plan" to see it.' if wishes.places else "Where would you like to go, and for how long?"
        )
        return f"Noted: {', '.join(plain(addressed(one)) for one in said)}. {follow}"
    if first in ("hello", "reset"):
        return f"{'Hello.' if first == 'hello' else 'We start anew.'} Where would you like to go?\n\n{TEXTS['help']}"
    if wishes.places and (reading.said != Wishes() or reading.shifts) and not reading.left:
        return f"That is how the plan is already, so nothing changed. {TEXTS['can_do']}"
    if wishes.places:
        what = f" {quoted([*reading.names, *reading.left])}" if reading.left or reading.names else " that"
        return f"I did not understand{what}, and the plan is as it was. {TEXTS['can_do']}"
    sought = wishes.month or wishes.interests
    if reading.continent or reading.season or (sought and reading.said != Wishes()):
        return _joined(facts.ideas(after), _left(after), ending(after))
    if first == "live":
        return facts.fact("live", atlas().destinations[0], wishes)
    if first in FACTS:
        return f"About which place? {TEXTS['help']}"
    if reading.wishes_something or reading.relative:
        noted = f"Noted: {_trip_in_words(wishes)}. " if _trip_in_words(wishes) else ""
        return _joined(f"{noted}Which place should it be?", _left(after), facts.destinations(None))
    return f"I did not understand that. {TEXTS['help']}"


def _web_note(state: State) -> str:
    codes = [atlas().get(one).country_code for one in (state.about or state.wishes.places)[:4]]
    sites = dict.fromkeys(atlas().official[code] for code in codes if code in atlas().official)
    shown = (
        f" Official sites to check this on:* {', '.join(f'[{name}]({url})' for name, url in sites)}."
        if sites
        else "*"
    )
    return TEXTS["web"] + shown


def _reasoning(state: State, found: Found | None) -> str:
    """Two to five short sentences on what was taken from the conversation."""
    wishes, kept = state.wishes, listed(list(say.told(state.wishes).values()))
    shown = ["No place from my file is set yet."]
    if wishes.places:
        length = f" for {plural(wishes.days, 'day')}" if wishes.days else ""
        counted = (
            f"It is for {people(wishes)}." if wishes.adults or wishes.children else "Nobody said how many travel."
        )
        shown = [f"The trip is to {listed(names_of(wishes.places))}{length}{when(wishes)}.", counted]
    shown += [f"The budget is {say.budget_in_words(wishes)}."] if wishes.budget else []
    shown += [f"I compare the question with the words in {listed(found.names)}."] if found and found.names else []
    return " ".join(
        [*shown, f"I keep in mind: {kept}." if kept else "I look for the closest answer in the bundled facts."]
    )
