"""The parts of the page Insights: whose and which days, tiles, charts, tables, the limit."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from components.accounts.identity import current_user
from components.labels import counted, escape_label
from components.problems import draw_problem, telling
from components.resources import get_services
from components.wide_tables import wide_table
from services.accounts.records import User
from services.usage.costs import MAX_LIMIT_USD, MICROS, usd
from services.usage.insights import MAX_DAYS
from services.usage.records import PersonUsage

EVERYBODY = 0  # no user's id
_CUSTOM_DATES = "Custom dates"
_PERIODS = ("Last 7 days", "Last 30 days", "This month", "Last 12 months", _CUSTOM_DATES)
# Streamlit's own colour of the labels is too pale to read on paper.
_AXIS: dict[str, Any] = {"title": None, "labelColor": "currentColor"}
_LEGEND = {"title": None, "orient": "bottom", "labelColor": "currentColor", "labelLimit": 130, "columns": 2}
_CHART_PX = 260
_UNPRICED = "Price unknown"


def period(*, today: date) -> tuple[date, date] | None:
    """Draw the choice of days; return the first and the last one, or None while only one is chosen."""
    chosen = st.selectbox("Period", _PERIODS, index=1, key="insights_period", persist_state="session", width=180)
    match chosen:
        case "Last 7 days":
            return today - timedelta(days=6), today
        case "This month":
            return today.replace(day=1), today
        case "Last 12 months":
            return today - timedelta(days=364), today
        case "Custom dates":
            dates = st.date_input(
                "Days",
                (today - timedelta(days=29), today),
                min_value=today - timedelta(days=365 * 5),
                max_value=today,
                key="insights_dates",
                width=260,
            )
            return (dates[0], dates[1]) if len(dates) == 2 else None
        case _:
            return today - timedelta(days=29), today


def too_long(start: date, end: date) -> bool:
    """Whether a period has more days than can be looked at at once; says so."""
    if (end - start).days < MAX_DAYS:
        return False
    st.info(f"Choose at most {MAX_DAYS} days.", icon=":material/date_range:")
    return True


def whose(user: User, people: tuple[PersonUsage, ...]) -> int:
    """Draw an admin's choice of a person; return their id, or EVERYBODY."""
    names = {person.user_id: f"{person.name} ({person.username})" for person in people if person.user_id != user.id}
    options = [user.id, EVERYBODY, *names]
    labels = {user.id: "Me", EVERYBODY: "Everybody", **names}
    chosen: int = st.selectbox("Whose", options, format_func=labels.__getitem__, key="insights_whose", width=240)
    return chosen


def tiles(frame: pd.DataFrame) -> None:
    """Draw the sums of a period."""
    sums = frame.drop(columns=["day", "model"]).sum()
    micros, unpriced = int(sums["cost_micros"]), int(sums["unpriced"])
    with st.grid(3, min_column_width=140):
        _tile("Sessions", f"{int(sums['sessions']):,}", "Begun in this period")
        _tile("Replies", f"{int(sums['replies']):,}", f"{int(sums['not_whole']):,} incomplete")
        _tile("Tokens", _short(int(sums["tokens"])), f"{_short(int(sums['output_tokens']))} written by the assistant")
        _tile("Cost", _cost(micros, unpriced, used=int(sums["tokens"])).capitalize(), _price_note(micros, unpriced))
        waits = int(sums["first_texts"])
        mean = f"{sums['first_text_ms'] / waits / 1000:.1f} s" if waits else "–"
        _tile("Time to first word", mean, "Average of all replies")
        liked, disliked = int(sums["liked"]), int(sums["disliked"])
        _tile("Liked", f"{liked:,}", f"{disliked:,} disliked")


def _tile(label: str, value: str, note: str) -> None:
    with st.container(border=True, height="stretch", gap=None):
        st.metric(label, value)
        st.markdown(f":small[{escape_label(note)}]")


def _short(number: int) -> str:
    return f"{number / 1_000_000:,.1f} M" if number >= 1_000_000 else f"{number:,}"


def _price_note(micros: int, unpriced: int) -> str:
    if not unpriced and not micros:
        return "No costs"
    if not unpriced:
        return "Every reply has a known price"
    return f"Excludes {counted(unpriced, 'reply', 'replies')} of unknown price"


