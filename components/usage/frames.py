"""What was used, as pandas frames: one row for each day or month, whether or not there was any use."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date

import pandas as pd

from components.wide_tables import CSV_ENCODING, as_text
from services.usage.costs import MICROS
from services.usage.records import UsageDay

DAYS_ONE_BY_ONE = 92  # a longer period is drawn by month
MODELS_SHOWN = 7  # the palette has eight colours: the last one is for all others
OTHERS = "all others"
_NUMBERS = [field.name for field in fields(UsageDay) if field.name not in ("day", "model")]


def frame_of(days: Sequence[UsageDay]) -> pd.DataFrame:
    """Return a row for each record, with what it cost in dollars beside."""
    frame = pd.DataFrame([asdict(day) for day in days], columns=["day", "model", *_NUMBERS])
    frame["day"] = pd.to_datetime(frame["day"])
    frame["tokens"] = frame["input_tokens"] + frame["output_tokens"]
    frame["cost"] = frame["cost_micros"] / MICROS
    return frame


def by_time(frame: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Return the sums of each day, or of each month of a long period, with its name in *when*.

    Without use the sums are zero; *first_word_s*, the mean time to the first word, is then missing.
    """
    days = pd.date_range(start, end, name="day")
    daily = frame.groupby("day")[[*_NUMBERS, "tokens", "cost"]].sum().reindex(days, fill_value=0)
    long = len(days) > DAYS_ONE_BY_ONE
    sums = daily.groupby(days.to_period("M").to_timestamp()).sum() if long else daily
    waits = sums["first_texts"].where(sums["first_texts"] > 0)
    sums["first_word_s"] = sums["first_text_ms"] / waits / 1000
    at = pd.DatetimeIndex(sums.index)
    sums["when"] = [f"{one:%b %Y}" if long else f"{one.day} {one:%b}" for one in at]
    return sums.reset_index(drop=True)


def cost_by_model(frame: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Return what each model cost, for each *when* of `by_time`; the models that cost least are taken together.

    Models of which no price is known are not there.
    """
    frame = frame[frame["cost"] > 0]
    most = frame.groupby("model")["cost"].sum().nlargest(MODELS_SHOWN).index
    named = frame.assign(model=frame["model"].where(frame["model"].isin(most), OTHERS))
    parts = [
        by_time(part, start, end)[["when", "cost"]].assign(model=model) for model, part in named.groupby("model")
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["when", "cost", "model"])


def by_model(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of each model and its share of all tokens (0 to 1), the most used first."""
    sums = frame.groupby("model")[[*_NUMBERS, "tokens", "cost"]].sum().sort_values("tokens", ascending=False)
    sums["share"] = sums["tokens"] / max(1, sums["tokens"].sum())
    return sums.reset_index()


def usage_csv(frame: pd.DataFrame) -> bytes:
    """Return a row for each day and model with any use, as spreadsheets open it: UTF-8 with its mark."""
    columns = ["day", "model", *_NUMBERS]
    rows = frame[columns].assign(
        day=frame["day"].dt.strftime("%Y-%m-%d"), model=[as_text(str(model)) for model in frame["model"]]
    )
    rows.insert(columns.index("cost_micros") + 1, "cost_usd", frame["cost"])
    return rows.drop(columns="cost_micros").to_csv(index=False).encode(CSV_ENCODING)
