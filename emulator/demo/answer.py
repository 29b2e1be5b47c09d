"""The demo assistant: answers like a travel assistant from bundled facts. Pure: the same input, the same answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile

from emulator.conversation import Answer, Document, ToolRequest, Turn
from emulator.demo import brief, facts, say, slides, titles, told
from emulator.demo.days import days_named
from emulator.demo.destinations import atlas, fold
from emulator.demo.documents import look_up, named_in, wants_plan
from emulator.demo.line import MONTHS, WORDS, says_something, typed
from emulator.demo.memory import addressed, extract_facts, matters
from emulator.demo.offers import ending
from emulator.demo.reading import FACTS
from emulator.demo.say import plan_of
from emulator.demo.talk import planner_turns, step, today_from
from emulator.demo.wishes import Reading, State, Wishes
from emulator.demo.words import TEXTS, joined, listed, names_of, plain, plural, quoted, wished

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
    for wishes; what came to the brief of a trip between two messages stands until a later one says something else.
    *memories* are statements from earlier conversations, *tools* the names of tools that can be asked for.
    *tool_outputs* holds their outputs when the answer was asked for before and ended in tool requests; its keys do
    not matter. The text of *documents* that a message names is read as if said before; questions change no plan.
    """
    if titles.is_wanted(system_prompt) and history:
        return Answer("", titles.title(history[-1].text))
    newest_turns = [*takewhile(lambda turn: turn.role != "user", reversed(history))]
    today, outputs = today_from(_outputs(history, tool_outputs)), _outputs(newest_turns, tool_outputs)
    turns = planner_turns(history)[-READ_LINES:] or [Turn("user", "")]
    lines = [told.untitled(turn.text, system_prompt) for turn in turns]
    later = told.later([*(turn.system_prompt for turn in turns[:-1]), system_prompt])
    given = [tool for tool in (brief, slides) if tool.TOOL in tools]
    asked_for = [tool for tool in given if tool.without_request(lines[-1]) != lines[-1]]
    for tool in given:
        lines = [tool.without_request(line) for line in lines]
    if brief in asked_for:
        begun = _begun([], lines, system_prompt, today)
        return _brief(_states(begun, lines, later, documents), lines, system_prompt, outputs)
    used = [one for one in memories if _remembered([one], lines) != Wishes()]
    before, state = _states(_begun(used, lines, system_prompt, today), lines, later, documents)[-2:]
    state, heard = _heard(state)
    state, asides = _asides(state)
    if slides in asked_for:
        return _proposal(slides.TOOL, slides.arguments(state), slides.told(outputs), outputs)
    needs_date = state.reading.relative or "date" in state.topics
    if needs_date and DATE_TOOL in tools and tool_outputs is None and not outputs:
        reasoning = "The message depends on today's date, which I do not know. I ask for it first."
        return Answer(reasoning, "", (ToolRequest(DATE_TOOL, {}),))
    found = look_up(typed(lines[-1]), documents)
    is_first = not any(turn.role == "assistant" and turn.text.strip() for turn in history)
    parts = _introduction(system_prompt) if is_first and "identity" not in state.topics else []
    if not (found and found.whole):
        told_of_it = (
            _about_itself(state, lines, memories)
            or _about_places(state)
            or _about_the_trip(before, state, style)
            or _about_the_rest(state)
        )
        closing = ending(state) if asides else ""  # which comes behind the asides, too
        told_of_it = joined(_without(told_of_it.removesuffix(closing).rstrip(), asides), *asides, closing)
        parts += [told_of_it if told_of_it.startswith(heard) else joined(heard, told_of_it)]
    parts += [found.text] if found else []
    if used and state.whole:
        parts.append(f"From memory I keep in mind: {'; '.join(plain(addressed(one)) for one in used)}.")
    parts += [_web_note(state)] if web_search else []
    so_far = f"The trip so far: {wished(state.wishes)}." if wished(state.wishes) else "No place is set yet."
    reasoning = f"{so_far} I look for the closest answer in the bundled facts."
    return Answer(reasoning, joined(*parts), files=found.names if found else ())


def _outputs(turns: Sequence[Turn], tool_outputs: Mapping[str, str] | None) -> list[str]:
    return [*(turn.text for turn in turns if turn.role == "tool"), *map(str, (tool_outputs or {}).values())]


# What the planner wrote


def _states(begun: State, lines: Sequence[str], later: Sequence[str], documents: Sequence[Document]) -> list[State]:
    """The state at the beginning and after each message, before which the brief came to say what is *later*."""
    states = [begun]
    for line, told_now in zip(lines, later, strict=True):
        states[-1] = _with_brief(states[-1], told_now)
        states.append(_step(states[-1], line, documents))
    return states


def _with_brief(state: State, told_now: str) -> State:
    """The state after a change of the trip's brief, behind which no "undo" goes back."""
    after = step(state, told_now, brief=True) if told_now else state
    if (after.wishes, after.changes) == (state.wishes, state.changes):
        return state
    return replace(state, wishes=after.wishes, changes=after.changes, past=())


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