def charts(times: pd.DataFrame, costs: pd.DataFrame, models: pd.DataFrame, *, span: str) -> None:
    """Draw what a period looked like; *span* says in words which days."""
    with st.grid(2, min_column_width=320):
        with _card("Sessions and replies"):
            counts = _long(times, {"sessions": "Sessions", "replies": "Replies"})
            total = f"{int(times['sessions'].sum()):,} sessions and {int(times['replies'].sum()):,} replies"
            _draw(counts, {"type": "line", "point": True}, "Number", alt=f"Sessions and replies, {span}: {total}")
        with _card("Cost" if costs.empty else "Cost, in US dollars"):
            if costs.empty:
                st.markdown("No reply of known price." if times["unpriced"].any() else "No costs.")
            else:
                priced = costs.rename(columns={"cost": "US dollars", "model": "Kind"})
                total = usd(int(times["cost_micros"].sum()))
                _draw(priced, "bar", "US dollars", format_="$,.4~f", alt=f"Cost by model, {span}: {total}")
        with _card("Time to first word, in seconds"):
            waits = times.dropna(subset=["first_word_s"]).rename(columns={"first_word_s": "Seconds"})
            if waits.empty:
                st.markdown("No reply has begun in this period.")
            else:
                line = {"type": "line", "point": True}
                alt = f"Average time to the first word, {span}: {waits['Seconds'].min():.1f} to "
                _draw(waits, line, "Seconds", alt=f"{alt}{waits['Seconds'].max():.1f} seconds", order=times["when"])
                st.markdown(":small[An average: one very slow reply raises it as much as many slightly slow ones.]")
        with _card("Ratings"):
            liked, disliked = int(times["liked"].sum()), int(times["disliked"].sum())
            if liked + disliked:
                rated = _long(times, {"liked": "Liked", "disliked": "Disliked"})
                _draw(rated, "bar", "Number", alt=f"Ratings, {span}: {liked:,} liked, {disliked:,} disliked")
            else:
                st.markdown("No reply was rated. There are two thumbs under each one.")
    with _card("Models, by tokens"):
        _model_bars(models, span=span)


def _card(title: str) -> Any:
    card = st.container(border=True, height="stretch")
    card.markdown(f"**{title}**")
    return card


