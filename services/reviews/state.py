"""Where a link stands: computed here, and nowhere else."""

from collections.abc import Sequence

from db.models import ReviewDecision
from services.reviews.records import DecisionKind, ReviewState
from services.texts import name_key

_YES = (DecisionKind.APPROVE, DecisionKind.APPROVE_WITH_NOTES)


def state_of(decisions: Sequence[ReviewDecision], *, version_id: int, approvals: int) -> tuple[ReviewState, int]:
    """Return the state of a link that has not ended, and how many approve of the version that it shows.

    *decisions* are all of them, oldest first; the last one of each person about that version counts.
    """
    last = {person(one): one for one in decisions if one.version_id == version_id}
    kinds = [DecisionKind(one.kind) for one in last.values()]
    approved = len({name_key(one.name) for one in last.values() if one.kind in _YES})  # a name in two browsers is one
    if DecisionKind.DECLINE in kinds:
        return ReviewState.DECLINED, approved
    if DecisionKind.ASK_FOR_CHANGES in kinds:
        return ReviewState.CHANGES_ASKED, approved
    if last and approved >= approvals:
        return ReviewState.APPROVED, approved
    return (ReviewState.OPEN if last or not decisions else ReviewState.OUTDATED), approved


def standing(decisions: Sequence[ReviewDecision]) -> set[int]:
    """Return the ids of those that their person has not replaced by a later one about the same version."""
    return set({(person(one), one.version_id): one.id for one in decisions}.values())


def person(decision: ReviewDecision) -> tuple[str, str]:
    """Return what tells one person from another: the browser, or the name that somebody gave by phone."""
    if decision.reader_id is not None:
        return "reader", str(decision.reader_id)
    return "name", name_key(decision.name)
