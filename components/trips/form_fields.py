"""The fields of a trip's form, and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st
from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name, get_territory_currencies
from streamlit.delta_generator import DeltaGenerator

from components.labels import escape_label, planner_zone
from components.resources import get_services
from components.trips.typed import (
    ages_text,
    budget_currency,
    budget_texts,
    lines,
    needs_of,
    typed_budget,
    typed_travellers,
    typed_wishes,
    wishes_text,
    with_needs,
)
from components.trips.words import NO_CUSTOMER, language_name, languages, month_name
from services.errors import NotFoundError
from services.process.clock import utc_now
from services.trips.customers import MAX_CONTACT_CHARS, MAX_NAME_CHARS, MAX_NOTES_CHARS
from travel import limits
from travel.brief import Brief, Traveller, counted
from travel.records import BASES, NEED_KINDS, PACES
from travel.types import NotValidError, currencies, sentence

NEW_CUSTOMER = -1  # an id that no customer ever has; nor is any 0, in place of None, which would be no choice
_NONE = 0
_MONTHS_AHEAD = 24
_CUSTOMERS_LISTED = 200
_OFTEN = ("EUR", "USD", "GBP", "CHF", "JPY", "AUD", "CAD")
_DATES, _MONTHS, _UNKNOWN = "Dates", "Months", "Not known yet"
_ONE_PER_LINE = "One per line. A line that ends with “ !” is required."


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of a form; *problems*: what is wrong with it; *places*: where that is told."""

    title: str = ""
    customer: int | None = None  # an id, NEW_CUSTOMER or None
    new_customer: Mapping[str, Any] = field(default_factory=dict)
    brief: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, DeltaGenerator] = field(default_factory=dict)

    def tell(self, problems: Mapping[str, str]) -> None:
        """Draw what is wrong with fields, each below its own."""
        for name, problem in problems.items():
            place = self.places.get(name)
            told = f":red[:material/error: :small[{escape_label(problem)}]]"
            (place.markdown if place else st.markdown)(told)


def trip_fields(title: str, customer_id: int | None, brief: Brief, *, key: str, user_id: int) -> Typed:
    """Draw the fields with what is known in them; return what stands there."""
    places: dict[str, DeltaGenerator] = {}
    problems: dict[str, str] = {}
    typed_title = st.text_input("Title", value=title, max_chars=limits.MAX_TITLE_CHARS, key=f"{key}_title")
    places["title"] = st.empty()
    customer, new_customer = _customer(customer_id, places, key=key, user_id=user_id)
    where = _area("Where to", "\n".join(brief.where), key=f"{key}_where", help_="One place per line.")
    given: dict[str, Any] = {"where": lines(where)}
    places["where"] = st.empty()
    given["purpose"] = st.text_input(
        "Purpose",
        value=brief.purpose,
        max_chars=limits.MAX_PURPOSE_CHARS,
        key=f"{key}_purpose",
        placeholder="Honeymoon, a conference, the whole family together",
    )
    places["purpose"] = st.empty()
    given |= _when(brief, places, key=key)
    with st.container(border=True, key=f"{key}_people"):
        given["travellers"] = _travellers(brief, places, problems, key=key)
        given["tell_needs"] = _may_be_told(brief, key=key)
        places["tell_needs"] = st.empty()
    given["budget"] = _budget(brief, places, problems, key=key)
    given["pace"] = st.segmented_control(
        "Pace", PACES, default=brief.pace, format_func=str.capitalize, key=f"{key}_pace"
    )
    places["pace"] = st.empty()
    for name, label in (("must", "Musts"), ("avoid", "To avoid")):
        before = getattr(brief, name)
        text = _area(label, wishes_text(before), key=f"{key}_{name}", help_=_ONE_PER_LINE)
        given[name] = typed_wishes(text, before)
        places[name] = st.empty()
    help_ = "One per line. The assistant is told them, and a review shows them."
    given["questions"] = lines(
        _area("Open questions", "\n".join(brief.questions), key=f"{key}_questions", help_=help_)
    )
    places["questions"] = st.empty()
    given["notes_private"] = _area(
        "Notes for the team",
        brief.notes_private,
        key=f"{key}_notes",
        help_="Never told to the assistant, and never part of a review.",
        most=limits.MAX_NOTES_CHARS,
    )
    places["notes_private"] = st.empty()
    return Typed(typed_title or "", customer, new_customer, given, problems, places)


def _area(label: str, text: str, *, key: str, help_: str, most: int | None = None) -> str:
    typed = st.text_area(label, value=text, key=key, help=help_, height=82, max_chars=most)
    return typed or ""


# Customer


