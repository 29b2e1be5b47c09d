"""The fields of a link: who it is for, what they may do, until when. For a new one, and for one that is changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.labels import escape_label, local_time, planner_zone
from components.problems import telling
from services.errors import InvalidFieldsError
from services.process.clock import utc_now
from services.reviews.records import LinkSettings, ReviewMay
from services.reviews.texts import MAX_APPROVALS, MAX_NOTE_CHARS, MAX_PASSCODE_CHARS, MIN_PASSCODE_CHARS
from services.texts import MAX_TITLE_CHARS

MAY = {
    ReviewMay.LOOK: "Look",
    ReviewMay.COMMENT: "Look and comment",
    ReviewMay.DECIDE: "Look, comment and decide",
}
_PASSCODE_RULE = (
    f"{MIN_PASSCODE_CHARS} to {MAX_PASSCODE_CHARS} characters. Send it separately from the link: nobody can "
    "look it up here later."
)


@dataclass(frozen=True, slots=True)
class LinkFields:
    """What stands in the fields. *passcode* None: as it is; empty: none any more."""

    settings: LinkSettings
    passcode: str | None
    _past_due: bool
    _places: dict[str, DeltaGenerator]

    def checked(self) -> LinkSettings:
        """Return the settings. Raises InvalidFieldsError for a day to answer by that is over."""
        if self._past_due:
            raise InvalidFieldsError({"due_on": "That day is over. Choose today, or a later one."})
        return self.settings

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell what goes wrong inside: all that is wrong with fields, each below its own."""
        with telling():
            try:
                yield
            except InvalidFieldsError as exc:
                for name, problem in exc.problems.items():
                    self._places[name].markdown(f":red[:material/error: :small[{escape_label(problem)}]]")


def may_field(given: LinkSettings, *, key: str) -> ReviewMay:
    """Draw what they may do. Outside of the form: some of its fields depend on it."""
    return st.selectbox(
        "They may",
        list(MAY),
        index=list(MAY).index(given.may),
        format_func=MAY.__getitem__,
        key=f"{key}_may",
        width=270,
    )


def link_fields(given: LinkSettings, *, may: ReviewMay, key: str, has_passcode: bool = False) -> LinkFields:
    """Draw the other fields with what is *given* in them, in a form."""
    places = {}
    audience = st.text_input("Audience", value=given.audience, max_chars=MAX_TITLE_CHARS, key=f"{key}_audience")
    places["audience"] = st.empty()
    with st.container(horizontal=True, key=f"{key}_days"):
        due_on, ends_at = _days(given, key=key)
        approvals = given.approvals
        if may is not ReviewMay.LOOK:
            approvals = st.number_input(
                "Approvals needed",
                min_value=1,
                max_value=MAX_APPROVALS,
                value=given.approvals,
                key=f"{key}_approvals",
                width=150,
            )
    places["due_on"] = st.empty()
    places["approvals"] = st.empty()
    places["ends_at"] = st.empty()
    note = st.text_area("Note to them", value=given.note, max_chars=MAX_NOTE_CHARS, height=90, key=f"{key}_note")
    places["note"] = st.empty()
    passcode, places["passcode"] = _passcode(key, has_passcode=has_passcode)
    download = st.checkbox("They may download it as PDF", value=given.download, key=f"{key}_download")
    follows = st.checkbox(
        "Update when I share again",
        value=given.follows,
        key=f"{key}_follows",
        help="Selected from the start when you share again. No link changes by itself.",
    )
    settings = LinkSettings(
        audience=audience or "",
        may=may,
        download=download,
        note=note or "",
        approvals=int(approvals),
        due_on=due_on,
        ends_at=ends_at,
        follows=follows,
    )
    past_due = due_on is not None and due_on != given.due_on and due_on < _today()
    return LinkFields(settings, passcode, past_due, places)


def end_of(day: date | None) -> datetime | None:
    """Return the end of a day where the planner is."""
    return datetime.combine(day + timedelta(days=1), time(), planner_zone()) if day else None


def last_day_of(ends_at: datetime | None) -> date | None:
    """Return the last day, where the planner is, on which a link opens."""
    return local_time(ends_at - timedelta(microseconds=1), planner_zone()).date() if ends_at else None


def _days(given: LinkSettings, *, key: str) -> tuple[date | None, datetime | None]:
    due_on = st.date_input(  # a day that is over is told below: the widget would leave one out, and say nothing
        "Due on (optional)",
        value=given.due_on,
        key=f"{key}_due_on",
        format="YYYY-MM-DD",
        width=210,
    )
    last_day = st.date_input(
        "Link ends on (optional)",
        value=last_day_of(given.ends_at),
        key=f"{key}_last_day",
        format="YYYY-MM-DD",
        help="The link opens until the end of this day. Without one it opens until you revoke it.",
        width=210,
    )
    if given.ends_at and last_day == last_day_of(given.ends_at):
        return due_on, given.ends_at.astimezone(planner_zone())  # an API may have set another time of that day
    return due_on, end_of(last_day)


def _today() -> date:
    return utc_now().astimezone(planner_zone()).date()


def _passcode(key: str, *, has_passcode: bool) -> tuple[str | None, DeltaGenerator]:
    typed = st.text_input(
        "New passcode (optional)" if has_passcode else "Passcode (optional)",
        key=f"{key}_passcode",
        max_chars=MAX_PASSCODE_CHARS,
        autocomplete="off",
    )
    st.markdown(f":small[{_PASSCODE_RULE}]")
    place = st.empty()
    none_any_more = has_passcode and st.checkbox("Remove the passcode", key=f"{key}_no_passcode")
    return ("" if none_any_more else typed or None), place
