"""What was used and what it cost."""

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from api.account_schemas import UsageFiles, UsageMonth, UsageOut, UsageReport
from api.dependencies import CallerDep, GuardedRoute, parse_id
from api.problems import declared
from api.schemas import ID_PATTERN
from db.models import utc_now

router = APIRouter(tags=["Usage"], route_class=GuardedRoute)

_EVERYBODY = "all"


def _written_out(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("Write a day as 2026-05-01.")  # a number would pass for seconds since 1970
    return text


_Day = Annotated[date, BeforeValidator(_written_out)]


@router.get("/usage", responses=declared(401, 404, 422, 429, 503))
def get_usage(
    caller: CallerDep,
    from_: Annotated[
        _Day | None, Query(alias="from", description="The first day (UTC); the first of this month unless told.")
    ] = None,
    to: Annotated[_Day | None, Query(description="The last day (UTC); today unless told.")] = None,
    user: Annotated[
        str | None,
        Query(pattern=f"{ID_PATTERN}|^{_EVERYBODY}$|^$", description="For admins: somebody's id, or `all`."),
    ] = None,
) -> UsageReport:
    """Return what the caller used, by day and model: only those with any use; at most 400 days.

    `month` is what was spent in the calendar month of today and may be spent; `files` is the room that files take now
    and may take; both null of `all`.
    """
    today = utc_now().date()
    end = to or today
    start = from_ or end.replace(day=1)
    of = None if user == _EVERYBODY else parse_id(user, "user") if user else caller.user_id
    services = caller.services
    days = services.insights.days(start, end, viewer_id=caller.user_id, of=of)
    month = None if of is None else UsageMonth.of(services.costs.this_month(of))
    files = None if of is None else UsageFiles.of(services.files.room(user_id=of))
    return UsageReport(days=[UsageOut.of(day) for day in days], count=len(days), month=month, files=files)
