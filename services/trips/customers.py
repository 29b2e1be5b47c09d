"""The customers that trips are planned for."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

import db.audit
import db.customers
import db.outbox
import db.stamps
import db.threads
import db.users
from db.engine import Database
from db.ids import new_id
from db.models import AuditAction, AuditTarget, utc_now
from db.models import Customer as CustomerRow
from services.accounts.guests import check_room
from services.accounts.roles import writing
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError
from services.texts import clean_query
from services.transfer.saved_things import MAX_CUSTOMERS
from services.trips.places import cursor_at, name_place
from services.trips.records import Customer, CustomerPage
from services.trips.views import customer_view
from travel.types import NotValidError, language_of, line_of, sentence, text_of

MAX_NAME_CHARS, MAX_CONTACT_CHARS, MAX_NOTES_CHARS = 100, 500, 8_000
_MAX_PAGE = 200
_QUERY_CHARS = 200


class CustomerService:
    """The customers that a planner keeps, and those of the trips that they work on: these they may only read.

    What is not theirs does not exist: NotFoundError. Raises DatabaseUnavailableError from every method when the
    database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, name: str, *, user_id: int, **given: Any) -> Customer:
        """Make a customer; *given* has any of contact, language and notes.

        Raises InvalidFieldsError, and NotPossibleError or GuestLimitError where there are too many.
        """
        with writing(self._db, user_id) as db_session:
            return add_customer(db_session, {"name": name, **given}, user_id)

    def get(self, customer_id: int, *, user_id: int) -> Customer:
        """Return one customer. Raises NotFoundError."""
        with self._db.read() as db_session:
            row = db.customers.get_visible(db_session, customer_id, user_id=user_id)
            if row is None:
                raise NotFoundError("There is no such customer.")
            return customer_view(row, user_id=user_id)

    def page(self, *, user_id: int, limit: int = 50, cursor: str | None = None, words: str = "") -> CustomerPage:
        """Return customers by name, with *words* those whose name holds them. Raises InvalidInputError."""
        limit = max(1, min(limit, _MAX_PAGE))
        after = name_place(cursor) if cursor else None
        with self._db.snapshot() as db_session:
            rows = db.customers.page(
                db_session,
                user_id=user_id,
                limit=limit + 1,
                after=after,
                words=clean_query(words[:_QUERY_CHARS]),
            )
            found = tuple(customer_view(row, user_id=user_id) for row, _ in rows[:limit])
        return CustomerPage(found, cursor_at(rows[limit - 1][1], found[-1].id) if len(rows) > limit else None)

    def change(self, customer_id: int, *, user_id: int, **given: Any) -> Customer:
        """Change any of name, contact, language (None: not known) and notes.

        Raises InvalidFieldsError, NotFoundError, NotPossibleError.
        """
        values = _checked(given)
        with writing(self._db, user_id) as db_session:
            row = db.customers.lock_own(db_session, customer_id, user_id=user_id)
            if row is None:
                visible = db.customers.get_visible(db_session, customer_id, user_id=user_id)
                raise _not_own(visible is not None, "change")
            for name, value in values.items():
                setattr(row, name, value)
            row.updated_at = utc_now()
            db.stamps.note_customer(db_session, customer_id)
            db_session.flush()
            return customer_view(row, user_id=user_id)

    def keeper(self, customer_id: int, *, user_id: int) -> str:
        """Return the name of who keeps a customer, and sees what is remembered about them. Raises NotFoundError."""
        with self._db.read() as db_session:
            row = db.customers.get_visible(db_session, customer_id, user_id=user_id)
            if row is None:
                raise NotFoundError("There is no such customer.")
            return db.users.names(db_session, {row.user_id})[row.user_id]

    def count_trips(self, customer_id: int, *, user_id: int) -> int:
        """Return how many trips would be without their customer. Raises NotFoundError."""
        self.get(customer_id, user_id=user_id)
        with self._db.read() as db_session:
            return db.customers.count_trips(db_session, customer_id)

    def delete(self, customer_id: int, *, user_id: int) -> None:
        """Delete a customer and, now or when it can be reached, all that is remembered about them at Backboard.

        Their trips go on without a customer. Raises NotFoundError, NotPossibleError.
        """
        with writing(self._db, user_id) as db_session:
            visible = db.customers.get_visible(db_session, customer_id, user_id=user_id)
            if visible is None or visible.user_id != user_id:
                raise _not_own(visible is not None, "delete")
            trip_ids = db.customers.lock_trip_ids(db_session, customer_id)
            session_ids = db.customers.lock_session_ids(db_session, customer_id)
            threads = db.customers.threads(db_session, customer_id, session_ids)
            for backend, document_id in db.customers.documents(db_session, [one.id for one in threads]):
                db.outbox.add(db_session, backend=backend, kind="document", target_id=document_id)
            for thread in threads:
                db.outbox.add(db_session, backend=thread.backend, kind="thread", target_id=thread.thread_id)
                db.threads.forget(db_session, thread.id)
            if db.customers.lock_own(db_session, customer_id, user_id=user_id) is None:
                raise NotFoundError("There is no such customer.")
            for backend, assistant_id in db.customers.assistants(db_session, customer_id):
                db.outbox.add(db_session, backend=backend, kind="assistant", target_id=assistant_id)
            db.stamps.note_customer(db_session, customer_id)
            db.customers.remove(db_session, customer_id)
            target = (AuditTarget.CUSTOMER, customer_id)
            detail = f"of {len(trip_ids)} trips"
            db.audit.note(db_session, AuditAction.DELETE_CUSTOMER, user_id=user_id, target=target, detail=detail)


def add_customer(db_session: Session, given: Mapping[str, Any], user_id: int) -> Customer:
    """Make a customer of somebody's own. Raises as `CustomerService.create` does."""
    values = _checked(given)
    own = db.customers.count_own(db_session, user_id=user_id)
    check_room(db_session, user_id, own, things="customers")
    if own >= MAX_CUSTOMERS:
        raise NotPossibleError(f"You have {MAX_CUSTOMERS:,} customers. Delete some that you no longer need.")
    now = utc_now()
    row = CustomerRow(id=new_id(), user_id=user_id, created_at=now, updated_at=now, **values)
    db_session.add(row)
    db_session.flush()
    return customer_view(row, user_id=user_id)


def _not_own(visible: bool, what: str) -> NotFoundError | NotPossibleError:
    if visible:
        return NotPossibleError(f"Only who keeps this customer can {what} it.")
    return NotFoundError("There is no such customer.")


_READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("The name", lambda given: line_of(given, MAX_NAME_CHARS)),
    "contact": ("The contact", lambda given: text_of(given or "", MAX_CONTACT_CHARS)),
    "language": ("The language", lambda given: language_of(given) if given else None),
    "notes": ("The text of the notes", lambda given: text_of(given or "", MAX_NOTES_CHARS)),
}


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of a customer as they are kept. Raises InvalidFieldsError, and TypeError for what is no field."""
    if unknown := given.keys() - _READERS.keys():
        raise TypeError(f"A customer has no such fields: {', '.join(sorted(unknown))}.")
    values, problems = {}, {}
    for name, value in given.items():
        subject, reader = _READERS[name]
        try:
            values[name] = reader(value)
        except NotValidError as exc:
            problems[name] = sentence(exc, subject)
    if values.get("name") == "":
        problems["name"] = "Enter a name."
    if problems:
        raise InvalidFieldsError(problems)
    return values
