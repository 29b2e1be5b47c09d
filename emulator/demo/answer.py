"""The demo assistant: answers like a travel assistant from bundled facts. Pure: the same input, the same answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from emulator.conversation import Answer, Document, ToolRequest, Turn
from emulator.demo import replies, titles
from emulator.demo.brief import shortened
from emulator.demo.costs import estimate
from emulator.demo.destinations import Destination, atlas
from emulator.demo.documents import Found, look_up, named_in
from emulator.demo.facts import extract_facts
from emulator.demo.plan import Plan, build
from emulator.demo.request import Said, read
from emulator.demo.text import (
    as_csv,
    as_email,
    as_json,
    as_table,
    budget_scope,
    changed_text,
    cost_text,
    listed,
    people,
    plan_text,
    plural,
)
from emulator.demo.trip import (
    QUESTION,
    Trip,
    asks_about_food,
    conversation,
    is_comparison,
    merge,
    today_from,
    tool_texts,
)
from emulator.demo.web import web_note
from emulator.demo.words import MONTHS

__all__ = ["answer", "extract_facts"]  # an emulator.conversation.Demo

READ_TURNS = 200  # of the user; older ones no longer change the trip
DATE_TOOL = "current_date"
_GO_ON = (
    r"(?:please )?(?:go on|continue|carry on|keep going|try again|(?:please )?answer (?:my"
    r"|the) (?:last|previous) (?:message|question))\b"
)


@dataclass(frozen=True, slots=True)
class _Scene:
    """Everything that an answer depends on."""

    said: Said
    trip: Trip
    before: Trip
    earlier: tuple[Said, ...]
    memories: tuple[str, ...]
    today: date | None
    system_prompt: str | None
    found: Found | None

    @property
    def plan(self) -> Plan | None:
        """The plan as it stands after this message, if there is a place."""
        return build(self.trip, days=self.trip.days or 4) if self.trip.places else None


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

    *history* ends with the user's newest message, or with tool turns after it. *memories* are statements from earlier
    conversations, *tools* the names of tools that can be asked for. *tool_outputs* holds their outputs when the
    answer was asked for before and ended in tool requests; its keys do not matter. What a user's message names of
    *documents* is read as if it had been said just before.
    """
    if titles.is_wanted(system_prompt) and history:
        return Answer("", titles.title(history[-1].text))
    last = max((index for index, turn in enumerate(history) if turn.role == "user"), default=-1)
    texts = [turn.text for turn in history[: last + 1] if turn.role == "user"]
    while len(texts) > 1 and re.match(_GO_ON, texts[-1].strip().casefold()):
        texts.pop()
    said = read(texts[-1]) if texts else read("")
    after = [turn.text for turn in history[last + 1 :] if turn.role == "tool"]
    if DATE_TOOL in tools and tool_outputs is None and not after and _needs_date(said):
        return Answer(
            "The message depends on today's date, which I do not know. I ask for it first.",
            "",
            (ToolRequest(DATE_TOOL, {}),),
        )
    today = today_from([*(turn.text for turn in history if turn.role == "tool"), *tool_texts(tool_outputs)])
    spoken = [one for text in texts[-READ_TURNS - 1 :] for one in (*_told_by(text, documents), text)]
    earlier = tuple(read(text) for text in spoken[:-1])
    before = conversation(earlier, memories=memories, today=today)
    found = look_up(said, documents)
    trip = merge(before, said, today=today)
    scene = _Scene(said, trip, before, earlier, tuple(memories), today, system_prompt, found)
    text = _reply(scene)
    if style == "brief":
        text = shortened(text)
    ending = [found.text] if found and text != found.text else []
    if web_search:
        ending.append(web_note([atlas().get(place_id) for place_id in (said.places or trip.places)[:4]]))
    first = not any(turn.role == "assistant" and turn.text.strip() for turn in history)
    opening = []
    if first and replies.INTRODUCTION not in text:
        opening.append(replies.INTRODUCTION)
    if said.language:
        opening.append(f"This looks like {said.language}. The demo answers in English only.")
    return Answer(_reasoning(scene), "\n\n".join([*opening, text, *ending]), files=found.names if found else ())


