"""What a reply is told of its session's trip, and what a person is told of that."""

from sqlalchemy.orm import Session

import db.replies
from db.replies import Asked
from services.replies.records import TripBrief
from travel.brief import FIELDS, changes, known_brief, public, told

_NAMES = {"where": "destinations", "start": "dates", "end": "dates", "avoid": "what to avoid"}


def trip_brief(db_session: Session, asked: Asked) -> TripBrief | None:
    """Return the brief of the trip that a message is asked in, as it is now; None where there is no trip."""
    if asked.trip_id is None or asked.trip_title is None or asked.brief_hash is None:
        return None
    text = told(asked.trip_title, asked.customer_name, asked.customer_language, known_brief(asked.brief))
    return TripBrief(text, asked.brief_hash, asked.told_brief, _changed(db_session, asked, asked.trip_id))


def _changed(db_session: Session, asked: Asked, trip_id: int) -> str | None:
    """Return a sentence on what changed since the session's last reply; None where nothing did, or it is the first.

    What is private is not named.
    """
    if asked.told_brief in (None, asked.brief_hash):
        return None
    names: list[str] = []
    before = db.replies.brief_then(db_session, trip_id, asked.told_brief)
    if before is not None:
        found = changes(public(known_brief(before)), public(known_brief(asked.brief)))
        names = list(dict.fromkeys(_NAMES.get(one.field, FIELDS[one.field].lower()) for one in found))
    known = f"; the assistant now knows: {', '.join(names)}." if names else "; the assistant knows it as it is now."
    return f"The trip's brief changed since the last reply{known}"