def customer_choice(customer_id: int | None, *, key: str, user_id: int, may_be_new: bool = False) -> int | None:
    """Draw the choice among the customers that a planner keeps; NEW_CUSTOMER: one that is still to be made."""
    customers = get_services().customers
    page = customers.page(user_id=user_id, limit=_CUSTOMERS_LISTED)
    if page.next_cursor:
        words = st.text_input("Find a customer", key=f"{key}_customer_words", type="search", live=True)
        page = customers.page(user_id=user_id, limit=_CUSTOMERS_LISTED, words=words or "")
    names = {_NONE: NO_CUSTOMER}
    names |= {NEW_CUSTOMER: "New customer …"} if may_be_new else {}
    names |= {one.id: one.name for one in page.customers if one.mine}
    if customer_id is not None and customer_id not in names:
        names[customer_id] = _name(customer_id, user_id=user_id)
    options = list(names)
    chosen = st.selectbox(
        "Customer",
        options,
        index=options.index(customer_id or _NONE),
        format_func=names.__getitem__,
        key=f"{key}_customer",
    )
    return chosen or None


def _name(customer_id: int, *, user_id: int) -> str:
    try:
        return get_services().customers.get(customer_id, user_id=user_id).name
    except NotFoundError:  # deleted, or seen no more, since the trip was read
        return "The customer so far"


def _customer(
    customer_id: int | None, places: dict[str, DeltaGenerator], *, key: str, user_id: int
) -> tuple[int | None, dict[str, Any]]:
    chosen = customer_choice(customer_id, key=key, user_id=user_id, may_be_new=True)
    places["customer_id"] = st.empty()
    if chosen != NEW_CUSTOMER:
        return chosen, {}
    with st.container(border=True, key=f"{key}_new_customer"):
        return chosen, customer_fields("", "", None, "", places, key=f"{key}_new_customer")


def customer_fields(
    name: str, contact: str, language: str | None, notes: str, places: dict[str, DeltaGenerator], *, key: str
) -> dict[str, Any]:
    """Draw the fields of a customer with what is known in them; return what stands there."""
    given: dict[str, Any] = {}
    given["name"] = st.text_input("Name", value=name, max_chars=MAX_NAME_CHARS, key=f"{key}_name") or ""
    places["name"] = st.empty()
    given["contact"] = st.text_input(
        "Contact",
        value=contact,
        max_chars=MAX_CONTACT_CHARS,
        key=f"{key}_contact",
        placeholder="E-mail address or phone number",
    )
    places["contact"] = st.empty()
    codes = ["", *languages(), *([language] if language and language not in languages() else [])]
    given["language"] = st.selectbox(
        "Language", codes, index=codes.index(language or ""), format_func=language_name, key=f"{key}_language"
    )
    places["language"] = st.empty()
    given["notes"] = _area(
        "Notes about the customer",
        notes,
        key=f"{key}_notes",
        help_="For the people who work on their trips; never told to the assistant.",
        most=MAX_NOTES_CHARS,
    )
    places["notes"] = st.empty()
    return given


# When


def _when(brief: Brief, places: dict[str, DeltaGenerator], *, key: str) -> dict[str, Any]:
    default = _DATES if brief.start else _MONTHS if brief.months else _UNKNOWN
    how = st.segmented_control("When", [_DATES, _MONTHS, _UNKNOWN], default=default, required=True, key=f"{key}_when")
    given: dict[str, Any] = dict.fromkeys(("start", "end", "months", "date_flex_days"))
    if how == _DATES:
        with st.container(horizontal=True, key="trips_fields_days"):
            given["start"] = _day("First day", brief.start, key=f"{key}_start")
            given["end"] = _day("Last day", brief.end, key=f"{key}_end")
            given["date_flex_days"] = st.number_input(
                "Flexible by (days)",
                min_value=0,
                max_value=limits.MAX_FLEX_DAYS,
                value=brief.date_flex_days,
                key=f"{key}_flex",
                placeholder="–",
                width=160,
            )
    elif how == _MONTHS:
        given["months"] = _months(brief, key=key)
        given["date_flex_days"] = brief.date_flex_days
    for name in ("start", "end", "months", "date_flex_days"):
        places[name] = st.empty()
    return given


def _day(label: str, day: date | None, *, key: str) -> date | None:
    return st.date_input(
        label,
        value=day,
        min_value=date(2000, 1, 1),
        max_value=date(2100, 12, 31),
        key=key,
        format="YYYY-MM-DD",
        width=170,
    )


def _months(brief: Brief, *, key: str) -> list[str]:
    today = utc_now().astimezone(planner_zone()).date()
    ahead = [divmod(today.year * 12 + today.month - 1 + number, 12) for number in range(_MONTHS_AHEAD)]
    months = sorted({*brief.months, *(f"{year}-{month + 1:02d}" for year, month in ahead)})
    return st.multiselect(
        "Months",
        months,
        default=list(brief.months),
        format_func=month_name,
        max_selections=limits.MAX_MONTHS,
        placeholder="Choose one or several",
        key=f"{key}_months",
        label_visibility="collapsed",
        select_all=False,
    )


# Who