def _long(times: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    wanted = times[["when", *names]].rename(columns=names)
    return wanted.melt("when", var_name="Kind", value_name="Number")


def _draw(
    frame: pd.DataFrame,
    mark: Any,
    number: str,
    *,
    alt: str,
    format_: str = ",d",
    order: pd.Series | None = None,
) -> None:
    kinds = "Kind" in frame
    axis_y = (
        _AXIS
        | {"format": ",.2~f" if number == "Seconds" else format_, "tickCount": 4}
        | ({"tickMinStep": 1} if number == "Number" else {})
    )
    axis_x = _AXIS | {"labelAngle": 0, "labelOverlap": True, "grid": False}
    scale = {"domain": list(order)} if order is not None else {}
    color = {"color": {"field": "Kind", "type": "nominal", "sort": None, "legend": _LEGEND}} if kinds else {}
    told = [{"field": "when", "title": "When"}, *([{"field": "Kind"}] if kinds else [])]
    st.vega_lite_chart(
        frame[["when", *(["Kind"] if kinds else []), number]],
        {
            "mark": mark,
            "height": _CHART_PX,
            "encoding": {
                "x": {"field": "when", "type": "ordinal", "sort": None, "axis": axis_x, "scale": scale},
                "y": {"field": number, "type": "quantitative", "axis": axis_y},
                "tooltip": [*told, {"field": number, "type": "quantitative"}],
                **color,
            },
        },
        alt=alt,
    )


def _model_bars(models: pd.DataFrame, *, span: str) -> None:
    rows = models.assign(Model=models["model"], Tokens=models["tokens"])[["Model", "Tokens"]].head(12)
    st.vega_lite_chart(
        rows,
        {
            "mark": "bar",
            "height": {"step": 24},
            "encoding": {
                "y": {"field": "Model", "type": "nominal", "sort": None, "axis": _AXIS | {"labelLimit": 150}},
                "x": {"field": "Tokens", "type": "quantitative", "axis": _AXIS | {"tickCount": 4, "format": "~s"}},
                "tooltip": [{"field": "Model"}, {"field": "Tokens", "type": "quantitative", "format": ","}],
            },
        },
        alt=f"Tokens by model, {span}: "
        + ", ".join(f"{row.Model} {row.Tokens:,}" for row in rows.itertuples(index=False)),
    )
    table = pd.DataFrame(
        {
            "Model": [escape_label(model) for model in models["model"]],
            "Cost": _costs(models),
            **_unpriced(models["unpriced"]),
            "Tokens": [f"{number:,}" for number in models["tokens"]],
            "Share": [f"{share:.0%}" for share in models["share"]],
            "Replies": [f"{number:,}" for number in models["replies"]],
        }
    )
    wide_table(table, alt=f"Models, {span}: cost, tokens, share of them, replies")
    if ((models["replies"] == 0) & (models["tokens"] > 0)).any():
        st.markdown(":small[A model without replies gave sessions their titles.]")


def numbers_table(times: pd.DataFrame, *, span: str) -> None:
    """Draw the numbers of the charts as a table, the latest first."""
    latest = times.iloc[::-1]
    table = pd.DataFrame(
        {
            "When": latest["when"],
            "Sessions": [f"{number:,}" for number in latest["sessions"]],
            "Replies": [f"{number:,}" for number in latest["replies"]],
            "Incomplete": [f"{number:,}" for number in latest["not_whole"]],
            "Tokens": [f"{number:,}" for number in latest["tokens"]],
            "Cost": _costs(latest),
            **_unpriced(latest["unpriced"]),
            "First word": ["–" if pd.isna(wait) else f"{wait:.1f} s" for wait in latest["first_word_s"]],
            "Liked": [f"{number:,}" for number in latest["liked"]],
            "Disliked": [f"{number:,}" for number in latest["disliked"]],
        }
    )
    with st.expander("The same numbers as a table", icon=":material/table_rows:", key="insights_numbers"):
        wide_table(table, alt=f"Use by day or month, {span}")


def _costs(frame: pd.DataFrame) -> list[str]:
    rows = zip(frame["cost_micros"], frame["unpriced"], frame["tokens"], strict=True)
    return [_cost(int(micros), int(unpriced), used=int(tokens)) for micros, unpriced, tokens in rows]


def _cost(micros: int, unpriced: int, *, used: int) -> str:
    """Return what is known of the cost of something, of which there was as much as *used*."""
    if micros:
        return escape_label(usd(micros))
    return "not known" if unpriced else "free" if used else "–"


def _unpriced(numbers: Iterable[int]) -> dict[str, list[str]]:
    """Return the column that says how many answers have no known price, if there are any."""
    counted = list(numbers)
    return {_UNPRICED: [f"{number:,}" for number in counted]} if any(counted) else {}


def people_table(people: tuple[PersonUsage, ...], *, span: str) -> None:
    """Draw who used what, for admins."""
    table = pd.DataFrame(
        {
            "Person": [escape_label(f"{person.name} ({person.username})") for person in people],
            "Sessions": [f"{person.sessions:,}" for person in people],
            "Replies": [f"{person.replies:,}" for person in people],
            "Cost": [_cost(person.cost_micros, person.unpriced, used=person.replies) for person in people],
            **_unpriced([person.unpriced for person in people]),
            "Custom limit": [
                escape_label("–" if person.limit_micros is None else usd(person.limit_micros)) for person in people
            ],
        }
    )
    st.header("People", anchor=False)
    wide_table(table, alt=f"People, {span}: sessions, replies, cost, monthly limit")


def limit_form(user_id: int) -> None:
    """Draw what an admin lets one person spend in a month."""
    month = get_services().costs.this_month(user_id)
    draw_problem("insights")
    menu = st.popover("Monthly limit", icon=":material/payments:", key=f"insights_limit_menu_{user_id}")
    with menu, st.form(f"insights_limit_{user_id}", border=False):
        micros = month.own_limit_micros
        key = f"insights_limit_usd_{user_id}_{micros}"  # another box where the limit is another
        # Not as the widget's own value: it could not be emptied then.
        st.session_state.setdefault(key, None if micros is None else micros / MICROS)
        st.number_input(
            "US dollars a month",
            min_value=0.0,
            max_value=float(MAX_LIMIT_USD),
            value=None,
            step=1.0,
            format="%.2f",
            placeholder="No limit" if month.limit_micros is None else f"{month.limit_micros / MICROS:.2f}",
            help="Leave it empty for the default, MONTHLY_LIMIT_USD. Replies being written are not cut off.",
            key=key,
        )
        st.form_submit_button("Save", key=f"insights_limit_save_{user_id}", on_click=_set_limit, args=(user_id, key))


def _set_limit(user_id: int, key: str) -> None:
    typed = st.session_state[key]
    with telling("insights"):
        if admin := current_user():
            limit = None if typed is None else Decimal(f"{typed:.2f}")
            get_services().costs.set_limit(user_id, limit, by=admin.id)