def _told_by(text: str, documents: Sequence[Document]) -> list[str]:
    """Return the texts of the documents that a message names and that name a place: briefs of a trip."""
    return [one.text for one in named_in(text, documents) if read(one.text).places]


def _needs_date(said: Said) -> bool:
    return said.relative is not None or _asks_date(said)


def _asks_date(said: Said) -> bool:
    return said.has(
        r"what(?:'s| is)? (?:the |today's )?(?:date|day)(?: is it| of the week)?|today's date"
        r"|which day is it|current date"
    )


def _reply(scene: _Scene) -> str:
    """The first of all kinds of reply that fits."""
    for reply in (_about_the_assistant, _about_documents, _about_the_trip, _about_places, _about_the_person):
        if (text := reply(scene)) is not None:
            return text
    return replies.help_text()


def _about_the_assistant(scene: _Scene) -> str | None:
    said = scene.said
    if replies.is_blank(said):
        return f"I could not find words in that message. {replies.help_text()}"
    if said.has(
        r"(?:what|which)(?: \w+){0,3} (?:you )?(?:remember|know|saved?|stored?"
        r"|memor\w+)(?: \w+){0,2} (?:about|of) (?:me|us)|your memor\w+|remember about me"
    ):
        facts = [fact for one in scene.earlier for fact in extract_facts(one.text)]
        return replies.remembered(scene.memories, scene.trip, list(dict.fromkeys(facts)))
    if said.has(r"(?:please )?forget (?:that|me|everything|it|about)"):
        return (
            "I cannot delete memories from here; the app that shows this chat can. In this conversation "
            "just tell me what is different now."
        )
    if _asks_date(said):
        if scene.today:
            return f"Today is {scene.today:%A} {scene.today.day} {MONTHS[scene.today.month - 1]} {scene.today.year}."
        return "I cannot see today's date here. Tell me the dates of the trip and I go on from there."
    if said.has(r"system prompt|your instructions|your prompt"):
        given = scene.system_prompt
        state = (
            f"I was given instructions of {plural(len(given.split()), 'word')}"
            if given
            else "I was given no instructions"
        )
        return f"{state}, but a demo assistant cannot follow free instructions: it answers from its file of facts."
    if said.has(
        r"who are you|what are you|are you (?:an? )?(?:real|human|ai|bot|robot|chatgpt|gpt|llm"
        r"|language model|person)\w*|which model|your name|how do you work"
    ):
        return f"{replies.INTRODUCTION}\n\n{replies.help_text()}"
    if said.has(
        r"(?:which|what|list|all|show)(?: \w+){0,4} (?:destinations?|places|cities"
        r"|countries)(?: \w+){0,3} (?:know|have|offer|cover|there|available)|(?:list"
        r"|show)(?: \w+){0,3} destinations?|(?:all|which|what) destinations?|by region"
    ):
        return replies.destinations_by_region(said.continent, detail=said.detail)
    if said.detail and not scene.trip.places and not said.located and not said.unknown_place:
        return replies.destinations_by_region(said.continent, detail=True)
    return None


def _about_documents(scene: _Scene) -> str | None:
    return scene.found.text if scene.found and scene.found.whole else None


def _about_the_trip(scene: _Scene) -> str | None:
    """Other shapes of the plan and extras to it; None without a place, or when something else is asked."""
    said, trip, plan = scene.said, scene.trip, scene.plan
    if plan is None:
        return None
    if said.has("json"):
        return as_json(plan, trip)
    if said.has("csv|spreadsheet"):
        return as_csv(plan, trip)
    if said.has(r"as (?:a )?table|in (?:a )?table|table (?:form|view)|tabular"):
        return as_table(plan, trip)
    if said.has(r"summari[sz]e|summary|e-?mail|(?:write to|for) (?:the|my) (?:client|customer)"):
        return as_email(plan, trip, sender=_name(scene))
    if said.days is not None:
        return None
    place = _place_asked(scene)
    if said.has(r"pack(?:ing)?(?: list)?|what (?:should|do) (?:i|we) (?:bring|wear|take)") and not said.pace:
        return replies.packing(place, trip)
    if said.has(r"rainy|if it rains|raining|wet day|bad weather|indoors?"):
        return replies.rainy_day(place, trip)
    if (
        said.has(r"(?:how much|what)(?: \w+){0,4} costs?|how much|costs?|price|break ?down|how expensive")
        and not said.level_shift
        and not said.budget
    ):
        return _only_costs(plan, trip)
    return None


