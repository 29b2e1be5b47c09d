"""The demo assistant: answers like a travel assistant from bundled facts. Pure: the same input, the same answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile

from emulator.conversation import Answer, Document, ToolRequest, Turn
from emulator.demo import brief, facts, say, slides, titles, told
from emulator.demo.costs import Costs, part_of, rooms_for
from emulator.demo.days import days_named
from emulator.demo.destinations import atlas
from emulator.demo.documents import Found, look_up, named_in, wants_plan
from emulator.demo.line import MONTHS, WORDS, typed
from emulator.demo.memory import addressed, extract_facts, matters
from emulator.demo.offers import ending
from emulator.demo.plan import Plan
from emulator.demo.reading import FACTS
from emulator.demo.say import TEXTS, joined, plan_of
from emulator.demo.talk import planner_lines, step, today_from
from emulator.demo.wishes import Reading, State, Wishes
from emulator.demo.words import in_words, listed, people, plain, plural, quoted

__all__ = ["answer", "extract_facts"]  # an emulator.conversation.Demo

READ_LINES = 200  # of the planner; older ones no longer count
DATE_TOOL = "current_date"
_PATTERNS = WORDS["patterns"]


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
    do not matter. The text of *documents* that a message names is read as if it had been said just before, but a
    question about them changes no plan.
    """
    if titles.is_wanted(system_prompt) and history:
        return Answer("", titles.title(history[-1].text))
    outputs = [*(turn.text for turn in history if turn.role == "tool"), *map(str, (tool_outputs or {}).values())]
    lines = planner_lines(turn.text for turn in history if turn.role == "user")[-READ_LINES:] or [""]
    if brief.TOOL in tools:
        if brief.is_wanted(lines[-1]):
            return _brief(lines, documents, _outputs(history, tool_outputs), today_from(outputs))
        lines = [brief.without_request(line) for line in lines]
    if slides.TOOL in tools:
        wanted = slides.is_wanted(lines[-1])
        lines = [slides.without_request(line) for line in lines]
        if wanted:
            begun = _begun(memories, lines, system_prompt, today_from(outputs))
            return _slides(lines, begun, documents, _outputs(history, tool_outputs))
    used = [one for one in memories if _remembered([one], lines) != Wishes()]
    state = before = _begun(used, lines, system_prompt, today_from(outputs))
    for line in lines:
        before, state = state, _step(state, line, documents)
    has_asked = tool_outputs is not None or (bool(history) and history[-1].role == "tool")
    if DATE_TOOL in tools and not has_asked and (state.reading.relative or "date" in state.topics):
        reasoning = "The message depends on today's date, which I do not know. I ask for it first."
        return Answer(reasoning, "", (ToolRequest(DATE_TOOL, {}),))
    found, parts = look_up(typed(lines[-1]), documents), list[str]()
    if "identity" not in state.topics and not any(turn.role == "assistant" and turn.text.strip() for turn in history):
        parts.append(TEXTS["introduction"])
        if noted := told.brief_line(system_prompt):
            parts.append(f"From the brief of this trip: {plain(noted)}.")
    if not (found and found.whole):
        parts.append(
            _about_itself(state, lines, memories, system_prompt)
            or _about_places(state)
            or _about_the_trip(before, state, memories, style)
            or _about_the_rest(state)
        )
    parts += [found.text] if found else []
    if used and state.whole:
        parts.append(f"From memory I keep in mind: {'; '.join(addressed(one) for one in used)}.")
    parts += [_web_note(state)] if web_search else []
    return Answer(_reasoning(state, found), "\n\n".join(parts), files=found.names if found else ())


def _step(state: State, line: str, documents: Sequence[Document]) -> State:
    """The state after a message and the documents that it names."""
    said, missed = line, list[str]()
    for document in named_in(line, documents) if wants_plan(line) or not state.planned else ():
        said = said.replace(document.name, "it")
        known = step(state, document.text, brief=True)
        missed += say.missed(known, document.name)
        state = replace(known, reading=Reading(), past=state.past)
    state = step(state, said)
    return replace(state, notes=(*missed, *state.notes))