def _heard(state: State) -> tuple[State, str]:
    """The state, where what will be remembered counts as understood, and a sentence on it if it did not before."""
    facts, left = extract_facts(state.reading.raw), state.reading.left
    known = {"remember", *re.findall(r"[^\W_]+", fold(" ".join(facts)))}
    other = tuple(one for one in left if {*filter(says_something, re.findall(r"[^\W_]+", fold(one)))} - known)
    if not facts or other == left:
        return state, ""
    said = f"Noted: {', '.join(plain(addressed(one)) for one in facts)}."
    return replace(state, reading=replace(state.reading, left=other)), said


def _asides(state: State) -> tuple[State, list[str]]:
    """The state, where what was asked about its places beside a wish counts as understood, and the answers to it."""
    if not state.reading.wishes_something:
        return state, []
    answers = {one: _aside(state, one) for one in state.reading.left}
    left = tuple(one for one, told_of_it in answers.items() if not told_of_it)
    return replace(state, reading=replace(state.reading, left=left)), [*filter(None, answers.values())]


def _aside(state: State, question: str) -> str:
    after = step(state, question)
    changes_nothing = (after.wishes, after.changes) == (state.wishes, state.changes) and not after.reading.left
    return _about_places(after) if changes_nothing and FACTS & set(after.topics) else ""


def _without(text: str, asides: Sequence[str]) -> str:
    """The text without the points that the asides say, too."""
    points = [line for line in text.split("\n") if line.startswith("- **")]
    said = {line for line in points if any(line.removeprefix("- ") in aside for aside in asides)}
    return "\n".join(line for line in text.split("\n") if line not in said)


# Proposals


def _brief(
    states: Sequence[State], lines: Sequence[str], system_prompt: str | None, outputs: Sequence[str]
) -> Answer:
    """Proposes what was said beside what the brief of the trip, with which the states begin, says already."""
    begun, known = [told.brief_line(system_prompt)], told.known_brief(system_prompt)
    before, lines = brief.sure(states[0].wishes, begun), [*begun, *lines]
    wishes = brief.added(brief.sure(states[-1].wishes, lines), before)
    compared = next((listed(names_of(one.about), "or") for one in reversed(states) if one.about[1:]), "")
    names = next((state.names for state in reversed(states) if state.names), (compared,) if compared else ())
    arguments = brief.arguments(wishes, names, lines)
    arguments = told.news(arguments, brief.arguments(before, states[0].names, begun), known)
    if known and arguments.keys() == {"title"}:
        return Answer("", TEXTS["no_news"])
    return _proposal(brief.TOOL, arguments, brief.told(outputs, arguments, wishes, before, known), outputs)


def _proposal(tool: str, arguments: dict[str, object], told_of_it: str, outputs: Sequence[str]) -> Answer:
    """Calls a tool with what was said, or tells what became of it when there are *outputs*."""
    if not arguments:
        return Answer("", TEXTS[f"no_{tool}"])
    if outputs:
        return Answer("I say what became of the proposal.", told_of_it)
    return Answer("I propose what was said so far, and leave out the rest.", "", (ToolRequest(tool, arguments),))


# What to answer


def _introduction(system_prompt: str | None) -> list[str]:
    noted = told.brief_line(system_prompt)
    return [TEXTS["introduction"], f"From the brief of this trip: {plain(noted)}." if noted else ""]


def _about_itself(state: State, lines: Sequence[str], memories: Sequence[str]) -> str:
    topic, reading = [*state.topics, ""][0], state.reading
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
        return TEXTS[topic].format(language=reading.language)
    return "" if any(char.isalnum() for char in reading.raw) else TEXTS["help"]


def _memories(state: State, lines: Sequence[str], memories: Sequence[str]) -> str:
    said = dict.fromkeys(fact for line in lines for fact in extract_facts(line))
    known = [f"- {plain(one).rstrip('.')}" for one in dict.fromkeys([*memories, *said]) if one.strip()]
    known += [f"- The trip so far: {trip}"] if (trip := wished(state.wishes)) else []
    return joined("I know this:", "\n".join(known), "Tell me if something is wrong.") if known else TEXTS["memory"]


def _about_places(state: State) -> str:
    """Answers that change no trip: comparisons, facts, and that a place is not known."""
    wishes, said, left = state.wishes, state.reading.said, say.left(state)
    asked = [topic for topic in state.topics if topic in FACTS]
    if "compare" in state.topics and len(state.about) > 1:
        return joined(facts.comparison(state), say.unknown(state, "compared"), left, ending(state))
    if state.names and ("unknown place" in state.topics or not wishes.places):
        kept = "The plan stays as it is." if wishes.places else ""
        return joined(facts.unknown_place(state), kept, ending(state))
    if "thing" in state.topics:
        places = [atlas().get(one) for one in state.about]
        known = [facts.thing(name, place, wishes) for name in said.wanted for place in places if name in place.things]
        return joined(*known, left)
    if not (asked and state.about) or (state.whole and "checklist" not in asked):
        return ""
    diets = tuple(dict.fromkeys((*wishes.diets, *said.diets)))
    wishes = replace(wishes, month=said.month or wishes.month, diets=diets)
    places = [atlas().get(one) for one in state.about[: 3 if len(asked) == 1 else 1]]
    return joined(*(facts.fact(topic, place, wishes) for topic in asked[:3] for place in places), left, ending(state))