def _only_costs(plan: Plan, trip: Trip) -> str:
    lead = f"For {people(trip)}, {plural(len(plan.days), 'day')} in {listed([place.name for place in plan.places])}:"
    return f"{lead}\n\n{cost_text(plan, trip, estimate(plan, trip))}"


def _about_places(scene: _Scene) -> str | None:
    said, trip, before = scene.said, scene.trip, scene.before
    if (
        said.has(
            r"book(?:ing)?(?: \w+){0,4} (?:flights?|hotels?|rooms?|tickets?|trip|it|this|table)|reserve"
            r"|live prices?|flight prices?|airfares?|cheapest flight\w*|find(?: \w+){0,2} flights?"
            r"|visas?|vaccin\w+|forecast|availability|buy tickets?|pay for"
        )
        and said.days is None
    ):
        return replies.limits(said, trip)
    if is_comparison(said):
        chosen = tuple(dict.fromkeys((*(before.places[:1] if len(said.places) < 2 else ()), *said.places)))[:4]
        if len(chosen) > 1:
            return replies.comparison([atlas().get(place_id) for place_id in chosen], trip)
        if said.located or said.unknown_place:
            return replies.unknown_place(said)
    named = bool(said.located) or (
        said.unknown_place is not None
        and (not trip.places or said.has("what about|how about|instead|plan|trip|visit|go to"))
    )
    if named and not said.places and not _looks_personal(said):
        return replies.unknown_place(said)
    if trip.places and said.days is None:
        place = _place_asked(scene)
        asks = said.has(QUESTION) or "?" in said.text
        if asks_about_food(said) and len(said.places) < 2:
            return replies.food(place, trip)
        if asks and said.has(r"stay|hotels?|accommodation|sleep|area|neighbou?rhood") and not said.level_shift:
            return replies.where_to_stay(place, trip)
        if said.has(r"day ?trips?|excursions?") and not said.more_trips:
            return replies.excursions(place)
        if (asks or len(said.folded) < 40) and (fact := replies.quick_fact(said, place, trip)):
            return fact
        if (
            said.has(
                r"(?:what|things|something) (?:is there )?to (?:see|do|visit)|sights?|attractions?|must[- ]sees?"
            )
            and not said.pace_shift
        ):
            return replies.sights(place, trip)
    if trip.places and _wants_plan(scene):
        plan = scene.plan
        return "\n\n".join(filter(None, (changed_text(before, trip), plan_text(plan, trip)))) if plan else None
    if said.places:
        return replies.overview(_place_asked(scene), trip)
    return None


def _wants_plan(scene: _Scene) -> bool:
    """Whether the message changes or asks for the plan, rather than chats beside it."""
    said, trip, before = scene.said, scene.trip, scene.before
    if said.places and (
        trip.days or said.has(r"plan|itinerary|trip|travel\w*|visit\w*|holiday|vacation|go(?:ing)?|weekend")
    ):
        return True
    if said.has(
        r"plan|itinerary|update|(?:plan|show|see) (?:\w+ )?again|show (?:me )?(?:it|the days)"
        r"|schedule|reise|voyage|viaje|viagem|viaggio|podroz"
    ):
        return True
    if extract_facts(said.text) and said.days is None and said.budget is None and not said.month:
        return False
    if said.places and trip.days is None:
        return False
    changed = replace(trip, detail=False, remembered=()) != replace(before, detail=False, remembered=())
    return (
        changed
        or said.detail
        or bool(said.relative)
        or said.swap is not None
        or said.pace_shift != 0
        or said.level_shift != 0
    )