def _outputs(history: Sequence[Turn], tool_outputs: Mapping[str, str] | None) -> list[str]:
    """What tools said since the last question."""
    since = takewhile(lambda turn: turn.role != "user", reversed(history))
    return [*map(str, (tool_outputs or {}).values()), *(turn.text for turn in since if turn.role == "tool")]


def _brief(lines: Sequence[str], documents: Sequence[Document], outputs: Sequence[str], today: date | None) -> Answer:
    """Proposes what the conversation says of a trip, and tells what became of it."""
    state, names = State(today=today), tuple[str, ...]()
    for line in map(brief.without_request, lines):
        state = _step(state, line, documents)
        names = state.names or names
    wishes = brief.sure(state.wishes, lines)
    if not (arguments := brief.arguments(wishes, names, lines)):
        return Answer("", f"{TEXTS['nothing_to_propose']} {TEXTS['help']}")
    if outputs:
        return Answer("I say what became of the proposal, and what is open.", brief.told(outputs, arguments, wishes))
    reasoning = "I propose what was said so far, and leave out the rest."
    return Answer(reasoning, "", (ToolRequest(brief.TOOL, arguments),))


def _slides(lines: Sequence[str], state: State, documents: Sequence[Document], outputs: Sequence[str]) -> Answer:
    """Proposes slides of the plan as it stands, and tells what became of them."""
    for line in lines:
        state = _step(state, line, documents) if line.strip(" .,:;!?") else state
    if not (arguments := slides.arguments(state)):
        return Answer("", f"{TEXTS['nothing_for_slides']} {TEXTS['where']}")
    if outputs:
        return Answer("I say which slides I proposed.", slides.told(outputs))
    reasoning = "I make slides of the plan as it stands, with its prices."
    return Answer(reasoning, "", (ToolRequest(slides.TOOL, arguments),))


def _begun(memories: Sequence[str], lines: Sequence[str], system_prompt: str | None, today: date | None) -> State:
    """The state before anything was said: what memories and the brief of a trip tell."""
    state = State(wishes=_remembered(memories, lines), today=today)
    if brief_told := told.brief_line(system_prompt):
        state = replace(step(state, brief_told, brief=True), reading=Reading(), past=())
    return state


def _remembered(memories: Sequence[str], lines: Sequence[str]) -> Wishes:
    """What earlier conversations say about everyone's needs: never a place, a length, a pace or money."""
    state = State()
    for memory in memories:
        state = step(state, memory) if matters(memory, lines) else state
    known = ("diets", "allergies", "mobility", "start_at", "avoids")
    return Wishes(**{field: getattr(state.wishes, field) for field in known})


def _reasoning(state: State, found: Found | None) -> str:
    said, read = _said(state.wishes), listed(found.names) if found else ""
    shown = [f"The trip so far: {said}."] if said else ["No place from my file is set yet."]
    shown += [f"I compare the question with the words in {read}."] if read else []
    return " ".join([*shown, "I look for the closest answer in the bundled facts."])


def _said(wishes: Wishes) -> str:
    return ", ".join(filter(None, in_words(wishes).values()))


def _left(state: State) -> str:
    """A sentence on what was not understood, if anything was not."""
    return f"I could not make anything of {quoted(state.reading.left)}." if state.reading.left else ""


def _about_itself(state: State, lines: Sequence[str], memories: Sequence[str], system_prompt: str | None) -> str:
    topic, reading = state.topics[0] if state.topics else "", state.reading
    if topic == "identity":
        no = "No. " if re.search(_PATTERNS["taken_for"], reading.text) else ""
        return f"{no}{TEXTS['introduction'].strip('*')}\n\n{TEXTS['help']}"
    if topic == "memory":
        return _memories(state, lines, memories)
    if topic == "destinations":
        return facts.destinations(reading.continent)
    if topic == "date" and state.today:
        return f"Today is {state.today:%A} {state.today.day} {MONTHS[state.today.month - 1]} {state.today.year}."
    if topic in ("language", "tongue", "forget", "help", "disruption", "date", "instructions"):
        return TEXTS[topic].format(
            language=reading.language, count=plural(len((system_prompt or "").split()), "word")
        )
    return "" if any(char.isalnum() for char in reading.raw) else TEXTS["help"]


