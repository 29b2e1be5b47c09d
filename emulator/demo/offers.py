"""What an answer ends with: what is still open, and an offer that "yes" takes up."""

from dataclasses import dataclass

from emulator.demo import facts
from emulator.demo.costs import estimate
from emulator.demo.plan import build
from emulator.demo.reading import ABOUT_ITSELF, ASIDES, SMALL_TALK
from emulator.demo.say import TEXTS, names_of
from emulator.demo.wishes import State


@dataclass(frozen=True, slots=True)
class Offer:
    """*question* is put to the planner; "yes" says *yes*, "the second one" the second of *picks*.

    *asked* are the fields that are asked for: ``days``, ``people``, ``month``, ``ages``, ``budget``.
    """

    question: str = ""
    yes: str | None = None
    picks: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


_NO_OFFER = {"no", "yes", "language", "email", "disruption", "reset", "json"} | ABOUT_ITSELF | SMALL_TALK


def offer_of(state: State) -> Offer:
    """What the answer to a state offers."""
    wishes, first = state.wishes, state.topics[0] if state.topics else ""
    if first in _NO_OFFER or (set(state.topics) & ASIDES and not state.whole):
        return (
            Offer("Shall I take the cheaper rooms and meals?", "cheaper")
            if first == "save" and wishes.places
            else Offer()
        )
    if first == "compare" and len(state.about) > 1:
        best, names = facts.best_of(state.about, wishes).name, names_of(state.about)
        days = () if wishes.days else ("days",)
        return Offer(f"Shall I plan {best}?", f"plan {best}", tuple(f"plan {name}" for name in names), days)
    if not wishes.places or first == "ideas":
        sought = first == "ideas" or state.reading.continent or wishes.month or wishes.interests
        near = [place for place, _ in facts.near_places(state.names[0])] if state.names else []
        names = [place.name for place in near or (facts.fitting_places(state) if sought and not state.names else [])]
        question = f"Shall I plan {names[0]} instead?" if near else "Which one shall I plan?"
        return Offer(question, f"plan {names[0]}", tuple(f"plan {name}" for name in names)) if names else Offer()
    missing = [] if wishes.month else ["month"]
    missing += [] if wishes.adults or wishes.children else ["people"]
    missing += ["ages"] if wishes.children and not wishes.ages else []
    if not state.planned:
        return Offer(
            "Shall I plan four days?", f"plan 4 days in {names_of(wishes.places)[0]}", (), ("days", *missing[:1])
        )
    asked = tuple([*missing, *([] if wishes.budget else ["budget"])][:2])
    costs = estimate(build(wishes, state.changes), wishes)
    if costs.budget is not None and costs.total > costs.budget and (wishes.hotel, wishes.meals) != (0, 0):
        return Offer("Shall I reckon with cheaper rooms and meals?", "cheaper", (), asked)
    if state.whole:
        return Offer("Shall I write it as an e-mail to the client?", "write it as an e-mail", (), asked)
    return Offer("Shall I show the whole plan?", "show the whole plan")


def ending(state: State) -> str:
    """The closing lines of an answer; empty where nothing is open."""
    offer = offer_of(state)
    return " ".join([*(TEXTS[one] for one in offer.asked), offer.question]).strip()
