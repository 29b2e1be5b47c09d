"""The form of a trip: a new one, or one that is changed, perhaps by others at the same time.

In `st.session_state`: `trips_form` is {"of": the id of the trip or None, "trip": the trip as it was read, or None,
"made": the id of the customer made for it, or None, "clash": None or {"rev", "given", "fields", "by":
who changed them}} while the form is open.
"""

from collections.abc import Collection, Mapping
from typing import Any, NoReturn

import streamlit as st

from components.labels import escape_label
from components.problems import telling
from components.resources import get_services
from components.trips.form_fields import NEW_CUSTOMER, Typed, trip_fields
from components.trips.places import close_form, close_trip, open_trip
from components.trips.typed import changed_fields
from services.errors import InvalidFieldsError, NotFoundError, TripChangedError
from services.trips.changing import HEAD
from services.trips.records import Trip
from travel.brief import FIELDS, Brief, BriefError, brief_of, brief_values, title_of

_MINE, _THEIRS = "mine", "theirs"


@st.fragment
def trip_form(trip: Trip | None, *, user_id: int) -> None:
    """Draw the form of a trip, or of a new one, and keep what was typed."""
    form = _form(trip)
    gone = trip is not None and _is_gone(trip.id, user_id=user_id)
    if form["clash"] and not gone:
        _draw_clash(form, user_id=user_id)
        return
    customer_id = form["trip"].customer_id if form["trip"] else None
    with st.container(key="trips_form", gap="small"):
        title, brief = _first_shown(form)
        typed = trip_fields(title, customer_id, brief, key=_key(trip), user_id=user_id)
        if gone:
            _draw_gone()
            return
        if trip is not None and typed.customer != customer_id:
            typed.places["customer_id"].caption(
                ":material/info: Sessions of this trip begin afresh with another assistant, which is not told what "
                "was said before. What is remembered about the customer so far stays with them."
            )
        wrong = st.empty()
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Cancel", key="trips_form_cancel"):
                _leave()
            saved = st.button("Create trip" if trip is None else "Save", key="trips_form_save", type="primary")
    if saved:
        with wrong, telling():
            try:
                _save(form, typed, user_id=user_id)
            except InvalidFieldsError as exc:
                typed.tell(exc.problems)
                told = escape_label(" ".join(exc.problems.values()))
                wrong.markdown(f":red[:material/error: Nothing is saved yet. {told}]")


def typed_in(trip_id: int) -> Trip | None:
    """Return a trip as it was read for the form that is open, None where its form is not."""
    form = st.session_state.get("trips_form")
    trip: Trip | None = form["trip"] if form and form["of"] == trip_id else None
    return trip


def _is_gone(trip_id: int, *, user_id: int) -> bool:
    try:
        get_services().trips.get(trip_id, user_id=user_id)
    except NotFoundError:
        return True
    return False


def _draw_gone() -> None:
    """Say, where somebody would save, that the trip is there no more."""
    st.warning(
        "You no longer work on this trip, or it was deleted. Copy what you need.", icon=":material/search_off:"
    )
    if st.button("All trips", key="trips_form_gone", icon=":material/arrow_back:"):
        forget_form()
        close_trip()
        st.rerun()


def forget_form() -> None:
    """Forget what was typed. To be called where the form is not drawn."""
    st.session_state.pop("trips_form", None)


def _form(trip: Trip | None) -> dict[str, Any]:
    """Return what is known of the form that is open; where it is opened anew, of the trip as it is now."""
    form: dict[str, Any] | None = st.session_state.get("trips_form")
    of = trip.id if trip else None
    if form is None or form["of"] != of or not (form["clash"] or f"{_key(trip)}_title" in st.session_state):
        form = st.session_state.trips_form = {
            "of": of,
            "trip": trip,
            "made": None,
            "clash": None,
        }
        st.session_state.pop(f"{_key(trip)}_needs", None)
    return form


def _first_shown(form: dict[str, Any]) -> tuple[str, Brief]:
    """Return title and brief as they were read, with what was typed where that clashed with others' changes."""
    trip: Trip | None = form["trip"]
    if trip is None:
        return "", Brief()
    given = form["clash"]["given"] if form["clash"] else {}
    return given.get("title", trip.title), brief_of({**brief_values(trip.brief), **given.get("brief", {})})


def _key(trip: Trip | None) -> str:
    return f"trips_form_{trip.id if trip else 'new'}"


def _leave() -> NoReturn:
    """Show the page without the form; the run of a fragment draws no more than that."""
    of = st.session_state.get("trips_form", {}).get("of")
    forget_form()
    close_form()
    if of is None:
        close_trip()
    st.rerun()


