"""What an answer ends with: what is still open, and an offer that "yes" takes up."""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator.demo import facts
from emulator.demo.reading import ABOUT_ITSELF, ASIDES, SMALL_TALK
from emulator.demo.say import plan_of
from emulator.demo.wishes import State
from emulator.demo.words import TEXTS, names_of

_NO_OFFER = {"no", "yes", "language", "email", "disruption", "reset"} | ABOUT_ITSELF | SMALL_TALK


@dataclass(frozen=True, slots=True)
class Offer:
    """*question* is put to the planner; "yes" says *yes*, "the second one" the second of *picks*.

    *asked* are the fields that are asked for: ``days``, ``people``, ``month``, ``ages``, ``budget``.
    """

    question: str = ""
    yes: str | None = None
    asked: tuple[str, ...] = ()
    picks: tuple[str, ...] = ()


def _of_places(question: str, first: str, names: Sequence[str], *asked: str) -> Offer:
    return Offer(question, f"plan {first}", asked, tuple(f"plan {name}" for name in names))


def offer_of(state: State) -> Offer:
    wishes, first = state.wishes, [*state.topics, ""][0]
    if len(state.about) > 1 and (first == "compare" or not wishes.places):
        best = facts.best_of(state.about, state.asked).name
        return _of_places(f"Shall I plan {best}?", best, names_of(state.about), *([] if wishes.days else ["days"]))
    if first in _NO_OFFER or (wishes.places and set(state.topics) & ASIDES and not state.whole):
        return Offer()
    if not wishes.places or first in ("ideas", "unknown place"):
        sought = first == "ideas" or state.names or state.reading.continent or wishes.month or wishes.interests
        names = [place.name for place in facts.suggested(state)] if sought else []
        return _of_places("Which one shall I plan?", names[0], names) if names else Offer()
    missing = [] if wishes.month else ["month"]
    missing += [] if wishes.adults or wishes.children else ["people"]
    missing += ["ages"] if wishes.children and not wishes.ages else []
    if not state.planned:
        yes = f"plan 4 days in {names_of(wishes.places)[0]}"
        return Offer("Shall I plan four days?", yes, ("days", *missing[:1]))
    asked = tuple([*missing, *([] if wishes.budget else ["budget"])][:2])
    _, costs = plan_of(state)
    if costs.budget is not None and costs.total > costs.budget and (wishes.hotel, wishes.meals) != (0, 0):
        return Offer("Shall I reckon with cheaper rooms and meals?", "cheaper", asked)
    if state.whole:
        return Offer("Shall I write it as an e-mail to the client?", "write it as an e-mail", asked)
    return Offer("Shall I show the whole plan?", "show the whole plan")


def ending(state: State) -> str:
    """The closing lines of an answer; empty where nothing is open."""
    offer = offer_of(state)
    return " ".join([*(TEXTS[one] for one in offer.asked), offer.question]).strip()