def _about_the_person(scene: _Scene) -> str | None:
    said, trip = scene.said, scene.trip
    if facts := extract_facts(said.text):
        return replies.acknowledgement(facts, trip, scene.plan)
    if said.has(
        r"thanks?|thank you|thx|cheers|great|perfect|lovely|wonderful|danke|merci|gracias|obrigad[oa]|grazie|dziekuje"
    ):
        return "You are welcome. " + (
            "Say what to change, or ask for the summary for the client." if trip.places else "Where shall we go next?"
        )
    if said.has(r"bye|goodbye|see you|good night"):
        return "Goodbye, and safe travels. The trip stays in this conversation."
    if said.has(r"hi|hello|hey|good (?:morning|afternoon|evening)|greetings|hallo|bonjour|hola|ola|ciao|czesc"):
        name = _name(scene)
        return f"Hello{f' {name}' if name else ''}. Where would you like to go?\n\n{replies.help_text()}"
    asks_where = said.has(
        r"where|suggest\w*|recommend\w*|ideas?|inspir\w+|somewhere|a place|destinations?|options"
        r"|which (?:city|place|country)"
    )
    if asks_where or said.continent or said.month or said.interests or said.season:
        return replies.ideas(said, trip)
    if said.days or said.budget or said.adults or said.relative:
        return f"Good, I have that. Which place should it be?\n\n{replies.destinations_by_region()}"
    if said.diets or said.needs or said.allergies:
        noted = [*said.diets, *said.needs, *(f"allergy to {one}" for one in said.allergies)]
        return f"Noted: {listed(noted)}. Where would you like to go?"
    if trip.places:
        place = trip.main.name
        return (
            f"I did not understand that. For {place} I can change days, month, people, budget or pace, add "
            f"a day trip, compare it"
            ' with another place, or write a packing list. For example: "make it 4 days" or "what about June?".'
        )
    return None


def _looks_personal(said: Said) -> bool:
    return bool(extract_facts(said.text)) and said.days is None


def _place_asked(scene: _Scene) -> Destination:
    """The place that a question is about: one that it names, or the trip's."""
    return atlas().get((scene.said.places or scene.trip.places)[0])


def _name(scene: _Scene) -> str | None:
    """How the person is called, from memory or from this conversation."""
    facts = [*scene.memories, *(fact for one in (*scene.earlier, scene.said) for fact in extract_facts(one.text))]
    names = [fact.removeprefix("Is called ").strip(" .") for fact in facts if fact.startswith("Is called ")]
    return names[-1] if names else None


def _reasoning(scene: _Scene) -> str:
    """Two to five short sentences on what was taken from the message."""
    said, trip = scene.said, scene.trip
    shown = []
    if trip.places:
        names = listed([atlas().get(place_id).name for place_id in trip.places])
        length = f" for {plural(trip.days, 'day')}" if trip.days else ""
        month = f" in {trip.season_month}" if trip.season_month else ""
        shown.append(f"The trip is to {names}{length}{month}.")
        shown.append(
            f"It is for {people(trip)}."
            if trip.adults or trip.children
            else "Nobody said how many people, so I take two adults."
        )
    else:
        shown.append("No place from my file is set yet.")
    if trip.budget:
        shown.append(
            f"The budget is {trip.budget.amount:,f} {trip.budget.currency} {budget_scope(trip.budget)}; I "
            f"compare it with rough prices."
        )
    if scene.found and scene.found.names:
        shown.append(f"I compare the question with the words in {listed(list(scene.found.names))}.")
    wishes = [*trip.diets, *trip.needs, *trip.interests]
    if wishes:
        shown.append(f"I keep in mind: {listed(wishes)}.")
    if trip.remembered:
        shown.append(f"From memory I use: {'; '.join(trip.remembered)}.")
    elif len(shown) < 2:
        shown.append("I look for the closest answer in the bundled facts.")
    if said.language and len(shown) < 5:
        shown.append(f"The message is in {said.language}; I answer in English.")
    return " ".join(shown[:5])