def _memories(state: State, lines: Sequence[str], memories: Sequence[str]) -> str:
    said = list(dict.fromkeys(fact for line in lines for fact in extract_facts(line) if fact not in memories))
    parts = [
        "\n".join([f"From {where}:", "", *(f"- {plain(one.strip().rstrip('.'))}" for one in statements)])
        for where, statements in (("earlier conversations", memories), ("this conversation", said))
        if statements
    ]
    parts += [f"The trip so far: {trip}."] if (trip := _said(state.wishes)) else []
    return joined(*parts, "Tell me if something is wrong.") if parts else TEXTS["memory"]


def _about_places(state: State) -> str:
    """Answers that change no trip: comparisons, facts, and that a place is not known."""
    if "compare" in state.topics and len(state.about) > 1:
        return joined(facts.comparison(state), _left(state), ending(state))
    if state.names and ("unknown place" in state.topics or not state.wishes.places):
        kept = "The plan stays as it is." if state.wishes.places else ""
        return joined(facts.unknown_place(state.names[0]), kept, ending(state))
    asked, said = [topic for topic in state.topics if topic in FACTS], state.reading.said
    if "thing" in state.topics:
        known = [facts.thing(name, atlas().get(one), state.wishes) for name in said.wanted for one in state.about]
        return joined(*known, _left(state))
    if not (asked and state.about) or (state.whole and "checklist" not in asked):
        return ""
    diets = tuple(dict.fromkeys((*state.wishes.diets, *said.diets)))
    wishes = replace(state.wishes, month=said.month or state.wishes.month, diets=diets)
    places = [atlas().get(one) for one in state.about[: 3 if len(asked) == 1 else 1]]
    texts = [facts.fact(topic, place, wishes) for topic in asked[:3] for place in places]
    return joined(*dict.fromkeys(texts), _left(state), ending(state))


