"""Models, usage and accounts as JSON."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas import Cursor, Id, Instant
from services.sessions.records import FileRoom
from services.usage.costs import MICROS
from services.usage.records import ModelInfo, MonthUsage, UsageDay


class ModelOut(BaseModel):
    """A model that is offered; prices are US dollars per million tokens, 0: free, null: not known."""

    id: str = Field(examples=["openai/gpt-4o"])
    provider: str
    name: str
    context_tokens: int | None
    input_price: float | None
    output_price: float | None

    @classmethod
    def of(cls, model: ModelInfo) -> "ModelOut":
        """Return a model as JSON shows it."""
        return cls(
            id=model.id,
            provider=model.provider,
            name=model.name,
            context_tokens=model.context_tokens,
            input_price=model.input_price,
            output_price=model.output_price,
        )


class ModelList(BaseModel):
    """Every model, by name."""

    models: list[ModelOut]
    count: int
    next_cursor: Cursor


class UsageOut(BaseModel):
    """What was used of one model on one day.

    `cost_usd` is the sum of what is known; of `unpriced` replies and titles it is not.
    """

    day: date
    model: str = Field(examples=["openai/gpt-4o"])
    sessions: int = Field(description="Begun on that day.")
    replies: int
    not_whole: int = Field(description="Of the replies: stopped, failed or interrupted.")
    tokens_in: int
    tokens_out: int
    cost_usd: float
    unpriced: int
    first_text_s: float | None = Field(description="The mean time to the first word; null: there was none.")
    liked: int
    disliked: int

    @classmethod
    def of(cls, used: UsageDay) -> "UsageOut":
        """Return a day as JSON shows it."""
        return cls(
            day=used.day,
            model=used.model,
            sessions=used.sessions,
            replies=used.replies,
            not_whole=used.not_whole,
            tokens_in=used.input_tokens,
            tokens_out=used.output_tokens,
            cost_usd=used.cost_micros / MICROS,
            unpriced=used.unpriced,
            first_text_s=used.first_text_ms / used.first_texts / 1000 if used.first_texts else None,
            liked=used.liked,
            disliked=used.disliked,
        )


class UsageMonth(BaseModel):
    """What was spent in this calendar month (UTC), and may be spent."""

    cost_usd: float
    unpriced: int
    limit_usd: float | None
    renews_on: date

    @classmethod
    def of(cls, month: MonthUsage) -> "UsageMonth":
        """Return a month as JSON shows it."""
        limit = month.limit_micros
        return cls(
            cost_usd=month.spent_micros / MICROS,
            unpriced=month.unpriced,
            limit_usd=None if limit is None else limit / MICROS,
            renews_on=month.renews_on,
        )


class UsageFiles(BaseModel):
    """How much room the files of all sessions take, and may take; a file takes 4 KB at least."""

    used_bytes: int
    limit_bytes: int

    @classmethod
    def of(cls, room: FileRoom) -> "UsageFiles":
        """Return the room as JSON shows it."""
        return cls(used_bytes=room.used_bytes, limit_bytes=room.limit_bytes)


class UsageReport(BaseModel):
    """What was used, by day and model."""

    days: list[UsageOut]
    count: int
    month: UsageMonth | None
    files: UsageFiles | None


class TokenOut(BaseModel):
    """The token that this request came with."""

    name: str
    read_only: bool
    expires_at: Instant | None


class Me(BaseModel):
    """Whose token this is."""

    user_id: Id
    username: str
    name: str
    email: str
    role: str = Field("planner", description="guest, viewer, planner or admin.", examples=["planner"])
    token: TokenOut


class Health(BaseModel):
    """Whether this process is alive, and whether it can serve."""

    live: bool
    ready: bool
    database: Literal["ok", "away"]
    demo: bool | None = Field(description="Whether replies come from the demo assistant; null while not known.")
