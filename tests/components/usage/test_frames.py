"""What was used, as frames: no day is missing, means are means, and the palette is not run out of."""

from datetime import date, timedelta

import pandas as pd
import pytest

from components.usage.frames import MODELS_SHOWN, OTHERS, by_model, by_time, cost_by_model, frame_of, usage_csv
from services.usage.records import UsageDay

START, END = date(2026, 11, 1), date(2026, 11, 7)


def used(day: date, model: str = "openai/gpt-4o", **numbers: int) -> UsageDay:
    nothing = dict.fromkeys(
        (
            "sessions", "replies", "not_whole", "input_tokens", "output_tokens", "cost_micros", "unpriced",
            "first_text_ms", "first_texts", "liked", "disliked",
        ),
        0,
    )  # fmt: skip
    return UsageDay(day=day, model=model, **(nothing | numbers))


def test_days_without_use_are_nought_and_have_no_mean() -> None:
    frame = frame_of([used(START, replies=2, first_texts=2, first_text_ms=3000), used(END, "a/b", replies=1)])

    times = by_time(frame, START, END)

    assert list(times["when"]) == ["1 Nov", "2 Nov", "3 Nov", "4 Nov", "5 Nov", "6 Nov", "7 Nov"]
    assert list(times["replies"]) == [2, 0, 0, 0, 0, 0, 1]
    assert times["first_word_s"].iloc[0] == 1.5
    assert times["first_word_s"].iloc[1:].isna().all()


def test_models_of_one_day_are_added_up() -> None:
    frame = frame_of([used(START, replies=2, cost_micros=1_500_000), used(START, "a/b", replies=1, cost_micros=1)])

    first = by_time(frame, START, END).iloc[0]

    assert (first["replies"], first["cost_micros"]) == (3, 1_500_001)


def test_long_period_is_shown_by_month_and_the_mean_weighs_every_reply() -> None:
    frame = frame_of(
        [
            used(date(2026, 1, 31), first_texts=1, first_text_ms=4000, replies=1),
            used(date(2026, 2, 1), first_texts=3, first_text_ms=3000, replies=3),
            used(date(2026, 2, 28), first_texts=1, first_text_ms=5000, replies=1),
        ]
    )

    times = by_time(frame, date(2026, 1, 15), date(2026, 5, 1))

    assert list(times["when"]) == ["Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026", "May 2026"]
    assert list(times["replies"]) == [1, 4, 0, 0, 0]
    assert list(times["first_word_s"].dropna()) == [4.0, 2.0]


def test_cheapest_models_are_taken_together_and_free_ones_left_out() -> None:
    days = [used(START, f"a/{number}", cost_micros=number * 1_000_000) for number in range(MODELS_SHOWN + 3)]

    costs = cost_by_model(frame_of(days), START, END)

    assert len(set(costs["model"])) == MODELS_SHOWN + 1
    assert costs[costs["model"] == OTHERS]["cost"].sum() == 1 + 2
    assert len(costs) == (MODELS_SHOWN + 1) * 7
    assert cost_by_model(frame_of([used(START, unpriced=1)]), START, END).empty


def test_models_are_told_with_their_share() -> None:
    frame = frame_of([used(START, "a/b", input_tokens=10), used(START, "c/d", input_tokens=20, output_tokens=10)])

    models = by_model(frame)

    assert list(models["model"]) == ["c/d", "a/b"]
    assert list(models["share"]) == [0.75, 0.25]


def test_csv_has_a_row_for_each_day_and_model_and_no_formulas() -> None:
    frame = frame_of([used(START, "=cmd/x", cost_micros=4200, replies=1), used(END, "a/b")])

    header, first, second = usage_csv(frame).decode("utf-8-sig").splitlines()

    assert header.startswith("day,model,sessions,replies,not_whole,input_tokens,output_tokens,cost_usd,unpriced,")
    assert first.startswith("2026-11-01,'=cmd/x,0,1,0,0,0,0.0042,0,")
    assert second.startswith("2026-11-07,a/b,")


@pytest.mark.parametrize("days", [1, 92, 93, 400])
def test_every_day_is_in_exactly_one_row(days: int) -> None:
    start = END - timedelta(days=days - 1)
    frame = frame_of([used(start + timedelta(days=number), replies=1) for number in range(days)])

    times = by_time(frame, start, END)

    assert times["replies"].sum() == days
    assert isinstance(times.index, pd.RangeIndex)
