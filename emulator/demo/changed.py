"""What became different in a plan, in words."""

from collections.abc import Sequence

from emulator.demo.costs import estimate
from emulator.demo.plan import Day, Plan, build
from emulator.demo.say import TEXTS, budget_in_words, day_date, listed, names_of, people, plural, told, when
from emulator.demo.wishes import Change, State, Wishes, swapped

_USUAL = {
    "pace": "the usual pace", "start": "days that begin at 9:30", "trips": "the usual day trips",
    "hotel": "standard hotel", "meals": "standard meals",
}  # fmt: skip


def changed_text(before: State, after: State) -> str:
    """What a message changed in a plan, in a sentence or two; empty where there was none to compare with."""
    old, new = before.wishes, after.wishes
    if not before.planned or not old.places or (old, before.changes) == (new, after.changes):
        return ""
    was, now = ({**_basics(one), **_USUAL, **told(one)} for one in (old, new))
    for words in (was, now) if (old.days, old.places) != (new.days, new.places) else ():
        words.pop("stays", None)
    said = [
        f"{now[name]} instead of {was[name]}" if was.get(name) else now[name]
        for name in now
        if now[name] != was.get(name)
    ]
    said += [f"{was[name]}: taken back" for name in was if name not in now]
    said += [_change_text(one, after.changes) for one in after.changes if one not in before.changes]
    said += [f"{_change_text(one, before.changes)}: taken back" for one in before.changes if one not in after.changes]
    plans = build(old, before.changes), build(new, after.changes)
    if not said and plans[0] == plans[1] and estimate(plans[0], old) == estimate(plans[1], new):
        return ""
    sentences = [f"Changed: {'; '.join(said)}."] if said else []
    sentences += _days_changed(*plans) if old.places == new.places else []
    cost, then = estimate(plans[1], new), estimate(plans[0], old)
    if then.currency != cost.currency:
        return " ".join([*sentences, f"All amounts are in {cost.currency} now: {cost(cost.total)} in all."])
    costs = (
        f"costs {cost(cost.total)} instead of {then(then.total)}"
        if then.total != cost.total
        else f"still costs {cost(cost.total)}"
    )
    return " ".join([*sentences, f"It {costs}."])


def _basics(wishes: Wishes) -> dict[str, str]:
    basics = {
        "places": listed(names_of(wishes.places)),
        "days": plural(wishes.days or 4, "day"),
        "stays": f"{listed([str(one) for one in wishes.stays])} days in the places" if wishes.stays else "",
        "month": day_date(wishes) or when(wishes).strip(),
        "people": people(wishes),
        "budget": f"a budget of {budget_in_words(wishes)}" if wishes.budget else "",
        "rooms": plural(wishes.rooms, "room") if wishes.rooms else "a room each" if wishes.rooms == 0 else "",
    }
    return {name: text for name, text in basics.items() if text}


def _change_text(change: Change, changes: Sequence[Change]) -> str:
    """A change to a day in words, by the number that the day has after all swaps."""
    day = f"day {swapped(changes, change.day)}"
    if change.kind == "swap":
        return f"days {change.day} and {change.value} swapped"
    texts = TEXTS[f"change_{change.kind}"].split("|")
    return texts[-1 if change.value > 0 else 0].format(day=day, name=change.name)


def _days_changed(old: Plan, new: Plan) -> list[str]:
    """What came in, what went out, and that the rest is as it was."""
    was, now = ([name for day in plan.days for name in day.names] for plan in (old, new))
    added, gone = [one for one in now if one not in was], [one for one in was if one not in now]
    said = [f"New: {listed(added)}."] if 0 < len(added) < 7 else []
    said += [f"Out: {listed(gone)}."] if 0 < len(gone) < 7 else []
    same = len(new.days) - len(changed_days(old, new))
    if len(old.days) == len(new.days) and same:
        rest = f"The other {same} days stay as they are." if same > 1 else "The other day stays as it is."
        said.append("The days stay as they are." if same == len(new.days) else rest)
    return said


def changed_days(old: Plan, new: Plan) -> list[Day]:
    """The days of *new* that hold something else than in *old*."""
    return [after for before, after in zip(old.days, new.days, strict=False) if before.content != after.content]
