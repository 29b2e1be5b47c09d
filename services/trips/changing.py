"""What a change makes of a trip: what was asked for and what others did meanwhile, put together or found at odds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.errors import InvalidFieldsError, TripChangedError
from travel.brief import Brief, BriefError, FieldChange, brief_of, brief_values, changes, title_of
from travel.status import TripStatus

HEAD = {"title": "Title", "status": "Status", "customer_id": "Customer"}  # beside the brief, what can be changed
_FIELDS = (*HEAD, "brief")


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a trip its revisions keep."""

    title: str
    status: TripStatus
    customer_id: int | None
    brief: Brief


def checked_title(title: object) -> str:
    """Return a title on one line. Raises InvalidFieldsError."""
    try:
        return title_of(title)
    except BriefError as exc:
        raise InvalidFieldsError(exc.problems) from exc


def checked_status(status: object) -> TripStatus:
    """Return a status. Raises InvalidFieldsError."""
    try:
        return TripStatus(str(status))
    except ValueError as exc:
        one_of = ", ".join(TripStatus)
        raise InvalidFieldsError({"status": f"The status is one of {one_of}."}) from exc


def checked_brief(given: Mapping[str, Any], before: Brief | None = None) -> Brief:
    """Return the brief that *before* becomes with the fields that are given. Raises InvalidFieldsError."""
    try:
        return brief_of({**(brief_values(before) if before else {}), **given})
    except BriefError as exc:
        raise InvalidFieldsError(exc.problems) from exc


def asked_for(before: Plan, given: Mapping[str, Any]) -> Plan:
    """Return what *given* makes of a plan: any of title, status, customer_id, and the fields of a brief as brief.

    Raises InvalidFieldsError for all that is wrong at once, and TypeError for what is no field.
    """
    if unknown := given.keys() - set(_FIELDS):
        raise TypeError(f"A trip has no such fields: {', '.join(sorted(unknown))}.")
    problems: dict[str, str] = {}
    made: dict[str, Any] = {"customer_id": given["customer_id"]} if "customer_id" in given else {}
    for name, check in (
        ("title", checked_title),
        ("status", checked_status),
        ("brief", lambda fields: checked_brief(fields, before.brief)),
    ):
        if name in given:
            try:
                made[name] = check(given[name])
            except InvalidFieldsError as exc:
                problems |= exc.problems
    if problems:
        raise InvalidFieldsError(problems)
    return replace(before, **made)


def merged(base: Plan, theirs: Plan, mine: Plan, *, rev: int, names: Mapping[int, str]) -> Plan:
    """Return what *theirs*, which is kept now, becomes with all that *mine* changed of *base*.

    *names* are customers', for people. Raises TripChangedError where both changed a field, each to something else;
    InvalidFieldsError where what comes together cannot be: an end before its start.
    """
    was, now, wanted = _values(base), _values(theirs), _values(mine)
    changed = {name for name in wanted.keys() | was.keys() if wanted.get(name) != was.get(name)}
    at_odds = {
        name for name in changed if now.get(name) != was.get(name) and now.get(name) != wanted.get(name)
    }  # fmt: skip
    if at_odds:
        found = differences(theirs, mine, names)
        raise TripChangedError([one for one in found if one.field in at_odds], rev=rev)
    head = {name: getattr(mine, name) for name in HEAD if name in changed}
    fields = {name: wanted.get(name) for name in changed if name not in HEAD}
    return replace(theirs, **head, brief=checked_brief(fields, theirs.brief))


def _values(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in HEAD} | brief_values(plan.brief)


def differences(before: Plan, after: Plan, names: Mapping[int, str]) -> tuple[FieldChange, ...]:
    """Return the fields that differ, in plain texts; *names* are customers'."""

    def text(name: str, value: Any) -> str:
        if name != "customer_id":
            return str(value)
        return "" if value is None else names.get(value, "another customer")

    head = tuple(
        FieldChange(name, label, text(name, getattr(before, name)), text(name, getattr(after, name)))
        for name, label in HEAD.items()
        if getattr(before, name) != getattr(after, name)
    )
    return (*head, *changes(before.brief, after.brief))
