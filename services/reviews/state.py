"""Where a link stands: computed here, and nowhere else."""

from collections.abc import Sequence

from db.models import ReviewDecision
from services.reviews.records import Decision, DecisionKind, ReviewState
from services.texts import name_key

_YES = (DecisionKind.APPROVE, DecisionKind.APPROVE_WITH_NOTES)


def state_of(decisions: Sequence[ReviewDecision], *, version_id: int, approvals: int) -> tuple[ReviewState, int]:
    """Return the state of a link that has not ended, and how many approve of the version that it shows.

    *decisions* are all of them, oldest first; those about that version count that are not replaced.
    """
    stands = standing(decisions)
    last = [one for one in decisions if one.version_id == version_id and one.id in stands]
    kinds = [DecisionKind(one.kind) for one in last]
    approved = len({name_key(one.name) for one in last if one.kind in _YES})  # a name in two browsers is one
    if DecisionKind.DECLINE in kinds:
        return ReviewState.DECLINED, approved
    if DecisionKind.ASK_FOR_CHANGES in kinds:
        return ReviewState.CHANGES_ASKED, approved
    if last and approved >= approvals:
        return ReviewState.APPROVED, approved
    return (ReviewState.OPEN if last or not decisions else ReviewState.OUTDATED), approved


def standing(decisions: Sequence[ReviewDecision]) -> set[int]:
    """Return the ids of those that no later one about the same version has replaced; they come oldest first.

    A browser's own replaces what it decided before. One that the planner wrote down replaces all of that name. A
    name in another browser replaces nothing: anybody who has the link could take back another one's no.
    """
    of_browser: dict[tuple[int, int], int] = {}
    of_name: dict[tuple[int, str], list[int]] = {}
    replaced: set[int] = set()
    for one in decisions:
        name = one.version_id, name_key(one.name)
        if one.by_phone:
            replaced.update(of_name.pop(name, ()))
        elif one.reader_id is not None:
            browser = one.version_id, one.reader_id
            if browser in of_browser:
                replaced.add(of_browser[browser])
            of_browser[browser] = one.id
        of_name.setdefault(name, []).append(one.id)
    return {one.id for one in decisions} - replaced


def divided(decisions: Sequence[Decision]) -> tuple[str, ...]:
    """Return the names under which both a yes and a no stand about what a link shows."""
    said: dict[str, dict[bool, str]] = {}
    for one in decisions:
        if not (one.outdated or one.replaced):
            said.setdefault(name_key(one.name), {})[one.kind in _YES] = one.name
    return tuple(names[True] for names in said.values() if len(names) == 2)