def _about_the_trip(before: State, state: State, style: str) -> str:
    """The plan in the shape that is asked for; empty where nothing about it is."""
    wishes, topics = state.wishes, state.topics
    if not wishes.places:
        return ""
    (plan, costs), numbers = plan_of(state), days_named(state.reading.text)
    total = len(plan.days)
    (changed, days), unmet = say.changed(before, state), say.not_met(state, plan)
    if "email" in topics:
        to = re.search(_PATTERNS["to"], state.reading.raw)
        named = " ".join(word[:1].upper() + word[1:] for word in to[1].split()) if to else "customer"
        shown, unmet = say.as_email(plan, costs, to=named), "" if to else unmet
    elif "included" in topics and not state.reading.said.wanted:
        shown = TEXTS["included"]
    elif numbers and not changed and {"day", "costs"} & set(topics):
        asked = [say.day_text(day, plan) for day in plan.days if {day.number, day.number - total - 1} & set(numbers)]
        whole = f"The whole trip costs {costs(costs.total)} without flights." if "costs" in topics else ""
        no_day = TEXTS["no_day"].format(days=plural(total, "day"), number=numbers[0])
        shown = joined(*asked, whole) if asked else no_day
    elif {"costs", "save"} & set(topics):
        shown = say.costs_told(plan, costs)
    elif {"table", "included"} & set(topics):
        shown = say.as_table(plan, costs)
    elif changed and not state.whole and len(days) <= 2:
        shown = joined(*([say.day_text(day, plan) for day in days] or [say.cost_text(plan), say.notes_text(plan)]))
    elif changed or (state.planned and (state.whole or {"short", "detail"} & set(topics))):
        shown, unmet = say.plan_text(state, style="brief" if "short" in topics else style), ""
        shown = joined(shown, TEXTS["detail"] if "detail" in topics else "")
    elif state.reading.said.places and not (state.planned and set(state.about) <= set(wishes.places)):
        shown = facts.fact("overview", atlas().get(state.about[0]), wishes)
    else:
        return ""
    return joined(changed, unmet, shown, ending(state))


def _about_the_rest(state: State) -> str:
    """Small talk, facts about the person, ideas, and what was not understood."""
    reading, wishes, first, left = state.reading, state.wishes, [*state.topics, ""][0], say.left(state)
    noted = f"Noted: {wished(wishes)}." if wished(wishes) else ""
    if first in ("nothing to undo", "no", "yes", "bye", "thanks", "hello", "reset"):
        return TEXTS[first]
    if state.notes:
        return " ".join([*state.notes, left]).strip()
    if (said := extract_facts(reading.raw)) and reading.said.days is None:
        follow = TEXTS["noted" if wishes.places else "where"]
        return f"Noted: {', '.join(plain(addressed(one)) for one in said)}. {follow}"
    if wishes.places and reading.wishes_something and not state.planned:
        return joined(noted, left, ending(state))
    if wishes.places and reading.wishes_something and (reading.said.wanted or not reading.left):
        days, wanted = plan_of(state)[0].days, reading.said.wanted
        there = [f"Day {day.number} has {name}." for day in days for name in day.names if name in wanted]
        same = f"That is how the plan is already, so nothing changed. {TEXTS['can_do']}"
        return joined(" ".join([*there, same]), left)
    seeks = reading.continent or ((wishes.month or wishes.interests) and reading.said != Wishes())
    if first == "ideas" or (seeks and not wishes.places):
        return joined(facts.ideas(state), left, ending(state))
    if first == "live":
        return facts.fact("live", atlas().destinations[0], wishes)
    if not wishes.places and (first in FACTS or reading.wishes_something or reading.relative):
        return joined(noted, left, f"Which place should it be? {facts.destinations(None)}")
    missed = f"I did not understand {quoted([*reading.names, *reading.left]) or 'that'}"
    if not wishes.places:
        return f"{missed}. {TEXTS['help']}"
    stands = "the plan is as it was" if state.planned else "there is no plan yet"
    return f"{missed}, and {stands}. {TEXTS['can_do']}"


def _web_note(state: State) -> str:
    codes = [atlas().get(one).country_code for one in (state.about or state.wishes.places)[:4]]
    sites = dict.fromkeys(atlas().official[code] for code in codes if code in atlas().official)
    links = ", ".join(f"[{name}]({url})" for name, url in sites)
    return f"{TEXTS['web']} Official sites to check this on:* {links}." if sites else f"{TEXTS['web']}*"