def _about_the_trip(before: State, state: State, memories: Sequence[str], style: str) -> str:
    """The plan in the shape that is asked for; empty where nothing about it is."""
    wishes, topics = state.wishes, state.topics
    if not wishes.places:
        return ""
    (plan, costs), changed, left, end = plan_of(state), say.changed_text(before, state), _left(state), ending(state)
    each, unmet = costs(-(-costs.total // sum(wishes.group))), say.not_met(state, plan)
    if "changes" in topics:
        was, changes = state.past[-1] if state.past else (wishes, state.changes)
        return say.changed_text(replace(state, wishes=was, changes=changes), state) or "Nothing was changed yet."
    if "email" in topics:
        return _email(state, memories)
    if "save" in topics:
        return joined(facts.ways_to_save(state), end)
    if "included" in topics:
        known = say.included_text(state, plan)
        return known or joined("This is all that I know to be in it:", say.as_table(plan), left)
    if "table" in topics:
        return joined(changed, say.as_table(plan), left, end)
    if "group" in topics:
        rooms, heads = plural(rooms_for(wishes), "room"), plural(sum(wishes.group), "person")
        group = TEXTS["group"].format(rooms=rooms, heads=heads, each=each)
        return joined(say.plan_text(state, group, style=style), end)
    text, asks_costs = state.reading.text, "costs" in topics
    if (asks_costs or "day" in topics) and not changed and (days_asked := days_named(text)):
        return joined(*(_about_a_day(plan, number, text, costs=asks_costs) for number in days_asked), left)
    if "costs" in topics:
        return joined(changed, _about_the_costs(state, plan, costs), unmet, end)
    if "detail" in topics:
        return say.plan_text(state, TEXTS["detail"])
    if changed:
        old, _ = plan_of(before)
        days = say.changed_days(old, plan)
        if state.whole or len(days) > 2:
            return joined(changed, say.plan_text(state, end, style=style))
        sections = [now for was, now in zip(say.sections(old), say.sections(plan), strict=True) if was != now]
        return joined(changed, unmet, *([say.day_text(day, plan) for day in days] or sections), end)
    if state.reading.said.places and not (state.planned and set(state.about) <= set(wishes.places)):
        return joined(facts.fact("overview", atlas().get(state.about[0]), wishes), unmet, end)
    if state.planned and (state.whole or "short" in topics):
        return say.plan_text(state, end, style="brief" if "short" in topics else style)
    return ""


def _about_the_costs(state: State, plan: Plan, costs: Costs) -> str:
    called, part = part_of(costs, state.reading.text)
    if not part.rows:
        return say.included_text(state, plan) or "The costs hold nothing of the kind."
    each, daily = costs(-(-part.total // sum(state.wishes.group))), costs(part.total // len(plan.days))
    lead = f"For {people(state.wishes)}, {say.headline(plan)}: {costs(part.total)} in all{called}, "
    lead += f"about {each} a person or {daily} a day for everybody."
    return joined(lead, say.cost_table(part) if called else say.cost_text(plan, costs))


def _about_a_day(plan: Plan, number: int, text: str, *, costs: bool) -> str:
    day = next((one for one in plan.days if one.number == (len(plan.days) if number == -1 else number)), None)
    if day is None:
        return TEXTS["no_day"].format(days=plural(len(plan.days), "day"), number=number)
    return say.day_cost_text(plan, day, text) if costs else say.day_text(day, plan)


def _email(state: State, memories: Sequence[str]) -> str:
    to = re.search(_PATTERNS["to"], state.reading.raw)
    names = [one.removeprefix("Is called ").strip(" .") for one in memories if one.startswith("Is called ")]
    customer, sender = (
        " ".join(one[:1].upper() + one[1:] for one in to[1].split()) if to else "customer",
        ["[your name]", *names][-1],
    )
    return joined(say.as_email(plan_of(state)[0], to=customer, sender=sender), "" if to else _left(state))


def _about_the_rest(state: State) -> str:
    """Small talk, facts about the person, ideas, and what was not understood."""
    reading, wishes, first = state.reading, state.wishes, state.topics[0] if state.topics else ""
    ideas = joined(facts.ideas(state), _left(state), ending(state))
    if first == "ideas":
        return ideas
    if first in ("nothing to undo", "no", "yes", "bye", "thanks"):
        return TEXTS[first]
    if state.notes:
        return " ".join(filter(None, [*state.notes, _left(state)]))
    if (said := extract_facts(reading.raw)) and reading.said.days is None:
        follow = TEXTS["noted" if wishes.places else "where"]
        return f"Noted: {', '.join(plain(addressed(one)) for one in said)}. {follow}"
    if first in ("hello", "reset"):
        return f"{'Hello.' if first == 'hello' else 'We start anew.'} Where would you like to go?\n\n{TEXTS['help']}"
    if wishes.places and not state.planned and reading.wishes_something:
        return joined(f"Noted: {_said(wishes)}.", _left(state), ending(state))
    if wishes.places and reading.wishes_something and not reading.left:
        return f"That is how the plan is already, so nothing changed. {TEXTS['can_do']}"
    missed = f"I did not understand {quoted([*reading.names, *reading.left]) or 'that'}"
    if wishes.places:
        stands = "the plan is as it was" if state.planned else "there is no plan yet"
        return f"{missed}, and {stands}. {TEXTS['can_do']}"
    sought = wishes.month or wishes.interests
    if reading.continent or (sought and reading.said != Wishes()):
        return ideas
    if first == "live":
        return facts.fact("live", atlas().destinations[0], wishes)
    if first in FACTS:
        return f"About which place? {TEXTS['help']}"
    if reading.wishes_something or reading.relative:
        noted = f"Noted: {_said(wishes)}. " if _said(wishes) else ""
        return joined(f"{noted}Which place should it be?", _left(state), facts.destinations(None))
    return f"{missed}. {TEXTS['help']}"


def _web_note(state: State) -> str:
    codes = [atlas().get(one).country_code for one in (state.about or state.wishes.places)[:4]]
    sites = dict.fromkeys(atlas().official[code] for code in codes if code in atlas().official)
    links = ", ".join(f"[{name}]({url})" for name, url in sites)
    return f"{TEXTS['web']} Official sites to check this on:* {links}." if sites else f"{TEXTS['web']}*"
