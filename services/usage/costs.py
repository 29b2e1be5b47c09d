"""What replies cost, and what a planner may spend in a month. Amounts are millionths of a US dollar."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from sqlalchemy.orm import Session

import db.audit
import db.usage
import db.users
from db.engine import Database
from db.models import AuditAction, AuditTarget, User, utc_now
from db.plain import Plain
from services.accounts.guests import GuestMessages
from services.accounts.records import User as Person
from services.errors import InvalidInputError, MonthlyLimitError, NotFoundError
from services.usage.records import ModelInfo, MonthUsage

N = TypeVar("N", int, float)

MICROS = 1_000_000
MAX_LIMIT_USD = 1_000_000


@dataclass(frozen=True, slots=True)
class RunUse:
    """What one run at Backboard took; None: not said."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None


def together(runs: Collection[RunUse]) -> RunUse:
    """Return the sum of a reply's runs; what one of them did not say is not known of the sum."""
    return RunUse(
        _sum([run.input_tokens for run in runs]),
        _sum([run.output_tokens for run in runs]),
        _sum([run.cost_usd for run in runs]),
    )


def _sum(values: Collection[N | None]) -> N | None:
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known and len(known) == len(values) else None


def cost_of(use: RunUse, model: ModelInfo | None) -> int | None:
    """Return what Backboard said that it cost, else tokens times the model's prices; None where neither is known."""
    if use.cost_usd is not None:
        return round(use.cost_usd * MICROS)
    if model is not None and model.free:
        return 0
    if model is None or model.input_price is None or model.output_price is None:
        return None
    if use.input_tokens is None or use.output_tokens is None:
        return None
    # A price is dollars for a million tokens, and so millionths of a dollar for one.
    return round(use.input_tokens * model.input_price + use.output_tokens * model.output_price)


def usd(micros: int) -> str:
    """Return an amount as people read it: two decimals, four below a dollar where they say more."""
    dollars = micros / MICROS
    if 0 < dollars < 0.0001:
        return "less than $0.0001"
    text = f"{dollars:,.2f}" if dollars >= 1 else f"{dollars:.4f}"
    return f"${text[:-2] if len(text) == 6 and text.endswith('00') else text}"


class CostService:
    """Counts what a planner spends, and says when it is enough; a guest sends so many messages, and no more.

    Months are calendar months in UTC. Raises DatabaseUnavailableError when the database is away.
    """

    def __init__(
        self,
        database: Database,
        *,
        monthly_limit_usd: Decimal | None = None,
        guest_messages: int = 20,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.guests = GuestMessages(guest_messages)
        self._db = database
        self._limit = None if monthly_limit_usd is None else int(monthly_limit_usd * MICROS)
        self._clock = clock

    def check(self, db_session: Session, *, user_id: int) -> Plain[User]:
        """Return a planner as just read. Raises MonthlyLimitError when they have spent a month's limit."""
        user = db.users.read(db_session, user_id)
        month = self._reached(db_session, user)
        if month is not None:
            used = f"{usd(month.spent_micros)} of {usd(month.limit_micros or 0)} is used"
            begins = f"{month.renews_on.day} {month.renews_on:%B %Y}"
            raise MonthlyLimitError(
                f"Your monthly limit is reached: {used}. A new month begins on {begins}, at midnight UTC. "
                "An admin can raise the limit."
            )
        return user

    def allows(self, db_session: Session, *, user_id: int) -> bool:
        """Whether this planner may send another message."""
        return self._reached(db_session, db.users.read(db_session, user_id)) is None

    def limited(self, person: Person) -> bool:
        """Whether there is a limit for this planner at all; no query."""
        return self._limit is not None or person.monthly_limit_micros is not None

    def this_month(self, user_id: int) -> MonthUsage:
        """Return what a planner spent in this month, and may spend. Raises NotFoundError."""
        with self._db.read() as db_session:
            user = db.users.get_active(db_session, user_id)
            if user is None:
                raise NotFoundError("There is no such user.")
            return self._this_month(db_session, user)

    def set_limit(self, user_id: int, limit_usd: Decimal | None, *, by: int | None) -> None:
        """Let a user spend this much in a month from now on; None: as much as the setting says.

        *by* is the admin who says so; None: whoever runs this machine. What is being written goes on. Raises
        NotFoundError, also where *by* is no admin, and InvalidInputError.
        """
        if limit_usd is not None and not (limit_usd.is_finite() and 0 <= limit_usd <= MAX_LIMIT_USD):
            raise InvalidInputError(f"A monthly limit is 0 to {MAX_LIMIT_USD:,} US dollars.")
        with self._db.begin() as db_session:
            allowed = by is None or db.users.is_active_admin(db_session, by)
            row = db.users.lock_active(db_session, user_id) if allowed else None
            if row is None:
                raise NotFoundError("There is no such user.")
            row.monthly_limit_micros = None if limit_usd is None else int(limit_usd * MICROS)
            detail = f"{row.username}: {'the setting' if limit_usd is None else f'{limit_usd} USD'}"
            db.audit.note(
                db_session,
                AuditAction.CHANGE_MONTHLY_LIMIT,
                user_id=by,
                target=(AuditTarget.USER, user_id),
                detail=detail,
                at=self._clock(),
            )

    def _reached(self, db_session: Session, user: Plain[User]) -> MonthUsage | None:
        """Return this month if nothing more may be spent in it."""
        if self._limit is None and user.monthly_limit_micros is None:
            return None
        month = self._this_month(db_session, user)
        return month if month.reached else None

    def _this_month(self, db_session: Session, user: Plain[User]) -> MonthUsage:
        today = self._clock().date()
        first = today.replace(day=1)
        spent, unpriced = db.usage.spent(db_session, user_id=user.id, start=first, end=today)
        limit = self._limit if user.monthly_limit_micros is None else user.monthly_limit_micros
        return MonthUsage(spent, unpriced, limit, user.monthly_limit_micros, _next_month(first))


def _next_month(first: date) -> date:
    return first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