def _travellers(
    brief: Brief, places: dict[str, DeltaGenerator], problems: dict[str, str], *, key: str
) -> tuple[Traveller, ...]:
    grown, ages = counted(brief.travellers)
    with st.container(horizontal=True, key="trips_fields_number"):
        adults = _number("Adults", grown if brief.travellers else None, key=f"{key}_adults")
        children = _number("Children", len(ages) if brief.travellers else None, key=f"{key}_children")
        typed_ages = st.text_input(
            "Ages of the children", value=ages_text(ages), key=f"{key}_ages", placeholder="6, 9", width=190
        )
    places["travellers"] = st.empty()
    found = brief.travellers
    try:
        found = typed_travellers(adults, children, typed_ages, brief.travellers)
    except NotValidError as exc:
        problems["travellers"] = sentence(exc, "The travellers")
    rows = _needs(brief, [one.label for one in found], key=key)  # drawn in any case: what was typed there stays
    if "travellers" not in problems:
        try:
            return with_needs(found, rows, brief.travellers)
        except NotValidError as exc:
            problems["travellers"] = sentence(exc, "The travellers")
    return found


def _number(label: str, value: int | None, *, key: str) -> int | None:
    return st.number_input(
        label, min_value=0, max_value=limits.MAX_TRAVELLERS, value=value, key=key, placeholder="–", width=150
    )


def _needs(brief: Brief, labels: list[str], *, key: str) -> list[tuple[str, str, str]]:
    """Draw a row for each need, and a button for another; return a label, a kind and a text of each."""
    before = needs_of(brief.travellers)
    number_key = f"{key}_needs"
    number = st.session_state.setdefault(number_key, len(before))
    if not labels and not number:
        st.caption("What they need (diet, allergies, mobility) can be noted as soon as you say who goes along.")
        return []
    rows = []
    for at in range(number):
        label, kind, text = before[at] if at < len(before) else ("".join(labels[:1]), NEED_KINDS[0], "")
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"trips_fields_need_{at}"):
            known = st.session_state.get(f"{key}_need_who_{at}", label)
            who = [*labels, *([known] if known not in labels else [])]
            label = st.selectbox("Who", who, index=who.index(known), key=f"{key}_need_who_{at}", width=140)
            kind = st.selectbox(
                "Kind",
                NEED_KINDS,
                index=NEED_KINDS.index(kind),
                format_func=str.capitalize,
                key=f"{key}_need_kind_{at}",
                width=130,
            )
            text = st.text_input(
                "Need",
                value=text,
                max_chars=limits.MAX_NEED_CHARS,
                key=f"{key}_need_text_{at}",
                placeholder="Vegetarian",
            )
            rows.append((label, kind, text or ""))
    st.button(
        "Add a need",
        key=f"{key}_need_add",
        icon=":material/add:",
        type="tertiary",
        on_click=_one_more_need,
        args=(number_key,),
        disabled=number >= limits.MAX_NEEDS * max(1, len(labels)),
    )
    return rows


def _one_more_need(number_key: str) -> None:
    st.session_state[number_key] += 1


def _may_be_told(brief: Brief, *, key: str) -> bool:
    return st.toggle(
        "The assistant may be told what they need",
        value=brief.tell_needs,
        key=f"{key}_tell_needs",
        help="Needs are private. With this, they are told to the assistant, and may be shown in a review.",
    )


# Budget


def _budget(
    brief: Brief, places: dict[str, DeltaGenerator], problems: dict[str, str], *, key: str
) -> dict[str, Any] | None:
    budget = brief.budget
    low, high = budget_texts(budget)
    with st.container(horizontal=True, vertical_alignment="bottom", key="trips_fields_budget"):
        low = st.text_input("Budget from", value=low, key=f"{key}_low", placeholder="1500", width=130) or ""
        high = st.text_input("Up to", value=high, key=f"{key}_high", placeholder="2000", width=130) or ""
        currency = _currency(budget_currency(brief), key=key)
        basis = st.selectbox(
            "Counted",
            list(BASES),
            index=list(BASES).index(budget.basis) if budget else 0,
            format_func=BASES.__getitem__,
            key=f"{key}_basis",
            width=200,
        )
    hard = st.checkbox("It must not cost more", value=bool(budget and budget.hard), key=f"{key}_hard")
    places["budget"] = st.empty()
    try:
        return typed_budget(low, high, currency=currency, basis=basis, hard=hard, before=budget)
    except NotValidError as exc:
        problems["budget"] = sentence(exc, "The budget")
        return None


def _currency(known: str | None, *, key: str) -> str:
    first = known or _local_currency()
    codes = list(dict.fromkeys([first, *_OFTEN, *sorted(currencies())]))
    return st.selectbox(
        "Currency",
        codes,
        format_func=_currency_name,
        key=f"{key}_currency",
        width=180,
    )


def _currency_name(code: str) -> str:
    return f"{code} · {get_currency_name(code, locale='en')}"


def _local_currency() -> str:
    """Return the currency of the country that the browser names; euros where it names none."""
    try:
        territory = Locale.parse(st.context.locale or "en", sep="-").territory
    except (UnknownLocaleError, ValueError):
        territory = None
    return str((get_territory_currencies(territory) or ["EUR"])[0]) if territory else "EUR"