def _save(form: dict[str, Any], typed: Typed, *, user_id: int) -> None:
    """Keep what was typed. Raises InvalidFieldsError for all that is wrong."""
    values = _checked(typed)
    customer_id = _customer_id(form, typed, user_id=user_id)
    seen: Trip | None = form["trip"]
    if seen is None:
        made = get_services().trips.create(typed.title, user_id=user_id, customer_id=customer_id, brief=values)
        _done(made.id, f"Created “{escape_label(made.title)}”.")
    given: dict[str, Any] = changed_fields(values, brief_values(seen.brief))
    wanted: dict[str, Any] = {"brief": given} if given else {}
    wanted |= {"title": typed.title} if typed.title != seen.title else {}
    wanted |= {"customer_id": customer_id} if customer_id != seen.customer_id else {}
    _change(form, seen.rev, wanted, user_id=user_id)


def _checked(typed: Typed) -> dict[str, Any]:
    """Return the fields of the brief as they are kept."""
    problems = dict(typed.problems)
    values: dict[str, Any] = {}
    try:
        title_of(typed.title)
    except BriefError as exc:
        problems |= exc.problems
    try:
        values = brief_values(brief_of(typed.brief))
    except BriefError as exc:
        problems = {**exc.problems, **problems}
    if typed.customer == NEW_CUSTOMER and not str(typed.new_customer["name"]).strip():
        problems["name"] = "Enter the customer's name."
    if problems:
        raise InvalidFieldsError(problems)
    return values


def _customer_id(form: dict[str, Any], typed: Typed, *, user_id: int) -> int | None:
    """Return the id of the customer that was chosen; makes one, once, where that was chosen."""
    if typed.customer != NEW_CUSTOMER:
        return typed.customer
    if form["made"] is None:
        form["made"] = get_services().customers.create(user_id=user_id, **typed.new_customer).id
    return int(form["made"])


def _change(form: dict[str, Any], rev: int, wanted: Mapping[str, Any], *, user_id: int) -> None:
    try:
        trip = get_services().trips.change(form["of"], user_id=user_id, rev=rev, **wanted)
    except TripChangedError as exc:
        fields = [(one.field, one.label, one.before, one.after) for one in exc.fields]
        by = changed_by(form["of"], [label for _, label, *_ in fields], since=rev, user_id=user_id)
        form["clash"] = {"rev": exc.rev, "given": dict(wanted), "fields": fields, "by": by}
        st.rerun()
    _done(trip.id, f"Saved “{escape_label(trip.title)}”.")


def changed_by(trip_id: int, labels: Collection[str] | None = None, *, since: int, user_id: int) -> str:
    """Return who changed a trip since a revision, or these fields of it, as far as that is known of the latest."""
    latest = [
        one for one in get_services().trip_revisions.page(trip_id, user_id=user_id).revisions if one.rev > since
    ]
    if labels is not None:
        latest = [one for one in latest if not set(labels).isdisjoint(one.summary.split(", "))]
    found = [one.by for one in latest]
    return " and ".join(dict.fromkeys(filter(None, found)))


def _done(trip_id: int, news: str) -> NoReturn:
    forget_form()
    st.session_state.session_news = news
    open_trip(trip_id)
    st.rerun()


# Two people changed the same


def _draw_clash(form: dict[str, Any], *, user_id: int) -> None:
    """Draw both values of each field that two people changed, to choose from."""
    clash = form["clash"]
    st.warning(
        f"{escape_label(clash['by']) or 'Somebody else'} changed the same fields while you were typing. Nothing of "
        "yours is saved yet: choose what each of them should be.",
        icon=":material/group:",
    )
    chosen = {}
    for name, label, theirs, mine in clash["fields"]:
        words = {_MINE: f"Yours: {_shown(mine)}", _THEIRS: f"Theirs: {_shown(theirs)}"}
        chosen[name] = st.radio(
            label, list(words), format_func=words.__getitem__, key=f"trips_clash_{clash['rev']}_{name}"
        )
    places = {name: st.empty() for name in ("title", "customer_id", *FIELDS)}
    if alone := [name for name in _names(clash["given"]) if name not in chosen]:
        labels = ", ".join(({**HEAD, **FIELDS})[name] for name in alone)
        st.caption(f"You alone changed: {labels}. *Save* keeps that too, *Discard all of mine* does not.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Discard all of mine", key="trips_clash_discard"):
            _leave()
        if not st.button("Save", key="trips_clash_save", type="primary"):
            return
    with telling():
        try:
            _change(form, clash["rev"], _kept(clash["given"], chosen), user_id=user_id)
        except InvalidFieldsError as exc:
            Typed(places=places).tell(exc.problems)


def _names(given: Mapping[str, Any]) -> list[str]:
    """Return the fields that a change is of."""
    return [*(name for name in given if name != "brief"), *given.get("brief", {})]


def _kept(given: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return what of a change is still wanted."""

    def wanted(name: str) -> bool:
        return chosen.get(name) != _THEIRS

    kept = {name: value for name, value in given.items() if name != "brief" and wanted(name)}
    brief = {name: value for name, value in given.get("brief", {}).items() if wanted(name)}
    return kept | ({"brief": brief} if brief else {})


def _shown(text: str) -> str:
    return escape_label(text) if text else "*nothing*"
